// walk.js — the one walk that statistics, checker, picture and block visitor share: heap pages by run, MiniPages by run,
// free blocks that are not home. Yields plain data. Bounded: a step that would not advance is a HeapReadError.
import { HeapReadError, hex } from './errors.js';
import { popcount } from './memory.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'cut' | 'large' | 'free' | 'metadata' | 'gap'} PageRunKind */
/**
 * @typedef {object} PageRun heap pages that serve together
 * @property {PageRunKind} kind
 * @property {number} page the first
 * @property {number} pages how many
 * @property {import('./heap_image.js').PageEntry} entry of the first
 */
/** @typedef {'small' | 'medium' | 'large_tail' | 'free'} MiniRunKind */
/**
 * @typedef {object} MiniRun MiniPages of one cut page that serve together
 * @property {MiniRunKind} kind
 * @property {number} first
 * @property {number} length
 * @property {number} address
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {import('./heap_image.js').MiniPageHeader | undefined} header unless free
 */
/**
 * @typedef {object} CachedBlock a free block that is not home
 * @property {number} address
 * @property {number} size_class
 * @property {'stack' | 'cursor'} where
 */

/** The run that begins at a page. @param {HeapImage} heap @param {number} page @returns {PageRun} */
export function pageRun(heap, page) {
  const { k } = heap.layout;
  const entry = heap.entry(page);
  const kind = pageKind(k, entry.kind);
  if (kind === undefined)
    throw new HeapReadError(
      'I9',
      entry.address,
      `the entry of heap page ${page} has no kind that begins a run (${entry.kind})`,
    );
  const pages = kind === 'cut' || kind === 'metadata' ? 1 : entry.run_pages;
  if (pages === 0 || pages > heap.end_page - page)
    throw new HeapReadError(
      'I9',
      entry.address,
      `the run of ${pages} heap pages at page ${page} does not end inside the heap`,
    );
  return { kind, page, pages, entry };
}

/** @param {import('./layout.js').Layout['k']} k @param {number} raw @returns {PageRunKind | undefined} */
function pageKind(k, raw) {
  switch (raw) {
    case k.page_free_run:
      return 'free';
    case k.page_cut:
      return 'cut';
    case k.page_large_head:
      return 'large';
    case k.page_metadata:
      return 'metadata';
    case k.page_gap:
      return 'gap';
    default:
      return undefined;
  }
}

/** From the first heap page to the end of the heap. @param {HeapImage} heap @returns {Generator<PageRun, void>} */
export function* pageRuns(heap) {
  for (let page = heap.first_page; page < heap.end_page; ) {
    const run = pageRun(heap, page);
    yield run;
    page += run.pages;
  }
}

/**
 * The MiniPages of a cut page, free ones included, in order.
 * @param {HeapImage} heap @param {import('./heap_image.js').MetaPage} meta @param {number} page @returns {MiniRun[]}
 */
export function miniRuns(heap, meta, page) {
  const runs = [];
  for (let first = 0; first < heap.minis; ) {
    const run = miniRun(heap, meta, page, first);
    runs.push(run);
    first += run.length;
  }
  return runs;
}

/** @param {HeapImage} heap @param {import('./heap_image.js').MetaPage} meta @param {number} page @param {number} first @returns {MiniRun} */
export function miniRun(heap, meta, page, first) {
  const address = heap.addressOf(page) + first * heap.mini_bytes;
  /** @param {number} mask @param {number} i */
  const set = (mask, i) => ((mask >>> i) & 1) !== 0;
  if (set(meta.free_mask, first)) {
    const fresh = !set(meta.touched_mask, first);
    let end = first + 1;
    while (end < heap.minis && set(meta.free_mask, end) && set(meta.touched_mask, end) !== fresh)
      ++end;
    return { kind: 'free', first, length: end - first, address, fresh, header: undefined };
  }
  const header = heap.header(meta, first);
  const kind = runKind(heap.layout.k, header.kind);
  if (kind === undefined || header.first !== first)
    throw new HeapReadError(
      'I12',
      header.address,
      `MiniPage ${first} of heap page ${page} is neither free nor the first of a run`,
    );
  if (header.run === 0 || header.run > heap.minis - first)
    throw new HeapReadError(
      'I12',
      header.address,
      `the run of ${header.run} MiniPages at ${hex(address)} does not end inside its heap page`,
    );
  return { kind, first, length: header.run, address, fresh: false, header };
}

/** @param {import('./layout.js').Layout['k']} k @param {number} raw @returns {MiniRunKind | undefined} */
function runKind(k, raw) {
  if (raw === k.run_small) return 'small';
  if (raw === k.run_medium) return 'medium';
  return raw === k.run_large_tail ? 'large_tail' : undefined;
}

