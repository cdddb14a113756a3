// commands.js — what a program may do to its heap, for fast-check: each command runs against the heap and its shadow.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KiB, MINI_PAGE, PAGE, SIZE_MAX } from '../support/heap.js';

/** @typedef {import('./shadow.js').Shadow} Shadow */
/** @typedef {import('../support/heap.js').Heap} Heap */

class Command {
  /** @param {Shadow} _shadow */
  check(_shadow) {
    return true;
  }
  /** @param {Shadow} shadow @param {Heap} heap */
  async run(shadow, heap) {
    heap.errno = 0;
    this.act(shadow, heap);
    shadow.assertConsistent();
  }
  /** @param {Shadow} _shadow @param {Heap} _heap */
  act(_shadow, _heap) {}
}

class Malloc extends Command {
  /** @param {number} bytes */
  constructor(bytes) {
    super();
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    shadow.add(heap.malloc(this.bytes), this.bytes);
  }
  toString() {
    return `malloc(${this.bytes})`;
  }
}

class Calloc extends Command {
  /** @param {number} count @param {number} bytes */
  constructor(count, bytes) {
    super();
    this.count = count;
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    const total = this.count * this.bytes;
    const block = heap.calloc(this.count, this.bytes);
    if (block !== 0)
      assert.equal(heap.call('first_nonzero', block, total), total, 'calloc clears its block');
    shadow.add(block, total);
  }
  toString() {
    return `calloc(${this.count}, ${this.bytes})`;
  }
}

class Memalign extends Command {
  /** @param {number} shift @param {number} bytes */
  constructor(shift, bytes) {
    super();
    this.alignment = 2 ** shift;
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    shadow.add(heap.memalign(this.alignment, this.bytes), this.bytes, this.alignment);
  }
  toString() {
    return `memalign(${this.alignment}, ${this.bytes})`;
  }
}

