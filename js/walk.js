// walk.js — the one walk that statistics, checker, picture and block visitor share: runs in order of address, and the
// free blocks that are not home. Yields plain data. Bounded: a step that would not advance is a HeapReadError.
import { HeapReadError, hex } from './errors.js';
import { popcount } from './memory.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'small' | 'large' | 'free' | 'maps' | 'meta' | 'gap' | 'changing'} RunKind changing: not known, for a thread changed it */
/**
 * @typedef {object} Run MiniPages that serve together, in whatever heap pages
 * @property {RunKind} kind
 * @property {number} first MiniPage: address / 2 KiB
 * @property {number} length MiniPages
 * @property {number} address
 * @property {number} size_class of small runs, else 0
 * @property {import('./heap_image.js').RunEntry} entry of the first
 * @property {import('./heap_image.js').MiniPageHeader | undefined} header of small runs
 * @property {boolean} [is_own] free MiniPages of an own page, of which the run map says nothing
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
  const address = heap.addressOf(first);
  const own_free = heap.own.freeFrom(first);
  if (own_free > 0) return ownFree(first, own_free, address, entry);
  const kind = runKind(heap, entry);
  if (kind === undefined)
    throw new HeapReadError(
      'I9',
      entry.address,
      `no run begins at ${hex(address)} (kind ${entry.kind})`,
    );
  const length = entry.number;
  if (length === 0 || length > heap.end - first)
    throw new HeapReadError(
      'I9',
      entry.address,
      `the run of ${length} MiniPages at ${hex(address)} does not end inside the heap`,
    );
  const header = kind === 'small' ? heap.header(headerAt(heap, entry, first), length) : undefined;
  const size_class = header?.size_class ?? 0;
  if (header !== undefined && (size_class === 0 || size_class > k.size_classes))
    throw new HeapReadError(
      'I7',
      header.address,
      `the run at ${hex(address)} is of class ${size_class}`,
    );
  return { kind, first, length, address, size_class, entry, header };
}

/** @param {number} first @param {number} length @param {number} address @param {import('./heap_image.js').RunEntry} entry @returns {Run} */
const ownFree = (first, length, address, entry) => ({
  kind: 'free',
  first,
  length,
  address,
  size_class: 0,
  entry,
  header: undefined,
  is_own: true,
});

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
function runKind(heap, { kind }) {
  const { k } = heap.layout;
  switch (kind) {
    case k.run_free:
      return 'free';
    case k.run_small:
      return 'small';
    case k.run_block:
      return 'large';
    case k.run_maps:
      return 'maps';
    case k.run_meta_page:
      return 'meta';
    case k.run_gap:
      return 'gap';
    default:
      return undefined;
  }
}

/** From the first MiniPage to the end of the heap. @param {HeapImage} heap @returns {Generator<Run, void>} */
export function* runs(heap) {
  for (let first = heap.first; first < heap.end; ) {
    const run = heap.settled ? runAt(heap, first) : whatever(heap, first);
    yield run;
    first += run.length;
  }
}

/** The run that begins at a MiniPage, or what lies up to the next one that does. @param {HeapImage} heap @param {number} first @returns {Run} */
function whatever(heap, first) {
  for (let at = first; at < heap.end; ++at) {
    const run = readable(heap, at);
    if (run === undefined) continue;
    return at === first ? run : unknown(heap, first, at - first);
  }
  return unknown(heap, first, heap.end - first);
}

/** @param {HeapImage} heap @param {number} first @returns {Run | undefined} */
function readable(heap, first) {
  try {
    const is_run = heap.own.freeFrom(first) > 0 || runKind(heap, heap.entry(first)) !== undefined;
    return is_run ? runAt(heap, first) : undefined;
  } catch (error) {
    if (!(error instanceof HeapReadError)) throw error;
    return undefined;
  }
}

/** @param {HeapImage} heap @param {number} first @param {number} length @returns {Run} */
const unknown = (heap, first, length) => ({
  kind: 'changing',
  first,
  length,
  address: heap.addressOf(first),
  size_class: 0,
  entry: { address: 0, value: 0, kind: 0, number: length, next: 0, prev: 0, header: 0 },
  header: undefined,
});

/** Every free block at hand, of every thread. @param {HeapImage} heap @returns {CachedBlock[]} */
export function cachedBlocks(heap) {
  return heap.fronts.flatMap((front) => cachedIn(heap, front));
}

/** Those of one front. @param {HeapImage} heap @param {import('./front.js').Front} front */
export function cachedIn(heap, front) {
  const { size_classes } = heap.layout.k;
  /** @type {CachedBlock[]} */
  const cached = [];
  for (let size_class = 1; size_class <= size_classes; ++size_class) {
    for (const address of front.blockStack(size_class).entries ?? [])
      cached.push({ address, size_class, where: 'stack' });
    for (const address of front.cursor(size_class).blocks)
      cached.push({ address, size_class, where: 'cursor' });
  }
  return cached;
}

/** Blocks of a small run that other threads freed and its owner has not taken in. @param {HeapImage} heap @param {Run} run @returns {number[]} */
export function onTheirWay(heap, { first, address, header, size_class }) {
  const { memory, layout } = heap;
  const { k, shared, class_bytes } = layout;
  const meta = header === undefined || !shared ? 0 : heap.metaAddress(heap.pageOf(first));
  if (header === undefined || meta === 0 || !memory.holds(meta, k.meta_bytes)) return [];
  const bytes = k.header_free_words * k.remote_bytes;
  const words = heap.metaPage(meta).remote + (first % heap.minis) * bytes;
  if (!memory.holds(words, bytes)) return [];
  const found = [];
  for (let i = 0; i < 2 * k.header_free_words; ++i) {
    const at = words + (i >>> 1) * k.remote_bytes + k.remote_free + 4 * (i & 1);
    for (let bits = memory.u32(at); bits !== 0; bits &= bits - 1) {
      const number = i * 32 + 31 - Math.clz32(bits & -bits);
      if (number < header.capacity) found.push(address + number * class_bytes[size_class]);
    }
  }
  return found;
}

/** The free blocks that are not home, found by where they begin. */
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

  /** Addresses of the cached blocks of a small run, those on their way to its owner too. @param {Run} run */
  of(run) {
    const length = Math.min(run.length, this.#heap.minis); // no sound one is longer
    const found = [];
    for (let i = 0; i < length; ++i) found.push(...(this.#byMiniPage.get(run.first + i) ?? []));
    for (const block of onTheirWay(this.#heap, run)) if (!found.includes(block)) found.push(block);
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
  const doubling = 31 - Math.clz32(length);
  const quarter = Math.floor((length * bins_per_doubling) / 2 ** doubling) % bins_per_doubling;
  const above = doubling - (31 - Math.clz32(exact_bins));
  return Math.min(exact_bins + above * bins_per_doubling + quarter, run_bins - 1);
}
