// snapshot.js — the state of a heap at one moment, kept apart from its memory: as numbers (JSON) and as the bytes that
// describe the heap (binary), which a HeapReader reads as if they were the memory.
import { encodeDump } from './dump.js';
import { HeapReadError } from './errors.js';
import { LINK_BYTES } from './heap_image.js';
import { runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */
/** @typedef {[start: number, bytes: number]} Span */

/**
 * The ranges of memory that hold the heap's own data. Of a damaged heap, those that can be found.
 * @param {HeapImage} heap @returns {{ address: number, bytes: Uint8Array }[]}
 */
function metadataRanges(heap) {
  const { at, k, record_bytes, address, word_bytes, shared } = heap.layout;
  const is_there = (/** @type {Span} */ [start, bytes]) =>
    bytes > 0 && heap.memory.holds(start, bytes);
  const { entries, begun } = described(heap);
  /** @type {Span[]} */
  const whole = [
    [address, record_bytes],
    [at.global, k.global_bytes],
    ...(shared
      ? heap.threads.map(({ address }) => /** @type {Span} */ ([address, k.heap_bytes]))
      : frontSpans(heap.layout)),
    [heap.break_at, heap.break_at === 0 ? 0 : word_bytes],
    ...heap.maps.spans(heap.layout),
    ...entries,
  ];
  const kept = whole.filter(is_there);
  const covered = kept.slice();
  for (const segment of heap.maps.segments)
    if (is_there([segment, k.segment_bytes])) covered.push([segment, k.segment_bytes]);
  for (let page = heap.first_page; page < Math.min(heap.end_page, heap.mapped_pages); ++page) {
    const meta = heap.metaAddress(page);
    if (meta === 0 || !is_there([meta, k.meta_bytes])) continue;
    covered.push([meta, k.meta_bytes]);
    for (const span of metaSpans(heap, meta, begun.get(page) ?? [])) kept.push(span);
    const { remote } = heap.metaPage(meta);
    if (!shared || !is_there([remote, k.meta_page_bytes])) continue;
    covered.push([remote, k.meta_page_bytes]);
    kept.push([remote, k.meta_page_bytes]);
  }
  return copied(heap, merged(covered), kept);
}

/** Of a program without threads. @param {import('./layout.js').Layout} layout @returns {Span[]} */
const frontSpans = ({ at, k, word_bytes }) => [
  [at.tops, (k.size_classes + 1) * word_bytes],
  [at.stack_words, k.stack_words_count * word_bytes],
  [at.cursors, (k.size_classes + 1) * k.cursor_bytes],
  [at.current, (k.size_classes + 1) * word_bytes],
];

/**
 * The entries that are read, all of a small run, first and last of the others, between which entries may be stale; of a damaged
 * run map, all. And the MiniPages in which small runs begin, by heap page, as far as the walk goes.
 * @param {HeapImage} heap
 */
function described(heap) {
  const { entry_bytes } = heap.layout.k;
  /** @type {Span[]} */
  const entries = [];
  /** @type {Map<number, number[]>} */
  const begun = new Map();
  /** @param {number} first @param {number} count */
  const add = (first, count) => {
    for (let at = first; at < first + count; ) {
      const together = Math.min(heap.maps.together(at), first + count - at);
      if (heap.maps.describes(heap.pageOf(at)))
        entries.push([heap.maps.entryAddress(at), together * entry_bytes]);
      at += together;
    }
  };
  try {
    for (const { kind, first, length } of runs(heap)) {
      if (kind === 'small') {
        const page = heap.pageOf(first);
        begun.set(page, [...(begun.get(page) ?? []), first]);
        add(first, length);
      } else if (kind === 'changing') {
        add(first, length);
      } else {
        add(first, 1);
        add(first + length - 1, 1);
      }
    }
  } catch (error) {
    if (!(error instanceof HeapReadError)) throw error;
    const begin = heap.maps.first_page * heap.minis;
    add(begin, heap.mapped_pages * heap.minis - begin);
  }
  return { entries, begun };
}

/**
 * What counts of a meta-page. The rest is what the memory held before it was one: maybe a block.
 * @param {HeapImage} heap @param {number} meta @param {number[]} begun MiniPages in which small runs begin @returns {Span[]}
 */
function metaSpans(heap, meta, begun) {
  const { k } = heap.layout;
  const page = heap.metaPage(meta);
  /** @type {Span[]} */
  const spans = [
    [meta + k.meta_page, 4],
    [meta + k.meta_runs, 4],
    [meta + k.meta_free, 4],
    [meta + k.meta_lists + 1, k.size_classes],
  ];
  if (heap.layout.shared) spans.push([meta + k.meta_owner, heap.layout.word_bytes]);
  else spans.push([meta + k.meta_is_own, 4]);
  if (page.is_own && page.free !== 0) spans.push([meta + k.meta_class_links, 2 * LINK_BYTES]);
  for (const first of begun) spans.push([heap.headerAddress(page, first), k.header_bytes]);
  for (let size_class = 1; size_class <= k.size_classes; ++size_class)
    if (heap.list(page, size_class) !== k.end_of_list)
      spans.push([meta + k.meta_class_links + 2 * LINK_BYTES * size_class, 2 * LINK_BYTES]);
  return spans;
}

/**
 * Ranges as they are in memory where something is kept, else 0.
 * @param {HeapImage} heap @param {[start: number, end: number][]} ranges in order @param {Span[]} kept each inside of a range
 */
function copied(heap, ranges, kept) {
  kept.sort((a, b) => a[0] - b[0]);
  let next = 0;
  return ranges.map(([address, end]) => {
    const bytes = new Uint8Array(end - address);
    for (; next < kept.length && kept[next][0] < end; ++next) {
      const [start, length] = kept[next];
      bytes.set(heap.memory.bytes(start, length), start - address);
    }
    return { address, bytes };
  });
}

/** Ranges that overlap or touch become one. @param {Span[]} ranges @returns {[start: number, end: number][]} */
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
    settled: heap.settled,
    exact: heap.exact !== false,
  });
}

/** What a heap was when the snapshot was taken. */
export class HeapSnapshot {
  #dump;

  /**
   * @param {Uint8Array<ArrayBuffer>} dump @param {(dump: Uint8Array) => HeapReader} open
   * @param {import('./profiler.js').HeapProfile} [profile]
   */
  constructor(dump, open, profile) {
    this.#dump = dump;
    /** @readonly @type {import('./profiler.js').HeapProfile | undefined} who held the memory, if the profiler ran; not part of toBinary() */
    this.profile = profile;
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
      profile: this.profile,
      thread_statistics: heap.getThreadStatistics(),
    };
  }
}