class Realloc extends Command {
  /** @param {number} pick @param {number} bytes */
  constructor(pick, bytes) {
    super();
    this.pick = pick;
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @override */
  check(shadow) {
    return shadow.size > 0;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    const block = shadow.at(this.pick);
    shadow.assertIntact(block);
    const moved = heap.realloc(block.ptr, this.bytes);
    if (moved === 0) {
      assert.ok(this.bytes > block.usable, 'a shrink never fails');
      shadow.assertIntact(block);
      shadow.add(0, this.bytes);
      return;
    }
    shadow.assertIntact(block, moved, Math.min(block.bytes, this.bytes));
    shadow.forget(block);
    shadow.add(moved, this.bytes);
  }
  toString() {
    return `realloc(#${this.pick}, ${this.bytes})`;
  }
}

class Free extends Command {
  /** @param {number} pick */
  constructor(pick) {
    super();
    this.pick = pick;
  }
  /** @param {Shadow} shadow @override */
  check(shadow) {
    return shadow.size > 0;
  }
  /** @param {Shadow} shadow @override */
  act(shadow) {
    shadow.free(shadow.at(this.pick));
  }
  toString() {
    return `free(#${this.pick})`;
  }
}

/** Many blocks of one size: what empties stacks and fills MiniPages. */
class Burst extends Command {
  /** @param {number} count @param {number} bytes */
  constructor(count, bytes) {
    super();
    this.count = count;
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    for (let i = 0; i < this.count; ++i)
      if (!shadow.add(heap.malloc(this.bytes), this.bytes)) return;
  }
  toString() {
    return `${this.count} × malloc(${this.bytes})`;
  }
}

/** Every n-th block, in order of address or against it. */
class FreeMany extends Command {
  /** @param {number} step @param {boolean} backwards */
  constructor(step, backwards) {
    super();
    this.step = step;
    this.backwards = backwards;
  }
  /** @param {Shadow} shadow @override */
  check(shadow) {
    return shadow.size > this.step;
  }
  /** @param {Shadow} shadow @override */
  act(shadow) {
    const chosen = shadow.blocks.filter((_, i) => i % this.step === 0);
    for (const block of this.backwards ? chosen.reverse() : chosen) shadow.free(block);
  }
  toString() {
    return `free every ${this.step}th${this.backwards ? ' backwards' : ''}`;
  }
}

class Trim extends Command {
  /** @param {Shadow} _shadow @param {Heap} heap @override */
  act(_shadow, heap) {
    heap.trim();
    assert.equal(heap.trim(), 0, 'a second trim has nothing to do');
  }
  toString() {
    return 'malloc_trim(0)';
  }
}

/** Somebody else takes memory from sbrk, and uses it. */
class ForeignSbrk extends Command {
  /** @param {number} bytes */
  constructor(bytes) {
    super();
    this.bytes = bytes;
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    const ptr = heap.sbrk(this.bytes);
    if (ptr === SIZE_MAX) return;
    const bytes = heap.sbrk(0) - ptr;
    if (bytes === 0) return; // a block may lie across what is nobody's
    const seed = 7_000_000 + shadow.foreign.length;
    heap.call('fill', ptr, bytes, seed);
    shadow.foreign.push({ ptr, bytes, usable: bytes, seed });
  }
  toString() {
    return `sbrk(${this.bytes})`;
  }
}

/** And gives the last of it back, if it is still on top: what lies there is not zero any more. */
class LowerBreak extends Command {
  /** @param {Shadow} shadow @override */
  check(shadow) {
    const last = shadow.foreign.at(-1);
    return last !== undefined && last.ptr + last.bytes === shadow.heap.sbrk(0);
  }
  /** @param {Shadow} shadow @param {Heap} heap @override */
  act(shadow, heap) {
    const last = shadow.foreign.pop();
    assert.ok(last);
    shadow.assertIntact(last);
    heap.call('lower_break', last.bytes);
    assert.equal(heap.sbrk(0), last.ptr);
  }
  toString() {
    return 'lower the break';
  }
}

/** Sizes where what serves changes: classes, runs of several MiniPages, large blocks, room to grow, heap pages. */
const BORDERS = [
  ...[8, 64, 2 * KiB, 8 * KiB, 8.5 * KiB, 16 * KiB, 52 * KiB, 62 * KiB],
  ...[PAGE, 2 * PAGE],
];

/** @param {number} maximum bytes of memory: the largest requests have no chance */
export function commands(maximum) {
  const small = fc.integer({ min: 0, max: 2100 });
  const size = fc.oneof(
    { weight: 5, arbitrary: small },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 20 * KiB }) },
    { weight: 2, arbitrary: fc.integer({ min: 15 * KiB, max: 140 * KiB }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: Math.floor(maximum / 6) }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...BORDERS), fc.nat(8))
        .map(([base, off]) => base + off - 4),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((n) => n * MINI_PAGE) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((n) => n * PAGE) },
    { weight: 1, arbitrary: fc.integer({ min: maximum / 2, max: 2 * maximum }) },
  );
  const pick = fc.nat();
  return [
    size.map((bytes) => new Malloc(bytes)),
    fc.oneof(
      size.map((bytes) => new Calloc(1, bytes)),
      fc.tuple(fc.nat(300), fc.nat(400)).map(([count, bytes]) => new Calloc(count, bytes)),
    ),
    fc.tuple(pick, size).map(([from, bytes]) => new Realloc(from, bytes)),
    fc.tuple(fc.nat(18), size).map(([shift, bytes]) => new Memalign(shift, bytes)),
    pick.map((from) => new Free(from)),
    pick.map((from) => new Free(from)),
    fc
      .tuple(fc.integer({ min: 2, max: 150 }), fc.oneof(small, fc.nat(16 * KiB)))
      .map(([count, bytes]) => new Burst(count, bytes)),
    fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.boolean())
      .map(([step, backwards]) => new FreeMany(step, backwards)),
    fc.constant(new Trim()),
    fc
      .oneof(
        fc.nat(3000),
        fc.integer({ min: 1, max: 5 }).map((n) => n * PAGE),
        fc.nat(300 * KiB),
      )
      .map((bytes) => new ForeignSbrk(bytes)),
    fc.constant(new LowerBreak()),
  ];
}
