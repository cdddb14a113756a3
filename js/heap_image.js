// heap_image.js — the structures of src/layout.hpp as plain data. A heap image serves one question and is good until the
// next call into wasm. Reads only what it is asked for; a structure that cannot be is a HeapReadError, never a wild read.
import { HeapReadError, hex } from './errors.js';
import { Image } from './memory.js';

/**
 * @typedef {object} PageEntry of the page map
 * @property {number} address
 * @property {number} kind
 * @property {number} tail
 * @property {number} spare MiniPages at the end of a large block's last page that are not its
 * @property {boolean} spare_is_fresh
 * @property {number} run_pages
 * @property {number} next
 * @property {number} prev
 * @property {number} meta
 */
/**
 * @typedef {object} MiniPageHeader
 * @property {number} address
 * @property {Uint32Array} free free bits, 32 to a word
 * @property {number} block_bytes
 * @property {number} capacity
 * @property {number} countdown blocks that may come home before the run changes its state
 * @property {number} size_class
 * @property {number} kind
 * @property {number} first
 * @property {number} run
 * @property {number} next
 * @property {number} prev
 */
/**
 * @typedef {object} MetaPage
 * @property {number} address
 * @property {number} free_mask
 * @property {number} touched_mask
 * @property {number} page
 * @property {number} room
 */
/** @typedef {{ next: number, prev: number }} PageLinks */

const LINK_BYTES = 4; // a number of a slot, on every target

export class HeapImage {
  /** @param {ReturnType<import('./memory.js').MemorySource['open']>} opened @param {import('./layout.js').Layout} layout */
  constructor(opened, layout) {
    const image = new Image(opened, layout.word_bytes);
    const { k, at } = layout;
    const g = at.global;
    /** @readonly */ this.layout = layout;
    /** @readonly */ this.memory = image;
    /** @readonly */ this.page_bytes = 2 ** k.heap_page_shift;
    /** @readonly */ this.mini_bytes = 2 ** k.mini_page_shift;
    /** @readonly MiniPages in a heap page; a mask has a bit for each */
    this.minis = 2 ** (k.heap_page_shift - k.mini_page_shift);
    /** @readonly */ this.heap_begin = image.word(g + k.global_heap_begin);
    /** @readonly */ this.break_at = image.word(g + k.global_break_at);
    /** @readonly */ this.mapped_pages = image.word(g + k.global_mapped_pages);
    /** @readonly the maps: page map, headers and classes of MiniPages, in one piece */
    this.maps = {
      at: image.word(at.page_map),
      bytes: image.word(g + k.global_map_bytes),
      headers_at: image.word(at.header_map),
      classes_at: image.word(at.mini_page_map),
    };
    /** @readonly */ this.first_page = image.u32(g + k.global_first_page);
    /** @readonly */ this.end_page = image.u32(g + k.global_end_page);
    /** @readonly */ this.fresh_page = image.u32(g + k.global_fresh_page);
    /** @readonly */ this.warm_page = image.u32(g + k.global_warm_page);
    /** @readonly */ this.metadata_stack = image.u32(g + k.global_metadata_stack);
    /** @readonly */ this.room_mask = image.u32(g + k.global_room_mask);
    /** @readonly */ this.spare_mask = image.u32(g + k.global_spare_mask);
    /** @readonly */ this.bin_masks = [0, 4].map((i) => image.u32(g + k.global_bin_mask + i));
    const pages_in_memory = Math.floor(image.byteLength / this.page_bytes);
    if (this.end_page > pages_in_memory || this.first_page > this.end_page)
      throw new HeapReadError(
        'I9',
        g + k.global_end_page,
        `the heap is said to be pages ${this.first_page} to ${this.end_page}, but memory has ${pages_in_memory}`,
      );
    if (this.heap_begin > this.end_page * this.page_bytes)
      throw new HeapReadError(
        'I9',
        g + k.global_heap_begin,
        `the heap is said to begin at ${hex(this.heap_begin)}, after its end`,
      );
  }

  /** Address of a heap page. @param {number} page */
  addressOf(page) {
    return page * this.page_bytes;
  }

  /** @param {number} page @returns {PageEntry} */
  entry(page) {
    const { memory, maps } = this;
    const { k } = this.layout;
    if (!(page >= this.first_page && page < this.end_page && page < this.mapped_pages))
      throw new HeapReadError(
        'I9',
        this.addressOf(page),
        `heap page ${page} has no entry in the page map`,
      );
    const address = maps.at + page * k.entry_bytes;
    return {
      address,
      kind: memory.u8(address + k.entry_kind),
      tail: memory.u8(address + k.entry_tail),
      spare: memory.u8(address + k.entry_spare),
      spare_is_fresh: memory.u8(address + k.entry_spare_is_fresh) !== 0,
      run_pages: memory.u32(address + k.entry_run_pages),
      next: memory.u32(address + k.entry_next),
      prev: memory.u32(address + k.entry_prev),
      meta: memory.word(address + k.entry_meta),
    };
  }

