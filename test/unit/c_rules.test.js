// The rules of C23 7.24.4 and POSIX.1-2024 for the whole interface: overflow, size 0, alignment, errno, and what the
// GNU extensions report.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, threads } from '../support/build.js';
import {
  createHeap,
  EINVAL,
  ENOMEM,
  KiB,
  loadApi,
  MINI_PAGE,
  MiB,
  PAGE,
  POINTER,
  SIZE_MAX,
  STATS_FIELDS,
} from '../support/heap.js';

/** Sizes that no memory has: they must not wrap around in any rounding. */
const HOPELESS = [
  SIZE_MAX,
  SIZE_MAX - 1,
  SIZE_MAX - 7,
  SIZE_MAX - 8,
  SIZE_MAX - 15,
  SIZE_MAX - 2047,
  SIZE_MAX - 2048,
  SIZE_MAX - 4096,
  SIZE_MAX - PAGE,
  SIZE_MAX - PAGE + 1,
  SIZE_MAX - 2 * PAGE,
  SIZE_MAX - 3 * PAGE,
  0x80000000,
  0x80000001,
  0x7fffffff,
];

describe('the rules of C and POSIX', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory, 16 * MiB);
  });

  /** The call fails with NULL and ENOMEM and leaves the heap whole. @param {string} name @param {...number} args */
  function assertNoMemory(name, ...args) {
    heap.errno = 0;
    assert.equal(heap.call(name, ...args), 0, `${name}(${args})`);
    assert.equal(heap.errno, ENOMEM, `errno of ${name}(${args})`);
    heap.assertSound();
  }

  describe('requests that no memory can meet', () => {
    for (const name of [
      'malloc',
      '__libc_malloc',
      'emscripten_builtin_malloc',
      'valloc',
      'pvalloc',
    ])
      it(`${name} returns NULL and ENOMEM`, () => {
        for (const bytes of HOPELESS) assertNoMemory(name, bytes);
      });

    for (const name of ['calloc', '__libc_calloc', 'emscripten_builtin_calloc'])
      it(`${name} returns NULL and ENOMEM, products that overflow included`, () => {
        for (const bytes of HOPELESS) {
          assertNoMemory(name, 1, bytes);
          assertNoMemory(name, bytes, 1);
        }
        for (const [count, bytes] of [
          [0x10000, 0x10000],
          [0x10001, 0x10000],
          [SIZE_MAX, 2],
          [2, SIZE_MAX],
          [SIZE_MAX, SIZE_MAX],
          [0x80000000, 2],
          [0x55555556, 3], // 2^32 + 2: the product alone would be 2
        ])
          assertNoMemory(name, count, bytes);
      });

    for (const name of [
      'memalign',
      'aligned_alloc',
      '__libc_memalign',
      'emscripten_builtin_memalign',
    ])
      it(`${name} returns NULL and ENOMEM at every alignment`, () => {
        for (let alignment = 1; alignment <= 0x80000000; alignment *= 2)
          for (const bytes of HOPELESS) assertNoMemory(name, alignment, bytes);
        for (const alignment of [32 * MiB, 0x40000000, 0x80000000])
          assertNoMemory(name, alignment, 1);
      });

    it('posix_memalign returns ENOMEM and leaves the pointer and errno alone', () => {
      const at = heap.take(4);
      for (let alignment = POINTER; alignment <= 0x80000000; alignment *= 2)
        for (const bytes of HOPELESS) {
          heap.words(at, 1)[0] = 0x1234567;
          heap.errno = 0;
          assert.equal(heap.call('posix_memalign', at, alignment, bytes), ENOMEM);
          assert.equal(heap.words(at, 1)[0], 0x1234567);
        }
      heap.assertSound();
    });

    for (const name of ['realloc', '__libc_realloc', 'emscripten_builtin_realloc'])
      it(`${name} returns NULL and ENOMEM and leaves the block as it is`, () => {
        for (const size of [1, 100, 3000, 20 * KiB, 70 * KiB]) {
          const block = heap.take(size);
          heap.call('fill', block, size, size);
          for (const bytes of HOPELESS) assertNoMemory(name, block, bytes);
          assert.equal(heap.call('first_difference', block, size, size), size);
          heap.free(block);
        }
        for (const bytes of HOPELESS) assertNoMemory(name, 0, bytes);
        heap.assertEmpty();
      });

    it('reallocarray returns NULL and ENOMEM, products that overflow included', () => {
      const block = heap.take(50);
      heap.call('fill', block, 50, 50);
      for (const bytes of HOPELESS) {
        assertNoMemory('reallocarray', block, 1, bytes);
        assertNoMemory('reallocarray', 0, bytes, 1);
      }
      assertNoMemory('reallocarray', block, 0x10000, 0x10000);
      assertNoMemory('reallocarray', block, 0x55555556, 3);
      assertNoMemory('reallocarray', 0, SIZE_MAX, SIZE_MAX);
      assert.equal(heap.call('first_difference', block, 50, 50), 50);
      heap.free(block);
      heap.assertEmpty();
    });
  });

  describe('size 0', () => {
    it('is a block of its own for every function that allocates', () => {
      const at = heap.take(4);
      const blocks = [];
      for (let i = 0; i < 300; ++i) {
        blocks.push(heap.malloc(0), heap.calloc(0, 5), heap.calloc(5, 0), heap.calloc(0, SIZE_MAX));
        blocks.push(heap.realloc(0, 0), heap.call('reallocarray', 0, 0, 7), heap.memalign(64, 0));
        blocks.push(heap.call('aligned_alloc', 16, 0));
        assert.equal(heap.call('posix_memalign', at, 8, 0), 0);
        blocks.push(heap.words(at, 1)[0]);
      }
      blocks.push(heap.call('valloc', 0), heap.call('pvalloc', 0));
      assert.ok(!blocks.includes(0));
      assert.equal(new Set(blocks).size, blocks.length);
      for (const block of [...blocks, at]) heap.free(block);
      heap.assertEmpty();
    });

    it('shrinks in realloc, and does not free', () => {
      for (const size of [8, 100, 3000, 20 * KiB, 200 * KiB]) {
        const block = heap.realloc(heap.take(size), 0);
        assert.notEqual(block, 0);
        assert.equal(heap.usable(block), 8);
        assert.equal(heap.stats.number_of_live_allocations, 1);
        heap.free(block);
      }
      heap.assertEmpty();
    });
  });

  describe('alignment', () => {
    it('that is no power of two is EINVAL', () => {
      const at = heap.take(4);
      heap.words(at, 1)[0] = 0x1234567;
      for (const alignment of [
        0,
        3,
        5,
        6,
        7,
        12,
        24,
        48,
        100,
        65535,
        65537,
        0x80000001,
        SIZE_MAX,
      ]) {
        for (const name of [
          'memalign',
          'aligned_alloc',
          '__libc_memalign',
          'emscripten_builtin_memalign',
        ]) {
          heap.errno = 0;
          assert.equal(heap.call(name, alignment, 100), 0, `${name}(${alignment}, 100)`);
          assert.equal(heap.errno, EINVAL, `errno of ${name}(${alignment}, 100)`);
        }
        assert.equal(heap.call('posix_memalign', at, alignment, 100), EINVAL);
        assert.equal(heap.words(at, 1)[0], 0x1234567, 'the pointer is left alone');
      }
      assert.equal(heap.stats.number_of_live_allocations, 1);
    });

    it('smaller than a pointer is EINVAL for posix_memalign, and for nobody else', () => {
      const at = heap.take(4);
      for (const alignment of [1, 2, POINTER / 2]) {
        assert.equal(heap.call('posix_memalign', at, alignment, 100), EINVAL);
        assert.notEqual(heap.memalign(alignment, 100), 0);
      }
      assert.equal(heap.call('posix_memalign', at, POINTER, 100), 0);
      assert.notEqual(heap.words(at, 1)[0], 0);
    });

    it('of valloc and pvalloc is a page; pvalloc rounds the size up to one', () => {
      for (const [bytes, rounded] of [
        [0, PAGE],
        [1, PAGE],
        [PAGE - 1, PAGE],
        [PAGE, PAGE],
        [PAGE + 1, 2 * PAGE],
        [3 * PAGE, 3 * PAGE],
      ]) {
        const block = heap.call('valloc', bytes);
        assert.ok(block !== 0 && block % PAGE === 0 && heap.usable(block) >= bytes);
        const rounding = heap.call('pvalloc', bytes);
        assert.ok(rounding !== 0 && rounding % PAGE === 0);
        assert.equal(heap.usable(rounding), rounded, `pvalloc(${bytes})`);
        heap.free(block);
        heap.free(rounding);
      }
      heap.assertEmpty();
    });

    it('up to 1 MiB is met for large blocks, without losing what lies before them', () => {
      const blocks = [];
      for (let alignment = 64 * KiB; alignment <= MiB; alignment *= 2)
        for (const bytes of [1, PAGE, PAGE + 1, 200 * KiB]) {
          heap.take(3000); // moves the end of the heap off the alignment
          const block = heap.memalign(alignment, bytes);
          assert.ok(block !== 0 && block % alignment === 0, `memalign(${alignment}, ${bytes})`);
          heap.call('fill', block, heap.usable(block), bytes);
          blocks.push({ block, bytes });
        }
      heap.assertSoundFromOutside();
      for (const { block, bytes } of blocks)
        assert.equal(
          heap.call('first_difference', block, heap.usable(block), bytes),
          heap.usable(block),
        );
      const { free_heap_size } = heap.stats;
      for (const { block } of blocks) heap.free(block);
      heap.assertSoundFromOutside();
      assert.ok(heap.stats.free_heap_size > free_heap_size);
    });
  });

  it('free(NULL) and malloc_usable_size(NULL) do nothing, before the first allocation too', () => {
    const grows = heap.counter('heap_grows');
    if (!threads) assert.equal(grows, 0);
    heap.free(0);
    heap.call('free_sized', 0, 0);
    heap.call('free_aligned_sized', 0, 8, 0);
    assert.equal(heap.usable(0), 0);
    assert.equal(heap.trim(), 0);
    assert.equal(heap.counter('heap_grows'), grows);
    heap.assertSound();
    heap.free(heap.take(100));
    heap.free(0);
    assert.equal(heap.usable(0), 0);
    heap.assertEmpty();
  });

  it('success leaves errno alone, and so does free', () => {
    heap.errno = 1234;
    const block = heap.realloc(heap.calloc(100), 5000);
    heap.free(heap.memalign(4096, 70_000));
    heap.free(block);
    assert.equal(heap.errno, 1234);
  });

  it('calloc clears what was used before, at every kind of size', () => {
    for (const bytes of [
      1,
      8,
      100,
      2048,
      2049,
      5000,
      16 * KiB,
      16 * KiB + 1,
      40 * KiB,
      52 * KiB,
      70 * KiB,
      MiB,
    ]) {
      for (let round = 0; round < 3; ++round) {
        const blocks = [1, 2, 3].map(() => heap.calloc(1, bytes));
        for (const block of blocks) {
          assert.notEqual(block, 0);
          assert.equal(
            heap.call('first_nonzero', block, bytes),
            bytes,
            `calloc(${bytes}), round ${round}`,
          );
          heap.call('set_bytes', block, 0xff, heap.usable(block));
        }
        for (const block of blocks) heap.free(block);
      }
    }
    heap.assertEmpty();
  });

  it('free_sized and free_aligned_sized free', () => {
    for (const bytes of [0, 10, 3000, 30 * KiB, 300 * KiB]) {
      heap.call('free_sized', heap.take(bytes), bytes);
      heap.call('free_aligned_sized', heap.call('aligned_alloc', 256, bytes), 256, bytes);
    }
    assert.equal(heap.stats.number_of_live_allocations, 0);
    heap.assertEmpty();
  });

  it('malloc_trim says whether MiniPages became free', () => {
    const blocks = Array.from({ length: 100 }, () => heap.take(1000));
    for (const block of blocks) heap.free(block);
    assert.equal(heap.trim(), 1);
    assert.equal(heap.trim(), 0, 'nothing is left to do');
    heap.assertEmpty();
  });

  it('mallopt accepts no setting', () => {
    for (const parameter of [1, 0, -1, -2, -3])
      assert.equal(heap.call('mallopt', parameter, 64), 0);
  });

  it('malloc_stats writes three lines to stderr that agree with the statistics', () => {
    heap.take(1000);
    heap.take(100_000);
    heap.call('malloc_stats');
    const { peak_used_heap_size, total_heap_size, used_heap_size } = heap.stats;
    assert.deepEqual(heap.printed, [
      `max used bytes   = ${peak_used_heap_size} bytes`,
      `heap bytes       = ${total_heap_size} bytes`,
      `in use bytes     = ${used_heap_size} bytes`,
    ]);
  });

  it('mallinfo, mallinfo2 and the statistics agree', () => {
    const blocks = [10, 100, 1000, 5000, 20_000, 80_000, MiB, 64].map((bytes) => heap.take(bytes));
    heap.free(blocks[2]);
    heap.free(blocks[6]);
    const trailing = () => {
      const last = heap.runs.at(-1);
      return last?.kind === 'free' ? last.mini_pages * MINI_PAGE : 0;
    };
    const at = heap.take(10 * POINTER);
    while (trailing() === 0) heap.take(9000); // maps may end the heap
    const [info, info2] = ['read_mallinfo', 'read_mallinfo2'].map((name) => {
      heap.call(name, at);
      return heap.sizes(at, 10);
    });
    assert.deepEqual(info, info2);
    const [arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost] =
      info;
    const { total_heap_size, used_heap_size, peak_used_heap_size } = heap.stats;
    assert.equal(arena, total_heap_size);
    assert.equal(uordblks, used_heap_size);
    assert.equal(arena, uordblks + fordblks);
    assert.equal(usmblks, peak_used_heap_size);
    assert.deepEqual([smblks, hblks, hblkhd, fsmblks], [0, 0, 0, 0]);
    assert.ok(keepcost <= fordblks);
    assert.equal(keepcost, trailing());
    assert.equal(ordblks, heap.freeLengths.length + heap.stats.number_of_cached_blocks);
  });

  it('gharial_stats_get agrees with the statistics, and refuses a structure it does not know', () => {
    for (const bytes of [0, 50, 700, 9000, 30_000, 100_000, 500_000]) {
      heap.take(bytes);
      heap.free(heap.take(bytes));
    }
    const size = heap.call('bytes_of_stats');
    const at = heap.take(size);
    assert.equal(heap.call('read_stats', at, size, 1), 0);
    assert.equal(size, 2 * 4 + POINTER * (STATS_FIELDS.length - 2));
    const seen = heap.statsAt(at);
    const { stats, runs } = heap;
    const miniPagesOf = (/** @type {string[]} */ ...kinds) =>
      runs
        .filter(({ kind }) => kinds.includes(kind))
        .reduce((sum, { mini_pages }) => sum + mini_pages, 0);
    assert.deepEqual(
      {
        live_bytes: seen.live_bytes,
        live_blocks: seen.live_blocks,
        cached_blocks: seen.cached_blocks,
        metadata_bytes: seen.metadata_bytes,
        external_bytes: seen.external_bytes,
        free_mini_pages: seen.free_mini_pages,
        small_mini_pages: seen.small_mini_pages,
        block_mini_pages: seen.block_mini_pages,
        metadata_mini_pages: seen.metadata_mini_pages,
        free_runs: seen.free_runs,
        peak_used_bytes: seen.peak_used_bytes,
        fresh_mini_pages: seen.fresh_mini_pages,
        reused_mini_pages: seen.reused_mini_pages,
        fresh_pages: seen.fresh_pages,
        reused_pages: seen.reused_pages,
        heap_grows: seen.heap_grows,
        heap_bytes: seen.heap_bytes,
        largest_free_bytes: seen.largest_free_bytes,
      },
      {
        live_bytes: stats.used_heap_size,
        live_blocks: stats.number_of_live_allocations,
        cached_blocks: stats.number_of_cached_blocks,
        metadata_bytes: stats.metadata_size,
        external_bytes: 0,
        free_mini_pages: miniPagesOf('free'),
        small_mini_pages: miniPagesOf('small'),
        block_mini_pages: miniPagesOf('block'),
        metadata_mini_pages: miniPagesOf('maps', 'meta'),
        free_runs: heap.freeLengths.length,
        peak_used_bytes: stats.peak_used_heap_size,
        fresh_mini_pages: stats.fresh_mini_pages,
        reused_mini_pages: stats.reused_mini_pages,
        fresh_pages: stats.fresh_pages,
        reused_pages: stats.reused_pages,
        heap_grows: stats.number_of_heap_grows,
        heap_bytes: stats.total_heap_size,
        largest_free_bytes: stats.largest_free_size,
      },
    );
    const {
      live_bytes,
      cached_bytes,
      free_bytes,
      slack_bytes,
      metadata_bytes,
      external_bytes,
      heap_bytes,
    } = seen;
    assert.equal(
      live_bytes + cached_bytes + free_bytes + slack_bytes + metadata_bytes + external_bytes,
      heap_bytes,
      'every byte of the heap is in one field',
    );
    for (const [bytes, version] of [
      [size - 4, 1],
      [size + 4, 1],
      [size, 0],
      [size, 2],
    ]) {
      heap.errno = 0;
      assert.equal(heap.call('read_stats', at, bytes, version), SIZE_MAX);
      assert.equal(heap.errno, EINVAL);
    }
  });

  it('gharial_visit_blocks shows every block once, in order of address, and stops when told to', () => {
    const at = heap.take(64);
    const blocks = Array.from({ length: 500 }, (_, i) => heap.take((i * 37) % 3000));
    heap.take(90_000);
    for (let i = 0; i < blocks.length; i += 3) heap.free(blocks[i]);
    assert.equal(heap.call('take_census', at, SIZE_MAX), 0);
    const [, live, cached, home, , live_bytes, cached_bytes, , , out_of_order] = heap.words(at, 10);
    const { stats } = heap;
    assert.equal(live, stats.number_of_live_allocations);
    assert.equal(live, 2 + blocks.length - Math.ceil(blocks.length / 3));
    assert.equal(cached, stats.number_of_cached_blocks);
    assert.equal(live_bytes, stats.used_heap_size);
    assert.ok(home > 0 && cached_bytes > 0);
    assert.equal(out_of_order, 0);
    /** @type {Record<string, number>} */
    const seen = { live: 0, cached: 0, free: 0 };
    heap.reader.visitBlocks((block) => {
      seen[block.state]++;
    });
    assert.deepEqual(seen, { live, cached, free: home });
    assert.equal(heap.call('take_census', at, 10), 77);
    assert.equal(
      heap.words(at, 4).reduce((sum, n) => sum + n),
      10,
    );
  });
});
