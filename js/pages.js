// pages.js — heap pages one by one, with the runs that lie in them, as plain data: what the run map and the meta-pages say.
import { bit, marked } from './heap_image.js';
import { CachedIndex, runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'small' | 'large' | 'free' | 'metadata' | 'external' | 'static' | 'unclaimed' | 'changing'} MiniPageKind */
/** @typedef {MiniPageKind | 'mixed'} PageKind */
/**
 * @typedef {object} MiniPageStatistics MiniPages of one heap page that serve together: a run, or what lies of it in the page
 * @property {number} index the first, 0 … 31
 * @property {number} length how many
 * @property {MiniPageKind} kind `metadata`: maps and meta-pages, `static`: below the heap, `unclaimed`: above it, `changing`: a thread changed it while we looked
 * @property {boolean} begins the run begins here
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {number} size_class 0 unless small
 * @property {number} block_size of a large block: all of it
 * @property {number} number_of_blocks that begin in these MiniPages
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 * @property {number} used_size bytes here of live blocks and of metadata in use
 * @property {number} free_size bytes here of free blocks and free runs
 */
/**
 * @typedef {object} PageStatistics
 * @property {number} page_index address / 64 KiB
 * @property {number} address
 * @property {PageKind} kind of all its MiniPages; `mixed` if they differ
 * @property {number} meta_page address of its meta-page; 0: no small run begins here and no heap owns it
 * @property {number} owner number of the heap that it belongs to, where threads share memory; 0: none
 * @property {number} used_size bytes of live blocks and of metadata in use that lie in the page
 * @property {number} free_size bytes of free blocks and free runs that lie in the page
 * @property {MiniPageStatistics[]} mini_pages all of the page, in order
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @typedef {{ address: number, bytes: number, free: boolean }} Piece bytes that are used or free as a whole */

/**
 * One for every heap page from `start` up to `end` (page indexes).
 * @param {HeapImage} heap @param {{ start?: number, end?: number }} [range] @returns {PageStatistics[]}
 */
export function pageStatistics(heap, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
  const cached = new CachedIndex(heap);
  const from = Math.max(start, heap.first_page);
  const to = Math.min(end, heap.end_page);
  const pages = Array.from({ length: Math.max(0, to - from) }, (_, i) => emptyPage(heap, from + i));
  for (const run of runs(heap)) {
    const last = Math.min(heap.pageOf(run.first + run.length - 1), to - 1);
    const first = Math.max(heap.pageOf(run.first), from);
    if (first > last) continue;
    const pieces = piecesOf(heap, cached, run);
    for (let page = first; page <= last; ++page) addRun(heap, pages[page - from], run, pieces);
  }
  for (const page of pages) finish(heap, page);
  return pages;
}

/** @param {HeapImage} heap @param {number} page_index @returns {PageStatistics} */
function emptyPage(heap, page_index) {
  const below = Math.max(0, heap.first - page_index * heap.minis);
  return marked(heap, {
    page_index,
    address: page_index * heap.page_bytes,
    kind: /** @type {PageKind} */ ('mixed'),
    meta_page: heap.metaAddress(page_index),
    owner: heap.ownerOf(page_index),
    used_size: 0,
    free_size: 0,
    mini_pages: below === 0 ? [] : [plain(0, below, 'static', false, false)],
  });
}

/** What of the last page lies above the heap is unclaimed. @param {HeapImage} heap @param {PageStatistics} page */
function finish(heap, page) {
  const { mini_pages } = page;
  const last = mini_pages.at(-1);
  const covered = last === undefined ? 0 : last.index + last.length;
  if (covered < heap.minis)
    mini_pages.push(plain(covered, heap.minis - covered, 'unclaimed', false, false));
  const kinds = new Set(mini_pages.map(({ kind }) => kind));
  page.kind = kinds.size === 1 ? mini_pages[0].kind : 'mixed';
}

/**
 * @param {number} index @param {number} length @param {MiniPageKind} kind @param {boolean} begins @param {boolean} fresh
 * @returns {MiniPageStatistics}
 */
const plain = (index, length, kind, begins, fresh) => ({
  index,
  length,
  kind,
  begins,
  fresh,
  size_class: 0,
  block_size: 0,
  number_of_blocks: 0,
  number_of_used_blocks: 0,
  number_of_free_blocks: 0,
  used_size: 0,
  free_size: 0,
});

/** What of a run is used and what is free, in order of address. @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').Run} run @returns {Piece[]} */
function piecesOf(heap, cached, run) {
  const { address, header } = run;
  const whole = run.length * heap.mini_bytes;
  switch (run.kind) {
    case 'gap':
    case 'changing':
      return [];
    case 'free':
      return [{ address, bytes: whole, free: true }];
    default: {
      if (header === undefined) return [{ address, bytes: whole, free: false }];
      const kept = new Set(cached.of(run));
      const bytes = heap.layout.class_bytes[run.size_class];
      return Array.from({ length: header.capacity }, (_, i) => ({
        address: address + i * bytes,
        bytes,
        free: bit(header.free, i) || kept.has(address + i * bytes),
      }));
    }
  }
}

/** Adds what of the run lies in the page. @param {HeapImage} heap @param {PageStatistics} page @param {import('./walk.js').Run} run @param {Piece[]} pieces */
function addRun(heap, page, run, pieces) {
  const base = page.page_index * heap.minis;
  const first = Math.max(run.first, base);
  const end = Math.min(run.first + run.length, base + heap.minis);
  const begins = first === run.first;
  /** @param {MiniPageKind} kind @param {number} from @param {number} to @param {boolean} begun @param {boolean} [fresh] */
  const add = (kind, from, to, begun, fresh = false) => {
    if (from >= to) return;
    const part = plain(from - base, to - from, kind, begun, fresh);
    for (const { address, bytes, free } of pieces) {
      const begin = Math.max(address, heap.addressOf(from));
      const size = Math.max(0, Math.min(address + bytes, heap.addressOf(to)) - begin);
      if (free) part.free_size += size;
      else part.used_size += size;
    }
    page.used_size += part.used_size;
    page.free_size += part.free_size;
    page.mini_pages.push(part);
  };
  switch (run.kind) {
    case 'free':
      add('free', first, Math.min(end, Math.max(first, heap.fresh)), begins);
      add('free', Math.max(first, heap.fresh), end, begins && first >= heap.fresh, true);
      break;
    case 'maps':
    case 'meta':
      add('metadata', first, end, begins);
      break;
    case 'gap':
      add('external', first, end, begins);
      break;
    case 'changing':
      add('changing', first, end, begins);
      break;
    default: {
      add(run.kind, first, end, begins);
      const part = /** @type {MiniPageStatistics} */ (page.mini_pages.at(-1));
      const [low, high] = [first, end].map((mini_page) => heap.addressOf(mini_page));
      const begun = pieces.filter(({ address }) => address >= low && address < high);
      const free = begun.filter((piece) => piece.free).length;
      part.size_class = run.size_class;
      part.block_size =
        run.size_class === 0
          ? run.length * heap.mini_bytes
          : heap.layout.class_bytes[run.size_class];
      part.number_of_blocks = begun.length;
      part.number_of_used_blocks = begun.length - free;
      part.number_of_free_blocks = free;
    }
  }
}
