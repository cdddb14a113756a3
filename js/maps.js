// maps.js — where the run map, the class map and the page map lie: flat, in one piece of metadata that moves when memory
// grows; or, where threads share memory, in segments that never move. One accessor each for an entry, a class, a page's word.
import { HeapReadError, hex } from './errors.js';

/** @typedef {import('./memory.js').Image} Image */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {[start: number, bytes: number]} Span */

/** What every number of a MiniPage or heap page is looked up in. */
export class FlatMaps {
  #k;
  #word_bytes;

  /** @param {Image} image @param {Layout} layout @param {number} mapped_pages */
  constructor(image, layout, mapped_pages) {
    const { at, k, word_bytes } = layout;
    this.#k = k;
    this.#word_bytes = word_bytes;
    const first = image.u32(at.global + k.global_first);
    const minis = 2 ** (k.heap_page_shift - k.mini_page_shift);
    /** @readonly heap pages that the maps cover */
    this.mapped_pages = mapped_pages;
    /** @readonly the first that the run map and the page map cover: what lies before it has classes only */
    this.first_page = mapped_pages === 0 ? 0 : Math.floor(Math.max(0, first - 1) / minis);
    /** @readonly address of the first entry; the root is that of MiniPage 0, wherever that would be */
    this.runs = image.word(at.run_map) + this.first_page * minis * k.entry_bytes;
    /** @readonly address of the classes of MiniPages */ this.classes = image.word(at.class_map);
    /** @readonly address of the first page's word */
    this.metas = image.word(at.global + k.global_meta_map) + this.first_page * word_bytes;
    /** @readonly addresses of the pieces that never move: none */
    this.segments = /** @type {number[]} */ ([]);
  }

  /** Whether the words of a heap page that is covered can be found. @param {number} page */
  describes(page) {
    return page >= this.first_page;
  }

  /** Of a MiniPage's entry. @param {number} mini_page */
  entryAddress(mini_page) {
    return this.runs + (mini_page - this.#minis(this.first_page)) * this.#k.entry_bytes;
  }

  /** MiniPages in so many heap pages. @param {number} pages */
  #minis(pages) {
    return pages * 2 ** (this.#k.heap_page_shift - this.#k.mini_page_shift);
  }

  /** Of the byte with a MiniPage's class. @param {number} mini_page */
  classAddress(mini_page) {
    return this.classes + mini_page;
  }

  /** Of the word with the address of a heap page's meta-page. @param {number} page */
  metaWordAddress(page) {
    return this.metas + (page - this.first_page) * this.#word_bytes;
  }

  /** MiniPages from this one on whose classes and entries follow each other. @param {number} mini_page */
  together(mini_page) {
    return this.#minis(this.mapped_pages) - mini_page;
  }

  /** All of it but the entries, and what says where they are. @param {Layout} layout @returns {Span[]} */
  spans({ at, word_bytes }) {
    return [
      [at.class_map, word_bytes],
      [at.run_map, word_bytes],
      [this.metas, Math.max(0, this.mapped_pages - this.first_page) * word_bytes],
      [this.classes, Math.max(0, this.together(0))],
    ];
  }
}

export class SegmentedMaps {
  #k;
  #word_bytes;
  #mini_pages;

  /** @param {Image} image @param {Layout} layout @param {number} mapped_pages */
  constructor(image, layout, mapped_pages) {
    const { at, k, word_bytes } = layout;
    this.#k = k;
    this.#word_bytes = word_bytes;
    this.#mini_pages = 2 ** (k.segment_shift - k.mini_page_shift);
    const pages = 2 ** (k.segment_shift - k.heap_page_shift);
    // of a damaged heap, no more than memory can have
    const possible = Math.ceil(image.byteLength / 2 ** k.segment_shift) + 1;
    const count = Math.min(Math.ceil(mapped_pages / pages), possible);
    /** @readonly addresses of the segments; 0: it cannot be read */
    this.segments = Array.from({ length: count }, (_, i) => {
      const segment = image.word(at.segments + i * word_bytes);
      return image.holds(segment, k.segment_bytes) ? segment : 0;
    });
    /** @readonly the first that they cover */ this.first_page = 0;
    /** @readonly heap pages that the maps cover */
    this.mapped_pages = Math.min(mapped_pages, count * pages);
  }

  /** Whether the words of a heap page that is covered can be found. @param {number} page */
  describes(page) {
    const { heap_page_shift, segment_shift } = this.#k;
    return (this.segments[Math.floor(page / 2 ** (segment_shift - heap_page_shift))] ?? 0) !== 0;
  }

  /** @param {number} mini_page */
  #segment(mini_page) {
    const segment = this.segments[Math.floor(mini_page / this.#mini_pages)] ?? 0;
    if (segment !== 0) return segment;
    const at = mini_page * 2 ** this.#k.mini_page_shift;
    throw new HeapReadError('I9', at, `no segment of the maps describes ${hex(at)}`);
  }

  /** Of a MiniPage's entry. @param {number} mini_page */
  entryAddress(mini_page) {
    const { segment_entries, entry_bytes } = this.#k;
    const number = mini_page % this.#mini_pages;
    return this.#segment(mini_page) + segment_entries + number * entry_bytes;
  }

  /** Of the byte with a MiniPage's class. @param {number} mini_page */
  classAddress(mini_page) {
    return this.#segment(mini_page) + this.#k.segment_classes + (mini_page % this.#mini_pages);
  }

  /** Of the word with the address of a heap page's meta-page. @param {number} page */
  metaWordAddress(page) {
    const { heap_page_shift, mini_page_shift, segment_shift, segment_metas } = this.#k;
    const number = page % 2 ** (segment_shift - heap_page_shift);
    const first = page * 2 ** (heap_page_shift - mini_page_shift);
    return this.#segment(first) + segment_metas + number * this.#word_bytes;
  }

  /** MiniPages from this one on whose classes and entries follow each other. @param {number} mini_page */
  together(mini_page) {
    return this.#mini_pages - (mini_page % this.#mini_pages);
  }

  /** All of it but the entries, and what says where they are. @param {Layout} layout @returns {Span[]} */
  spans({ at, k, word_bytes }) {
    /** @type {Span[]} */
    const spans = [[at.segments, this.segments.length * word_bytes]];
    const pages = 2 ** (k.segment_shift - k.heap_page_shift);
    for (const segment of this.segments.filter((address) => address !== 0))
      spans.push(
        [segment + k.segment_classes, this.#mini_pages],
        [segment + k.segment_metas, pages * word_bytes],
      );
    return spans;
  }
}