  /** @param {number} address @returns {MetaPage} */
  metaPage(address) {
    const { memory } = this;
    const { k } = this.layout;
    return {
      address,
      free_mask: memory.u32(address + k.meta_free_mask),
      touched_mask: memory.u32(address + k.meta_touched_mask),
      page: memory.u32(address + k.meta_page),
      room: memory.u32(address + k.meta_room),
    };
  }

  /** Header of a MiniPage. @param {MetaPage} meta @param {number} mini_page @returns {MiniPageHeader} */
  header(meta, mini_page) {
    const { memory } = this;
    const { k } = this.layout;
    const address = meta.address + k.meta_mini_pages + mini_page * k.header_bytes;
    const free = new Uint32Array(2 * k.header_free_words);
    for (let i = 0; i < free.length; ++i) free[i] = memory.u32(address + k.header_free + 4 * i);
    return {
      address,
      free,
      block_bytes: memory.u16(address + k.header_block_bytes),
      capacity: memory.u16(address + k.header_capacity),
      countdown: memory.u16(address + k.header_countdown),
      size_class: memory.u8(address + k.header_size_class),
      kind: memory.u8(address + k.header_kind),
      first: memory.u8(address + k.header_first),
      run: memory.u8(address + k.header_run),
      next: memory.u8(address + k.header_next),
      prev: memory.u8(address + k.header_prev),
    };
  }

  /**
   * The heap page whose meta-page the link at `at` names: 0 for none, -1 if it names no meta-page of a cut page.
   * @param {number} at
   */
  pageLink(at) {
    const { memory, layout } = this;
    const link = memory.u32(at);
    if (link === 0) return 0;
    const meta = link * 2 ** layout.k.meta_link_shift;
    if (!memory.holds(meta, layout.k.meta_bytes)) return -1;
    const page = memory.u32(meta + layout.k.meta_page);
    if (page < this.first_page || page >= this.end_page || page >= this.mapped_pages) return -1;
    const entry = this.entry(page);
    return entry.kind === layout.k.page_cut && entry.meta === meta ? page : -1;
  }

  /** @param {number} at @returns {PageLinks} */
  #links(at) {
    return { next: this.pageLink(at), prev: this.pageLink(at + LINK_BYTES) };
  }

  /** @param {MetaPage} meta */
  roomLinks(meta) {
    return this.#links(meta.address + this.layout.k.meta_room_links);
  }

  /** @param {MetaPage} meta @param {number} size_class */
  classLinks(meta, size_class) {
    const { k } = this.layout;
    return this.#links(meta.address + k.meta_class_links + 2 * LINK_BYTES * size_class);
  }

  /** First partly free run of the class in the page. @param {MetaPage} meta @param {number} size_class */
  list(meta, size_class) {
    return this.memory.u8(meta.address + this.layout.k.meta_lists + size_class);
  }

  /** Top of the global stack of pages with a partly free run of the class. @param {number} size_class */
  classStack(size_class) {
    const { at, k } = this.layout;
    return this.pageLink(at.global + k.global_class_stacks + size_class * LINK_BYTES);
  }

  /** Top of the global stack of pages whose longest run of free MiniPages is `room`. @param {number} room */
  roomStack(room) {
    const { at, k } = this.layout;
    return this.pageLink(at.global + k.global_room_stacks + room * LINK_BYTES);
  }

  /** First page of the newest large block with so many spare MiniPages. @param {number} spare */
  spareStack(spare) {
    const { at, k } = this.layout;
    return this.memory.u32(at.global + k.global_spare_stacks + 4 * spare);
  }

  /** First free run of heap pages in the bin. @param {number} bin */
  bin(bin) {
    const { at, k } = this.layout;
    return this.memory.u32(at.global + k.global_bins + 4 * bin);
  }

  /** @param {number} i place in COUNTER_NAMES */
  counter(i) {
    const { at, k, word_bytes } = this.layout;
    return this.memory.word(at.global + k.global_counters + i * word_bytes);
  }

  /** Address of the header of the run that the class's cursor works through; 0: none. @param {number} size_class */
  current(size_class) {
    const { at, word_bytes } = this.layout;
    return this.memory.word(at.current + size_class * word_bytes);
  }

  /** Lowest address that is not the heap's any more, and where sbrk keeps the break. */
  ends() {
    const { at } = this.layout;
    const end = this.end_page === 0 ? at.heap_base : this.addressOf(this.end_page);
    let brk = end;
    if (this.break_at !== 0 && this.memory.holds(this.break_at, this.memory.wordBytes))
      brk = Math.min(Math.max(end, this.memory.word(this.break_at)), this.memory.byteLength);
    return { heap_end: end, break_end: brk };
  }
}

/** Block size by free bit. @param {Uint32Array} bits @param {number} i */
export const bit = (bits, i) => ((bits[i >>> 5] >>> (i & 31)) & 1) !== 0;
