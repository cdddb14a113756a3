// What changed between two moments: in all, by size, in either direction, from every form a moment is kept in.
import assert from 'node:assert/strict';
import { diffHeapSnapshots, HeapReader, heapOf } from '../../js/index.js';
import { growing, instantiate, ptr } from './support/modules.js';

async function twoMoments() {
  const module = await instantiate(await growing());
  const heap = heapOf(module);
  const old = Array.from({ length: 50 }, () => ptr(module._malloc(100)));
  const a = heap.takeHeapSnapshot();
  for (const block of old.slice(0, 20)) module._free(block);
  for (let i = 0; i < 7; ++i) module._malloc(1000);
  module._malloc(300_000);
  return { heap, a, b: heap.takeHeapSnapshot() };
}

describe('diffHeapSnapshots', () => {
  it('counts by size of block, most bytes first', async () => {
    const { a, b } = await twoMoments();
    const { size_classes, used_heap_size, number_of_live_allocations, sites } = diffHeapSnapshots(
      a,
      b,
    );
    assert.deepEqual(size_classes, [
      { block_size: 0, before: 0, after: 1, delta: 1, delta_size: 301_056 },
      { block_size: 1024, before: 0, after: 7, delta: 7, delta_size: 7168 },
      { block_size: 112, before: 50, after: 30, delta: -20, delta_size: -2240 },
    ]);
    assert.equal(used_heap_size.delta, 301_056 + 7168 - 2240);
    assert.deepEqual(number_of_live_allocations, { before: 50, after: 38, delta: -12 });
    assert.deepEqual(sites, []);
  });

  it('is the opposite the other way round, and nothing of a heap to itself', async () => {
    const { a, b } = await twoMoments();
    const there = diffHeapSnapshots(a, b);
    const back = diffHeapSnapshots(b, a);
    for (const [i, change] of there.size_classes.entries())
      assert.equal(change.delta_size, -back.size_classes[i].delta_size);
    assert.equal(there.memory_size.delta, -back.memory_size.delta);
    const none = diffHeapSnapshots(b, b);
    assert.deepEqual(none.size_classes, []);
    assert.equal(none.used_heap_size.delta, 0);
  });

  it('compares call stacks where both were profiled, most bytes first', async () => {
    const { a, b } = await twoMoments();
    /** @param {import('../../js/index.js').HeapSnapshot} of @param {[string, number, number][]} sites */
    const profiled = (of, sites) => ({
      ...JSON.parse(JSON.stringify(of)),
      profile: {
        sample_interval: 1024,
        samples: sites.map(([name, count, bytes]) => ({
          stack: [name, 'main'],
          count,
          bytes,
          samples: 1,
        })),
      },
    });
    const before = profiled(a, [
      ['stays', 3, 300],
      ['shrinks', 2, 5000],
      ['goes', 1, 100],
    ]);
    const after = profiled(b, [
      ['stays', 3, 300],
      ['comes', 4, 400],
      ['shrinks', 1, 2500],
    ]);
    assert.deepEqual(diffHeapSnapshots(before, after).sites, [
      { stack: ['shrinks', 'main'], delta: -1, delta_size: -2500 },
      { stack: ['comes', 'main'], delta: 4, delta_size: 400 },
      { stack: ['goes', 'main'], delta: -1, delta_size: -100 },
    ]);
    assert.deepEqual(diffHeapSnapshots(before, b).sites, []);
  });

  it('takes readers, snapshots, and what JSON made of them', async () => {
    const { heap, a, b } = await twoMoments();
    const wanted = diffHeapSnapshots(a, b);
    assert.deepEqual(diffHeapSnapshots(a, heap), wanted);
    assert.deepEqual(
      diffHeapSnapshots(JSON.parse(JSON.stringify(a)), new HeapReader(b.toBinary())),
      wanted,
    );
  });
});