/**
 * Entries of a class's free-block stack, newest first; undefined if its top is no place in the stack.
 * @param {HeapImage} heap @param {number} size_class @returns {{ entries: number[] | undefined, start: number, top: number, end: number }}
 */
export function blockStack(heap, size_class) {
  const { at, word_bytes, stack_start } = heap.layout;
  const start = at.stack_words + stack_start[size_class] * word_bytes;
  const end = at.stack_words + stack_start[size_class + 1] * word_bytes; // one past the word that ends the stack
  const top = heap.memory.word(at.tops + size_class * word_bytes);
  if (top === 0) return { entries: [], start, top: start, end }; // before the first allocation
  if (top < start || top >= end - word_bytes || (top - start) % word_bytes !== 0)
    return { entries: undefined, start, top, end };
  const entries = [];
  for (let word = top; word > start; word -= word_bytes) entries.push(heap.memory.word(word));
  return { entries, start, top, end };
}

/** Blocks in the cursor of a class, lowest first. @param {HeapImage} heap @param {number} size_class */
export function cursor(heap, size_class) {
  const { at, k } = heap.layout;
  const address = at.cursors + size_class * k.cursor_bytes;
  const base = heap.memory.word(address + k.cursor_base);
  const block_bytes = heap.memory.u32(address + k.cursor_block_bytes);
  const blocks = [];
  for (const half of [0, 32]) {
    let bits = heap.memory.u32(address + k.cursor_bits + half / 8);
    while (bits !== 0) {
      const lowest = bits & -bits;
      blocks.push(base + (half + 31 - Math.clz32(lowest)) * block_bytes);
      bits ^= lowest;
    }
  }
  return { address, base, block_bytes, blocks };
}

/** Every free block that is not home. @param {HeapImage} heap @returns {CachedBlock[]} */
export function cachedBlocks(heap) {
  /** @type {CachedBlock[]} */
  const cached = [];
  for (let size_class = 1; size_class <= heap.layout.k.size_classes; ++size_class) {
    for (const address of blockStack(heap, size_class).entries ?? [])
      cached.push({ address, size_class, where: 'stack' });
    for (const address of cursor(heap, size_class).blocks)
      cached.push({ address, size_class, where: 'cursor' });
  }
  return cached;
}

/** The cached blocks, found by where they begin. */
export class CachedIndex {
  /** @type {Map<number, number[]>} */ #byMiniPage = new Map();
  #mini_bytes;

  /** @param {HeapImage} heap */
  constructor(heap) {
    this.#mini_bytes = heap.mini_bytes;
    for (const { address } of cachedBlocks(heap)) {
      const mini_page = Math.floor(address / this.#mini_bytes);
      const there = this.#byMiniPage.get(mini_page);
      if (there === undefined) this.#byMiniPage.set(mini_page, [address]);
      else if (!there.includes(address)) there.push(address);
    }
  }

  /** Addresses of the cached blocks of a run. @param {MiniRun} run */
  of(run) {
    const first = Math.floor(run.address / this.#mini_bytes);
    const found = [];
    for (let i = 0; i < run.length; ++i) found.push(...(this.#byMiniPage.get(first + i) ?? []));
    return found;
  }
}

/** Free blocks that are home. @param {import('./heap_image.js').MiniPageHeader} header */
export function homeOf(header) {
  let home = 0;
  for (const word of header.free) home += popcount(word);
  return home;
}

/**
 * Pages on a stack, top first. Ends at the first link that leads out of the heap or round in a circle; `broken` is it.
 * @param {HeapImage} heap @param {number} top @param {(page: number) => number} next
 */
export function stackedPages(heap, top, next) {
  const pages = [];
  const seen = new Set();
  let page = top;
  while (page !== 0) {
    if (page < heap.first_page || page >= heap.end_page || seen.has(page))
      return { pages, broken: page };
    seen.add(page);
    pages.push(page);
    page = next(page);
  }
  return { pages, broken: undefined };
}

/** The bin that holds free runs of this many heap pages. @param {HeapImage} heap @param {number} pages */
export function binOf(heap, pages) {
  const { exact_bins, bins_per_doubling, run_bins } = heap.layout.k;
  if (pages <= exact_bins) return pages - 1;
  const doubling = 31 - Math.clz32(pages - 1);
  const quarter = Math.floor(((pages - 1) * bins_per_doubling) / 2 ** doubling) % bins_per_doubling;
  const above = doubling - (31 - Math.clz32(exact_bins));
  return Math.min(exact_bins + above * bins_per_doubling + quarter, run_bins - 1);
}
