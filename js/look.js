// look.js — a look at memory that threads share: a private copy of what describes the heap, so that no walk depends on what
// changes meanwhile. Tells whether something did. Assumes: whoever gives the lock back has counted its epoch before, and a
// thread counts the changes to its own heap (src/lock.cpp, src/thread_heap.hpp). Takes no lock and writes nothing.
import { heapAddresses, ThreadHeap } from './front.js';
import { SegmentedMaps } from './maps.js';
import { Image } from './memory.js';

/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./memory.js').Opened} Opened */
/** @typedef {import('./memory.js').Segment} Segment */

const TRIES = 3; // for a look during which nothing changes; then the best of them will do

/** @param {import('./memory.js').MemorySource} source @param {Layout} layout @param {number} [tries] @returns {Opened} */
export function lookAt(source, layout, tries = TRIES) {
  const opened = source.open();
  if (!layout.shared || opened.settled !== undefined) return opened; // a snapshot knows
  if (!opened.segments.some(({ view }) => isSharedBuffer(view.buffer))) {
    const { at_rest } = clockOf(new Image(opened, layout.word_bytes), layout);
    return { settled: at_rest, exact: at_rest, ...opened };
  }
  let best = copyOf(source, layout);
  for (let i = 1; i < tries && !best.exact; ++i) {
    const next = copyOf(source, layout);
    if (next.exact || !best.settled) best = next;
  }
  return best;
}

/** @param {ArrayBufferLike} buffer */
const isSharedBuffer = (buffer) =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

/**
 * What tells whether the structure of the heap changed: counts that only climb, and whether nobody is changing it now.
 * @param {Image} image @param {Layout} layout @returns {{ at_rest: boolean, counts: string }}
 */
function clockOf(image, layout) {
  const { at, k } = layout;
  const lock = [image.atomic(at.global + k.lock_epoch), image.word(at.global + k.lock_holder)];
  const heaps = heapAddresses(image, layout).addresses.map((address, i) => {
    image.atomic(address + k.heap_changing);
    return new ThreadHeap(image, layout, i + 1, address);
  });
  // nobody goes on with a heap that is quarantined in the middle of a change
  const at_rest =
    lock[1] === 0 && heaps.every((heap) => !heap.in_change || heap.state === 'quarantined');
  return {
    at_rest,
    counts: [...lock, ...heaps.map(({ changes, state }) => `${changes} ${state}`)].join(),
  };
}

/** @param {import('./memory.js').MemorySource} source @param {Layout} layout @returns {Opened} */
function copyOf(source, layout) {
  const live = new Image(source.open(), layout.word_bytes);
  const before = clockOf(live, layout);
  const copy = new Copy(live);
  takeAll(copy, layout);
  const { byteLength } = source.open(); // it may have grown before the end of the heap was read
  const after = clockOf(live, layout);
  const settled = before.at_rest && after.at_rest && before.counts === after.counts;
  return {
    segments: copy.segments,
    byteLength,
    is_live: true,
    settled,
    exact: settled && copy.isStill() && clockOf(live, layout).counts === after.counts,
  };
}

/** Ranges of memory, each copied once. */
class Copy {
  #live;
  /** @type {Map<number, Segment>} */ #taken = new Map();

  /** @param {Image} live */
  constructor(live) {
    this.#live = live;
  }

  /** @param {number} start @param {number} bytes */
  take(start, bytes) {
    const there = this.#taken.get(start);
    if (there !== undefined && there.end >= start + bytes) return;
    if (start > 0 && bytes > 0 && this.#live.holds(start, bytes))
      this.#taken.set(start, {
        start,
        end: start + bytes,
        view: new DataView(this.#live.bytes(start, bytes).buffer),
      });
  }

  /** @param {Layout} layout */
  takeHeaps(layout) {
    for (const heap of heapAddresses(this.#live, layout).addresses)
      this.take(heap, layout.k.heap_bytes);
  }

  get segments() {
    return [...this.#taken.values()].sort((a, b) => a.start - b.start);
  }

  /** What was copied so far, to find the rest by. @param {Layout} layout */
  image(layout) {
    const { byteLength } = this.#live;
    return new Image({ segments: this.segments, byteLength }, layout.word_bytes);
  }

  /** Whether all of it is as it was. A second look after the first: what both see was so in between. */
  isStill() {
    for (const { start, end, view } of this.#taken.values())
      if (!this.#live.equals(start, view, end - start)) return false;
    return true;
  }
}

/** Record, global meta-page, heaps, maps, then the meta-pages and remote words that these name. @param {Copy} copy @param {Layout} layout */
function takeAll(copy, layout) {
  const { at, k, address, record_bytes, word_bytes } = layout;
  copy.take(address, record_bytes);
  copy.take(at.global, k.global_bytes);
  copy.takeHeaps(layout);
  const found = copy.image(layout);
  const mapped = found.word(at.global + k.global_mapped_pages);
  const pages = 2 ** (k.segment_shift - k.heap_page_shift);
  // of a damaged heap, no more than memory can have
  const possible = Math.ceil(found.byteLength / 2 ** k.segment_shift) + 1;
  const count = Math.min(Math.ceil(mapped / pages), possible);
  copy.take(at.segments, count * word_bytes);
  copy.take(found.word(at.global + k.global_break_at), word_bytes);
  const table = copy.image(layout);
  if (!table.holds(at.segments, count * word_bytes)) return;
  for (let i = 0; i < count; ++i)
    copy.take(table.word(at.segments + i * word_bytes), k.segment_bytes);
  takeMetas(copy, layout, mapped);
}

/** @param {Copy} copy @param {Layout} layout @param {number} mapped */
function takeMetas(copy, layout, mapped) {
  const { k } = layout;
  const image = copy.image(layout);
  const maps = new SegmentedMaps(image, layout, mapped);
  for (let page = 0; page < maps.mapped_pages; ++page) {
    const meta = maps.describes(page) ? image.word(maps.metaWordAddress(page)) : 0;
    if (meta !== 0 && meta % k.meta_page_bytes === 0) copy.take(meta, 2 * k.meta_page_bytes);
  }
}
