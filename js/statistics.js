// statistics.js — where every byte of memory is: one survey by the walker, from which each table is derived. Gauges come
// from the walk, only what leaves no trace (fresh and re-used, peak, growths) from counters.
import { COUNTER_NAMES } from './layout.js';
import { CachedIndex, homeOf, miniRuns, pageRuns, stackedPages } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'static' | 'stack' | 'meta' | 'mini' | 'large' | 'free' | 'external' | 'unclaimed'} SpaceName */
/**
 * @typedef {object} HeapStatistics sizes in bytes
 * @property {number} total_heap_size heap pages that are gharial's: the spaces meta, mini, large and free
 * @property {number} used_heap_size live blocks, by the size of their class or run
 * @property {number} total_available_size what the program may still get: free memory, and growth up to heap_size_limit
 * @property {number} heap_size_limit what memory may grow to; its size now, if nobody told
 * @property {number} peak_used_heap_size highest sum of MiniPages and heap pages in use
 * @property {number} external_memory taken from sbrk by others
 * @property {number} static_data_size
 * @property {number} stack_size
 * @property {number} metadata_size slots in use for meta-pages, page map and MiniPage map
 * @property {number} free_heap_size free runs of heap pages, free MiniPages, free blocks that are home
 * @property {number} largest_free_size the largest run of free heap pages, or of free MiniPages
 * @property {number} number_of_pages heap pages, without those of others
 * @property {number} number_of_free_pages
 * @property {number} number_of_mini_pages MiniPages in use; whole pages of large blocks count as 32
 * @property {number} number_of_live_allocations
 * @property {number} number_of_cached_blocks free blocks on free-block stacks and in cursors
 * @property {number} fresh_mini_pages handed out for the first time since memory grew
 * @property {number} reused_mini_pages handed out again
 * @property {number} fresh_pages
 * @property {number} reused_pages
 * @property {number} fresh_reused_ratio fresh_mini_pages / reused_mini_pages; Infinity if none was re-used, 0 if none was used
 * @property {number} fresh_reused_page_ratio the same for heap pages
 * @property {number} number_of_heap_grows
 * @property {number} internal_fragmentation share of the MiniPages and pages in use that no live block covers, 0 … 1
 * @property {number} external_fragmentation share of the free whole MiniPages and pages outside of the largest run, 0 … 1
 * @property {number} schema_version of the layout record
 */
/**
 * @typedef {object} HeapSpaceStatistics
 * @property {SpaceName} space_name
 * @property {number} space_size
 * @property {number} space_used_size
 * @property {number} space_available_size
 * @property {number} physical_space_size the same as space_size: WebAssembly does not tell what is backed
 */
/**
 * @typedef {object} SizeClassStatistics
 * @property {number} size_class
 * @property {number} block_size
 * @property {number} number_of_mini_pages
 * @property {number} number_of_blocks used and free
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 * @property {number} number_of_cached_blocks of the free ones, those on the free-block stack and in the cursor
 * @property {number} number_of_pages_with_room length of the class's global stack of heap pages
 */
/** @typedef {Record<SpaceName, { size: number, used: number, available: number }>} Spaces */
/** @typedef {Omit<SizeClassStatistics, 'number_of_pages_with_room'>} ClassCount */

/** Everything that one walk over the heap finds out. */
export class Survey {
  pages = 0;
  free_pages = 0;
  used_mini_pages = 0;
  gap_pages = 0;
  live_blocks = 0;
  cached_blocks = 0;
  home_bytes = 0;
  free_mini_bytes = 0;
  largest_free = 0;
  used_slot_bytes = 0;
  /** @type {ClassCount[]} */ classes;
  /** @type {Spaces} */ spaces;

  /** @param {HeapImage} heap */
  constructor(heap) {
    this.classes = heap.layout.class_bytes.map((block_size, size_class) => ({
      size_class,
      block_size,
      number_of_mini_pages: 0,
      number_of_blocks: 0,
      number_of_used_blocks: 0,
      number_of_free_blocks: 0,
      number_of_cached_blocks: 0,
    }));
    const space = () => ({ size: 0, used: 0, available: 0 });
    this.spaces = {
      static: space(),
      stack: space(),
      meta: space(),
      mini: space(),
      large: space(),
      free: space(),
      external: space(),
      unclaimed: space(),
    };
    const cached = new CachedIndex(heap);
    for (const run of pageRuns(heap)) this.#page(heap, cached, run);
    this.#outside(heap);
  }

