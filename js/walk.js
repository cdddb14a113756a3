// walk.js — the one walk that statistics, checker, picture and block visitor share: runs in order of address, and the
// free blocks that are not home. Yields plain data. Bounded: a step that would not advance is a HeapReadError.
import { HeapReadError, hex } from './errors.js';
import { popcount } from './memory.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'small' | 'medium' | 'large' | 'free' | 'maps' | 'slots' | 'gap'} RunKind */
/**
 * @typedef {object} Run MiniPages that serve together, in whatever heap pages
 * @property {RunKind} kind
 * @property {number} first MiniPage: address / 2 KiB
 * @property {number} length MiniPages
 * @property {number} address
 * @property {number} size_class of small and medium runs, else 0
 * @property {import('./heap_image.js').RunEntry} entry of the first
 * @property {import('./heap_image.js').MiniPageHeader | undefined} header of small runs
 */
/**
 * @typedef {object} CachedBlock a free block that is not home
 * @property {number} address
 * @property {number} size_class
 * @property {'stack' | 'cursor'} where
 */

/** The run that begins at a MiniPage. @param {HeapImage} heap @param {number} first @returns {Run} */
export function runAt(heap, first) {
  const { k } = heap.layout;
  const entry = heap.entry(first);
  const kind = runKind(heap, entry);
  const address = heap.addressOf(first);
  if (kind === undefined)
    throw new HeapReadError(
      'I9',
      entry.address,
      `no run begins at ${hex(address)} (kind ${entry.kind})`,
    );
  const length = kind === 'slots' ? slotsIn(heap, entry) : entry.number;
  if (length === 0 || length > heap.end - first)
    throw new HeapReadError(
      'I9',
      entry.address,
      `the run of ${length} MiniPages at ${hex(address)} does not end inside the heap`,
    );
  const header = kind === 'small' ? heap.header(headerAt(heap, entry, first)) : undefined;
  const size_class = header?.size_class ?? (kind === 'medium' ? heap.classOfMiniPages(length) : 0);
  if (header !== undefined && (size_class === 0 || size_class > k.shared_classes))
    throw new HeapReadError(
      'I7',
      header.address,
      `the run at ${hex(address)} is of class ${size_class}`,
    );
  return { kind, first, length, address, size_class, entry, header };
}

/** @param {HeapImage} heap @param {import('./heap_image.js').RunEntry} entry @param {number} first */
function headerAt(heap, entry, first) {
  if (heap.memory.holds(entry.header, heap.layout.k.header_bytes)) return entry.header;
  throw new HeapReadError(
    'I7',
    entry.address,
    `the run at ${hex(heap.addressOf(first))} has no header`,
  );
}

/** @param {HeapImage} heap @param {import('./heap_image.js').RunEntry} entry @returns {RunKind | undefined} */
function runKind(heap, { kind, number }) {
  const { k } = heap.layout;
  switch (kind) {
    case k.run_free:
      return 'free';
    case k.run_small:
      return 'small';
    case k.run_block:
      return number <= k.class_max_mini_pages ? 'medium' : 'large';
    case k.run_maps:
      return 'maps';
    case k.run_slots:
      return 'slots';
    case k.run_gap:
      return 'gap';
    default:
      return undefined;
  }
}

/** Slots of a piece. @param {HeapImage} heap @param {import('./heap_image.js').RunEntry} entry */
export const slotsIn = (heap, { number }) => number >>> heap.layout.k.slots_per_piece;
/** Mask of the free ones. @param {HeapImage} heap @param {import('./heap_image.js').RunEntry} entry */
export const freeSlots = (heap, { number }) => number & (2 ** heap.layout.k.slots_per_piece - 1);

/** From the first MiniPage to the end of the heap. @param {HeapImage} heap @returns {Generator<Run, void>} */
export function* runs(heap) {
  for (let first = heap.first; first < heap.end; ) {
    const run = runAt(heap, first);
    yield run;
    first += run.length;
  }
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

/** Blocks in the cursor of a shared class, lowest first. @param {HeapImage} heap @param {number} size_class */
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
  const { size_classes, shared_classes } = heap.layout.k;
  /** @type {CachedBlock[]} */
  const cached = [];
  for (let size_class = 1; size_class <= size_classes; ++size_class) {
    for (const address of blockStack(heap, size_class).entries ?? [])
      cached.push({ address, size_class, where: 'stack' });
    if (size_class > shared_classes) continue;
    for (const address of cursor(heap, size_class).blocks)
      cached.push({ address, size_class, where: 'cursor' });
  }
  return cached;
}

/** The cached blocks, found by where they begin. */
export class CachedIndex {
  /** @type {Map<number, number[]>} */ #byMiniPage = new Map();
  #heap;

  /** @param {HeapImage} heap */
  constructor(heap) {
    this.#heap = heap;
    for (const { address } of cachedBlocks(heap)) {
      const there = this.#byMiniPage.get(heap.miniPageOf(address));
      if (there === undefined) this.#byMiniPage.set(heap.miniPageOf(address), [address]);
      else if (!there.includes(address)) there.push(address);
    }
  }

  /** Addresses of the cached blocks of a run of a class. @param {Run} run */
  of(run) {
    const length = Math.min(run.length, this.#heap.minis); // longer runs are of no class
    const found = [];
    for (let i = 0; i < length; ++i) found.push(...(this.#byMiniPage.get(run.first + i) ?? []));
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
 * Links of a stack or list, top first. Ends at the first that leads nowhere or round in a circle.
 * @param {number} top 0: none @param {(at: number) => number | undefined} next 0 ends; undefined: nothing of this stack is there
 */
export function linked(top, next) {
  /** @type {Set<number>} */
  const found = new Set();
  for (let at = top; at !== 0 && !found.has(at); ) {
    const following = next(at);
    if (following === undefined) break;
    found.add(at);
    at = following;
  }
  return [...found];
}

/** The bin that holds free runs of this many MiniPages. @param {HeapImage} heap @param {number} length */
export function binOf(heap, length) {
  const { exact_bins, bins_per_doubling, run_bins } = heap.layout.k;
  if (length <= exact_bins) return length - 1;
  const doubling = 31 - Math.clz32(length - 1);
  const quarter =
    Math.floor(((length - 1) * bins_per_doubling) / 2 ** doubling) % bins_per_doubling;
  const above = doubling - (31 - Math.clz32(exact_bins));
  return Math.min(exact_bins + above * bins_per_doubling + quarter, run_bins - 1);
}
