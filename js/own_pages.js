// own_pages.js — heap pages that a heap took whole, to cut small runs from: which of their MiniPages are free, which the run map
// does not say, and the lists of those with room.

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */

const LINK_BYTES = 4; // the number of a MiniPage, on every target

/** The own pages of a heap image. Good as long as that is. */
export class OwnPages {
  #heap;
  #page = -1;
  #free = 0;

  /** @param {HeapImage} heap */
  constructor(heap) {
    this.#heap = heap;
  }

  /** Whether the heap took the page whole. Where threads share memory, all pages that have a meta-page are such. @param {number} page */
  has(page) {
    const { layout, memory } = this.#heap;
    const { k, shared } = layout;
    const meta = this.#heap.metaAddress(page);
    if (shared || meta === 0) return meta !== 0;
    return memory.holds(meta, k.meta_bytes) && memory.u32(meta + k.meta_is_own) !== 0;
  }

  /** Free MiniPages of a heap page, a bit for each; 0: none, or no own page. @param {number} page */
  freeIn(page) {
    if (page === this.#page) return this.#free;
    const { layout, memory } = this.#heap;
    const meta = this.#heap.metaAddress(page);
    const is_there = this.has(page) && memory.holds(meta, layout.k.meta_bytes);
    this.#page = page;
    this.#free = is_there ? memory.u32(meta + layout.k.meta_free) : 0;
    return this.#free;
  }

  /** Free MiniPages of an own page from this one on to the next in use; 0: this is no such one. @param {number} mini_page */
  freeFrom(mini_page) {
    const { minis } = this.#heap;
    const number = mini_page % minis;
    const used = ~this.freeIn((mini_page - number) / minis) >>> number;
    return used === 0 ? minis - number : 31 - Math.clz32(used & -used);
  }
}

/** The own pages of a heap that have room, in lists by the longest run of free MiniPages in them. */
export class OwnLists {
  #at;

  /** @param {number} owner number of the heap whose they are; 0: the only one @param {number} at @param {number} own_run_max the longest that is cut from such pages */
  constructor(owner, at, own_run_max) {
    this.#at = at;
    /** @readonly */ this.owner = owner;
    /** @readonly number of the last list: of pages all of which is free. The one before: of pages with that run, or a longer one */
    this.last = own_run_max + 1;
    /** @readonly of each list but the last, the free MiniPages in a row that its pages have */
    this.lengths = Array.from({ length: own_run_max }, (_, i) => i + 1);
  }

  /** The list in which a page belongs of which these MiniPages are free; 0: none. @param {number} free */
  listFor(free) {
    if (free >>> 0 === 2 ** 32 - 1) return this.last;
    let longest = 0;
    for (let rest = free; rest !== 0; rest &= rest >>> 1) longest += 1;
    return Math.min(longest, this.last - 1);
  }

  /** The first page of a list: 0 for none, -1 if it names no page's meta-page. @param {HeapImage} heap @param {number} list */
  top(heap, list) {
    return heap.pageLink(this.#at + list * LINK_BYTES);
  }
}
