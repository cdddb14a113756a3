// blocks.js — every block, in order of address: live, cached or free. Blocks of one run are found before the visitor sees
// the first, so a visitor that calls into wasm costs currency, never a wild read.
import { bit, marked } from './heap_image.js';
import { CachedIndex, runAt, runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'live' | 'cached' | 'free'} BlockState cached: on a free-block stack, in a cursor, or on its way to its owner */
/**
 * @typedef {object} Block
 * @property {number} address
 * @property {number} size
 * @property {BlockState} state
 * @property {number} size_class 0: large
 * @property {'mini' | 'large'} space
 * @property {number} page_index of the heap page it begins in
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @typedef {{ space?: 'mini' | 'large', page_index?: number, run?: number }} BlockFilter run: the MiniPage in which it begins; only that one is looked at */
/** @typedef {(block: Block) => unknown} BlockVisitor returns `true` to end the walk, as for Array.some */

/**
 * True iff the visitor ended the walk.
 * @param {() => HeapImage} look @param {BlockVisitor} visit @param {BlockFilter} filter
 */
export function visitBlocks(look, visit, { space, page_index, run: only }) {
  const heap = look();
  const again = heap.layout.shared ? () => heap : look; // a copy anyway
  const cached = new CachedIndex(heap);
  const chosen = (only === undefined ? [...runs(heap)] : [runAt(heap, only)]).filter(
    ({ kind, first, length }) =>
      (kind === 'small' || kind === 'large') &&
      (space === undefined || (space === 'large') === (kind === 'large')) &&
      (page_index === undefined ||
        (heap.pageOf(first) <= page_index && page_index <= heap.pageOf(first + length - 1))),
  );
  for (const { first } of chosen) {
    for (const block of blocksOf(again(), cached, first))
      if ((page_index === undefined || block.page_index === page_index) && visit(block) === true)
        return true;
  }
  return false;
}

/** @param {HeapImage} heap @param {CachedIndex} cached @param {number} first MiniPage of the run @returns {Block[]} */
function blocksOf(heap, cached, first) {
  const run = runAt(heap, first);
  const { header, size_class } = run;
  const size =
    header === undefined ? run.length * heap.mini_bytes : heap.layout.class_bytes[size_class];
  const kept = new Set(header === undefined ? [] : cached.of(run));
  return Array.from({ length: header?.capacity ?? 1 }, (_, i) => {
    const address = run.address + i * size;
    const home = header !== undefined && bit(header.free, i);
    return marked(heap, {
      address,
      size,
      state: /** @type {BlockState} */ (home ? 'free' : kept.has(address) ? 'cached' : 'live'),
      size_class,
      space: /** @type {'large' | 'mini'} */ (header === undefined ? 'large' : 'mini'),
      page_index: Math.floor(address / heap.page_bytes),
    });
  });
}
