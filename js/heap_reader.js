// heap_reader.js — the reader of a heap, attached to a memory or to a copy of one. Calls nothing in wasm and keeps no view:
// every question looks at memory anew.
import { visitBlocks } from './blocks.js';
import { validateHeap } from './check.js';
import { dumpSource, isDump } from './dump.js';
import { GharialError, NoRecordError } from './errors.js';
import { globalMetaPage } from './global_meta_page.js';
import { HeapImage } from './heap_image.js';
import { HeapMap } from './heap_map.js';
import { findLayout, layoutAt } from './layout.js';
import { lookAt } from './look.js';
import { imageSource, liveSource } from './memory.js';
import { pageStatistics } from './pages.js';
import { HeapProfiler } from './profiler.js';
import { SafeBlock } from './safe_block.js';
import { HeapSampler, watchLimit } from './sampler.js';
import { captureDump, HeapSnapshot } from './snapshot.js';
import { heapStatistics, sizeClassStatistics, spaceStatistics } from './statistics.js';
import { threadStatistics } from './thread_statistics.js';

/**
 * @typedef {object} HeapReaderOptions
 * @property {number} [address] of the layout record; without it memory is searched
 * @property {number} [limit] bytes that memory may grow to, if known
 * @property {import('./profiler.js').ProfilerHook} [profiler] what the module shows with profile=1; heapOf finds it
 * @property {Allocator} [allocator] for alloc; heapOf finds it if the module exports malloc and free
 */
/** @typedef {Pick<import('./safe_block.js').BlockSource, 'malloc' | 'free'>} Allocator */
/** @typedef {import('./memory.js').MemoryLike | ArrayBufferLike | Uint8Array} HeapSource */

const SNAPSHOT_TRIES = 20; // it is read many times

/** @param {HeapSource} from @returns {import('./memory.js').MemorySource} */
function sourceOf(from) {
  if (isBuffer(from)) return bytesSource(new Uint8Array(from));
  if (from instanceof Uint8Array) return bytesSource(from);
  if (from !== null && typeof from === 'object' && 'buffer' in from && isBuffer(from.buffer))
    return liveSource(from);
  throw new NoRecordError(
    'a heap is read from a WebAssembly.Memory, an ArrayBuffer or a Uint8Array; this is none of them',
  );
}

