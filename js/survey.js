// survey.js — one walk over the heap that adds up everything a statistic is derived from. Only reads; the sums are gauges.
import { CachedIndex, homeOf, miniRuns, pageRuns } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./statistics.js').SpaceName} SpaceName */
/** @typedef {import('./statistics.js').SizeClassStatistics} SizeClassStatistics */
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
      const spare = run.entry.spare * heap.mini_bytes;
      this.used_mini_pages += run.pages * heap.minis - run.entry.spare;
      this.live_blocks += 1;
      this.free_mini_bytes += spare;
      this.largest_free = Math.max(this.largest_free, spare);
      add(spaces.large, bytes, bytes - spare, spare);
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
      else this.#blocks(part, cached, bytes);
    }
  }

  /** @param {import('./walk.js').MiniRun} part @param {CachedIndex} cached @param {number} bytes */
  #blocks(part, cached, bytes) {
    const { blocks, used, free, kept, block_size, size_class } = blockCounts(part, cached);
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

/** Blocks of a run by state. @param {import('./walk.js').MiniRun} part @param {CachedIndex} cached */
export function blockCounts(part, cached) {
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
