// heap_image.js — the structures of src/layout.hpp as plain data. A heap image serves one question and is good until the
// next call into wasm. Reads only what it is asked for; a structure that cannot be is a HeapReadError, never a wild read.
import { HeapReadError } from './errors.js';
import { FreeRuns, Front, heapAddresses, ThreadHeap } from './front.js';
import { FlatMaps, SegmentedMaps } from './maps.js';
import { Image } from './memory.js';
import { headerAt, metaPageAt } from './meta_page.js';
import { OwnLists, OwnPages } from './own_pages.js';

/**
 * @typedef {object} RunEntry of the run map
 * @property {number} address
 * @property {number} value kind and number as they lie in memory
 * @property {number} kind
 * @property {number} number MiniPages of a run
 * @property {number} next
 * @property {number} prev
 * @property {number} header
 */
/** @typedef {import('./meta_page.js').MiniPageHeader} MiniPageHeader */
/** @typedef {import('./meta_page.js').MetaPage} MetaPage */
/** @typedef {{ next: number, prev: number }} Links */

export const LINK_BYTES = 4; // the number of a MiniPage, on every target

export class HeapImage {
  /** @param {import('./memory.js').Opened} opened @param {import('./layout.js').Layout} layout */
  constructor(opened, layout) {
    const image = new Image(opened, layout.word_bytes);
    const { k, at } = layout;
    const g = at.global;
    /** @readonly */ this.layout = layout;
    /** @readonly */ this.memory = image;
    /** @readonly a look at memory that threads go on changing */
    this.is_live = opened.is_live ?? false;
    /** @readonly nothing of the heap's structure changed while it was looked at */
    this.settled = opened.settled ?? true;
    /** @readonly where threads share memory: nothing at all changed; else undefined */
    this.exact = layout.shared ? (opened.exact ?? true) : undefined;
    /** @readonly */ this.page_bytes = 2 ** k.heap_page_shift;
    /** @readonly */ this.mini_bytes = 2 ** k.mini_page_shift;
    /** @readonly MiniPages in a heap page */
    this.minis = 2 ** (k.heap_page_shift - k.mini_page_shift);
    /** @readonly */ this.break_at = image.word(g + k.global_break_at);
    const Maps = layout.shared ? SegmentedMaps : FlatMaps;
    /** @readonly of entries and classes of MiniPages, meta-pages of heap pages */
    this.maps = new Maps(image, layout, image.word(g + k.global_mapped_pages));
    /** @readonly heap pages that they cover */
    this.mapped_pages = this.maps.mapped_pages;
    /** @readonly the heap: MiniPages from here … */
    this.first = image.u32(g + k.global_first);
    /** @readonly … up to here; 0 before the first allocation */
    this.end = image.u32(g + k.global_end);
    /** @readonly every free MiniPage from here on is fresh */
    this.fresh = image.u32(g + k.global_fresh);
    /** @readonly heap pages in which the heap lies, wholly or in part: from here … */
    this.first_page = Math.floor(this.first / this.minis);
    /** @readonly … up to here */
    this.end_page = Math.ceil(this.end / this.minis);
    const list = layout.shared ? heapAddresses(image, layout) : { addresses: [], ends: true };
    /** @readonly heaps of threads, the oldest first */
    this.threads = list.addresses.map((at, i) => new ThreadHeap(image, layout, i + 1, at));
    /** @readonly whether all of them could be found */ this.has_all_threads = list.ends;
    /** @readonly the front, or that of every thread @type {Front[]} */
    this.fronts = layout.shared
      ? this.threads
      : [new Front(image, layout, 0, { ...at, class_stacks: g + k.global_class_stacks })];
    /** @readonly */ this.free_runs = new FreeRuns(image, g + k.global_bin_mask, g + k.global_bins);
    /** @readonly */ this.own = new OwnPages(this);
    /** @readonly of own pages with room, thread by thread @type {OwnLists[]} */
    this.own_lists = layout.shared
      ? this.threads.map(({ lists }) => lists)
      : [new OwnLists(0, g + k.own_lists, k.own_run_max)];
    const in_memory = Math.floor(image.byteLength / this.mini_bytes);
    if (this.end > in_memory || this.first > this.end)
      throw new HeapReadError(
        'I9',
        g + k.global_end,
        `the heap is said to be MiniPages ${this.first} to ${this.end}, but memory has ${in_memory}`,
      );
  }

  /** Address of a MiniPage. @param {number} mini_page */
  addressOf(mini_page) {
    return mini_page * this.mini_bytes;
  }

  /** @param {number} address */
  miniPageOf(address) {
    return Math.floor(address / this.mini_bytes);
  }

  /** @param {number} mini_page */
  pageOf(mini_page) {
    return Math.floor(mini_page / this.minis);
  }

  /** Whether a MiniPage of the heap has this number. @param {number} mini_page */
  holds(mini_page) {
    return mini_page >= this.first && mini_page < this.end;
  }

  /** @param {number} mini_page @returns {RunEntry} */
  entry(mini_page) {
    const { memory, maps } = this;
    const { k } = this.layout;
    if (!this.holds(mini_page) || mini_page >= this.mapped_pages * this.minis)
      throw new HeapReadError(
        'I9',
        this.addressOf(mini_page),
        `MiniPage ${mini_page} has no entry in the run map`,
      );
    const address = maps.entryAddress(mini_page);
    const value = memory.u32(address + k.entry_value);
    return {
      address,
      value,
      kind: value % 2 ** k.run_kind_bits,
      number: Math.floor(value / 2 ** k.run_kind_bits),
      next: memory.u32(address + k.entry_next),
      prev: memory.u32(address + k.entry_prev),
      header: memory.word(address + k.entry_header),
    };
  }

