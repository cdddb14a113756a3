// statistics.js — where every byte of memory is: one survey by the walker, from which each table is derived. Gauges come
// from the walk, only what leaves no trace (fresh and re-used, peak, growths) from counters.
import { marked } from './heap_image.js';
import { COUNTER_NAMES } from './layout.js';
import { Survey } from './survey.js';
import { linked } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'static' | 'stack' | 'meta' | 'mini' | 'large' | 'free' | 'external' | 'unclaimed'} SpaceName */
/**
 * @typedef {object} HeapStatistics sizes in bytes
 * @property {number} total_heap_size what is gharial's: the spaces meta, mini, large and free
 * @property {number} used_heap_size live blocks, by the size of their class or run
 * @property {number} total_available_size what the program may still get: free memory, and growth up to heap_size_limit
 * @property {number} heap_size_limit what memory may grow to; its size now, if nobody told
 * @property {number} peak_used_heap_size highest sum of MiniPages in use, metadata included
 * @property {number} external_memory taken from sbrk by others
 * @property {number} static_data_size
 * @property {number} stack_size
 * @property {number} metadata_size maps and meta-pages
 * @property {number} free_heap_size free runs, and free blocks that are home
 * @property {number} largest_free_size the longest free run
 * @property {number} number_of_pages heap pages in which the heap lies, without those that are others' as a whole
 * @property {number} number_of_free_pages heap pages that are free as a whole
 * @property {number} number_of_mini_pages MiniPages in use for blocks; those of large blocks too
 * @property {number} number_of_live_allocations
 * @property {number} number_of_cached_blocks free blocks on free-block stacks, in cursors, and on their way to the thread that owns their page
 * @property {number} fresh_mini_pages handed out for the first time since memory grew
 * @property {number} reused_mini_pages handed out again
 * @property {number} fresh_pages heap pages whose first MiniPage was handed out for the first time
 * @property {number} reused_pages
 * @property {number} fresh_reused_ratio fresh_mini_pages / reused_mini_pages; Infinity if none was re-used, 0 if none was used
 * @property {number} fresh_reused_page_ratio the same for heap pages
 * @property {number} number_of_heap_grows
 * @property {number} internal_fragmentation share of the MiniPages in use that no live block covers, 0 … 1
 * @property {number} external_fragmentation share of the free runs outside of the longest, 0 … 1
 * @property {number} schema_version of the layout record
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/**
 * @typedef {object} HeapSpaceStatistics
 * @property {SpaceName} space_name
 * @property {number} space_size
 * @property {number} space_used_size
 * @property {number} space_available_size
 * @property {number} physical_space_size the same as space_size: WebAssembly does not tell what is backed
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/**
 * @typedef {object} SizeClassStatistics
 * @property {number} size_class
 * @property {number} block_size
 * @property {number} number_of_mini_pages
 * @property {number} number_of_blocks used and free
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 * @property {number} number_of_cached_blocks of the free ones, those on free-block stacks, in cursors and on their way
 * @property {number} number_of_pages_with_room length of the class's stack of heap pages, or stacks, where threads share memory
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @param {HeapImage} heap @param {number | undefined} limit @returns {HeapStatistics} */
export function heapStatistics(heap, limit) {
  const survey = new Survey(heap);
  const { meta, mini, large, free, external, unclaimed, static: data, stack } = survey.spaces;
  const counters = countersOf(heap);
  const heap_size_limit = Math.max(limit ?? 0, heap.memory.byteLength);
  const reused_mini_pages = counters.taken_mini_pages - counters.fresh_mini_pages;
  const reused_pages = counters.taken_pages - counters.fresh_pages;
  const in_use = survey.used_mini_pages * heap.mini_bytes;
  const live = mini.used + large.used;
  return marked(heap, {
    total_heap_size: meta.size + mini.size + large.size + free.size,
    used_heap_size: live,
    total_available_size:
      mini.available + free.size + unclaimed.size + heap_size_limit - heap.memory.byteLength,
    heap_size_limit,
    peak_used_heap_size: counters.peak_used_mini_pages * heap.mini_bytes,
    external_memory: external.size,
    static_data_size: data.size,
    stack_size: stack.size,
    metadata_size: meta.used,
    free_heap_size: free.size + survey.home_bytes,
    largest_free_size: survey.largest_free,
    number_of_pages: survey.pages,
    number_of_free_pages: survey.free_pages,
    number_of_mini_pages: survey.used_mini_pages,
    number_of_live_allocations: survey.live_blocks,
    number_of_cached_blocks: survey.cached_blocks,
    fresh_mini_pages: counters.fresh_mini_pages,
    reused_mini_pages,
    fresh_pages: counters.fresh_pages,
    reused_pages,
    fresh_reused_ratio: ratio(counters.fresh_mini_pages, reused_mini_pages),
    fresh_reused_page_ratio: ratio(counters.fresh_pages, reused_pages),
    number_of_heap_grows: counters.heap_grows,
    internal_fragmentation: in_use === 0 ? 0 : 1 - live / in_use,
    external_fragmentation: free.size === 0 ? 0 : 1 - survey.largest_free / free.size,
    schema_version: heap.layout.schema_version,
  });
}

/** @param {number} fresh @param {number} reused */
const ratio = (fresh, reused) => (fresh === 0 ? 0 : fresh / reused);

/** @param {HeapImage} heap @returns {HeapSpaceStatistics[]} a ledger: the sizes add up to the memory's */
export function spaceStatistics(heap) {
  return Object.entries(new Survey(heap).spaces).map(([name, { size, used, available }]) =>
    marked(heap, {
      space_name: /** @type {SpaceName} */ (name),
      space_size: size,
      space_used_size: used,
      space_available_size: available,
      physical_space_size: size,
    }),
  );
}

/** @param {HeapImage} heap @returns {SizeClassStatistics[]} every class, by its number, which is the order of its block size */
export function sizeClassStatistics(heap) {
  return new Survey(heap).classes.slice(1).map((count) =>
    marked(heap, {
      ...count,
      number_of_pages_with_room: pagesWithRoom(heap, count.size_class).length,
    }),
  );
}

/** The stack of a class, top first, or those of all heaps. @param {HeapImage} heap @param {number} size_class */
export function pagesWithRoom(heap, size_class) {
  return heap.fronts.flatMap((front) =>
    linkedPages(heap, front.classStack(heap, size_class), size_class),
  );
}

/** Heap pages that are linked by their links of a class, top first. @param {HeapImage} heap @param {number} top @param {number} size_class 0: the lists of own pages */
export const linkedPages = (heap, top, size_class) =>
  linked(top, (page) => {
    const meta = page < 0 ? 0 : heap.metaAddress(page);
    return meta === 0 ? undefined : heap.classLinks(heap.metaPage(meta), size_class).next;
  });

/** @param {HeapImage} heap @returns {Record<import('./layout.js').CounterName, number>} */
export function countersOf(heap) {
  const entries = COUNTER_NAMES.map((name, i) => [name, heap.counter(i)]);
  return /** @type {Record<import('./layout.js').CounterName, number>} */ (
    Object.fromEntries(entries)
  );
}
