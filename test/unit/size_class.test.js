// Sizes to size classes, as a program sees them: usable size, waste, alignment; and every size once used in full.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, PAGE } from '../support/heap.js';

const LARGEST = 70_000;
const BASE_ALIGNMENT = 8; // alignof(max_align_t) on wasm32

describe('sizes', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });

  it('gives every request from 0 to 70 000 bytes a block that is aligned, large enough and not much too large', async () => {
    const heap = await createHeap(factory);
    let before = 0;
    for (let bytes = 0; bytes <= LARGEST; ++bytes) {
      const block = heap.malloc(bytes);
      const usable = heap.usable(block);
      const what = `malloc(${bytes}): ${block} with ${usable} usable bytes`;
      assert.ok(block !== 0 && block % BASE_ALIGNMENT === 0, what);
      assert.ok(usable >= Math.max(bytes, 8), what);
      assert.ok(usable >= before, `${what}: a smaller request got ${before}`);
      if (bytes <= 64) assert.equal(usable, Math.max(8, Math.ceil(bytes / 8) * 8), what);
      else if (bytes <= 5 * KiB) assert.ok(usable - bytes <= 0.2 * usable, what);
      else assert.ok(usable - bytes < MINI_PAGE, what);
      if (bytes > 8.5 * KiB) assert.equal(block % MINI_PAGE, 0, what);
      before = usable;
      heap.free(block);
    }
    heap.assertEmpty();
  });

  it('takes powers of two exactly', async () => {
    const heap = await createHeap(factory);
    for (let bytes = 8; bytes <= 64 * 1024 * KiB; bytes *= 2) {
      const block = heap.take(bytes);
      assert.equal(heap.usable(block), bytes);
      heap.free(block);
    }
    heap.assertEmpty();
  });

  it('has the same block size for a class in the statistics as in malloc_usable_size', async () => {
    const heap = await createHeap(factory);
    const classes = heap.reader.getSizeClassStatistics();
    assert.equal(classes.length, 41);
    for (const { size_class, block_size } of classes) {
      const block = heap.take(block_size);
      assert.equal(heap.usable(block), block_size);
      const { used, free } = count(heap, size_class);
      const usage = heap.stats.used_heap_size;
      assert.equal(used, 1, `class ${size_class}`);
      heap.free(block);
      assert.deepEqual(count(heap, size_class), { used: 0, free: free + 1 });
      assert.equal(heap.stats.used_heap_size, usage - block_size);
    }
    heap.assertEmpty();
  });

  it('lets every byte of every size from 0 to 2100 be used beside its neighbours', async () => {
    const heap = await createHeap(factory);
    /** @type {{ block: number, usable: number, seed: number }[]} */
    const blocks = [];
    for (let bytes = 0; bytes <= 2100; ++bytes) {
      const block = heap.take(bytes);
      const usable = heap.usable(block);
      heap.call('fill', block, usable, bytes);
      blocks.push({ block, usable, seed: bytes });
    }
    heap.assertSoundFromOutside();
    assertApart(blocks);
    for (const { block, usable, seed } of blocks) {
      assert.equal(heap.call('first_difference', block, usable, seed), usable, `${seed} bytes`);
      heap.free(block);
    }
    heap.assertEmpty();
  });

  for (let alignment = 1; alignment <= 128 * KiB; alignment *= 2)
    it(`aligns every size from 0 to 2100, and some larger ones, to ${alignment}`, async () => {
      const heap = await createHeap(factory);
      // Above a MiniPage each block takes MiniPages of its own: a sample is as good as all, and much faster.
      const step = alignment <= MINI_PAGE ? 1 : alignment < PAGE ? 7 : 53;
      const sizes = Array.from({ length: Math.ceil(2101 / step) }, (_, i) => i * step);
      for (const around of [
        4 * KiB,
        8.5 * KiB,
        9 * KiB,
        16 * KiB,
        32 * KiB,
        52 * KiB,
        64 * KiB,
        128 * KiB,
      ])
        sizes.push(around - 1, around, around + 1);
      /** @type {{ block: number, usable: number, seed: number }[]} */
      const blocks = [];
      for (const bytes of sizes) {
        const block = heap.memalign(alignment, bytes);
        assert.ok(
          block !== 0 && block % alignment === 0,
          `memalign(${alignment}, ${bytes}) ${block}`,
        );
        const usable = heap.usable(block);
        assert.ok(usable >= bytes, `memalign(${alignment}, ${bytes}): ${usable} usable bytes`);
        heap.call('fill', block, usable, bytes);
        blocks.push({ block, usable, seed: bytes });
      }
      heap.assertSoundFromOutside();
      assertApart(blocks);
      for (const { block, usable, seed } of blocks) {
        assert.equal(heap.call('first_difference', block, usable, seed), usable, `${seed} bytes`);
        heap.free(block);
      }
      heap.assertEmpty();
    });
});

/** @param {import('../support/heap.js').Heap} heap @param {number} size_class */
function count(heap, size_class) {
  const found = heap.reader
    .getSizeClassStatistics()
    .find((statistics) => statistics.size_class === size_class);
  assert.ok(found);
  return { used: found.number_of_used_blocks, free: found.number_of_free_blocks };
}

/** @param {{ block: number, usable: number }[]} blocks */
function assertApart(blocks) {
  const sorted = [...blocks].sort((a, b) => a.block - b.block);
  for (let i = 1; i < sorted.length; ++i)
    assert.ok(
      sorted[i - 1].block + sorted[i - 1].usable <= sorted[i].block,
      `the block at ${sorted[i - 1].block} of ${sorted[i - 1].usable} bytes reaches into the one at ${sorted[i].block}`,
    );
}
