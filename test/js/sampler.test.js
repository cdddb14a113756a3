// The heap over time: samples, growth in the middle of a call, a warning before the limit, and an end to all of it.
import assert from 'node:assert/strict';
import { HeapReader, heapOf } from '../../js/index.js';
import { build, growing, instantiate, ptr } from './support/modules.js';

const limited = () =>
  build('limited', [
    '-sALLOW_MEMORY_GROWTH',
    '-sINITIAL_HEAP=64KB',
    '-sMEMORY_GROWTH_LINEAR_STEP=64KB',
    '-sMAXIMUM_MEMORY=4MB',
    '-sABORTING_MALLOC=0',
  ]);
const fixed = () => build('fixed', ['-sINITIAL_MEMORY=2MB', '-sABORTING_MALLOC=0']);

describe('createSampler', () => {
  it('tells samples as events and as an iterator, until it is stopped', async () => {
    const module = await instantiate(await growing());
    const sampler = heapOf(module).createSampler({ interval_ms: 5 });
    /** @type {number[]} */
    const told = [];
    sampler.addEventListener('sample', (event) =>
      told.push(/** @type {CustomEvent} */ (event).detail.number_of_live_allocations),
    );
    const seen = [];
    for await (const sample of sampler) {
      seen.push(sample.number_of_live_allocations);
      module._malloc(10);
      if (seen.length === 4) sampler.stop();
    }
    assert.deepEqual(seen, [0, 1, 2, 3]);
    assert.deepEqual(told, seen);
    assert.equal(sampler.running, false);
    assert.equal(sampler.last?.number_of_live_allocations, 3);
    assert.equal(sampler.last?.memory_size, module.gharialHeap().memory.buffer.byteLength);
  });

  it('ends a loop that waits when it is disposed of', async () => {
    const sampler = heapOf(await instantiate(await growing())).createSampler({ interval_ms: 1e6 });
    const loop = (async () => {
      for await (const sample of sampler) return sample;
      return 'ended';
    })();
    await Promise.resolve();
    sampler[Symbol.dispose]();
    assert.equal(await loop, 'ended');
  });

  it('tells growth as it happens, with the sizes', async () => {
    const module = await instantiate(await growing());
    const sampler = heapOf(module).createSampler({ interval_ms: 1e6 });
    /** @type {import('../../js/sampler.js').Growth[]} */
    const told = [];
    sampler.addEventListener('grow', (event) =>
      told.push(/** @type {CustomEvent} */ (event).detail),
    );
    const size = () => module.gharialHeap().memory.buffer.byteLength;
    const before = size();
    module._malloc(1_000_000);
    assert.deepEqual(told, [{ before, after: size() }]);
    sampler.stop();
    module._malloc(1_000_000);
    assert.equal(told.length, 1);
  });

  it('tells when memory was refused', async () => {
    const module = await instantiate(await fixed());
    const sampler = heapOf(module).createSampler({ interval_ms: 1e6 });
    let refused = 0;
    sampler.addEventListener('oom', (event) => {
      refused += /** @type {CustomEvent} */ (event).detail.refused_grows;
    });
    sampler.sample();
    assert.equal(refused, 0);
    assert.equal(ptr(module._malloc(10_000_000)), 0);
    sampler.sample();
    assert.ok(refused >= 1);
    sampler.stop();
  });

  it('refuses options that make no sense', async () => {
    const heap = heapOf(await instantiate(await growing()));
    assert.throws(() => heap.createSampler({ interval_ms: 0 }), /interval_ms is above 0/);
    assert.throws(() => heap.createSampler({ threshold: 2 }), /threshold is above 0 and at most 1/);
  });

  it('samples a dump as well', async () => {
    const module = await instantiate(await growing());
    module._malloc(1);
    const sampler = new HeapReader(heapOf(module).takeHeapSnapshot().toBinary()).createSampler();
    assert.equal(sampler.sample().number_of_live_allocations, 1);
    sampler.stop();
  });
});

describe('setNearHeapLimitCallback', () => {
  it('warns while memory grows, before malloc returns NULL, once', async () => {
    const module = await instantiate(await limited());
    const heap = heapOf(module);
    /** @type {import('../../js/index.js').LimitState[]} */
    const warned = [];
    const end = heap.setNearHeapLimitCallback((state) => warned.push(state), {
      threshold: 0.75,
      interval_ms: 1e6,
    });
    let blocks = 0;
    let first = 0;
    while (ptr(module._malloc(10_000)) !== 0) {
      blocks += 1;
      if (warned.length > 0) first ||= blocks;
    }
    assert.equal(warned.length, 1);
    assert.equal(warned[0].heap_size_limit, 4 * 2 ** 20);
    assert.ok(warned[0].share >= 0.75 && warned[0].share < 0.8, `${warned[0].share}`);
    assert.ok(first > blocks / 2 && first < 0.9 * blocks, `${first} of ${blocks}`);
    end();
  });

  it('warns in a memory that does not grow, and again after it was better', async () => {
    const module = await instantiate(await fixed());
    const heap = heapOf(module);
    let warned = 0;
    const end = heap.setNearHeapLimitCallback(() => (warned += 1), {
      threshold: 0.5,
      interval_ms: 2,
    });
    const turn = () => new Promise((done) => setTimeout(done, 20));
    const block = ptr(module._malloc(1_500_000));
    await turn();
    assert.equal(warned, 1);
    module._free(block);
    await turn();
    module._malloc(1_500_000);
    await turn();
    assert.equal(warned, 2);
    end();
  });

  it('warns at once where it is late already', async () => {
    const module = await instantiate(await fixed());
    module._malloc(1_900_000);
    let warned = 0;
    heapOf(module).setNearHeapLimitCallback(() => (warned += 1))();
    assert.equal(warned, 1);
  });
});
