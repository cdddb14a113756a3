// Memory of 4 GiB: addresses above 2 GiB are negative numbers to whoever forgets that they are unsigned, and sums wrap around
// at the end. Pages are reserved, not touched, so this needs little real memory.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, itWithoutThreads, threads } from '../support/build.js';
import {
  createHeap,
  ENOMEM,
  GiB,
  KiB,
  loadApi,
  MEMORY64,
  MINI_PAGE,
  MiB,
  PAGE,
} from '../support/heap.js';

const LAST_BREAK = 4 * GiB - (MEMORY64 ? 0 : PAGE); // on wasm32 Emscripten never uses the last page
/** What no block can have of 4 GiB: maps, and what the older of them took. */
const TAKEN = MEMORY64 ? (threads ? 96 : 48) * MiB : 36 * MiB;

describe('4 GiB', function () {
  this.timeout(300_000);
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory, 4 * GiB);
  });

  it('is filled to the end with blocks of 64 MiB, 1 MiB, 64 KiB and 16 bytes, and given back', () => {
    const room = heap.take(4 * 100_000);
    /** @type {{ bytes: number, blocks: Uint32Array }[]} */
    const taken = [];
    let total = 0;
    let highest = 0;
    for (const bytes of [64 * MiB, MiB, 64 * KiB, 16]) {
      heap.errno = 0;
      const count = heap.call('take_many', bytes, room, 100_000);
      assert.equal(heap.errno, ENOMEM, `${count} blocks of ${bytes} bytes`);
      const blocks = heap.words(room, count).slice();
      taken.push({ bytes, blocks });
      for (const block of blocks) {
        assert.ok(block + bytes <= heap.memory_bytes, `${bytes} bytes at ${block}`);
        assert.ok(bytes < PAGE || block % MINI_PAGE === 0);
        highest = Math.max(highest, block + bytes);
      }
      total += count * bytes;
      heap.assertSoundFromOutside();
    }
    assert.ok(taken[0].blocks.length >= 61, `${taken[0].blocks.length} blocks of 64 MiB`);
    assert.ok(total >= 4 * GiB - TAKEN, `${total} bytes`);
    assert.equal(heap.memory_bytes, LAST_BREAK);
    assert.ok(highest > LAST_BREAK - 2 * PAGE, `the last block ends at ${highest}`);
    assertApart(taken);
    for (const { bytes, blocks } of taken)
      for (const block of blocks) {
        assert.equal(heap.usable(block), bytes);
        assert.equal(heap.bytes(block, 1)[0], 1);
        assert.equal(heap.bytes(block + bytes - 1, 1)[0], 2);
      }
    for (const { blocks } of taken) for (const block of blocks) heap.free(block);
    heap.assertSoundFromOutside();
    assert.equal(heap.stats.number_of_live_allocations, 1);
    assert.ok(heap.call('take_many', 64 * MiB, room, 100) >= 61, 'it serves again');
    heap.assertSoundFromOutside();
  });

  it('refuses to grow 3 GiB to nearly 4, where room to grow would wrap round', () => {
    const block = heap.take(3 * GiB);
    heap.take(PAGE); // it cannot grow where it is
    heap.bytes(block, 1)[0] = 7;
    for (const bytes of [4 * GiB - 1, 4 * GiB - 300 * MiB]) {
      heap.errno = 0;
      assert.equal(heap.realloc(block, bytes), 0, `${bytes} bytes`);
      assert.equal(heap.errno, ENOMEM);
      assert.equal(heap.usable(block), 3 * GiB);
    }
    assert.equal(heap.bytes(block, 1)[0], 7);
    heap.assertSoundFromOutside();
  });

  for (const bytes of [2 * GiB, 2 * GiB + 1, 3 * GiB, 4 * GiB - TAKEN + 4 * MiB])
    it(`holds a block of ${bytes} bytes, written at both ends`, () => {
      const block = heap.take(bytes);
      assert.ok(heap.usable(block) >= bytes);
      heap.bytes(block, 1)[0] = 7;
      heap.bytes(block + bytes - 1, 1)[0] = 9;
      assert.equal(heap.malloc(2 * GiB), 0);
      heap.assertSoundFromOutside();
      assert.equal(heap.bytes(block, 1)[0], 7);
      assert.equal(heap.bytes(block + bytes - 1, 1)[0], 9);
      heap.free(block);
      heap.assertEmpty();
      assert.notEqual(heap.malloc(bytes), 0, 'again');
    });

  it('grows and shrinks a block across 2 GiB in place', () => {
    const block = heap.take(3 * GiB + 2 * KiB);
    heap.call('fill', block, 64 * KiB, 1);
    assert.equal(heap.realloc(block, GiB + 3), block);
    assert.equal(heap.usable(block), GiB + 2 * KiB);
    heap.assertSoundFromOutside();
    assert.equal(heap.realloc(block, 3 * GiB), block);
    assert.equal(heap.usable(block), 3 * GiB);
    heap.bytes(block + 3 * GiB - 1, 1)[0] = 5;
    heap.assertSoundFromOutside();
    assert.equal(heap.realloc(block, 2 * GiB + 10 * KiB), block);
    assert.equal(heap.usable(block), 2 * GiB + 10 * KiB);
    heap.assertSoundFromOutside();
    assert.equal(heap.call('first_difference', block, 64 * KiB, 1), 64 * KiB);
    assert.equal(heap.realloc(block, 4 * GiB - 64 * KiB), 0, 'more than there is');
    assert.equal(heap.call('first_difference', block, 64 * KiB, 1), 64 * KiB);
    heap.free(block);
    heap.assertEmpty();
  });

  // With threads the maps that describe memory above lie where it ended, and stay there.
  itWithoutThreads('joins what is free at the end with what memory grows by', () => {
    const first = heap.take(2 * GiB);
    heap.free(first);
    const larger = heap.take(3 * GiB);
    heap.assertSoundFromOutside();
    heap.free(larger);
    const last = heap.take(GiB);
    assert.equal(heap.realloc(last, 3 * GiB), last);
    assert.notEqual(heap.realloc(last, 3 * GiB + 2 * KiB), 0);
    heap.assertSoundFromOutside();
  });

  it('grows the last block with memory up to 3 GiB, in place where maps can move', () => {
    const block = heap.take(GiB);
    heap.call('fill', block, 64 * KiB, 1);
    const grown = heap.realloc(block, threads ? 2 * GiB : 3 * GiB);
    assert.ok(grown === block || (threads && grown !== 0), `${grown}`);
    assert.equal(heap.call('first_difference', grown, 64 * KiB, 1), 64 * KiB);
    heap.free(grown);
    heap.assertEmpty();
  });

  it('has small, large and aligned blocks on both sides of 2 GiB', () => {
    // What follows lies around the middle; with threads the maps behind it are for half as much again.
    const maps = threads ? 30 * MiB : TAKEN / 2 + 2 * MiB;
    const low = heap.take(2 * GiB - maps);
    const blocks = [];
    for (let i = 0; i < 400; ++i) {
      const bytes = [40, 700, 5000, 30 * KiB, 100 * KiB][i % 5];
      const block = i % 7 === 0 ? heap.memalign(4096, bytes) : heap.take(bytes);
      assert.notEqual(block, 0);
      heap.call('fill', block, heap.usable(block), i);
      blocks.push(block);
    }
    assert.ok(blocks.some((block) => block < 2 * GiB) && blocks.some((block) => block > 2 * GiB));
    heap.assertSoundFromOutside();
    assert.equal(heap.stats.number_of_live_allocations, 401);
    for (const [i, block] of blocks.entries()) {
      const usable = heap.usable(block);
      assert.equal(heap.call('first_difference', block, usable, i), usable);
      const moved = heap.realloc(block, usable * 2 + 8);
      assert.equal(heap.call('first_difference', moved, usable, i), usable);
      heap.free(moved);
    }
    heap.free(low);
    heap.assertEmpty();
  });

  it('clears nothing for a calloc of fresh memory: 3 GiB cost next to nothing', () => {
    const before = process.memoryUsage().rss;
    const block = heap.calloc(3, GiB);
    assert.notEqual(block, 0);
    for (const at of [0, 1, GiB, 2 * GiB, 3 * GiB - PAGE])
      assert.equal(heap.call('first_nonzero', block + at, PAGE - 1), PAGE - 1);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 512 * MiB, `${Math.round(grown / MiB)} MiB were touched`);
  });
});

/** @param {{ bytes: number, blocks: Uint32Array }[]} taken */
function assertApart(taken) {
  const ends = taken
    .flatMap(({ bytes, blocks }) => Array.from(blocks, (block) => ({ block, end: block + bytes })))
    .sort((a, b) => a.block - b.block);
  for (let i = 1; i < ends.length; ++i)
    assert.ok(ends[i - 1].end <= ends[i].block, `blocks overlap at ${ends[i].block}`);
}
