// blocks.js — every block, in order of address: live, cached or free. Blocks of one run are found before the visitor sees
// the first, so a visitor that calls into wasm costs currency, never a wild read.
import { bit } from './heap_image.js';
import { CachedIndex, miniRuns, pageRuns } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'live' | 'cached' | 'free'} BlockState cached: on a free-block stack or in a cursor */
/**
 * @typedef {object} Block
 * @property {number} address
 * @property {number} size
 * @property {BlockState} state
 * @property {number} size_class 0: large
 * @property {'mini' | 'large'} space
 * @property {number} page_index of the heap page it begins in
 */
/** @typedef {{ space?: 'mini' | 'large', page_index?: number }} BlockFilter */
/** @typedef {(block: Block) => unknown} BlockVisitor returns `true` to end the walk, as for Array.some */

/**
 * True iff the visitor ended the walk.
 * @param {() => HeapImage} look @param {BlockVisitor} visit @param {BlockFilter} filter
 */
export function visitBlocks(look, visit, { space, page_index }) {
  const heap = look();
  const cached = new CachedIndex(heap);
  const runs = [...pageRuns(heap)].filter(
    ({ kind, page }) =>
      (kind === 'cut' || kind === 'large') &&
      (page_index === undefined || page === page_index) &&
      (space === undefined || (space === 'mini') === (kind === 'cut')),
  );
  for (const run of runs) {
    for (const block of run.kind === 'cut'
      ? cutBlocks(look(), cached, run)
      : [largeBlock(heap, run)])
      if (visit(block) === true) return true;
  }
  return false;
}

/** @param {HeapImage} heap @param {import('./walk.js').PageRun} run @returns {Block} */
function largeBlock(heap, run) {
  return {
    address: heap.addressOf(run.page),
    size: run.pages * heap.page_bytes + (run.entry.tail - run.entry.spare) * heap.mini_bytes,
    state: 'live',
    size_class: 0,
    space: 'large',
    page_index: run.page,
  };
}

/** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').PageRun} run @returns {Block[]} */
function cutBlocks(heap, cached, run) {
  /** @type {Block[]} */
  const blocks = [];
  for (const part of miniRuns(heap, heap.metaPage(run.entry.meta), run.page)) {
    if (part.header !== undefined && part.kind !== 'large_tail') {
      const { free, block_bytes: size, capacity, size_class } = part.header;
      const kept = new Set(cached.of(part));
      const last = Math.min(capacity, free.length * 32);
      for (let i = 0; i < last; ++i) {
        const address = part.address + i * size;
        const state = bit(free, i) ? 'free' : kept.has(address) ? 'cached' : 'live';
        blocks.push({ address, size, state, size_class, space: 'mini', page_index: run.page });
      }
    }
  }
  return blocks;
}