  /** The same, or undefined. @param {number} mini_page */
  entryOrNone(mini_page) {
    const { maps, layout } = this;
    const there =
      this.holds(mini_page) &&
      mini_page < this.mapped_pages * this.minis &&
      maps.describes(this.pageOf(mini_page)) &&
      this.memory.holds(maps.entryAddress(mini_page), layout.k.entry_bytes);
    return there ? this.entry(mini_page) : undefined;
  }

  /** Address of the meta-page of a heap page; 0: it has none. @param {number} page */
  metaAddress(page) {
    if (page >= this.mapped_pages || !this.maps.describes(page)) return 0;
    const at = this.maps.metaWordAddress(page);
    return this.memory.holds(at, this.layout.word_bytes) ? this.memory.word(at) : 0;
  }

  /** @param {number} address @returns {MetaPage} */
  metaPage(address) {
    return metaPageAt(this, address);
  }

  /** Number of the heap at an address; 0: there is none. @param {number} address */
  heapNumber(address) {
    return this.threads.findIndex((thread) => thread.address === address) + 1;
  }

  /** Number of the heap that owns a heap page; 0: none does. @param {number} page */
  ownerOf(page) {
    const meta = this.layout.shared ? this.metaAddress(page) : 0;
    const there = meta !== 0 && this.memory.holds(meta, this.layout.k.meta_bytes);
    return there ? this.heapNumber(this.metaPage(meta).owner) : 0;
  }

  /** Blocks in a run of so many MiniPages of the class; 0: no such class. @param {number} size_class @param {number} length */
  capacityOf(size_class, length) {
    const { class_bytes, k } = this.layout;
    if (size_class === 0 || size_class >= class_bytes.length) return 0;
    const possible = k.header_free_words * 64; // of a damaged run that is longer, no more
    return Math.min(possible, Math.floor((length * this.mini_bytes) / class_bytes[size_class]));
  }

  /** Where the header of a small run lies that begins in this MiniPage. @param {MetaPage} meta @param {number} mini_page */
  headerAddress(meta, mini_page) {
    const { k } = this.layout;
    return meta.address + k.meta_mini_pages + (mini_page % this.minis) * k.header_bytes;
  }

  /** That of a small run of so many MiniPages. @param {number} address @param {number} length @returns {MiniPageHeader} */
  header(address, length) {
    return headerAt(this, address, length);
  }

  /**
   * The heap page whose meta-page the link at `at` names: 0 for none, -1 if it names no page's meta-page.
   * @param {number} at
   */
  pageLink(at) {
    const { memory, layout } = this;
    const link = memory.u32(at);
    if (link === 0) return 0;
    const meta = this.addressOf(link);
    if (!this.holds(link) || !memory.holds(meta, layout.k.meta_bytes)) return -1;
    const { page } = this.metaPage(meta);
    return page >= this.first_page && page < this.end_page && this.metaAddress(page) === meta
      ? page
      : -1;
  }

  /** @param {MetaPage} meta @param {number} size_class @returns {Links} */
  classLinks(meta, size_class) {
    const at = meta.address + this.layout.k.meta_class_links + 2 * LINK_BYTES * size_class;
    return { next: this.pageLink(at), prev: this.pageLink(at + LINK_BYTES) };
  }

  /** First partly free run of the class in the page. @param {MetaPage} meta @param {number} size_class */
  list(meta, size_class) {
    return this.memory.u8(meta.address + this.layout.k.meta_lists + size_class);
  }

  /** @param {number} i place in COUNTER_NAMES */
  counter(i) {
    const { at, k, word_bytes } = this.layout;
    return this.memory.word(at.global + k.global_counters + i * word_bytes);
  }

  /** Whether a thread's cursor works through the run with this header. @param {number} size_class @param {number} header */
  isCurrent(size_class, header) {
    return this.fronts.some((front) => front.current(size_class) === header);
  }

  /** Bytes of the metadata in which the maps lie; 0 before the first allocation, or if they are nowhere. */
  mapSize() {
    const { maps, mini_bytes } = this;
    const { entry_bytes, segment_bytes } = this.layout.k;
    if (maps instanceof SegmentedMaps)
      return maps.segments.length * Math.ceil(segment_bytes / mini_bytes) * mini_bytes;
    const first = this.miniPageOf(maps.runs);
    const is_there =
      this.holds(first) &&
      first < this.mapped_pages * this.minis &&
      this.memory.holds(maps.entryAddress(first), entry_bytes);
    return is_there ? this.entry(first).number * mini_bytes : 0;
  }

  /** Lowest address that is not the heap's any more, and where sbrk keeps the break. */
  ends() {
    const { at } = this.layout;
    const end = this.end === 0 ? at.heap_base : this.addressOf(this.end);
    let brk = end;
    if (this.break_at !== 0 && this.memory.holds(this.break_at, this.memory.wordBytes))
      brk = Math.min(Math.max(end, this.memory.word(this.break_at)), this.memory.byteLength);
    return { heap_end: end, break_end: brk };
  }
}

/**
 * A result, with `exact` where threads share memory: false if something changed while it was looked at.
 * @template {object} T @param {HeapImage} heap @param {T} result @returns {T & { exact?: boolean }}
 */
export const marked = ({ exact }, result) => (exact === undefined ? result : { ...result, exact });

/** Whether free bit `i` is set. @param {Uint32Array} bits @param {number} i */
export const bit = (bits, i) => ((bits[i >>> 5] >>> (i & 31)) & 1) !== 0;
