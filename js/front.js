// front.js — what malloc and free touch first: free-block stacks, cursors, current runs; and stacks of heap pages and bins of
// free runs. A program without threads has one of each; where threads share memory, every thread has its own, in its heap.

import { OwnLists } from './own_pages.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./memory.js').Image} Image */
/** @typedef {import('./layout.js').Layout} Layout */
/**
 * @typedef {object} Places addresses
 * @property {number} tops
 * @property {number} stack_words
 * @property {number} cursors
 * @property {number} current
 * @property {number} class_stacks
 */
/** @typedef {'attached' | 'orphan' | 'quarantined'} HeapState */

const LINK_BYTES = 4; // the number of a MiniPage, on every target

/** Free runs outside of own pages, by their length. */
export class FreeRuns {
  #image;
  #bins;

  /** @param {Image} image @param {number} mask address @param {number} bins address */
  constructor(image, mask, bins) {
    this.#image = image;
    this.#bins = bins;
    /** @readonly bit b: bin b is not empty */
    this.masks = [0, 4].map((i) => image.u32(mask + i));
  }

  /** First free run in the bin. @param {number} bin */
  bin(bin) {
    return this.#image.u32(this.#bins + bin * LINK_BYTES);
  }
}

export class Front {
  #image;
  #layout;
  #places;

  /** @param {Image} image @param {Layout} layout @param {number} number @param {Places} places */
  constructor(image, layout, number, places) {
    this.#image = image;
    this.#layout = layout;
    this.#places = places;
    /** @readonly of the heap, from 1 on; 0: there is but one */ this.number = number;
  }

  /** Whether its stacks have a place: not before the program's first allocation. */
  get is_open() {
    return this.#image.word(this.topAddress(1)) !== 0;
  }

  /** Where the address of the newest entry of a class's stack is kept. @param {number} size_class */
  topAddress(size_class) {
    return this.#places.tops + size_class * this.#layout.word_bytes;
  }

  /**
   * Entries of a class's free-block stack, newest first; undefined if its top is no place in the stack.
   * @param {number} size_class @returns {{ entries: number[] | undefined, start: number, top: number, end: number }}
   */
  blockStack(size_class) {
    const { word_bytes, stack_start } = this.#layout;
    const { stack_words } = this.#places;
    const start = stack_words + stack_start[size_class] * word_bytes;
    const end = stack_words + stack_start[size_class + 1] * word_bytes; // one past the word that ends the stack
    const top = this.#image.word(this.topAddress(size_class));
    if (top === 0 && !this.is_open) return { entries: [], start, top: start, end };
    if (top < start || top >= end - word_bytes || (top - start) % word_bytes !== 0)
      return { entries: undefined, start, top, end };
    const entries = [];
    for (let word = top; word > start; word -= word_bytes) entries.push(this.#image.word(word));
    return { entries, start, top, end };
  }

  /** Blocks in the cursor of a class, lowest first. @param {number} size_class */
  cursor(size_class) {
    const { k } = this.#layout;
    const address = this.#places.cursors + size_class * k.cursor_bytes;
    const base = this.#image.word(address + k.cursor_base);
    const block_bytes = this.#image.u32(address + k.cursor_block_bytes);
    const blocks = [];
    for (const half of [0, 32]) {
      let bits = this.#image.u32(address + k.cursor_bits + half / 8);
      while (bits !== 0) {
        const lowest = bits & -bits;
        blocks.push(base + (half + 31 - Math.clz32(lowest)) * block_bytes);
        bits ^= lowest;
      }
    }
    return { address, base, block_bytes, blocks };
  }

  /** Address of the header of the run that the class's cursor works through; 0: none. @param {number} size_class */
  current(size_class) {
    return this.#image.word(this.#places.current + size_class * this.#layout.word_bytes);
  }

  /** Top of the stack of pages with a partly free run of the class. @param {HeapImage} heap @param {number} size_class */
  classStack(heap, size_class) {
    return heap.pageLink(this.#places.class_stacks + size_class * LINK_BYTES);
  }
}

/** The front of a thread, in its heap. */
export class ThreadHeap extends Front {
  /** @param {Image} image @param {Layout} layout @param {number} number @param {number} address */
  constructor(image, layout, number, address) {
    const { k } = layout;
    super(image, layout, number, {
      tops: address + k.heap_tops,
      stack_words: address + k.heap_stack_words,
      cursors: address + k.heap_cursors,
      current: address + k.heap_current,
      class_stacks: address + k.heap_class_stacks,
    });
    const states = /** @type {Record<number, HeapState>} */ ({
      [k.state_attached]: 'attached',
      [k.state_orphan]: 'orphan',
      [k.state_quarantined]: 'quarantined',
    });
    const changing = image.u32(address + k.heap_changing);
    /** @readonly */ this.address = address;
    /** @readonly undefined: it makes no sense */
    this.state = states[image.u32(address + k.heap_state)];
    /** @readonly whose it is or was: pthread_self, or the number of a Wasm Worker */
    this.thread = image.word(address + k.heap_thread);
    /** @readonly heap pages that it owns */ this.pages = image.u32(address + k.heap_pages);
    /** @readonly of these: without a block */
    this.free_pages = image.u32(address + k.heap_free_pages);
    /** @readonly free pages that it keeps */ this.reserved = image.u32(address + k.heap_reserved);
    /** @readonly whether it takes no lock */
    this.realtime = image.u32(address + k.heap_realtime) !== 0;
    /** @readonly of changes: how many there were */
    this.changes = Math.floor(changing / k.changed);
    /** @readonly whether it is in the middle of one */ this.in_change = changing % k.changed !== 0;
    /** @readonly its pages with room */
    this.lists = new OwnLists(number, address + k.heap_lists, k.own_run_max);
  }
}

/**
 * Addresses of all heaps, the oldest first: a heap's number is its place, from 1 on, and stays. As far as the list goes.
 * @param {Image} image @param {Layout} layout @returns {{ addresses: number[], ends: boolean }} ends: it is a list
 */
export function heapAddresses(image, { at, k }) {
  /** @type {Set<number>} */
  const found = new Set();
  let address = image.word(at.global + k.lock_heaps);
  while (address !== 0 && !found.has(address) && image.holds(address, k.heap_bytes)) {
    found.add(address);
    address = image.word(address + k.heap_next);
  }
  return { addresses: [...found].reverse(), ends: address === 0 };
}
