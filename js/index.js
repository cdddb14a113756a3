// index.js — the public API: a reader for the heap of an Emscripten module, or of any memory or dump of one.
import { NoRecordError } from './errors.js';
import { HeapReader } from './heap_reader.js';

export { diffHeapSnapshots } from './diff.js';
export {
  DumpError,
  GharialError,
  HeapReadError,
  NoRecordError,
  RecordMismatchError,
} from './errors.js';
export { HeapMap } from './heap_map.js';
export { HeapReader } from './heap_reader.js';
export { HeapProfiler, NoProfilerError } from './profiler.js';
export { renderReport } from './report.js';
export { SafeBlock } from './safe_block.js';
export { HeapSampler } from './sampler.js';
export { HeapSnapshot } from './snapshot.js';

/** @typedef {import('./statistics.js').HeapStatistics} HeapStatistics */
/** @typedef {import('./statistics.js').HeapSpaceStatistics} HeapSpaceStatistics */
/** @typedef {import('./statistics.js').SizeClassStatistics} SizeClassStatistics */
/** @typedef {import('./pages.js').PageStatistics} PageStatistics */
/** @typedef {import('./pages.js').MiniPageStatistics} MiniPageStatistics */
/** @typedef {import('./global_meta_page.js').GlobalMetaPage} GlobalMetaPage */
/** @typedef {import('./thread_statistics.js').ThreadStatistics} ThreadStatistics */
/** @typedef {import('./thread_statistics.js').ThreadHeapStatistics} ThreadHeapStatistics */
/** @typedef {import('./blocks.js').Block} Block */
/** @typedef {import('./blocks.js').BlockState} BlockState */
/** @typedef {import('./check.js').Validation} Validation */
/** @typedef {import('./check.js').HeapFault} HeapFault */
/** @typedef {import('./heap_reader.js').HeapReaderOptions} HeapReaderOptions */
/** @typedef {import('./report.js').ReportOptions} ReportOptions */
/** @typedef {import('./diff.js').HeapDifference} HeapDifference */
/** @typedef {import('./diff.js').SizeClassChange} SizeClassChange */
/** @typedef {import('./diff.js').SiteChange} SiteChange */
/** @typedef {import('./profiler.js').HeapProfile} HeapProfile */
/** @typedef {import('./profiler.js').HeapProfileSample} HeapProfileSample */
/** @typedef {import('./profiler.js').ProfilerOptions} ProfilerOptions */
/** @typedef {import('./sampler.js').HeapSample} HeapSample */
/** @typedef {import('./sampler.js').SamplerOptions} SamplerOptions */
/** @typedef {import('./sampler.js').LimitState} LimitState */
/** @typedef {import('./sampler.js').LimitOptions} LimitOptions */

/**
 * The reader for the heap of an Emscripten module that was linked with `-sMALLOC=gharial`.
 * @param {object} Module the module object; with MODULARIZE, what the awaited factory gave
 * @param {import('./heap_reader.js').HeapReaderOptions} [options]
 * @returns {HeapReader}
 */
export function heapOf(Module, options = {}) {
  if (typeof Module === 'function')
    throw new NoRecordError(
      'heapOf needs the module, not its factory: heapOf(await createModule())',
    );
  if (typeof Module !== 'object' || Module === null)
    throw new NoRecordError(`heapOf needs an Emscripten module, not ${Module}`);
  if (
    'then' in Module &&
    typeof Module.then === 'function' &&
    own(Module, 'gharialHeap') === undefined
  )
    throw new NoRecordError(
      'heapOf needs the module, not a promise of it: heapOf(await createModule())',
    );
  const gharialHeap = own(Module, 'gharialHeap');
  if (typeof gharialHeap === 'function') {
    const { memory, record, limit } = gharialHeap();
    // wasm2js at -O2 renames what exported data is read by: then the record is searched.
    const address = Number.isNaN(Number(record)) ? undefined : Number(record);
    const profiler = /** @type {import('./profiler.js').ProfilerHook | undefined} */ (
      own(Module, 'gharialProfiler')
    );
    return new HeapReader(memory, {
      ...{ address, limit, profiler },
      ...{ allocator: allocatorOf(Module), ...options },
    });
  }
  const heap = own(Module, 'HEAPU8');
  const memory =
    own(Module, 'wasmMemory') ?? (heap instanceof Uint8Array ? heap.buffer : undefined);
  if (memory === undefined)
    throw new NoRecordError(
      'this module shows neither gharialHeap() nor its memory: link with -sMALLOC=gharial and the port option stats=1 (the default)',
    );
  return new HeapReader(/** @type {WebAssembly.Memory} */ (memory), options);
}

/** What malloc and free of the module are called with, if they are exported. @param {object} Module @returns {import('./heap_reader.js').Allocator | undefined} */
function allocatorOf(Module) {
  const [malloc, free] = ['_malloc', '_free'].map((name) => own(Module, name));
  return typeof malloc === 'function' && typeof free === 'function'
    ? /** @type {import('./heap_reader.js').Allocator} */ ({ malloc, free })
    : undefined;
}

/**
 * A property's value; undefined for a getter, because Emscripten's debug builds abort in those of what was not exported.
 * @param {object} Module @param {string} name @returns {unknown}
 */
function own(Module, name) {
  const property = Object.getOwnPropertyDescriptor(Module, name);
  return property !== undefined && 'value' in property ? property.value : undefined;
}
