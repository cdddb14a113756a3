// The sampling profiler: unbiased against exact counts, by call stack, and nothing of it where it was not asked for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { diffHeapSnapshots, heapOf, NoProfilerError } from '../../js/index.js';
import { framesOf } from '../../js/profiler.js';
import { growing, instantiate, build as link, ptr } from './support/modules.js';

const PROGRAM = `
#include <stdlib.h>
__attribute__((noinline)) void* small_ones(int n) { void* last = 0; for (int i = 0; i < n; ++i) { void** b = malloc(48); *b = last; last = b; } return last; }
__attribute__((noinline)) void* large_ones(int n) { void* last = 0; for (int i = 0; i < n; ++i) { void** b = malloc(200000); *b = last; last = b; } return last; }
__attribute__((noinline)) void free_all(void* last) { while (last) { void* next = *(void**)last; free(last); last = next; } }
__attribute__((noinline)) void* grown(int n) { void* b = 0; for (int i = 1; i <= n; ++i) b = realloc(b, i * 1000); return b; }
__attribute__((noinline)) void* aligned(int n) { void* b = 0; for (int i = 0; i < n; ++i) posix_memalign(&b, 64, 1000); return b; }
`;
const profiling = () =>
  link('profile', ['--profiling-funcs', '-sALLOW_MEMORY_GROWTH'], {
    port: ':profile=1',
    program: PROGRAM,
    exports: [
      'malloc',
      'free',
      'calloc',
      'small_ones',
      'large_ones',
      'free_all',
      'grown',
      'aligned',
    ],
  });

/** @param {import('../../js/profiler.js').HeapProfile} profile @param {string} name a function */
const bytesOf = ({ samples }, name) =>
  samples.filter(({ stack }) => stack.includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);

describe('the profiler', function () {
  this.timeout(600_000);

  it('is not in a build that did not ask for it', async () => {
    const module = await instantiate(await growing());
    const { profiler } = heapOf(module);
    assert.equal(profiler.isAvailable, false);
    assert.equal(profiler.isRunning, false);
    assert.throws(() => profiler.start(), NoProfilerError);
    assert.throws(() => profiler.profile(), NoProfilerError);
    const wasm = readFileSync((await growing()).replace(/mjs$/, 'wasm')).toString('latin1');
    assert.ok(!wasm.includes('gharial_profile') && !('gharialProfiler' in module));
  });

  it('counts what it samples without bias, small and large alike', async () => {
    const module = await instantiate(await profiling());
    const heap = heapOf(module);
    const small = 60_000 * 48;
    const large = 300 * 200_000;
    let [smalls, larges, blocks] = [0, 0, 0];
    const runs = 40;
    for (let seed = 1; seed <= runs; ++seed) {
      heap.profiler.start({ sampleInterval: 64 * 1024, seed });
      const lists = [module._small_ones(60_000), module._large_ones(300)];
      const profile = heap.profiler.profile();
      smalls += bytesOf(profile, 'small_ones');
      larges += bytesOf(profile, 'large_ones');
      blocks += profile.samples.filter(({ stack }) => stack.includes('small_ones'))[0].count;
      for (const list of lists) module._free_all(list);
      assert.deepEqual(heap.profiler.profile().samples, [], 'freed blocks are no samples');
    }
    // 44 samples a run are of small blocks: the mean of 40 runs has a deviation of 2.4 %
    assert.ok(Math.abs(smalls / runs / small - 1) < 0.1, `${smalls / runs} for ${small}`);
    assert.ok(Math.abs(blocks / runs / 60_000 - 1) < 0.1, `${blocks / runs} for 60000`);
    assert.ok(Math.abs(larges / runs / large - 1) < 0.03, `${larges / runs} for ${large}`);
  });

  it('samples every block when the interval is a byte, through every entry point', async () => {
    const module = await instantiate(await profiling());
    const { profiler } = heapOf(module);
    profiler.start({ sampleInterval: 1, seed: 5 });
    assert.ok(profiler.isRunning);
    const block = ptr(module._malloc(100));
    module._calloc(10, 30);
    module._grown(30);
    module._aligned(7);
    const { samples } = profiler.profile();
    assert.equal(Math.round(samples.reduce((sum, { count }) => sum + count, 0)), 10);
    assert.equal(
      Math.round(samples.reduce((sum, { bytes }) => sum + bytes, 0)),
      100 + 300 + 30_000 + 7000,
    );
    profiler.stop();
    module._malloc(5000);
    module._free(block);
    assert.equal(profiler.isRunning, false);
    assert.equal(Math.round(bytesOf(profiler.profile(), 'grown')), 30_000);
    assert.equal(
      profiler.profile().samples.reduce((sum, one) => sum + one.samples, 0),
      9,
    );
  });

  it('takes the same samples for the same seed', async () => {
    const module = await instantiate(await profiling());
    const { profiler } = heapOf(module);
    const once = (/** @type {number} */ seed) => {
      profiler.start({ sampleInterval: 4096, seed });
      module._free_all(module._small_ones(10));
      const list = module._small_ones(2000);
      const { samples } = profiler.profile();
      module._free_all(list);
      return samples.map(({ samples }) => samples);
    };
    assert.deepEqual(once(3), once(3));
  });

  it('tells which call stack grew between two snapshots', async () => {
    const module = await instantiate(await profiling());
    const heap = heapOf(module);
    heap.profiler.start({ sampleInterval: 8192, seed: 1 });
    const list = module._small_ones(3000);
    const before = heap.takeHeapSnapshot();
    module._free_all(list);
    module._large_ones(20);
    const { sites } = diffHeapSnapshots(
      before,
      JSON.parse(JSON.stringify(heap.takeHeapSnapshot())),
    );
    assert.equal(sites[0].stack[0], 'large_ones');
    assert.ok(Math.abs(sites[0].delta_size / 4e6 - 1) < 0.01);
    const shrunk = sites.find(({ stack }) => stack[0] === 'small_ones');
    assert.ok(shrunk !== undefined && shrunk.delta_size < 0);
  });

  it('refuses an interval that is none', async () => {
    const { profiler } = heapOf(await instantiate(await profiling()));
    for (const sampleInterval of [0, -1, Number.NaN, 2 ** 31])
      assert.throws(() => profiler.start({ sampleInterval }), /sampleInterval is 1 to/);
  });

  it('reads the stacks of every engine', () => {
    const v8 =
      '    at _gharial_profile_sample (file:///a.mjs:1:2)\n    at app.wasm.gharial_malloc (wasm://wasm/app.wasm-1:wasm-function[9]:0x1)\n    at app.wasm.work (wasm://wasm/1)\n    at file:///b.mjs:3:4';
    assert.deepEqual(framesOf(v8), ['work', 'file:///b.mjs:3:4']);
    const firefox =
      '_gharial_profile_sample@http://a/a.js:1:2\nmalloc@http://a/a.wasm:wasm-function[3]:0x1\nwork@http://a/a.wasm:wasm-function[4]:0x2\nmain@http://a/b.js:1:1';
    assert.deepEqual(framesOf(firefox), ['work', 'main']);
  });
});
