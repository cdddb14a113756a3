// heap_map.js — the whole heap as a few flat arrays, one element per MiniPage: what a picture of 65,536 heap pages is drawn
// from. One walk without an object per run, so it is some ten times faster than getPageStatistics and does not grow with blocks.
import { HeapReadError, hex } from './errors.js';
import { popcount } from './memory.js';
import { CachedIndex, cachedBlocks, onTheirWay, runAt, runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./statistics.js').SpaceName} SpaceName */

/** What a MiniPage is; `kind` of a HeapMap holds the place in this list. */
export const CELL_KINDS = /** @type {const} */ ([
  'unclaimed',
  'static',
  'external',
  'free',
  'fresh',
  'metadata',
  'small',
  'large',
  'changing', // a thread changed it while we looked
]);
/** @typedef {typeof CELL_KINDS[number]} MapCellKind */
const [UNCLAIMED, STATIC, EXTERNAL, FREE, FRESH, METADATA, SMALL, LARGE, CHANGING] =
  CELL_KINDS.keys();

export class HeapMap {
  /** @readonly @type {number} heap page of the first element */ first_page;
  /** @readonly @type {number} heap pages in the map */ number_of_pages;
  /** @readonly @type {Uint8Array} by MiniPage, a place in CELL_KINDS */ kind;
  /** @readonly @type {Uint8Array} by MiniPage; 0 unless small */ size_class;
  /** @readonly @type {Uint8Array} by MiniPage, 0 … 255: the share of its run that live blocks cover; small shares are 1, not 0 */ fill;
  /** @readonly @type {Uint8Array} by MiniPage, 1: a run begins here */ begins;
  /** @readonly @type {Uint32Array} by heap page: number of the heap of a thread that owns it; 0: none */ owners;
  /** @readonly @type {boolean | undefined} where threads share memory: nothing changed meanwhile */ exact;
  /** @readonly @type {readonly number[]} block size by size class */ class_bytes;
  live_blocks = 0;
  live_bytes = 0;
  cached_blocks = 0;
  /** @type {Float64Array} live blocks by size class; 0: large */ class_live;
  /** @type {Float64Array} blocks by size class, used and free */ class_blocks;
  /** @type {Float64Array} MiniPages by size class; 0: none */ class_mini_pages;
  /** @type {Float64Array} MiniPages by kind */ mini_pages;
  /** MiniPages in a heap page. @readonly @type {number} */ per_page;
  /** @readonly @type {number} */ mini_page_bytes;
  /** @type {Record<SpaceName, number>} the ledger: bytes by space, as getHeapSpaceStatistics */ spaces;

  /** @param {HeapImage} heap */
  constructor(heap) {
    const { layout, minis } = heap;
    this.first_page = heap.first_page;
    this.number_of_pages = heap.end === 0 ? 0 : heap.end_page - heap.first_page;
    const length = this.number_of_pages * minis;
    this.per_page = minis;
    this.mini_page_bytes = heap.mini_bytes;
    this.kind = new Uint8Array(length).fill(UNCLAIMED);
    this.size_class = new Uint8Array(length);
    this.fill = new Uint8Array(length);
    this.begins = new Uint8Array(length);
    this.owners = Uint32Array.from({ length: this.number_of_pages }, (_, i) =>
      heap.ownerOf(this.first_page + i),
    );
    this.exact = heap.exact;
    this.class_bytes = layout.class_bytes;
    this.class_live = new Float64Array(layout.class_bytes.length);
    this.class_blocks = new Float64Array(layout.class_bytes.length);
    this.class_mini_pages = new Float64Array(layout.class_bytes.length);
    this.mini_pages = new Float64Array(CELL_KINDS.length);
    const base = this.first_page * minis;
    this.kind.fill(STATIC, 0, Math.max(0, heap.first - base));
    if (length > 0 && heap.settled) this.#walk(heap, base);
    else if (length > 0) this.#walkChanging(heap, base);
    this.spaces = this.#ledger(heap);
  }

  /** Number of the first MiniPage in the map: address / 2 KiB. */
  get first_mini_page() {
    return this.first_page * this.per_page;
  }

  /** The MiniPage in which the run begins that this one belongs to. @param {number} mini_page */
  runOf(mini_page) {
    let at = mini_page - this.first_mini_page;
    while (at > 0 && this.begins[at] === 0) at -= 1;
    return at + this.first_mini_page;
  }

  /** What lies between is unknown. @param {HeapImage} heap @param {number} base */
  #walkChanging(heap, base) {
    const u32 = reader(heap.memory);
    const kept = new CachedIndex(heap);
    for (const run of runs(heap)) {
      const { kind, first, length } = run;
      const i = first - base;
      this.begins[i] = 1;
      if (kind === 'free') this.#free(heap, base, first, length);
      else if (kind === 'changing') this.kind.fill(CHANGING, i, i + length);
      else if (kind === 'small') this.#small(heap, u32, i, length, kept.of(run).length);
      else if (kind === 'large') this.#large(i, length);
      else this.#other(heap, base, first);
    }
  }

  /** @param {HeapImage} heap @param {number} base @param {number} first @param {number} length */
  #free(heap, base, first, length) {
    const fresh = Math.max(first, Math.min(first + length, heap.fresh)) - base;
    this.kind.fill(FREE, first - base, fresh);
    this.kind.fill(FRESH, fresh, first - base + length);
  }

  /** @param {HeapImage} heap @param {number} base */
  #walk(heap, base) {
    const { layout, maps } = heap;
    const u32 = reader(heap.memory);
    const { k } = layout;
    const kinds = 2 ** k.run_kind_bits;
    const kept = cachedBlocks(heap)
      .map(({ address }) => address)
      .sort((a, b) => a - b);
    let next = 0; // of those kept, the first not yet passed
    for (let first = heap.first; first < heap.end; ) {
      const at = maps.entryAddress(first);
      const value = u32(at + k.entry_value);
      const kind = value % kinds;
      const own_free = heap.own.freeFrom(first);
      const is_free = kind === k.run_free || own_free > 0;
      if (kind !== k.run_small && kind !== k.run_block && !is_free) {
        first = this.#other(heap, base, first);
        continue;
      }
      const length = own_free > 0 ? own_free : Math.floor(value / kinds);
      if (length === 0 || length > heap.end - first)
        throw new HeapReadError('I9', at, `the run at ${hex(first * heap.mini_bytes)} has no end`);
      const i = first - base;
      this.begins[i] = 1;
      if (is_free) {
        this.#free(heap, base, first, length);
        first += length;
        continue;
      }
      first += length;
      if (kind === k.run_block) {
        this.#large(i, length);
        continue;
      }
      const end = first * heap.mini_bytes;
      const skipped = next;
      while (next < kept.length && kept[next] < end) next += 1;
      const pending = layout.shared ? onTheirWay(heap, runAt(heap, first - length)).length : 0;
      this.#small(heap, u32, i, length, next - skipped + pending);
    }
  }

  /** @param {HeapImage} heap @param {(at: number) => number} u32 @param {number} i @param {number} length @param {number} kept */
  #small(heap, u32, i, length, kept) {
    const { memory, layout } = heap;
    const { k, class_bytes } = layout;
    const mini_page = this.first_mini_page + i;
    const entry = heap.maps.entryAddress(mini_page) + k.entry_header;
    const at = memory.wordBytes === 8 ? memory.u64(entry) : u32(entry);
    const size_class = memory.u8(at + k.header_size_class);
    const capacity = heap.capacityOf(size_class, length);
    if (capacity === 0)
      throw new HeapReadError(
        'I7',
        at,
        `the run at ${hex(heap.addressOf(mini_page))} is of no class`,
      );
    let home = 0;
    for (
      let word = 0, words = 2 * k.header_free_words;
      word < words && word * 32 < capacity;
      ++word
    )
      home += popcount(u32(at + k.header_free + 4 * word));
    if (heap.exact === false) kept = Math.min(kept, capacity - home); // it went home while we looked
    const live = capacity - home - kept;
    this.class_blocks[size_class] += capacity;
    this.class_live[size_class] += live;
    this.class_mini_pages[size_class] += length;
    this.live_blocks += live;
    this.live_bytes += live * class_bytes[size_class];
    this.cached_blocks += kept;
    this.#cells(
      i,
      length,
      SMALL,
      size_class,
      (live * class_bytes[size_class]) / (length * heap.mini_bytes),
    );
  }

  /** @param {number} i @param {number} length */
  #large(i, length) {
    this.live_blocks += 1;
    this.live_bytes += length * this.mini_page_bytes;
    this.class_live[0] += 1;
    this.class_blocks[0] += 1;
    this.#cells(i, length, LARGE, 0, 1);
  }

  /** @param {number} i @param {number} length @param {number} kind @param {number} size_class @param {number} share */
  #cells(i, length, kind, size_class, share) {
    const fill = share <= 0 ? 0 : Math.max(1, Math.min(255, Math.round(share * 255)));
    if (length === 1) {
      this.kind[i] = kind;
      this.size_class[i] = size_class;
      this.fill[i] = fill;
      return;
    }
    this.kind.fill(kind, i, i + length);
    this.size_class.fill(size_class, i, i + length);
    this.fill.fill(fill, i, i + length);
  }

  /** Runs of which there are few. @param {HeapImage} heap @param {number} base @param {number} first @returns {number} MiniPage behind it */
  #other(heap, base, first) {
    const run = runAt(heap, first);
    const i = first - base;
    this.begins[i] = 1;
    if (run.kind === 'gap') this.kind.fill(EXTERNAL, i, i + run.length);
    else {
      this.kind.fill(METADATA, i, i + run.length);
      this.fill.fill(255, i, i + run.length);
    }
    return first + run.length;
  }

  /** @param {HeapImage} heap @returns {Record<SpaceName, number>} */
  #ledger(heap) {
    for (let i = 0; i < this.kind.length; ++i) this.mini_pages[this.kind[i]] += 1;
    const bytes = (/** @type {number} */ kind) => this.mini_pages[kind] * heap.mini_bytes;
    const { stack_low, stack_high, heap_base } = heap.layout.at;
    const { heap_end, break_end } = heap.ends();
    const stack = Math.max(0, Math.min(stack_high, heap_base) - Math.min(stack_low, heap_base));
    const gap = heap.end === 0 ? 0 : heap.addressOf(heap.first) - heap_base;
    const lost = gap < heap.mini_bytes ? gap : 0;
    return {
      static: heap_base - stack + lost,
      stack,
      meta: bytes(METADATA),
      mini: bytes(SMALL) + bytes(CHANGING),
      large: bytes(LARGE),
      free: bytes(FREE) + bytes(FRESH),
      external: bytes(EXTERNAL) + gap - lost + break_end - heap_end,
      unclaimed: heap.memory.byteLength - break_end,
    };
  }
}

/** The shortest way to a word. @param {import('./memory.js').Image} memory @returns {(at: number) => number} */
function reader(memory) {
  const { whole } = memory;
  const end = memory.byteLength - 4;
  return whole === undefined
    ? (at) => memory.u32(at)
    : (at) => (at >= 0 && at <= end ? whole.getUint32(at, true) : memory.u32(at));
}
