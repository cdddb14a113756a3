// memory.js — bytes of linear memory, read where they lie. A view dies when memory grows, so a source hands out a fresh
// image for every question; an image is good until the next call into wasm. Every read is bounded and unsigned.
import { HeapReadError, hex } from './errors.js';

/** @typedef {{ readonly buffer: ArrayBufferLike }} MemoryLike a WebAssembly.Memory, or what wasm2js has instead */
/** @typedef {{ start: number, end: number, view: DataView }} Segment */
/**
 * @typedef {object} Opened
 * @property {Segment[]} segments in order of address
 * @property {number} byteLength of the whole memory
 * @property {boolean} [is_live] another look may see something else
 * @property {boolean} [settled] false: the heap's structure changed while it was copied
 * @property {boolean} [exact] false: something of the heap changed while it was copied
 */
/**
 * @typedef {object} MemorySource where images come from
 * @property {() => Opened} open
 * @property {number | undefined} recordAddress where the source says that the layout record lies
 * @property {number | undefined} limit bytes that memory may grow to, if known
 */

/** @param {number} start @param {Uint8Array} bytes @returns {Segment} */
export function segmentOf(start, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { start, end: start + bytes.byteLength, view };
}

/** The source that is a live memory. @param {MemoryLike} memory @returns {MemorySource} */
export function liveSource(memory) {
  const open = () => {
    const bytes = new Uint8Array(memory.buffer);
    return { segments: [segmentOf(0, bytes)], byteLength: bytes.byteLength };
  };
  return { open, recordAddress: undefined, limit: undefined };
}

/** The source that is a raw image of linear memory from address 0 on. @param {Uint8Array} bytes @returns {MemorySource} */
export function imageSource(bytes) {
  const open = () => ({ segments: [segmentOf(0, bytes)], byteLength: bytes.byteLength });
  return { open, recordAddress: undefined, limit: undefined };
}

export class Image {
  /** @type {Segment} */ #last;
  /** @type {Segment[]} */ #segments;

  /** @param {{ segments: Segment[], byteLength: number }} opened @param {number} wordBytes 4 or 8 */
  constructor({ segments, byteLength }, wordBytes) {
    this.#segments = segments;
    this.#last = segments[0] ?? segmentOf(0, new Uint8Array(0));
    /** @readonly bytes of the whole memory, held or not */
    this.byteLength = byteLength;
    /** @readonly */
    this.wordBytes = wordBytes;
  }

  /** All of memory in one view, where it is held so; else undefined. For those who read millions of words. */
  get whole() {
    const [only] = this.#segments;
    const is_whole =
      this.#segments.length === 1 && only.start === 0 && only.end === this.byteLength;
    return is_whole ? only.view : undefined;
  }

  /** True iff all of it can be read. @param {number} at @param {number} bytes */
  holds(at, bytes) {
    return this.#segment(at, bytes) !== undefined;
  }

  /** @param {number} at */
  u8(at) {
    const { view, start } = this.#need(at, 1);
    return view.getUint8(at - start);
  }

  /** @param {number} at */
  u16(at) {
    const { view, start } = this.#need(at, 2);
    return view.getUint16(at - start, true);
  }

  /** @param {number} at */
  u32(at) {
    const { view, start } = this.#need(at, 4);
    return view.getUint32(at - start, true);
  }

  /** The same, after whatever other threads wrote before they wrote what it says. @param {number} at a multiple of 4 */
  atomic(at) {
    const { view, start } = this.#need(at, 4);
    const place = view.byteOffset + at - start;
    return place % 4 === 0 ? Atomics.load(new Uint32Array(view.buffer, place, 1), 0) : this.u32(at);
  }

  /** Whether the bytes at `at` are those of a view. @param {number} at @param {DataView} view @param {number} length a multiple of 4 */
  equals(at, view, length) {
    const there = this.#need(at, length);
    for (let i = 0; i < length; i += 4)
      if (there.view.getUint32(at - there.start + i, true) !== view.getUint32(i, true))
        return false;
    return true;
  }

  /** Exact below 2^53, which every address is. @param {number} at */
  u64(at) {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32;
  }

  /** An address or a count as wide as an address. @param {number} at */
  word(at) {
    return this.wordBytes === 8 ? this.u64(at) : this.u32(at);
  }

  /** A copy. @param {number} at @param {number} length */
  bytes(at, length) {
    const { view, start } = this.#need(at, length);
    return new Uint8Array(view.buffer, view.byteOffset + at - start, length).slice();
  }

  /** @param {number} at @param {number} bytes */
  #need(at, bytes) {
    const segment = this.#segment(at, bytes);
    if (segment !== undefined) return segment;
    const where = at + bytes > this.byteLength ? 'memory' : 'what the dump holds';
    throw new HeapReadError('read', at, `${bytes} bytes at ${hex(at)} are outside of ${where}`);
  }

  /** @param {number} at @param {number} bytes */
  #segment(at, bytes) {
    if (at >= this.#last.start && at + bytes <= this.#last.end) return this.#last;
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.#segments[middle];
      if (at < segment.start) high = middle;
      else if (at >= segment.end) low = middle + 1;
      else {
        this.#last = segment;
        return at + bytes <= segment.end ? segment : undefined;
      }
    }
    return undefined;
  }
}

/** Number of bits set. @param {number} word 32 bits */
export function popcount(word) {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const FNV_START = 2166136261;

/** FNV-1a, 32 bits: finds any single changed byte. @param {Uint8Array} bytes @param {number} [hash] to go on from */
export function fnv1a(bytes, hash = FNV_START) {
  for (let i = 0; i < bytes.length; ++i) hash = Math.imul(hash ^ bytes[i], 16777619);
  return hash >>> 0;
}
