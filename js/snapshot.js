// snapshot.js — the state of a heap at one moment, kept apart from its memory: as numbers (JSON) and as the bytes that
// describe the heap (binary), which a HeapReader reads as if they were the memory.
import { encodeDump } from './dump.js';
import { HeapReadError } from './errors.js';
import { runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */

/**
 * The ranges of memory that hold the heap's own data. Of a damaged heap, those that can be found.
 * @param {HeapImage} heap @returns {{ address: number, bytes: Uint8Array }[]}
 */
function metadataRanges(heap) {
  const { at, k, record_bytes, address, word_bytes } = heap.layout;
  /** @type {[start: number, bytes: number][]} */
  const wanted = [
    [address, record_bytes],
    [at.global, k.global_bytes],
    [at.class_map, word_bytes],
    [at.run_map, word_bytes],
    [at.tops, (k.size_classes + 1) * word_bytes],
    [at.stack_words, k.stack_words_count * word_bytes],
    [at.cursors, (k.shared_classes + 2) * k.cursor_bytes],
    [at.current, (k.shared_classes + 1) * word_bytes],
    [heap.break_at, heap.break_at === 0 ? 0 : word_bytes],
    [heap.maps.metas, heap.mapped_pages * word_bytes],
    [heap.maps.classes, heap.mapped_pages * heap.minis],
    ...entryRanges(heap),
  ];
  for (let page = heap.first_page; page < Math.min(heap.end_page, heap.mapped_pages); ++page) {
    const meta = heap.metaAddress(page);
    if (meta !== 0) wanted.push([meta, k.meta_bytes]);
  }
  return merged(
    wanted.filter(([start, bytes]) => bytes > 0 && heap.memory.holds(start, bytes)),
  ).map(([start, end]) => ({
    address: start,
    bytes: heap.memory.bytes(start, end - start),
  }));
}

/**
 * The entries that are read: all of a small run, first and last of the others, between which entries may be stale. Of a damaged
 * run map, all.
 * @param {HeapImage} heap @returns {[start: number, bytes: number][]}
 */
function entryRanges(heap) {
  const { entry_bytes } = heap.layout.k;
  /** @type {[number, number][]} */
  const ranges = [];
  /** @param {number} first @param {number} count */
  const add = (first, count) =>
    ranges.push([heap.maps.runs + first * entry_bytes, count * entry_bytes]);
  try {
    for (const { kind, first, length } of runs(heap)) {
      add(first, kind === 'small' ? length : 1);
      if (kind !== 'small') add(first + length - 1, 1);
    }
  } catch (error) {
    if (!(error instanceof HeapReadError)) throw error;
    add(0, heap.mapped_pages * heap.minis);
  }
  return ranges;
}

/** Ranges that overlap or touch become one. @param {[start: number, bytes: number][]} ranges @returns {[start: number, end: number][]} */
function merged(ranges) {
  /** @type {[number, number][]} */
  const result = [];
  for (const [start, bytes] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], start + bytes);
    else result.push([start, start + bytes]);
  }
  return result;
}

/** @param {HeapImage} heap @param {number | undefined} limit */
export function captureDump(heap, limit) {
  return encodeDump({
    ranges: metadataRanges(heap),
    memory_bytes: heap.memory.byteLength,
    heap_size_limit: limit ?? 0,
    record: heap.layout.address,
  });
}

/** What a heap was when the snapshot was taken. */
export class HeapSnapshot {
  #dump;

  /** @param {Uint8Array<ArrayBuffer>} dump @param {(dump: Uint8Array) => HeapReader} open */
  constructor(dump, open) {
    this.#dump = dump;
    /** @readonly @type {HeapReader} reads the snapshot as if it were the memory */
    this.heap = open(dump);
  }

  /** The container that `new HeapReader(bytes)` reads (docs/dump-format.md); holds none of the program's own data. */
  toBinary() {
    return this.#dump.slice();
  }

  /** All statistics, as plain data for JSON. */
  toJSON() {
    const { heap } = this;
    return {
      schema_version: heap.schema_version,
      gharial_version: heap.gharial_version,
      memory_size: heap.memory_size,
      heap_statistics: heap.getHeapStatistics(),
      heap_space_statistics: heap.getHeapSpaceStatistics(),
      size_class_statistics: heap.getSizeClassStatistics(),
      page_statistics: heap.getPageStatistics(),
      global_meta_page: heap.getGlobalMetaPage(),
    };
  }
}
