// Small runs, the heap pages they begin in, and the stacks of these: seen through the statistics and the runs, never through
// placement.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, itWithoutThreads, threads } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, MiB, PAGE } from '../support/heap.js';

/** What a meta-page takes, with threads together with the remote words of its page. */
const META_PAGE = (threads ? 2 : 1) * MINI_PAGE;

describe('small runs and heap pages', () => {
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
    const found = heap.reader
      .getSizeClassStatistics()
      .filter(({ block_size }) => block_size >= bytes)
      .sort((a, b) => a.block_size - b.block_size)[0];
    assert.ok(found);
    return found;
  };
  const take = (/** @type {number} */ bytes, /** @type {number} */ count) =>
    Array.from({ length: count }, () => heap.take(bytes));
  /** The heap pages on the global stack of a class (M3). */
  const stackOf = (/** @type {number} */ bytes) => {
    const { size_class } = classOf(bytes);
    const stack = heap.reader
      .getGlobalMetaPage()
      .size_class_stacks.find((found) => found.size_class === size_class);
    assert.ok(stack);
    return [...stack.pages];
  };
  const pageOf = (/** @type {number} */ block) => Math.floor(block / PAGE);

  for (const bytes of [8, 16, 64, 256, 1024])
    it(`fills a MiniPage with ${MINI_PAGE / bytes} blocks of ${bytes} bytes before it takes another`, () => {
      const blocks = MINI_PAGE / bytes;
      for (let count = 1; count <= 5 * blocks; ++count) {
        heap.take(bytes);
        assert.equal(heap.usedMiniPages, Math.ceil(count / blocks), `after ${count}`);
      }
      const { number_of_mini_pages, number_of_used_blocks, number_of_free_blocks } = classOf(bytes);
      assert.deepEqual(
        [number_of_mini_pages, number_of_used_blocks, number_of_free_blocks],
        [5, 5 * blocks, 0],
      );
      heap.assertSoundFromOutside();
    });

  it('begins a class with a run of two blocks or one MiniPage, and goes on with runs that waste a sixteenth at most', () => {
    for (const { block_size } of heap.reader.getSizeClassStatistics()) {
      heap.take(block_size);
      const first = classOf(block_size);
      assert.equal(first.number_of_mini_pages, Math.ceil((2 * block_size) / MINI_PAGE));
      assert.equal(
        first.number_of_blocks,
        Math.floor((first.number_of_mini_pages * MINI_PAGE) / block_size),
      );
      take(block_size, first.number_of_blocks);
      const second = classOf(block_size);
      const mini_pages = second.number_of_mini_pages - first.number_of_mini_pages;
      const waste =
        mini_pages * MINI_PAGE - (second.number_of_blocks - first.number_of_blocks) * block_size;
      assert.ok(
        mini_pages >= first.number_of_mini_pages && mini_pages <= (threads ? 9 : 17),
        `${block_size} bytes: ${mini_pages} MiniPages`,
      );
      assert.ok(
        waste >= 0 && waste <= (mini_pages * MINI_PAGE) / 16,
        `${block_size} bytes: ${waste} of ${mini_pages * MINI_PAGE} wasted`,
      );
    }
    heap.assertSoundFromOutside();
  });

  it('uses every byte of its MiniPages: 4096 blocks of 16 bytes lie in 64 KiB', () => {
    take(16, 4 * 4096);
    const { small_mini_pages, live_bytes, slack_bytes, cached_bytes } = heap.cStats;
    assert.deepEqual(
      { small_mini_pages, live_bytes, slack_bytes, cached_bytes },
      { small_mini_pages: 4 * 32, live_bytes: 4 * PAGE, slack_bytes: 0, cached_bytes: 0 },
    );
    heap.assertSoundFromOutside();
  });

  it('names on a class’s stack just the heap pages in which a partly free run of that class begins', () => {
    const blocks = take(512, 8 * 128); // as many as 8 heap pages hold
    heap.trim();
    assert.deepEqual(stackOf(512), []);
    const pages = [...new Set(blocks.map(pageOf))].sort((a, b) => a - b);
    assert.ok(pages.length >= 8);

    const chosen = pages.filter((_, i) => i % 3 !== 0);
    const freed = chosen.map((page) => blocks.find((block) => pageOf(block) === page) ?? 0);
    for (const block of freed) heap.free(block);
    heap.trim(); // from the free-block stack home
    heap.assertSoundFromOutside();
    assert.deepEqual(
      stackOf(512).sort((a, b) => a - b),
      chosen,
    );
    assert.equal(classOf(512).number_of_pages_with_room, chosen.length);
    assert.deepEqual(stackOf(640), [], 'nor on that of another class');

    // They serve the next requests, and a page without room is off the stack.
    const handedOut = () => heap.counter('taken_mini_pages');
    const before = handedOut();
    const again = take(512, chosen.length);
    assert.deepEqual(again.sort(), freed.sort());
    assert.equal(handedOut(), before);
    assert.deepEqual(stackOf(512), []);
    heap.assertSoundFromOutside();
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
  });

  it('gives a heap page a meta-page while small runs begin in it, and no longer', () => {
    heap.take(80 * KiB);
    assert.equal(heap.metaPages, 0, 'large blocks need none');
    const blocks = take(512, 16 * 128);
    const pages = [...new Set(blocks.map(pageOf))];
    assert.equal(heap.metaPages, pages.length);
    const used = heap.cStats.metadata_bytes;
    for (const [i, page] of pages.entries()) {
      for (const block of blocks) if (pageOf(block) === page) heap.free(block);
      heap.trim();
      assert.equal(heap.metaPages, pages.length - 1 - i);
      assert.equal(heap.cStats.metadata_bytes, used - (1 + i) * META_PAGE);
      heap.assertSoundFromOutside();
    }
    assert.ok(
      heap.runs.every(({ kind }) => kind !== 'meta'),
      'meta-pages that nobody needs are free',
    );
  });

  // With threads, a small run and its heap page have one owner.
  itWithoutThreads(
    'describes a run that reaches into the next heap page in the one where it begins',
    () => {
      const blocks = take(7168, 400);
      const begun = new Set(
        heap.runs.filter(({ kind }) => kind === 'small').map(({ address }) => pageOf(address)),
      );
      const across = heap.runs.filter(
        ({ kind, address, mini_pages }) =>
          kind === 'small' && pageOf(address) !== pageOf(address + mini_pages * MINI_PAGE - 1),
      );
      assert.ok(across.length > 10, 'runs do not stop at heap pages');
      assert.equal(heap.metaPages, begun.size);
      for (const [i, block] of blocks.entries()) heap.call('fill', block, 7168, i);
      heap.assertSoundFromOutside();
      for (const [i, block] of blocks.entries()) {
        assert.equal(heap.call('first_difference', block, 7168, i), 7168);
        heap.free(block);
      }
      heap.assertEmpty();
    },
  );

  it('gives the MiniPages of a block that shares none back at once', () => {
    const blocks = take(10 * KiB, 5);
    const taken = heap.stats;
    for (const block of blocks) heap.free(block);
    assert.equal(heap.stats.number_of_cached_blocks, taken.number_of_cached_blocks);
    assert.equal(heap.usedMiniPages, 0);
    heap.assertSoundFromOutside();
    const again = take(10 * KiB, 5);
    assert.deepEqual(again.sort(), blocks.sort());
    assert.equal(heap.stats.fresh_mini_pages, taken.fresh_mini_pages);
    assert.equal(heap.stats.reused_mini_pages, taken.reused_mini_pages + 5 * 5);
    for (const block of again) heap.free(block);
    assert.equal(heap.trim(), 0, 'there was nothing to give back');
    heap.assertEmpty();
  });

  itWithoutThreads(
    'serves other blocks from what a large block leaves of its last heap page',
    () => {
      heap.free(heap.take(MiB));
      heap.trim();
      const large = heap.take(80 * KiB); // a page and 8 MiniPages
      assert.equal(heap.usable(large), 80 * KiB);
      heap.call('fill', large, 80 * KiB, 1);
      const { heap_bytes } = heap.cStats;
      const long = heap.take(20 * KiB);
      const small = take(16, 7 * 128);
      const end = large + 80 * KiB;
      for (const block of [long, ...small]) {
        heap.call('set_bytes', block, 0xff, 16);
        assert.ok(block >= end && block < end + PAGE, 'side by side');
      }
      assert.equal(heap.cStats.heap_bytes, heap_bytes);
      assert.equal(heap.call('first_difference', large, 80 * KiB, 1), 80 * KiB);
      heap.assertSoundFromOutside();
      heap.free(large);
      assert.ok(
        heap.runs.some(
          ({ kind, address, mini_pages }) =>
            kind === 'free' && address <= large && address + mini_pages * MINI_PAGE >= end,
        ),
      );
      heap.assertSoundFromOutside();
      for (const block of [long, ...small]) heap.free(block);
      heap.assertEmpty();
    },
  );

  itWithoutThreads(
    'hands out MiniPages that were in use before it touches fresh ones, and counts both',
    () => {
      const [first, second] = take(20 * KiB, 2);
      const { fresh_mini_pages, reused_mini_pages, fresh_reused_ratio } = heap.stats;
      const [maps] = heap.runs;
      assert.equal(maps.kind, 'maps');
      assert.equal(fresh_mini_pages, 20);
      assert.equal(reused_mini_pages, 0);
      assert.equal(fresh_reused_ratio, Number.POSITIVE_INFINITY);
      heap.free(first);
      heap.trim();
      const third = heap.take(16 * KiB + 1); // 9 MiniPages
      assert.equal(heap.stats.fresh_mini_pages, fresh_mini_pages);
      assert.equal(heap.stats.reused_mini_pages, 9);
      assert.equal(heap.stats.fresh_reused_ratio, fresh_mini_pages / 9);
      heap.free(second);
      heap.free(third);
      heap.assertEmpty();
      heap.take(40 * KiB); // where the two were
      assert.equal(heap.stats.fresh_mini_pages, fresh_mini_pages);
      assert.equal(heap.stats.reused_mini_pages, 29);
    },
  );

  it('counts as fresh what was never handed out, however memory grew meanwhile', () => {
    for (let i = 1; i <= 40; ++i) heap.take(100_000 + 5000 * i);
    assert.ok(heap.counter('heap_grows') > 20);
    const { fresh_mini_pages, reused_mini_pages, number_of_mini_pages } = heap.stats;
    const own = threads ? PAGE / MINI_PAGE : 0; // the page that was the first block's
    assert.ok(fresh_mini_pages >= number_of_mini_pages - own, 'every block is fresh');
    const { map_size } = heap.reader.getGlobalMetaPage();
    assert.ok(reused_mini_pages * MINI_PAGE < 4 * map_size, 'only maps were freed, and used again');
  });

  it('keeps blocks of all classes apart, whatever heap page they share', () => {
    const blocks = heap.reader
      .getSizeClassStatistics()
      .flatMap(({ block_size }) => take(block_size, 3));
    for (const [i, block] of blocks.entries()) heap.call('fill', block, heap.usable(block), i);
    heap.assertSoundFromOutside();
    for (const [i, block] of blocks.entries())
      assert.equal(heap.call('first_difference', block, heap.usable(block), i), heap.usable(block));
    let next = heap.runs[0].address;
    for (const { address, mini_pages } of heap.runs) {
      assert.equal(address, next, 'runs follow each other');
      next = address + mini_pages * MINI_PAGE;
    }
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
  });
});
