// Programs at the edge, built as Emscripten builds by default: without memory growth, where a refused sbrk ends the program.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { BUILD_TIMEOUT, build, inSdk, outputInSdk, root } from '../support/build.js';

describe('limits', function () {
  this.timeout(BUILD_TIMEOUT);
  const source = join(root, 'test/support/limits.c');

  it('a request that pinned memory can serve does not end the program, nor does a shrink', () => {
    const program = build('limits', [source], ['-O2'], { suffix: 'cjs' });
    const printed = outputInSdk(['node', program]).trim().split('\n');
    assert.deepEqual(printed.slice(0, 4), Array(4).fill('served, invariant 0'));
    assert.equal(printed[4], 'not reached with an argument');
  });

  it('a request that nothing can serve does, as ABORTING_MALLOC says', () => {
    const program = build('limits', [source], ['-O2'], { suffix: 'cjs' });
    const { status, stdout, stderr } = inSdk(['node', program, 'more']);
    assert.notEqual(status, 0);
    assert.match(stderr, /^Aborted\(OOM\)/m);
    assert.ok(!stdout.includes('not reached'), stdout);
  });

  it('heap page 0 may hold static data, with a stack that leaves room in it', () => {
    for (const stack of ['4KB', '16KB', '40KB']) {
      const flags = ['-O2', `-sSTACK_SIZE=${stack}`, '-sALLOW_MEMORY_GROWTH'];
      // The array of blocks would fill page 0: a smaller one leaves it to the allocator.
      const program = build('limits-small', [source], [...flags, '-DBLOCKS=1000'], {
        suffix: 'cjs',
      });
      assert.equal(outputInSdk(['node', program, 'small']).trim(), 'served, invariant 0, 0');
    }
  });
});