/** Buffers of other realms as well. @param {unknown} value @returns {value is ArrayBufferLike} */
function isBuffer(value) {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

/** @param {Uint8Array} bytes */
const bytesSource = (bytes) => (isDump(bytes) ? dumpSource(bytes) : imageSource(bytes));

export class HeapReader {
  /** @type {import('./memory.js').MemorySource} */ #source;
  /** @type {import('./layout.js').Layout} */ #layout;
  /** @type {number | undefined} */ #limit;
  /** @type {Allocator | undefined} */ #allocator;
  /** @type {HeapSource | undefined} live, and may grow */ #memory;

  /**
   * @param {HeapSource} from a live memory, a raw image of one, or what HeapSnapshot.toBinary() made
   * @param {HeapReaderOptions} [options]
   */
  constructor(from, { address, limit, profiler, allocator } = {}) {
    /** @readonly who holds the memory: needs the port option profile=1 */
    this.profiler = new HeapProfiler(profiler);
    this.#allocator = allocator;
    this.#source = sourceOf(from);
    this.#memory = 'grow' in from ? from : undefined;
    const opened = this.#source.open();
    const record = address ?? this.#source.recordAddress;
    this.#layout = record === undefined ? findLayout(opened) : layoutAt(opened, record);
    this.#limit = limit ?? this.#source.limit;
  }

  /** @param {number} [tries] for a look during which no thread changes anything */
  #look(tries) {
    return new HeapImage(lookAt(this.#source, this.#layout, tries), this.#layout);
  }

  /** Version of the gharial in the module. */
  get gharial_version() {
    return this.#layout.version;
  }

  /** Version of the layout record. */
  get schema_version() {
    return this.#layout.schema_version;
  }

  /** Whether threads share the memory: linked with -pthread or -sWASM_WORKERS. */
  get has_threads() {
    return this.#layout.shared;
  }

  /** Bytes of the memory now. */
  get memory_size() {
    return this.#source.open().byteLength;
  }

  /** The heap in numbers. @returns {import('./statistics.js').HeapStatistics} */
  getHeapStatistics() {
    return heapStatistics(this.#look(), this.#limit);
  }

  /** Where every byte of memory is: the sizes add up to the memory's. @returns {import('./statistics.js').HeapSpaceStatistics[]} */
  getHeapSpaceStatistics() {
    return spaceStatistics(this.#look());
  }

  /** Every size class, by its number: first those whose blocks share runs. @returns {import('./statistics.js').SizeClassStatistics[]} */
  getSizeClassStatistics() {
    return sizeClassStatistics(this.#look());
  }

  /**
   * Heap pages with their MiniPages, from page index `start` up to `end`; without a range all of them.
   * @param {{ start?: number, end?: number }} [range] @returns {import('./pages.js').PageStatistics[]}
   */
  getPageStatistics(range) {
    return pageStatistics(this.#look(), range);
  }

  /** Stacks of heap pages, bins of free runs, counters. @returns {import('./global_meta_page.js').GlobalMetaPage} */
  getGlobalMetaPage() {
    return globalMetaPage(this.#look());
  }

  /** The whole heap as flat arrays, one element per MiniPage: for pictures. @returns {HeapMap} */
  getHeapMap() {
    return new HeapMap(this.#look());
  }

  /** The heaps of threads: which thread has which, what they own and what they keep at hand. @returns {import('./thread_statistics.js').ThreadStatistics} */
  getThreadStatistics() {
    return threadStatistics(this.#look());
  }

  /**
   * Shows every block to `visit`, in order of address, until it returns `true`. `visit` must not allocate or free: collect
   * first, act afterwards. True iff `visit` ended the walk.
   * @param {import('./blocks.js').BlockVisitor} visit @param {import('./blocks.js').BlockFilter} [filter] @returns {boolean}
   */
  visitBlocks(visit, filter = {}) {
    return visitBlocks(() => this.#look(), visit, filter);
  }

  /** Checks the invariants of src/layout.hpp. Never throws because of what it finds. @returns {import('./check.js').Validation} */
  validateHeap() {
    return validateHeap(() => this.#look());
  }

  /** The heap as it is now, kept apart from its memory. @returns {HeapSnapshot} */
  takeHeapSnapshot() {
    const profile = this.profiler.isRunning ? this.profiler.profile() : undefined;
    const dump = captureDump(this.#look(SNAPSHOT_TRIES), this.#limit);
    return new HeapSnapshot(dump, (bytes) => new HeapReader(bytes), profile);
  }

  /**
   * Statistics again and again, as events and as an async iterator; growth as it happens.
   * @param {import('./sampler.js').SamplerOptions} [options] @returns {HeapSampler}
   */
  createSampler(options) {
    return new HeapSampler(this, this.#memory, options);
  }

  /**
   * Calls `warn` when memory comes near its limit, once each time it does: when memory grows, and every `interval_ms`.
   * @param {(state: import('./sampler.js').LimitState) => void} warn
   * @param {import('./sampler.js').LimitOptions} [options] @returns {() => void} ends it
   */
  setNearHeapLimitCallback(warn, options) {
    return watchLimit(this, this.#memory, warn, options);
  }

  /**
   * A block of the program's heap for JavaScript to fill: `using block = heap.alloc(100)`. The only call that runs wasm code.
   * @param {number} size bytes @param {{ warn?: boolean }} [options] warn: say on the console if it is dropped without being freed
   * @returns {SafeBlock}
   */
  alloc(size, { warn = globalThis.process?.env?.NODE_ENV !== 'production' } = {}) {
    const memory = /** @type {import('./memory.js').MemoryLike | undefined} */ (this.#memory);
    if (this.#allocator === undefined || memory === undefined)
      throw new GharialError(
        'ERR_GHARIAL_NO_ALLOCATOR',
        'alloc needs malloc and free of the module: link with -sEXPORTED_FUNCTIONS=_main,_malloc,_free and get the reader from heapOf(Module)',
      );
    const source = {
      ...this.#allocator,
      memory: () => memory.buffer,
      wide: this.#layout.word_bytes === 8,
    };
    return new SafeBlock(source, size, warn);
  }

  /** What memory may grow to, its size now if nobody told. */
  get heap_size_limit() {
    return Math.max(this.#limit ?? 0, this.memory_size);
  }

  /**
   * Node.js: writes `takeHeapSnapshot().toBinary()` to a file and returns its name.
   * @param {string} [file] @returns {Promise<string>}
   */
  async writeHeapSnapshot(file) {
    const { writeFile } = await import(/* webpackIgnore: true */ 'node:fs/promises');
    const name = file ?? `Heap-${new Date().toISOString().replace(/[:.]/g, '')}.gharialheap`;
    await writeFile(name, this.takeHeapSnapshot().toBinary());
    return name;
  }
}