  /** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').PageRun} run */
  #page(heap, cached, run) {
    const { spaces } = this;
    const start = Math.max(heap.addressOf(run.page), heap.heap_begin);
    const bytes = heap.addressOf(run.page + run.pages) - start;
    if (run.kind === 'gap') {
      this.gap_pages += run.pages;
      add(spaces.external, bytes, bytes, 0);
      return;
    }
    this.pages += run.pages;
    if (run.kind === 'free') {
      this.free_pages += run.pages;
      this.largest_free = Math.max(this.largest_free, bytes);
      add(spaces.free, bytes, 0, bytes);
    } else if (run.kind === 'large') {
      this.used_mini_pages += run.pages * heap.minis;
      this.live_blocks += 1;
      add(spaces.large, bytes, bytes, 0);
    } else if (run.kind === 'metadata') {
      const available = freeSlots(heap, run);
      this.used_slot_bytes += bytes - available;
      add(spaces.meta, bytes, bytes - available, available);
    } else {
      this.#cut(heap, cached, run);
    }
  }

  /** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').PageRun} run */
  #cut(heap, cached, run) {
    const { mini, large } = this.spaces;
    const meta = heap.metaPage(run.entry.meta);
    let free_together = 0; // fresh and touched free MiniPages may follow each other
    for (const part of miniRuns(heap, meta, run.page)) {
      const bytes = part.length * heap.mini_bytes;
      free_together = part.kind === 'free' ? free_together + bytes : 0;
      this.largest_free = Math.max(this.largest_free, free_together);
      if (part.kind === 'free') {
        this.free_mini_bytes += bytes;
        add(mini, bytes, 0, bytes);
        continue;
      }
      this.used_mini_pages += part.length;
      if (part.kind === 'large_tail') add(large, bytes, bytes, 0);
      else if (part.kind === 'medium') {
        this.live_blocks += 1;
        add(mini, bytes, bytes, 0);
      } else this.#small(part, cached, bytes);
    }
  }

  /** @param {import('./walk.js').MiniRun} part @param {CachedIndex} cached @param {number} bytes */
  #small(part, cached, bytes) {
    const { blocks, used, free, kept, block_size, size_class } = smallCounts(part, cached);
    const count = this.classes[size_class];
    if (count !== undefined) {
      count.number_of_mini_pages += part.length;
      count.number_of_blocks += blocks;
      count.number_of_used_blocks += used;
      count.number_of_free_blocks += free;
      count.number_of_cached_blocks += kept;
    }
    this.live_blocks += used;
    this.cached_blocks += kept;
    this.home_bytes += (free - kept) * block_size;
    add(this.spaces.mini, bytes, used * block_size, free * block_size);
  }

  /** What lies below and above the heap pages. @param {HeapImage} heap */
  #outside(heap) {
    const { stack, static: data, external, unclaimed } = this.spaces;
    const { at } = heap.layout;
    const { heap_end, break_end } = heap.ends();
    const stack_bytes = Math.max(
      0,
      Math.min(at.stack_high, at.heap_base) - Math.min(at.stack_low, at.heap_base),
    );
    add(stack, stack_bytes, stack_bytes, 0);
    add(data, at.heap_base - stack_bytes, at.heap_base - stack_bytes, 0);
    const below = heap.end_page === 0 ? 0 : heap.heap_begin - at.heap_base;
    const others = below + (break_end - heap_end);
    add(external, others, others, 0);
    const rest = heap.memory.byteLength - break_end;
    add(unclaimed, rest, 0, rest);
  }
}

/** @param {Spaces[SpaceName]} space @param {number} size @param {number} used @param {number} available */
function add(space, size, used, available) {
  space.size += size;
  space.used += used;
  space.available += available;
}

/** Bytes in free slots of a metadata page; none lies below the heap. @param {HeapImage} heap @param {import('./walk.js').PageRun} run */
function freeSlots(heap, run) {
  return slotsOf(heap, run).reduce((bytes, slot) => bytes + (slot.free ? slot.bytes : 0), 0);
}

/**
 * The slots of a metadata page, cut off below the heap's begin.
 * @param {HeapImage} heap @param {import('./walk.js').PageRun} run
 */
export function slotsOf(heap, run) {
  const { meta_slot_bytes } = heap.layout.k;
  return Array.from({ length: heap.page_bytes / meta_slot_bytes }, (_, i) => {
    const address = heap.addressOf(run.page) + i * meta_slot_bytes;
    const bytes = Math.min(
      meta_slot_bytes,
      Math.max(0, address + meta_slot_bytes - heap.heap_begin),
    );
    return { address, bytes, free: ((run.entry.run_pages >>> i) & 1) !== 0 };
  });
}

