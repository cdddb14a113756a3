// Runs of heap pages: they split, they join whatever the order, and blocks of 64 KiB and more begin on a page.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, MiB, PAGE, permutations } from '../support/heap.js';

describe('runs of heap pages', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory);
  });

  const runs = () =>
    heap.reader
      .getGlobalMetaPage()
      .run_bins.flatMap((bin) => bin.runs)
      .map((run) => run.number_of_pages)
      .sort((a, b) => a - b);

  for (const [name, sizes] of Object.entries({
    'whole pages': [PAGE, 3 * PAGE, 2 * PAGE],
    'blocks with tails': [PAGE + MINI_PAGE, 2 * PAGE + 30 * KiB, 5 * PAGE + 100],
    'long runs': [40 * PAGE, 33 * PAGE, 100 * PAGE],
    'long runs and short ones': [40 * PAGE + 2000, 64 * KiB - 1, 32 * PAGE],
  }))
    it(`join when three neighbours are freed in any order: ${name}`, () => {
      for (const order of permutations([0, 1, 2])) {
        const blocks = sizes.map((bytes) => heap.take(bytes));
        for (const [i, block] of blocks.entries()) heap.call('fill', block, sizes[i], i);
        for (const i of order) {
          assert.equal(heap.call('first_difference', blocks[i], sizes[i], i), sizes[i]);
          heap.free(blocks[i]);
          heap.assertSoundFromOutside();
        }
        heap.assertEmpty();
      }
    });

  it('of five blocks join in any order to a run as long as all together', () => {
    heap.free(heap.take(20 * PAGE));
    heap.trim();
    const before = runs();
    for (const order of permutations([0, 1, 2, 3, 4])) {
      const blocks = [1, 2, 3, 4, 10].map((pages) => heap.take(pages * PAGE));
      for (const i of order) heap.free(blocks[i]);
      assert.deepEqual(runs(), before, `freed in the order ${order}`);
    }
    heap.assertEmpty();
  });

  it('split: what is left of a run stays free', () => {
    const guardedRun = (/** @type {number} */ pages) => {
      const run = heap.take(pages * PAGE);
      heap.take(PAGE);
      return run;
    };
    const run = guardedRun(10);
    const before = runs();
    heap.free(run);
    assert.deepEqual(
      runs(),
      [...before, 10].sort((a, b) => a - b),
    );
    const part = heap.take(3 * PAGE);
    assert.deepEqual(
      runs(),
      [...before, 7].sort((a, b) => a - b),
    );
    const rest = heap.take(7 * PAGE);
    assert.deepEqual(runs(), before);
    heap.free(part);
    heap.free(rest);
    assert.deepEqual(
      runs(),
      [...before, 10].sort((a, b) => a - b),
    );
    heap.assertSoundFromOutside();
  });

  it('are found by exact length up to 32 pages: the tightest serves', () => {
    const lengths = [32, 5, 17, 2, 9, 31, 3];
    const free = lengths.map((pages) => {
      const run = heap.take(pages * PAGE);
      heap.take(PAGE); // keeps it from joining its neighbour
      return run;
    });
    for (const run of free) heap.free(run);
    for (const pages of lengths) {
      const before = runs();
      const block = heap.take(pages * PAGE);
      before.splice(before.indexOf(pages), 1);
      assert.deepEqual(runs(), before, `${pages} pages`);
      heap.call('set_bytes', block, 1, pages * PAGE);
    }
    heap.assertSoundFromOutside();
  });

  it('of more than 32 pages are reused rather than grown past', () => {
    const run = heap.take(50 * PAGE);
    heap.take(PAGE);
    heap.free(run);
    const size = heap.memory_bytes;
    for (const pages of [50, 41, 33]) {
      const block = heap.take(pages * PAGE);
      assert.equal(heap.memory_bytes, size, `${pages} pages`);
      heap.free(block);
    }
    heap.assertSoundFromOutside();
  });

  it('are met to 2 KiB, and begin on a heap page from 64 KiB on', () => {
    for (let bytes = PAGE - 3000; bytes < 5 * PAGE; bytes += 1021) {
      const block = heap.take(bytes);
      const usable = heap.usable(block);
      assert.ok(usable >= bytes && usable < bytes + MINI_PAGE, `${bytes} bytes: ${usable}`);
      if (bytes >= PAGE) assert.equal(block % PAGE, 0);
    }
    heap.assertSoundFromOutside();
  });

  it('fresh and re-used pages are counted, each page once', () => {
    const block = heap.take(10 * PAGE);
    const { fresh_pages, reused_pages } = heap.stats;
    assert.ok(fresh_pages >= 10);
    assert.equal(reused_pages, 0);
    heap.free(block);
    heap.take(4 * PAGE);
    assert.equal(heap.stats.fresh_pages, fresh_pages);
    assert.equal(heap.stats.reused_pages, 4);
    heap.take(8 * PAGE);
    assert.equal(heap.stats.fresh_pages + heap.stats.reused_pages, fresh_pages + 12);
  });

  it('are zero for calloc whether fresh, used before, or half of each', () => {
    const sizes = [PAGE, 3 * PAGE + 5000, 40 * PAGE];
    for (const bytes of sizes) {
      const block = heap.calloc(bytes);
      assert.equal(heap.call('first_nonzero', block, bytes), bytes);
      heap.call('set_bytes', block, 0xa5, heap.usable(block));
      heap.free(block);
    }
    heap.trim();
    // Longer than the run that was used: its front is dirty, its end is fresh.
    const block = heap.calloc(2 * MiB * 3);
    assert.equal(heap.call('first_nonzero', block, 6 * MiB), 6 * MiB);
    heap.free(block);
    heap.assertEmpty();
  });
});
