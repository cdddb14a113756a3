// Runs of MiniPages: they split, they join whatever the order, and lie wherever there is room, across heap pages too.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, threads } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, MiB, PAGE, permutations } from '../support/heap.js';

describe('runs of MiniPages', () => {
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

  const runs = () => heap.freeLengths;
  const sorted = (/** @type {number[]} */ lengths) => lengths.sort((a, b) => a - b);
  /** A block with another behind it, which keeps it from joining what lies there. */
  const guarded = (/** @type {number} */ bytes) => {
    const block = heap.take(bytes);
    heap.take(bytes);
    return block;
  };

  for (const [name, sizes] of Object.entries({
    'whole pages': [PAGE, 3 * PAGE, 2 * PAGE],
    'parts of pages': [PAGE + MINI_PAGE, 2 * PAGE + 30 * KiB, 5 * PAGE + 100],
    'long runs': [40 * PAGE, 33 * PAGE, 100 * PAGE],
    'long runs and short ones': [40 * PAGE + 2000, 64 * KiB - 1, 32 * PAGE],
    'parts of a page': [20 * KiB, 52 * KiB, 10 * KiB],
    'runs of two small blocks': [4 * KiB, 4 * KiB, 8 * KiB],
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
    heap.free(heap.take(2 * MiB));
    const run = guarded(10 * PAGE);
    const before = runs();
    heap.free(run);
    assert.deepEqual(runs(), sorted([...before, 320]));
    const part = heap.take(3 * PAGE + 5 * MINI_PAGE);
    assert.deepEqual(runs(), sorted([...before, 219]));
    const rest = heap.take(219 * MINI_PAGE);
    assert.deepEqual(runs(), before);
    heap.free(part);
    heap.free(rest);
    assert.deepEqual(runs(), sorted([...before, 320]));
    heap.assertSoundFromOutside();
  });

  it('are found by exact length up to a heap page: the tightest serves', () => {
    heap.free(heap.take(MiB));
    const lengths = [16, 5, 11, 8, 31, 9, 15, 6, 30, 17, 32];
    const free = lengths.map((mini_pages) => guarded(mini_pages * MINI_PAGE));
    for (const run of free) heap.free(run);
    for (const mini_pages of lengths) {
      const before = runs();
      assert.ok(before.includes(mini_pages));
      const block = heap.take(mini_pages * MINI_PAGE);
      before.splice(before.indexOf(mini_pages), 1);
      assert.deepEqual(runs(), before, `${mini_pages} MiniPages`);
      heap.call('set_bytes', block, 1, mini_pages * MINI_PAGE);
    }
    heap.assertSoundFromOutside();
  });

  it('lie across heap pages: nothing is left over between blocks of 33 MiniPages', () => {
    heap.free(heap.take(4 * MiB));
    const before = heap.cStats;
    const blocks = Array.from({ length: 40 }, () => heap.take(33 * MINI_PAGE));
    for (const [i, block] of blocks.entries()) heap.call('fill', block, 33 * MINI_PAGE, i);
    const { free_mini_pages, free_runs, heap_bytes } = heap.cStats;
    assert.equal(free_mini_pages, before.free_mini_pages - 40 * 33);
    assert.ok(free_runs <= before.free_runs, 'no rests');
    assert.equal(heap_bytes, before.heap_bytes);
    for (const [i, block] of blocks.entries())
      assert.equal(heap.call('first_difference', block, 33 * MINI_PAGE, i), 33 * MINI_PAGE);
    assert.ok(blocks.some((block) => block % PAGE > PAGE - MINI_PAGE * 4));
    heap.assertSoundFromOutside();
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
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

  it('are met to 2 KiB, and begin on a MiniPage', () => {
    for (let bytes = PAGE - 3000; bytes < 5 * PAGE; bytes += 1021) {
      const block = heap.take(bytes);
      const usable = heap.usable(block);
      assert.ok(usable >= bytes && usable < bytes + MINI_PAGE, `${bytes} bytes: ${usable}`);
      assert.equal(block % MINI_PAGE, 0);
    }
    heap.assertSoundFromOutside();
  });

  it('fresh and re-used pages are counted, each page once', () => {
    const before = heap.stats; // with threads, what the heap of the first one has had
    if (!threads) assert.equal(before.fresh_pages, 0);
    const block = heap.take(10 * PAGE);
    const { fresh_pages, reused_pages } = heap.stats;
    assert.equal(fresh_pages + reused_pages, before.fresh_pages + before.reused_pages + 10);
    if (!threads) assert.equal(reused_pages, 0);
    heap.free(block);
    heap.take(4 * PAGE);
    assert.equal(heap.stats.fresh_pages, fresh_pages);
    assert.equal(heap.stats.reused_pages, reused_pages + 4);
    heap.take(8 * PAGE);
    assert.equal(heap.stats.fresh_pages + heap.stats.reused_pages, fresh_pages + reused_pages + 12);
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
