// MiniPages inside heap pages, and the stacks of heap pages: seen through the statistics, never through placement.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, PAGE } from '../support/heap.js';

describe('MiniPages and heap pages', () => {
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

  const classOf = (/** @type {number} */ bytes) => {
    const found = heap.reader.getSizeClassStatistics().find((size) => size.block_size >= bytes);
    assert.ok(found);
    return found;
  };
  const take = (/** @type {number} */ bytes, /** @type {number} */ count) =>
    Array.from({ length: count }, () => heap.take(bytes));

  for (const bytes of [8, 16, 64, 256, 1024, 2048])
    it(`fills a MiniPage with ${MINI_PAGE / bytes} blocks of ${bytes} bytes before it takes another`, () => {
      const blocks = MINI_PAGE / bytes;
      for (let count = 1; count <= 5 * blocks; ++count) {
        heap.take(bytes);
        assert.equal(heap.counter('used_mini_pages'), Math.ceil(count / blocks), `after ${count}`);
      }
      const { number_of_mini_pages, number_of_used_blocks, number_of_free_blocks } = classOf(bytes);
      assert.deepEqual(
        [number_of_mini_pages, number_of_used_blocks, number_of_free_blocks],
        [5, 5 * blocks, 0],
      );
      heap.assertSoundFromOutside();
    });

  it('gives a class that fits one MiniPage badly a run of several, which wastes an eighth at most', () => {
    for (const { block_size } of heap.reader.getSizeClassStatistics()) {
      heap.take(block_size);
      const { number_of_mini_pages, number_of_blocks } = classOf(block_size);
      const bytes = number_of_mini_pages * MINI_PAGE;
      assert.ok(number_of_mini_pages >= 1 && number_of_mini_pages <= 31, `${block_size} bytes`);
      const waste = bytes - number_of_blocks * block_size;
      assert.ok(
        waste >= 0 && waste <= bytes / 8,
        `${block_size} bytes: ${waste} of ${bytes} wasted`,
      );
    }
    heap.assertSoundFromOutside();
  });

  it('uses every byte of a heap page: 4096 blocks of 16 bytes lie in 64 KiB', () => {
    take(16, 4 * 4096);
    const full = heap.pages.filter((page) => page.kind === 'cut' && page.used_size === PAGE);
    assert.equal(full.length, 4);
    assert.equal(heap.pages.filter((page) => page.kind === 'cut').length, 4);
    heap.assertSoundFromOutside();
  });

  it('names on a class’s stack just the heap pages with a partly free MiniPage of that class', () => {
    const blocks = take(512, 8 * 128); // 8 heap pages full
    const stack = () =>
      heap.reader.getGlobalMetaPage().size_class_stacks[classOf(512).size_class - 1].pages;
    heap.trim();
    assert.deepEqual(stack(), []);
    const pageOf = (/** @type {number} */ block) => Math.floor(block / PAGE);
    const pages = [...new Set(blocks.map(pageOf))].sort((a, b) => a - b);
    assert.equal(pages.length, 8);

    const chosen = pages.filter((_, i) => i % 3 !== 0);
    const freed = chosen.map((page) => blocks.find((block) => pageOf(block) === page) ?? 0);
    for (const block of freed) heap.free(block);
    heap.trim(); // from the free-block stack home
    heap.assertSoundFromOutside();
    assert.deepEqual(
      stack().sort((a, b) => a - b),
      chosen,
    );
    assert.equal(classOf(512).number_of_pages_with_room, chosen.length);

    // They serve the next requests, and a page without room is off the stack.
    const fresh = heap.counter('fresh_mini_pages') + heap.counter('reused_mini_pages');
    const again = take(512, chosen.length);
    assert.deepEqual(again.sort(), freed.sort());
    assert.equal(heap.counter('fresh_mini_pages') + heap.counter('reused_mini_pages'), fresh);
    assert.deepEqual(stack(), []);
    heap.assertSoundFromOutside();
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
  });

  it('is on one room stack: that of its longest run of free MiniPages', () => {
    const rooms = () =>
      heap.reader
        .getGlobalMetaPage()
        .room_stacks.filter(({ pages }) => pages.length > 0)
        .map(({ room, pages }) => [room, pages.length]);
    const blocks = Array.from({ length: 4 }, () => heap.take(18 * KiB)); // 9 MiniPages: three to a page
    heap.trim();
    assert.deepEqual(rooms(), [
      [5, 1],
      [23, 1],
    ]);
    const release = (/** @type {number} */ block) => {
      heap.free(block);
      heap.trim(); // from the free-block stack home
    };
    release(blocks[1]); // the middle one: 9 free, and 5 at the end
    assert.deepEqual(rooms(), [
      [9, 1],
      [23, 1],
    ]);
    blocks[1] = heap.take(18 * KiB); // the tightest room serves
    assert.deepEqual(rooms(), [
      [5, 1],
      [23, 1],
    ]);
    release(blocks[1]);
    release(blocks[2]);
    assert.deepEqual(rooms(), [[23, 2]]);
    heap.assertSoundFromOutside();
    heap.free(blocks[0]);
    heap.free(blocks[3]);
    heap.assertEmpty();
  });

  it('with every MiniPage free stays warm, serves again, and after trim is a free run', () => {
    const cached = take(62 * KiB, 4);
    const block = heap.take(62 * KiB);
    for (const other of cached) heap.free(other); // they fill the stack of their class
    const page = Math.floor(block / PAGE);
    assert.equal(heap.pageOf(block).kind, 'cut');
    heap.free(block);
    assert.equal(heap.reader.getGlobalMetaPage().warm_page, page);
    heap.assertSoundFromOutside();

    const { fresh_pages, reused_pages } = heap.stats;
    take(62 * KiB, 4);
    const again = heap.take(62 * KiB);
    assert.equal(Math.floor(again / PAGE), page);
    assert.equal(heap.reader.getGlobalMetaPage().warm_page, 0);
    assert.equal(heap.stats.fresh_pages, fresh_pages);
    assert.equal(heap.stats.reused_pages, reused_pages, 'a warm page is not taken from the runs');

    const second = heap.take(62 * KiB);
    for (const other of cached) heap.free(other);
    heap.free(again);
    heap.free(second); // only one page stays warm
    assert.equal(heap.pages.filter(({ kind }) => kind === 'cut').length, 5);
    assert.equal(heap.trim(), 1);
    assert.equal(heap.reader.getGlobalMetaPage().warm_page, 0);
    assert.equal(heap.pageOf(block).kind, 'free');
    heap.assertEmpty();
  });

  it('serves small and medium blocks from the rest of a large block’s last page', () => {
    const large = heap.take(80 * KiB); // a page and 8 MiniPages
    assert.equal(heap.usable(large), 80 * KiB);
    assert.equal(heap.pageOf(large).kind, 'large');
    const tail = heap.pageOf(large + PAGE);
    assert.equal(tail.kind, 'large', 'whole until somebody needs what is left of it');
    assert.deepEqual(
      tail.mini_pages.map(({ index, length, kind }) => [index, length, kind]),
      [
        [0, 8, 'large'],
        [8, 24, 'free'],
      ],
    );
    heap.call('fill', large, 80 * KiB, 1);
    const pages = heap.counter('fresh_pages') + heap.counter('reused_pages');
    const medium = heap.take(20 * KiB);
    assert.equal(heap.pageOf(medium).kind, 'cut');
    const small = Array.from({ length: 7 * 128 }, () => heap.take(16));
    for (const block of [medium, ...small]) {
      heap.call('set_bytes', block, 0xff, 16);
      assert.equal(Math.floor(block / PAGE), Math.floor((large + PAGE) / PAGE));
    }
    assert.equal(heap.counter('fresh_pages') + heap.counter('reused_pages'), pages);
    assert.equal(heap.call('first_difference', large, 80 * KiB, 1), 80 * KiB);
    heap.assertSoundFromOutside();
    heap.free(large); // the tail's MiniPages are free, the page stays cut
    assert.equal(heap.pageOf(large).kind, 'free');
    assert.equal(heap.pageOf(medium).kind, 'cut');
    heap.assertSoundFromOutside();
    for (const block of [medium, ...small]) heap.free(block);
    heap.assertEmpty();
  });

  it('hands out MiniPages that were in use before it touches fresh ones, and counts both', () => {
    const [first, second] = take(20 * KiB, 2);
    const before = heap.stats;
    assert.equal(before.fresh_mini_pages, 20);
    assert.equal(before.reused_mini_pages, 0);
    assert.equal(before.fresh_reused_ratio, Number.POSITIVE_INFINITY);
    heap.free(first);
    heap.trim();
    const third = heap.take(16 * KiB + 1); // 9 MiniPages
    assert.equal(heap.stats.fresh_mini_pages, 20);
    assert.equal(heap.stats.reused_mini_pages, 9);
    assert.equal(heap.stats.fresh_reused_ratio, 20 / 9);
    heap.free(second);
    heap.free(third);
    heap.assertEmpty();
    const used = heap.stats.fresh_pages;
    heap.take(62 * KiB);
    assert.equal(heap.stats.fresh_pages, used);
    assert.ok(heap.stats.reused_pages > 0);
  });

  it('prefers MiniPages that were in use even where fresh ones lie before them', () => {
    heap.memalign(8 * KiB, 18 * KiB);
    const second = heap.memalign(8 * KiB, 18 * KiB); // three fresh MiniPages lie between the two
    heap.free(second);
    heap.trim();
    assert.equal(heap.stats.fresh_mini_pages, 18);
    heap.take(18 * KiB);
    assert.deepEqual([heap.stats.fresh_mini_pages, heap.stats.reused_mini_pages], [18, 9]);
    heap.assertSoundFromOutside();
  });

  it('keeps MiniPages of all classes apart in one page', () => {
    const blocks = heap.reader
      .getSizeClassStatistics()
      .flatMap(({ block_size }) => take(block_size, 3));
    for (const [i, block] of blocks.entries()) heap.call('fill', block, heap.usable(block), i);
    heap.assertSoundFromOutside();
    for (const [i, block] of blocks.entries())
      assert.equal(heap.call('first_difference', block, heap.usable(block), i), heap.usable(block));
    for (const page of heap.pages.filter(({ kind }) => kind === 'cut')) {
      let next = 0;
      for (const { index, length } of page.mini_pages) {
        assert.equal(index, next, 'the runs of a page follow each other');
        next = index + length;
      }
      assert.equal(next, 32);
    }
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
  });
});
