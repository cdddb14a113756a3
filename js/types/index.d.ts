/** @typedef {import('./statistics.js').HeapStatistics} HeapStatistics */
/** @typedef {import('./statistics.js').HeapSpaceStatistics} HeapSpaceStatistics */
/** @typedef {import('./statistics.js').SizeClassStatistics} SizeClassStatistics */
/** @typedef {import('./pages.js').PageStatistics} PageStatistics */
/** @typedef {import('./pages.js').MiniPageStatistics} MiniPageStatistics */
/** @typedef {import('./global_meta_page.js').GlobalMetaPage} GlobalMetaPage */
/** @typedef {import('./blocks.js').Block} Block */
/** @typedef {import('./blocks.js').BlockState} BlockState */
/** @typedef {import('./check.js').Validation} Validation */
/** @typedef {import('./check.js').HeapFault} HeapFault */
/** @typedef {import('./heap_reader.js').HeapReaderOptions} HeapReaderOptions */
/** @typedef {import('./report.js').ReportOptions} ReportOptions */
/**
 * The reader for the heap of an Emscripten module that was linked with `-sMALLOC=gharial`.
 * @param {object} Module the module object; with MODULARIZE, what the awaited factory gave
 * @param {import('./heap_reader.js').HeapReaderOptions} [options]
 * @returns {HeapReader}
 */
export function heapOf(Module: object, options?: import("./heap_reader.js").HeapReaderOptions): HeapReader;
export { HeapReader } from "./heap_reader.js";
export { renderReport } from "./report.js";
export { HeapSnapshot } from "./snapshot.js";
export type HeapStatistics = import("./statistics.js").HeapStatistics;
export type HeapSpaceStatistics = import("./statistics.js").HeapSpaceStatistics;
export type SizeClassStatistics = import("./statistics.js").SizeClassStatistics;
export type PageStatistics = import("./pages.js").PageStatistics;
export type MiniPageStatistics = import("./pages.js").MiniPageStatistics;
export type GlobalMetaPage = import("./global_meta_page.js").GlobalMetaPage;
export type Block = import("./blocks.js").Block;
export type BlockState = import("./blocks.js").BlockState;
export type Validation = import("./check.js").Validation;
export type HeapFault = import("./check.js").HeapFault;
export type HeapReaderOptions = import("./heap_reader.js").HeapReaderOptions;
export type ReportOptions = import("./report.js").ReportOptions;
import { HeapReader } from './heap_reader.js';
export { DumpError, GharialError, HeapReadError, NoRecordError, RecordMismatchError } from "./errors.js";
