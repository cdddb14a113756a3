// Out of memory is NULL and ENOMEM, never damage: the heap stays whole, and what is freed can be had again.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, threads } from '../support/build.js';
import { createHeap, ENOMEM, KiB, loadApi, MINI_PAGE, MiB, PAGE } from '../support/heap.js';

const MAXIMUM = 8 * MiB;

describe('out of memory', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory, MAXIMUM);
  });

  const fill = (/** @type {number} */ bytes) => {
    const blocks = [];
    heap.errno = 0;
    for (let block = heap.malloc(bytes); block !== 0; block = heap.malloc(bytes))
      blocks.push(block);
    assert.equal(heap.errno, ENOMEM);
    return blocks;
  };

  for (const bytes of [
    16,
    100,
    1024,
    2048,
    5000,
    16 * KiB,
    20 * KiB,
    52 * KiB,
    PAGE,
    80 * KiB,
    300 * KiB,
    MiB,
  ])
    it(`comes late, does no harm and passes: ${bytes} bytes`, () => {
      const blocks = fill(bytes);
      const usable = heap.usable(blocks[0]);
      assert.ok(
        blocks.length * usable >= 0.84 * MAXIMUM,
        `${blocks.length} blocks of ${usable} bytes in ${MAXIMUM}`,
      );
      for (const [i, block] of blocks.entries()) heap.call('fill', block, usable, i);
      heap.assertSoundFromOutside();
      // Aligned blocks are of another class: a few may lie in rests that are too short for the first.
      let rests = 0;
      while (heap.memalign(4096, bytes) !== 0) rests++;
      assert.ok(rests * usable < 0.02 * MAXIMUM, `${rests} more`);
      assert.equal(heap.stats.number_of_live_allocations, blocks.length + rests);
      for (let i = 0; i < 3; ++i) {
        assert.equal(heap.malloc(bytes), 0);
        assert.equal(heap.calloc(bytes), 0);
        assert.equal(heap.memalign(4096, bytes), 0);
      }
      heap.assertSoundFromOutside();
      for (const [i, block] of blocks.entries())
        assert.equal(heap.call('first_difference', block, usable, i), usable);
      heap.free(blocks.pop() ?? 0);
      assert.notEqual(heap.malloc(bytes), 0, 'what was freed can be had again');
      const first = blocks.length;
      for (const block of blocks) heap.free(block);
      const again = fill(bytes);
      // A heap that was small had all its runs side by side; now some lie in heap pages that are cut out whole.
      assert.ok(again.length >= 0.999 * first, `${again.length} blocks, the first time ${first}`);
      heap.assertSoundFromOutside();
    });

  it('for two blocks in a row while every other one is free leaves the heap whole', () => {
    const blocks = fill(PAGE);
    fill(MINI_PAGE); // so that no rest lies beside what is freed, or one MiniPage at most
    blocks.sort((a, b) => a - b);
    for (let i = 0; i < blocks.length; i += 2) heap.free(blocks[i]);
    heap.errno = 0;
    assert.equal(heap.malloc(2 * PAGE), 0);
    assert.equal(heap.errno, ENOMEM);
    assert.equal(heap.memalign(2 * PAGE, 2 * PAGE), 0);
    assert.equal(heap.malloc(PAGE + 2 * MINI_PAGE + 1), 0);
    heap.assertSoundFromOutside();
    for (let i = 0; i < blocks.length; i += 2) assert.notEqual(heap.malloc(PAGE), 0);
    assert.equal(heap.malloc(PAGE), 0);
    heap.assertSoundFromOutside();
  });

  it('brings home what free-block stacks hold, before it gives up', () => {
    const blocks = fill(64);
    // The first ones to be freed stay on the stack. Spread over memory, they hold on to many pages.
    const step = Math.floor(blocks.length / 70);
    const spread = blocks.filter((_, i) => i % step === 0);
    const others = blocks.filter((_, i) => i % step !== 0);
    for (const block of [...spread, ...others]) heap.free(block);
    const { largest_free_size, number_of_cached_blocks } = heap.stats;
    assert.ok(number_of_cached_blocks > 50 && largest_free_size < MiB, 'the stack pins runs');
    // This memory ends before the limit that the program knows: growth is asked for, and refused.
    // With threads, maps that lie at 4 MiB do not move.
    const bytes = (threads ? 3 : 4) * MiB;
    const block = heap.malloc(bytes);
    assert.notEqual(block, 0);
    heap.call('fill', block, bytes, 1);
    heap.free(block);
    heap.assertEmpty();
  });

  it('finds a long run in a bin whose first run is too short', () => {
    const keep = [];
    const free = [];
    for (const pages of [39, 34]) {
      // Both lengths share a bin; the one freed last is its head.
      free.push(heap.take(pages * PAGE));
      keep.push(heap.take(PAGE));
    }
    while (heap.malloc(PAGE) !== 0);
    for (const block of free) heap.free(block);
    const block = heap.malloc(38 * PAGE);
    assert.notEqual(block, 0);
    heap.free(block);
    heap.assertSoundFromOutside();
  });

  it('in a memory that may not grow at all', async () => {
    const bytes = (threads ? 5 : 3) * PAGE;
    heap = await createHeap(factory, bytes, bytes);
    const blocks = fill(100);
    assert.ok(blocks.length > 500, `${blocks.length} blocks`);
    assert.equal(heap.memory_bytes, bytes);
    heap.assertSound();
    assert.equal(heap.malloc(PAGE), 0);
    for (const block of blocks) heap.free(block);
    heap.assertEmpty();
  });

  it('while realloc grows leaves the block and its bytes', () => {
    let block = heap.take(1000);
    let bytes = 1000;
    for (;;) {
      heap.call('fill', block, bytes, bytes);
      const grown = heap.realloc(block, bytes * 2);
      if (grown === 0) break;
      assert.equal(heap.call('first_difference', grown, bytes, bytes), bytes);
      block = grown;
      bytes *= 2;
    }
    assert.ok(bytes >= MiB);
    assert.equal(heap.call('first_difference', block, bytes, bytes), bytes);
    heap.free(block);
    heap.assertEmpty();
  });
});
