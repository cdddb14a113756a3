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
export function heapOf(Module: object, options?: import("./heap_reader.js").HeapReaderOptions): HeapReader;
export { diffHeapSnapshots } from "./diff.js";
export { HeapMap } from "./heap_map.js";
export { HeapReader } from "./heap_reader.js";
export { renderReport } from "./report.js";
export { SafeBlock } from "./safe_block.js";
export { HeapSampler } from "./sampler.js";
export { HeapSnapshot } from "./snapshot.js";
export type HeapStatistics = import("./statistics.js").HeapStatistics;
export type HeapSpaceStatistics = import("./statistics.js").HeapSpaceStatistics;
export type SizeClassStatistics = import("./statistics.js").SizeClassStatistics;
export type PageStatistics = import("./pages.js").PageStatistics;
export type MiniPageStatistics = import("./pages.js").MiniPageStatistics;
export type GlobalMetaPage = import("./global_meta_page.js").GlobalMetaPage;
export type ThreadStatistics = import("./thread_statistics.js").ThreadStatistics;
export type ThreadHeapStatistics = import("./thread_statistics.js").ThreadHeapStatistics;
export type Block = import("./blocks.js").Block;
export type BlockState = import("./blocks.js").BlockState;
export type Validation = import("./check.js").Validation;
export type HeapFault = import("./check.js").HeapFault;
export type HeapReaderOptions = import("./heap_reader.js").HeapReaderOptions;
export type ReportOptions = import("./report.js").ReportOptions;
export type HeapDifference = import("./diff.js").HeapDifference;
export type SizeClassChange = import("./diff.js").SizeClassChange;
export type SiteChange = import("./diff.js").SiteChange;
export type HeapProfile = import("./profiler.js").HeapProfile;
export type HeapProfileSample = import("./profiler.js").HeapProfileSample;
export type ProfilerOptions = import("./profiler.js").ProfilerOptions;
export type HeapSample = import("./sampler.js").HeapSample;
export type SamplerOptions = import("./sampler.js").SamplerOptions;
export type LimitState = import("./sampler.js").LimitState;
export type LimitOptions = import("./sampler.js").LimitOptions;
import { HeapReader } from './heap_reader.js';
export { DumpError, GharialError, HeapReadError, NoRecordError, RecordMismatchError } from "./errors.js";
export { HeapProfiler, NoProfilerError } from "./profiler.js";
