// Blocks held from JavaScript: freed once, seen across growth, refused when freed, reported when lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HeapReader, heapOf, SafeBlock } from '../../js/index.js';
import { build, growing, instantiate } from './support/modules.js';

const live = (/** @type {HeapReader} */ heap) =>
  heap.getHeapStatistics().number_of_live_allocations;

describe('heap.alloc', () => {
  it('gives a block that is freed once', async () => {
    const heap = heapOf(await instantiate(await growing()));
    const block = heap.alloc(100);
    assert.equal(block.size, 100);
    assert.equal(block.view.length, 100);
    assert.equal(live(heap), 1);
    block[Symbol.dispose]();
    block.dispose();
    assert.ok(block.freed);
    assert.equal(live(heap), 0);
    const other = heap.alloc(100);
    assert.equal(live(heap), 1);
    assert.throws(() => block.view, { code: 'ERR_GHARIAL_FREED' });
    assert.throws(() => block.address, { code: 'ERR_GHARIAL_FREED' });
    other.dispose();
  });

  it('has a view that survives growth', async () => {
    const module = await instantiate(await growing());
    const heap = heapOf(module);
    const block = heap.alloc(10);
    const old = block.view;
    assert.equal(block.view, old, 'the same while nothing grows');
    old.fill(7);
    module._malloc(5_000_000);
    assert.equal(old.length, 0, 'the old view is detached');
    assert.deepEqual([...block.view], Array(10).fill(7));
    assert.equal(new Uint8Array(module.gharialHeap().memory.buffer)[block.address], 7);
    block.dispose();
  });

  it('has an address without a sign, of 32 bits and of 64', () => {
    /** @type {unknown[]} */
    const calls = [];
    for (const [wide, raw] of /** @type {[boolean, any][]} */ ([
      [false, -(2 ** 31) + 16],
      [true, 2n ** 31n + 16n],
    ])) {
      const malloc = (/** @type {any} */ size) => {
        calls.push(size);
        return raw;
      };
      const free = (/** @type {any} */ address) => void calls.push(address);
      const memory = () => new ArrayBuffer(0);
      const block = new SafeBlock({ malloc, free, memory, wide }, 100, false);
      assert.equal(block.address, 2 ** 31 + 16);
      block.dispose();
    }
    assert.deepEqual(calls, [100, 2 ** 31 + 16, 100n, 2n ** 31n + 16n]);
  });

  it('says when there is no memory, no malloc, or no sense in the size', async () => {
    const fixed = await build('fixed', ['-sINITIAL_MEMORY=2MB', '-sABORTING_MALLOC=0']);
    const heap = heapOf(await instantiate(fixed));
    assert.throws(() => heap.alloc(1e8), { code: 'ERR_GHARIAL_OUT_OF_MEMORY' });
    for (const size of [-1, 1.5, Number.NaN])
      assert.throws(() => heap.alloc(size), { code: 'ERR_GHARIAL_OPTION' });
    const dump = new HeapReader(heap.takeHeapSnapshot().toBinary());
    assert.throws(() => dump.alloc(1), {
      code: 'ERR_GHARIAL_NO_ALLOCATOR',
      message: /_malloc,_free/,
    });
  });

  it('reports a block that was dropped, and none that was freed or that nobody wants reported', async () => {
    const file = await growing();
    const index = fileURLToPath(new URL('../../js/index.js', import.meta.url));
    const program = `
      import create from ${JSON.stringify(file)};
      import { heapOf } from ${JSON.stringify(index)};
      const heap = heapOf(await create());
      function leak() { heap.alloc(4321); heap.alloc(1234).dispose(); heap.alloc(77, { warn: false }); }
      leak();
      for (let i = 0; i < 20; ++i) { globalThis.gc(); await new Promise((done) => setTimeout(done, 5)); }`;
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--expose-gc', '--input-type=module', '-e', program],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /gharial: 4321 bytes at 0x[0-9a-f]+ were dropped without being freed: .*\n.*leak/,
    );
    assert.ok(!stderr.includes('1234') && !stderr.includes(' 77 bytes'), stderr);
  });
});
