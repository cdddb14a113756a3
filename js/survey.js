// survey.js — one walk over the heap that adds up everything a statistic is derived from. Only reads; the sums are gauges.
import { CachedIndex, homeOf, runs } from './walk.js';

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
  live_blocks = 0;
  cached_blocks = 0;
  home_bytes = 0;
  largest_free = 0;
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
    this.pages = heap.end_page - heap.first_page;
    const cached = new CachedIndex(heap);
    for (const run of runs(heap)) this.#run(heap, cached, run);
    this.#outside(heap);
  }

  /** @param {HeapImage} heap @param {CachedIndex} cached @param {import('./walk.js').Run} run */
  #run(heap, cached, run) {
    const { spaces } = this;
    const bytes = run.length * heap.mini_bytes;
    switch (run.kind) {
      case 'gap':
        this.pages -= wholePages(heap, run);
        add(spaces.external, bytes, bytes, 0);
        break;
      case 'free':
        this.free_pages += wholePages(heap, run);
        this.largest_free = Math.max(this.largest_free, bytes);
        add(spaces.free, bytes, 0, bytes);
        break;
      case 'maps':
      case 'meta':
        add(spaces.meta, bytes, bytes, 0);
        break;
      case 'large':
        this.used_mini_pages += run.length;
        this.live_blocks += 1;
        add(spaces.large, bytes, bytes, 0);
        break;
      case 'changing': // nothing is known of it
        add(spaces.mini, bytes, 0, 0);
        break;
      default:
        this.used_mini_pages += run.length;
        this.#blocks(run, blockCounts(heap, run, cached), bytes);
    }
  }

  /** @param {import('./walk.js').Run} run @param {ReturnType<typeof blockCounts>} counts @param {number} bytes */
  #blocks(run, { blocks, used, free, kept, block_size }, bytes) {
    const count = this.classes[run.size_class];
    count.number_of_mini_pages += run.length;
    count.number_of_blocks += blocks;
    count.number_of_used_blocks += used;
    count.number_of_free_blocks += free;
    count.number_of_cached_blocks += kept;
    this.live_blocks += used;
    this.cached_blocks += kept;
    this.home_bytes += (free - kept) * block_size;
    add(this.spaces.mini, bytes, used * block_size, free * block_size);
  }

  /** What lies below and above the heap. @param {HeapImage} heap */
  #outside(heap) {
    const { stack, static: data, external, unclaimed } = this.spaces;
    const { at } = heap.layout;
    const { heap_end, break_end } = heap.ends();
    const stack_bytes = Math.max(
      0,
      Math.min(at.stack_high, at.heap_base) - Math.min(at.stack_low, at.heap_base),
    );
    add(stack, stack_bytes, stack_bytes, 0);
    // Less than a MiniPage below the heap is lost to rounding, more is others'.
    const gap = heap.end === 0 ? 0 : heap.addressOf(heap.first) - at.heap_base;
    const lost = gap < heap.mini_bytes ? gap : 0;
    add(data, at.heap_base - stack_bytes + lost, at.heap_base - stack_bytes + lost, 0);
    const others = gap - lost + (break_end - heap_end);
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

/** Heap pages of which the run has every MiniPage. @param {HeapImage} heap @param {import('./walk.js').Run} run */
function wholePages(heap, { first, length }) {
  const whole = Math.floor((first + length) / heap.minis) - Math.ceil(first / heap.minis);
  return Math.max(0, whole);
}

/** Blocks of a small run by state. @param {HeapImage} heap @param {import('./walk.js').Run} run @param {CachedIndex} cached */
function blockCounts(heap, run, cached) {
  const header = /** @type {import('./meta_page.js').MiniPageHeader} */ (run.header);
  const kept = cached.of(run).length;
  const blocks = header.capacity;
  let free = kept + homeOf(header);
  if (heap.exact === false) free = Math.min(free, blocks); // it went home while we looked
  const block_size = heap.layout.class_bytes[run.size_class];
  return { blocks, used: blocks - free, free, kept, block_size };
}
