// realloc: the bytes survive every change of size, in place where that is possible, and a shrink never fails.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, threads } from '../support/build.js';
import { createHeap, ENOMEM, KiB, loadApi, MINI_PAGE, MiB, PAGE } from '../support/heap.js';

/** Sizes on both sides of every kind of boundary. */
const around = (/** @type {number[]} */ sizes) =>
  sizes.flatMap((size) => [size - 1, size, size + 1]);
const SIZES = [
  0,
  ...around([
    8,
    16,
    64,
    80,
    512,
    640,
    MINI_PAGE,
    2560,
    4 * KiB,
    8.5 * KiB,
    9 * KiB,
    14 * KiB,
    16 * KiB,
    18 * KiB,
    30 * KiB,
  ]),
  ...around([
    52 * KiB,
    60 * KiB,
    PAGE,
    PAGE + MINI_PAGE,
    2 * PAGE - MINI_PAGE,
    2 * PAGE,
    3 * PAGE + 9 * MINI_PAGE,
  ]),
];

describe('realloc', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory, 64 * MiB);
  });

  it('keeps the bytes from every size to every other', () => {
    for (const from of SIZES) {
      for (const to of SIZES) {
        const block = heap.take(from);
        heap.call('fill', block, from, from + to);
        const moved = heap.realloc(block, to);
        const what = `realloc from ${from} to ${to}`;
        assert.ok(moved !== 0 && heap.usable(moved) >= to, what);
        const kept = Math.min(from, to);
        assert.equal(heap.call('first_difference', moved, kept, from + to), kept, what);
        if (to > 8.5 * KiB) assert.equal(moved % MINI_PAGE, 0, what);
        heap.call('set_bytes', moved, 0xee, heap.usable(moved));
        heap.free(moved);
      }
      heap.assertSound();
    }
    heap.assertEmpty();
  });

  it('keeps the bytes with live neighbours on both sides', () => {
    for (const from of SIZES) {
      const guards = [heap.take(from)];
      const block = heap.take(from);
      guards.push(heap.take(from));
      for (const guard of guards) heap.call('fill', guard, heap.usable(guard), 99);
      heap.call('fill', block, from, 7);
      let at = block;
      let kept = from;
      for (const to of [from * 2, from * 2 + 5000, from, Math.floor(from / 3), from + 1]) {
        at = heap.realloc(at, to);
        kept = Math.min(kept, to);
        assert.equal(heap.call('first_difference', at, kept, 7), kept, `from ${from} to ${to}`);
        heap.call('fill', at, to, 7);
        kept = to;
      }
      for (const guard of guards) {
        assert.equal(
          heap.call('first_difference', guard, heap.usable(guard), 99),
          heap.usable(guard),
        );
        heap.free(guard);
      }
      heap.free(at);
      heap.assertSound();
    }
    heap.assertEmpty();
  });

  it('of NULL is malloc', () => {
    const block = heap.realloc(0, 100);
    assert.equal(heap.usable(block), 112);
    heap.free(block);
    heap.assertEmpty();
  });

  it('within what is usable does not move', () => {
    for (const size of SIZES) {
      const block = heap.take(size);
      assert.equal(heap.realloc(block, heap.usable(block)), block, `${size} bytes`);
      assert.equal(heap.realloc(block, size), block, `${size} bytes`);
      heap.free(block);
    }
  });

  it('grows a block into the free MiniPages behind it', () => {
    heap.free(heap.take(MiB));
    const block = heap.take(20 * KiB);
    const grown = heap.realloc(block, 40 * KiB);
    assert.equal(grown, block);
    assert.equal(heap.usable(block), 40 * KiB);
    heap.assertSoundFromOutside();
    heap.free(block);
    heap.assertEmpty();
  });

  it('shrinks large blocks in place, and gives the rest back', () => {
    heap.free(heap.take(MiB));
    for (const [from, to] of [
      [60 * KiB, 20 * KiB],
      [10 * PAGE, 9 * PAGE],
      [10 * PAGE, 5 * PAGE + 4 * KiB],
      [3 * PAGE + 20 * KiB, 3 * PAGE + 10 * KiB],
      [3 * PAGE + 20 * KiB, 3 * PAGE],
      [3 * PAGE + 20 * KiB, 2 * PAGE + 40 * KiB],
      [MiB, PAGE],
    ]) {
      const block = heap.take(from);
      heap.call('fill', block, from, 5);
      const live = heap.stats.used_heap_size;
      assert.equal(heap.realloc(block, to), block, `from ${from} to ${to}`);
      assert.equal(heap.usable(block), to);
      assert.equal(heap.stats.used_heap_size, live - (from - to));
      assert.equal(heap.call('first_difference', block, to, 5), to);
      heap.assertSoundFromOutside();
      heap.free(block);
    }
    heap.assertEmpty();
  });

  it('grows the last block with memory, where it is', () => {
    // The maps are as long as they must be for what follows; with threads they stay where memory ended when they were made.
    heap.free(heap.take(threads ? 40 * MiB : 20 * MiB));
    if (threads) heap.take(39 * MiB);
    const least = threads ? 8 * MiB : 18 * MiB;
    const block = heap.take(least);
    heap.call('fill', block, least, 3);
    for (const more of [4 * MiB, 4 * MiB + PAGE, 5 * MiB + MINI_PAGE]) {
      const bytes = least + more;
      const grows = heap.counter('heap_grows');
      assert.equal(heap.realloc(block, bytes), block, `to ${bytes}`);
      assert.equal(heap.usable(block), bytes);
      assert.equal(heap.counter('heap_grows'), grows + 1);
      assert.equal(heap.call('first_difference', block, least, 3), least);
      heap.assertSoundFromOutside();
    }
    heap.free(block);
    if (!threads) heap.assertEmpty();
  });

  it('grows a large block into free MiniPages behind it', () => {
    heap.free(heap.take(16 * MiB));
    const block = heap.take(2 * PAGE);
    for (const bytes of [
      3 * PAGE,
      3 * PAGE + 10 * KiB,
      3 * PAGE + 30 * KiB,
      8 * PAGE,
      100 * PAGE,
    ]) {
      heap.call('fill', block, heap.usable(block), 3);
      const kept = heap.usable(block);
      assert.equal(heap.realloc(block, bytes), block, `to ${bytes}`);
      assert.equal(heap.usable(block), bytes);
      assert.equal(heap.call('first_difference', block, kept, 3), kept);
      heap.assertSoundFromOutside();
    }
    const next = heap.take(PAGE); // now something lies behind it
    heap.call('fill', block, 100 * PAGE, 3);
    const moved = heap.realloc(block, 140 * PAGE);
    assert.equal(heap.call('first_difference', moved, 100 * PAGE, 3), 100 * PAGE);
    heap.free(moved);
    heap.free(next);
    heap.assertEmpty();
  });

  it('that saves half or more moves, so that little blocks pin no big ones', () => {
    for (const [from, to] of [
      [1000, 100],
      [16 * KiB, 100],
      [60 * KiB, 1000],
      [MiB, 10 * KiB],
    ]) {
      const block = heap.realloc(heap.take(from), to);
      assert.ok(
        heap.usable(block) <= 2 * to,
        `from ${from} to ${to}: ${heap.usable(block)} usable`,
      );
      heap.free(block);
    }
    heap.assertEmpty();
  });

  it('that cannot move to shrink stays, and one that cannot grow leaves the block', async () => {
    heap = await createHeap(factory, 2 * MiB);
    const blocks = [MiB / 2, 60 * KiB, 40 * KiB, 16 * KiB, 2048, 1000, 100].map((bytes) =>
      heap.take(bytes),
    );
    for (const block of blocks) heap.call('fill', block, heap.usable(block), block);
    fillUp(heap);
    for (const block of blocks) {
      const usable = heap.usable(block);
      heap.errno = 0;
      assert.equal(heap.realloc(block, usable + 3 * PAGE), 0);
      assert.equal(heap.errno, ENOMEM);
      assert.equal(heap.call('first_difference', block, usable, block), usable);
    }
    for (const block of blocks) {
      const shrunk = heap.realloc(block, 10);
      assert.notEqual(shrunk, 0, 'a shrink never fails');
      assert.equal(heap.call('first_difference', shrunk, 10, block), 10);
    }
    heap.assertSoundFromOutside();
  });

  it('in chains of growth writes nothing but the block', () => {
    const guard = heap.take(1000);
    heap.call('fill', guard, 1008, 1);
    let block = 0;
    for (let bytes = 1; bytes < 3 * MiB; bytes += 1 + (bytes >> 2)) {
      const kept = block === 0 ? 0 : heap.usable(block);
      if (block !== 0) heap.call('fill', block, kept, bytes);
      block = heap.realloc(block, bytes);
      const both = Math.min(kept, bytes);
      assert.equal(heap.call('first_difference', block, both, bytes), both);
    }
    assert.equal(heap.call('first_difference', guard, 1008, 1), 1008);
    heap.free(block);
    heap.free(guard);
    heap.assertEmpty();
  });
});

/** Takes everything: afterwards no size of any class can be had. @param {import('../support/heap.js').Heap} heap */
function fillUp(heap) {
  const sizes = heap.reader
    .getSizeClassStatistics()
    .map((size) => size.block_size)
    .sort((a, b) => a - b);
  for (const bytes of [PAGE, 40 * KiB, ...sizes.reverse()]) while (heap.malloc(bytes) !== 0);
  for (const bytes of sizes) assert.equal(heap.malloc(bytes), 0, `${bytes} bytes`);
}