/** Blocks of a small run by state. @param {import('./walk.js').MiniRun} part @param {CachedIndex} cached */
export function smallCounts(part, cached) {
  const { capacity, block_bytes, size_class } =
    /** @type {import('./heap_image.js').MiniPageHeader} */ (part.header);
  const kept = cached.of(part).length;
  const free = homeOf(/** @type {import('./heap_image.js').MiniPageHeader} */ (part.header)) + kept;
  return {
    blocks: capacity,
    used: capacity - free,
    free,
    kept,
    block_size: block_bytes,
    size_class,
  };
}

/** @param {HeapImage} heap @param {number | undefined} limit @returns {HeapStatistics} */
export function heapStatistics(heap, limit) {
  const survey = new Survey(heap);
  const { meta, mini, large, free, external, unclaimed, static: data, stack } = survey.spaces;
  const counters = countersOf(heap);
  const heap_size_limit = Math.max(limit ?? 0, heap.memory.byteLength);
  const free_whole = free.size + survey.free_mini_bytes;
  const in_use = survey.used_mini_pages * heap.mini_bytes;
  const live = mini.used + large.used;
  return {
    total_heap_size: meta.size + mini.size + large.size + free.size,
    used_heap_size: live,
    total_available_size:
      mini.available + free.size + unclaimed.size + heap_size_limit - heap.memory.byteLength,
    heap_size_limit,
    peak_used_heap_size: counters.peak_used_mini_pages * heap.mini_bytes,
    external_memory: external.size,
    static_data_size: data.size,
    stack_size: stack.size,
    metadata_size: survey.used_slot_bytes,
    free_heap_size: free_whole + survey.home_bytes,
    largest_free_size: survey.largest_free,
    number_of_pages: survey.pages,
    number_of_free_pages: survey.free_pages,
    number_of_mini_pages: survey.used_mini_pages,
    number_of_live_allocations: survey.live_blocks,
    number_of_cached_blocks: survey.cached_blocks,
    fresh_mini_pages: counters.fresh_mini_pages,
    reused_mini_pages: counters.reused_mini_pages,
    fresh_pages: counters.fresh_pages,
    reused_pages: counters.reused_pages,
    fresh_reused_ratio: ratio(counters.fresh_mini_pages, counters.reused_mini_pages),
    fresh_reused_page_ratio: ratio(counters.fresh_pages, counters.reused_pages),
    number_of_heap_grows: counters.heap_grows,
    internal_fragmentation: in_use === 0 ? 0 : 1 - live / in_use,
    external_fragmentation: free_whole === 0 ? 0 : 1 - survey.largest_free / free_whole,
    schema_version: heap.layout.schema_version,
  };
}

/** @param {number} fresh @param {number} reused */
const ratio = (fresh, reused) => (fresh === 0 ? 0 : fresh / reused);

/** @param {HeapImage} heap @returns {HeapSpaceStatistics[]} a ledger: the sizes add up to the memory's */
export function spaceStatistics(heap) {
  return Object.entries(new Survey(heap).spaces).map(([name, { size, used, available }]) => ({
    space_name: /** @type {SpaceName} */ (name),
    space_size: size,
    space_used_size: used,
    space_available_size: available,
    physical_space_size: size,
  }));
}

/** @param {HeapImage} heap @returns {SizeClassStatistics[]} every class, in order of size */
export function sizeClassStatistics(heap) {
  return new Survey(heap).classes.slice(1).map((count) => ({
    ...count,
    number_of_pages_with_room: pagesWithRoom(heap, count.size_class).length,
  }));
}

/** The global stack of a class, top first. @param {HeapImage} heap @param {number} size_class */
export function pagesWithRoom(heap, size_class) {
  const next = (/** @type {number} */ page) =>
    heap.classLinks(heap.metaPage(heap.entry(page).meta), size_class).next;
  return stackedPages(heap, heap.classStack(size_class), next).pages;
}

/** @param {HeapImage} heap @returns {Record<import('./layout.js').CounterName, number>} */
export function countersOf(heap) {
  const entries = COUNTER_NAMES.map((name, i) => [name, heap.counter(i)]);
  return /** @type {Record<import('./layout.js').CounterName, number>} */ (
    Object.fromEntries(entries)
  );
}
