// M3 and M4: metadata grows with the heap in use, and no allocation looks for room: the number of meta-pages it touches does
// not depend on how many there are.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, threads } from '../support/build.js';
import { createHeap, GiB, KiB, loadApi, MEMORY64, MiB, PAGE } from '../support/heap.js';

/**
 * The maps: 4 bytes a heap page and 13 a MiniPage (8 and 17 on wasm64), and a quarter as much to spare, with threads half as much; they
 * describe themselves too.
 */
const MAPS_SHARE = (threads ? 0.0106 / 0.0083 : 1) * (MEMORY64 ? 0.011 : 0.0083);
/** And a meta-page, 2 KiB, for each heap page, those in which the meta-pages lie included; with threads, as much for their bits. */
const SMALL_SHARE = MAPS_SHARE + (threads ? 0.0667 : 0.0327);
/** What a heap of any size has: maps of whole MiniPages, the meta-page of the page that is begun; with threads, maps of 4 MiB and a heap. */
const FIXED = threads ? 44 * KiB : 6 * KiB;

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(2)} %`;

describe('metadata', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });

  for (const live of [64 * KiB, MiB, 16 * MiB, 128 * MiB, 512 * MiB]) {
    it(`of ${live / KiB} KiB in small blocks is at most ${percent(SMALL_SHARE)} of them and ${FIXED / KiB} KiB`, async () => {
      const heap = await createHeap(factory, GiB, GiB);
      const count = live / 1024;
      assert.equal(heap.call('take_and_forget', 1024, count), count);
      const { metadata_size, used_heap_size } = heap.stats;
      assert.equal(used_heap_size, live);
      assert.ok(
        metadata_size <= live * SMALL_SHARE + FIXED,
        `${metadata_size} bytes: ${((100 * metadata_size) / live).toFixed(2)} %`,
      );
      assert.ok(metadata_size >= live / 32, 'a meta-page for each page is counted');
    });

    it(`of ${live / KiB} KiB in large blocks is at most ${percent(MAPS_SHARE)} of them and ${FIXED / KiB} KiB`, async () => {
      const heap = await createHeap(factory, GiB);
      for (let taken = 0; taken < live; taken += 64 * MiB) heap.take(Math.min(live, 64 * MiB));
      const { metadata_size, used_heap_size, total_heap_size } = heap.stats;
      assert.equal(used_heap_size, live);
      assert.ok(
        metadata_size <= live * MAPS_SHARE + FIXED,
        `${metadata_size} bytes: ${((100 * metadata_size) / live).toFixed(3)} %`,
      );
      // Maps move when they are too short: the MiniPages of the older ones, which add up to four times
      // the last ones, are free again.
      assert.ok(total_heap_size - live <= 5 * live * MAPS_SHARE + FIXED + PAGE);
    });
  }

  it('is given back with the pages it described', async () => {
    const heap = await createHeap(factory, GiB);
    const blocks = heap.take(4 * 100_000);
    const before = heap.stats.metadata_size;
    assert.equal(heap.call('take_many', 500, blocks, 100_000), 100_000);
    assert.ok(heap.stats.metadata_size > before + 1.5 * MiB);
    heap.call('free_many', blocks, 100_000, 7);
    heap.trim();
    const maps = 64 * MiB * MAPS_SHARE;
    assert.ok(
      heap.stats.metadata_size < before + maps + FIXED,
      `${heap.stats.metadata_size} bytes`,
    );
    heap.free(blocks);
    heap.assertEmpty();
  });

  it('needs less than half a heap page for ten small blocks', async () => {
    const heap = await createHeap(factory, GiB);
    for (let i = 0; i < 10; ++i) heap.take(16 + 8 * i);
    assert.ok(heap.metaPages <= 2, `${heap.metaPages} meta-pages`);
    assert.ok(heap.stats.number_of_pages <= 2);
    assert.ok(
      heap.stats.total_heap_size <= (threads ? 128 : 28) * KiB,
      `${heap.stats.total_heap_size} bytes`,
    );
  });
});

describe('no search', function () {
  this.timeout(300_000);
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi({ checked: true });
  });

  /**
   * A heap of many half-free pages of every class: blocks of all classes, every second one freed.
   * @param {number} pages
   */
  async function fragmentedHeap(pages) {
    const heap = await createHeap(factory, GiB, GiB); // growing page by page takes its time
    const classes = heap.reader.getSizeClassStatistics();
    // 20 000 blocks of a class are enough; what is missing of the pages then is made up below.
    const perClass = Math.ceil((pages * PAGE) / classes.length);
    for (const { block_size } of classes) {
      const count = Math.max(4, Math.min(20_000, Math.ceil(perClass / block_size)));
      const blocks = heap.take(4 * count);
      assert.equal(heap.call('take_many', block_size, blocks, count), count);
      heap.call('free_every', blocks, count, 2);
    }
    while (heap.metaPages < pages)
      assert.equal(heap.call('take_and_forget', 1024, 64 * pages), 64 * pages);
    heap.assertSound();
    return heap;
  }

  /** The most meta-pages that one malloc and one free touch, by size. @param {number} pages */
  async function mostTouched(pages) {
    const heap = await fragmentedHeap(pages);
    const { metaPages } = heap;
    const stacks = heap.reader.getGlobalMetaPage().size_class_stacks;
    const longest = Math.max(...stacks.map((stack) => stack.pages.length));
    const counter = heap.counterAddress('touched_meta_pages');
    const sizes = heap.reader.getSizeClassStatistics().map(({ block_size }) => block_size);
    const room = heap.take(4 * 3000);
    /** @type {Record<string, number[]>} */
    const most = {};
    for (const bytes of [...sizes, 20 * KiB, 40 * KiB, 52 * KiB, PAGE, 80 * KiB, 500 * KiB]) {
      heap.trim(); // the flush before growth looks at what is at hand, and growth stands aside
      const count = bytes < 4096 ? 3000 : bytes < PAGE ? 300 : 30;
      most[bytes] = [
        heap.call('most_touched_by_malloc', bytes, room, count, counter),
        heap.call('most_touched_by_free', room, count, counter),
      ];
    }
    heap.assertSound();
    return { most, metaPages, longest, touched: heap.counter('touched_meta_pages') };
  }

  it('touches no more meta-pages in a heap of 4000 pages than in one of 10, for every size', async () => {
    const few = await mostTouched(10);
    const many = await mostTouched(4000);
    assert.ok(
      few.metaPages < 200 && many.metaPages >= 4000,
      `${few.metaPages} and ${many.metaPages} meta-pages`,
    );
    assert.ok(many.longest > 50, `the longest stack has ${many.longest} pages: room to search`);
    assert.ok(few.touched > 0, 'the counter counts');
    const bound = { malloc: 0, free: 0 };
    for (const [malloc, free] of Object.values(few.most)) {
      bound.malloc = Math.max(bound.malloc, malloc);
      bound.free = Math.max(bound.free, free);
    }
    for (const [bytes, [malloc, free]] of Object.entries(many.most)) {
      assert.ok(
        malloc <= bound.malloc,
        `malloc(${bytes}) touches ${malloc}, with 10 pages ${bound.malloc}`,
      );
      assert.ok(
        free <= bound.free,
        `free of ${bytes} bytes touches ${free}, with 10 pages ${bound.free}`,
      );
    }
    assert.ok(
      bound.malloc <= 24 && bound.free <= 12,
      `${bound.malloc} and ${bound.free} meta-pages`,
    );
  });
});
