// shadow.js — what the heap must look like: the live blocks in order of address, each with the pattern that was written into
// it. Knows nothing of gharial; judges what an allocator returned.
import assert from 'node:assert/strict';
import { ENOMEM, KiB, PAGE } from '../support/heap.js';

/** @typedef {{ ptr: number, bytes: number, usable: number, seed: number }} Block */

/** Growth may need memory of its own beside what was asked: for maps, and a meta-page. */
const GROWTH_EXTRA = 8 * PAGE;
/** The JavaScript checker reads the whole heap: every so many commands is often enough. */
const LOOK_FROM_OUTSIDE_EVERY = 25;

export class Shadow {
  /** @type {Block[]} by address */ blocks = [];
  /** @type {Block[]} taken from sbrk by somebody else */ foreign = [];
  #seed = 1;
  #commands = 0;

  /** @param {import('../support/heap.js').Heap} heap @param {number} maximum bytes of memory */
  constructor(heap, maximum) {
    this.heap = heap;
    this.maximum = maximum;
  }

  get size() {
    return this.blocks.length;
  }
  /** Some live block. @param {number} pick any number */
  at(pick) {
    return this.blocks[pick % this.blocks.length];
  }

  /** The place of an address among the blocks. @param {number} ptr */
  #position(ptr) {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.blocks[middle].ptr < ptr) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Judges what an allocation returned, and writes its pattern into it.
   * @param {number} ptr @param {number} bytes @param {number} [alignment] @returns {boolean} whether there is a block
   */
  add(ptr, bytes, alignment = 8) {
    const { heap } = this;
    if (ptr === 0) {
      this.#assertNoMemory(bytes, alignment);
      return false;
    }
    assert.equal(ptr % alignment, 0, `0x${ptr.toString(16)} is not aligned to ${alignment}`);
    const usable = heap.usable(ptr);
    assert.ok(usable >= bytes, `${usable} usable bytes of ${bytes}`);
    assert.ok(ptr + usable <= heap.memory_bytes, 'the block ends in memory');
    const i = this.#position(ptr);
    const [before, after] = [this.blocks[i - 1], this.blocks[i]];
    if (before) assert.ok(before.ptr + before.usable <= ptr, 'the block before reaches into it');
    if (after) assert.ok(ptr + usable <= after.ptr, 'it reaches into the block behind');
    for (const range of this.foreign)
      assert.ok(
        ptr + usable <= range.ptr || range.ptr + range.bytes <= ptr,
        'it lies where somebody else has memory from sbrk',
      );
    const block = { ptr, bytes, usable, seed: this.#seed++ };
    heap.call('fill', ptr, usable, block.seed);
    this.blocks.splice(i, 0, block);
    return true;
  }

  /** Memory may be out only when there is none: growth that fits below the maximum has to serve. */
  #assertNoMemory(/** @type {number} */ bytes, /** @type {number} */ alignment) {
    const { heap } = this;
    assert.equal(heap.errno, ENOMEM, 'errno');
    const room = this.maximum - heap.sbrk(0);
    const needed = bytes + (alignment > 2 * KiB ? alignment : 0) + GROWTH_EXTRA;
    assert.ok(needed > room, `NULL for ${bytes} bytes, though memory may grow by ${room}`);
  }

  /** Nobody wrote into it since we filled it. @param {Block} block @param {number} [ptr] @param {number} [bytes] */
  assertIntact(block, ptr = block.ptr, bytes = block.usable) {
    const same = this.heap.call('first_difference', ptr, bytes, block.seed);
    assert.equal(same, bytes, `byte ${same} of the block at 0x${ptr.toString(16)} has changed`);
  }

  /** @param {Block} block */
  forget(block) {
    const i = this.#position(block.ptr);
    assert.equal(this.blocks[i], block);
    this.blocks.splice(i, 1);
  }

  /** @param {Block} block */
  free(block) {
    this.assertIntact(block);
    this.heap.free(block.ptr);
    this.forget(block);
  }

  /** What has to be true after every command. */
  assertConsistent() {
    const { heap } = this;
    this.#commands++;
    if (this.#commands % LOOK_FROM_OUTSIDE_EVERY !== 0) return heap.assertSound();
    heap.assertSoundFromOutside();
    const { number_of_live_allocations, used_heap_size } = heap.stats;
    assert.equal(number_of_live_allocations, this.size);
    assert.equal(
      used_heap_size,
      this.blocks.reduce((sum, block) => sum + block.usable, 0),
    );
  }

  /** The end: everything is intact, and everything can be given back. */
  assertAllFreeable() {
    const { heap } = this;
    heap.assertSoundFromOutside();
    for (const range of this.foreign) this.assertIntact(range);
    for (const block of [...this.blocks]) this.free(block);
    heap.assertEmpty();
    for (const range of this.foreign) this.assertIntact(range);
  }
}
