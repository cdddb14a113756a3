// pages.js — heap pages one by one, with the MiniPages of those that are cut: what meta-pages say, as plain data.
import { blockCounts, slotsOf } from './survey.js';
import { CachedIndex, miniRuns, pageRun } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'cut' | 'large' | 'free' | 'metadata' | 'external'} PageKind */
/** @typedef {'small' | 'medium' | 'large' | 'free' | 'metadata' | 'external' | 'static'} MiniPageKind */
/**
 * @typedef {object} MiniPageStatistics MiniPages of one heap page that serve together
 * @property {number} index the first, 0 … 31
 * @property {number} length how many
 * @property {MiniPageKind} kind `metadata`: a slot in use, `static`: below the heap
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {number} size_class 0 unless small or medium
 * @property {number} block_size of a large block: the part that lies in this heap page
 * @property {number} number_of_blocks of a large block: 1 where it begins, else 0
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 */
/**
 * @typedef {object} PageStatistics
 * @property {number} page_index address / 64 KiB
 * @property {number} address
 * @property {PageKind} kind
 * @property {number} owner the heap it belongs to, in variants with threads; else 0
 * @property {number} used_size live blocks, slots in use
 * @property {number} free_size free blocks, free MiniPages, free slots
 * @property {MiniPageStatistics[]} mini_pages all of the page, in order
 */

/**
 * One for every heap page from `start` up to `end` (page indexes).
 * @param {HeapImage} heap @param {{ start?: number, end?: number }} [range] @returns {PageStatistics[]}
 */
export function pageStatistics(heap, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
  const cached = new CachedIndex(heap);
  const pages = [];
  for (let page = heap.first_page; page < Math.min(heap.end_page, end); ) {
    const run = pageRun(heap, page);
    const to = Math.min(page + run.pages, end);
    for (let i = Math.max(page, start); i < to; ++i) pages.push(onePage(heap, cached, run, i));
    page += run.pages;
  }
  return pages;
}

/** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').PageRun} run @param {number} page @returns {PageStatistics} */
function onePage(heap, cached, run, page) {
  const mini_pages = partsOf(heap, cached, run, page);
  const kind = run.kind === 'gap' ? 'external' : run.kind;
  let used_size = 0;
  let free_size = 0;
  for (const part of mini_pages) {
    const bytes = part.length * heap.mini_bytes;
    if (part.kind === 'free') free_size += bytes;
    else if (part.kind === 'small' || part.kind === 'medium') {
      used_size += part.number_of_used_blocks * part.block_size;
      free_size += part.number_of_free_blocks * part.block_size;
    } else if (part.kind !== 'static') used_size += bytes;
  }
  if (kind === 'metadata')
    // a slot may begin below the heap
    used_size = slotsOf(heap, run).reduce((sum, slot) => sum + (slot.free ? 0 : slot.bytes), 0);
  return {
    page_index: page,
    address: heap.addressOf(page),
    kind,
    owner: 0,
    used_size,
    free_size,
    mini_pages,
  };
}

/** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').PageRun} run @param {number} page @returns {MiniPageStatistics[]} */
function partsOf(heap, cached, run, page) {
  const whole = { index: 0, length: heap.minis, fresh: false };
  switch (run.kind) {
    case 'cut':
      return miniRuns(heap, heap.metaPage(run.entry.meta), page).map((part) =>
        cutPart(heap, cached, part),
      );
    case 'metadata':
      return slotParts(heap, run);
    case 'large':
      return largeParts(heap, run, page);
    case 'free':
      return [plain({ ...whole, kind: 'free', fresh: page >= heap.fresh_page })];
    default:
      return [plain({ ...whole, kind: 'external' })];
  }
}

/**
 * @param {Pick<MiniPageStatistics, 'index' | 'length' | 'kind' | 'fresh'>} part @param {number} [block_size] @param {number} [blocks]
 * @returns {MiniPageStatistics}
 */
function plain(part, block_size = 0, blocks = 0) {
  return {
    ...part,
    size_class: 0,
    block_size,
    number_of_blocks: blocks,
    number_of_used_blocks: blocks,
    number_of_free_blocks: 0,
  };
}

/** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').MiniRun} part @returns {MiniPageStatistics} */
function cutPart(heap, cached, part) {
  const { first: index, length, fresh } = part;
  const bytes = length * heap.mini_bytes;
  switch (part.kind) {
    case 'free':
      return plain({ index, length, kind: 'free', fresh });
    case 'large_tail':
      return plain({ index, length, kind: 'large', fresh }, bytes, 0);
    default: {
      const { blocks, used, free, block_size, size_class } = blockCounts(part, cached);
      return {
        index,
        length,
        kind: part.kind,
        fresh,
        size_class,
        block_size,
        number_of_blocks: blocks,
        number_of_used_blocks: used,
        number_of_free_blocks: free,
      };
    }
  }
}

/** The last page may end in spare MiniPages. @param {HeapImage} heap @param {import('./walk.js').PageRun} run @param {number} page */
function largeParts(heap, run, page) {
  const { spare: spare_at_end, spare_is_fresh: fresh } = run.entry;
  const spare = page === run.page + run.pages - 1 ? spare_at_end : 0;
  const length = heap.minis - spare;
  const begins = page === run.page ? 1 : 0;
  const parts = [
    plain({ index: 0, length, kind: 'large', fresh: false }, length * heap.mini_bytes, begins),
  ];
  if (spare > 0) parts.push(plain({ index: length, length: spare, kind: 'free', fresh }));
  return parts;
}

/** Slots as MiniPages: both are 2 KiB. @param {HeapImage} heap @param {import('./walk.js').PageRun} run */
function slotParts(heap, run) {
  /** @type {MiniPageStatistics[]} */
  const parts = [];
  for (const [index, { bytes, free }] of slotsOf(heap, run).entries()) {
    const kind = bytes === 0 ? 'static' : free ? 'free' : 'metadata';
    const last = parts.at(-1);
    if (last?.kind === kind) last.length += 1;
    else parts.push(plain({ index, length: 1, kind, fresh: false }));
  }
  return parts;
}
