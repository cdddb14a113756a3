// M1: no word of the allocator lies between or in blocks, live or freed. Whoever writes over all of them breaks nothing, and
// what was freed stays as it was until it is handed out again.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, KiB, loadApi, MINI_PAGE, MiB } from '../support/heap.js';

/** Mulberry32: numbers that are the same in every run. @param {number} seed */
function random(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Memory that was freed and not handed out since, with the pattern it was left with. */
class Freed {
  /** @type {{ at: number, bytes: number, seed: number }[]} */ ranges = [];

  /** @param {import('../support/heap.js').Heap} heap */
  constructor(heap) {
    this.heap = heap;
  }

  /** @param {number} at @param {number} bytes @param {number} seed */
  add(at, bytes, seed) {
    this.heap.call('fill', at, bytes, seed);
    this.ranges.push({ at, bytes, seed });
  }

  /** Handed out: nobody promises anything any more. @param {number} at @param {number} bytes */
  remove(at, bytes) {
    this.ranges = this.ranges.filter(
      (range) => range.at + range.bytes <= at || at + bytes <= range.at,
    );
  }

  /** Our own data may have moved into free MiniPages: they are handed out too, to ourselves. */
  removeMetadata() {
    for (const { kind, address, mini_pages } of this.heap.runs)
      if (kind === 'maps' || kind === 'meta') this.remove(address, mini_pages * MINI_PAGE);
  }

  assertUnchanged() {
    this.removeMetadata();
    for (const { at, bytes, seed } of this.ranges) {
      const same = this.heap.call('first_difference', at, bytes, seed);
      assert.equal(
        same,
        bytes,
        `byte ${same} of the free memory at 0x${at.toString(16)} was written`,
      );
    }
  }

  /** @param {number} seed */
  scribble(seed) {
    this.removeMetadata();
    for (const range of this.ranges) {
      range.seed = seed;
      this.heap.call('fill', range.at, range.bytes, seed);
    }
  }
}

describe('un-embedded metadata', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });

  for (const [name, largest] of /** @type {[string, number][]} */ ([
    ['small blocks', 600],
    ['blocks of every kind', 200 * KiB],
  ]))
    it(`stays whole while every byte of live and freed blocks is overwritten: ${name}`, async () => {
      const heap = await createHeap(factory, 32 * MiB);
      const next = random(largest);
      const freed = new Freed(heap);
      /** @type {{ at: number, bytes: number, seed: number }[]} */
      let live = [];
      for (let step = 0; step < 4000; ++step) {
        if (next(100) < 54 || live.length === 0) {
          // Sizes that spread over the magnitudes, so that no kind of block is rare.
          const bytes = next(2 + next(2 + next(largest)));
          const at = next(10) === 0 ? heap.memalign(2 ** next(13), bytes) : heap.malloc(bytes);
          if (at === 0) continue;
          freed.removeMetadata(); // before it is gone again
          const usable = heap.usable(at);
          freed.remove(at, usable);
          heap.call('fill', at, usable, step);
          live.push({ at, bytes: usable, seed: step });
        } else {
          const [block] = live.splice(next(live.length), 1);
          assert.equal(
            heap.call('first_difference', block.at, block.bytes, block.seed),
            block.bytes,
          );
          heap.free(block.at);
          // Free has written nothing, and now we write everything.
          assert.equal(
            heap.call('first_difference', block.at, block.bytes, block.seed),
            block.bytes,
          );
          freed.add(block.at, block.bytes, step);
        }
        if (step % 400 === 399) {
          freed.assertUnchanged();
          heap.assertSoundFromOutside();
          freed.scribble(step ^ 0x5555);
          for (const block of live) {
            assert.equal(
              heap.call('first_difference', block.at, block.bytes, block.seed),
              block.bytes,
            );
            heap.call('set_bytes', block.at, 0xff, block.bytes);
            heap.call('fill', block.at, block.bytes, block.seed);
          }
          heap.assertSoundFromOutside();
          if (step % 1200 === 1199) {
            heap.trim();
            freed.assertUnchanged();
            heap.assertSoundFromOutside();
          }
        }
      }
      for (const { at, bytes, seed } of live) {
        assert.equal(heap.call('first_difference', at, bytes, seed), bytes);
        heap.free(at);
        freed.add(at, bytes, seed);
      }
      live = [];
      freed.assertUnchanged();
      heap.assertEmpty();
      freed.assertUnchanged();
      // And it goes on to serve.
      for (let bytes = 0; bytes < 3000; bytes += 13)
        heap.call('set_bytes', heap.take(bytes), 1, bytes);
      heap.assertSoundFromOutside();
    });

  for (const bytes of [8, 24, 100, 2048, 5000, 40 * KiB, 64 * KiB, 200 * KiB])
    it(`leaves freed blocks of ${bytes} bytes as they are, until they are handed out again`, async () => {
      const heap = await createHeap(factory, 32 * MiB);
      const count = Math.min(500, Math.floor((8 * MiB) / bytes));
      const blocks = Array.from({ length: count }, () => heap.take(bytes));
      const usable = heap.usable(blocks[0]);
      const freed = new Freed(heap);
      for (const [i, block] of blocks.entries()) {
        heap.call('fill', block, usable, i);
        heap.free(block);
        freed.ranges.push({ at: block, bytes: usable, seed: i });
      }
      freed.assertUnchanged();
      assert.ok(freed.ranges.length > count / 2, 'most of it is still free');
      heap.trim();
      freed.assertUnchanged();
      assert.ok(freed.ranges.length > count / 2, 'most of it is still free');
      heap.assertEmpty();
    });
});
