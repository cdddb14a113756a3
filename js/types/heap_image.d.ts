/**
 * @typedef {object} RunEntry of the run map
 * @property {number} address
 * @property {number} value kind and number as they lie in memory
 * @property {number} kind
 * @property {number} number MiniPages of a run
 * @property {number} next
 * @property {number} prev
 * @property {number} header
 */
/** @typedef {import('./meta_page.js').MiniPageHeader} MiniPageHeader */
/** @typedef {import('./meta_page.js').MetaPage} MetaPage */
/** @typedef {{ next: number, prev: number }} Links */
export const LINK_BYTES: 4;
export class HeapImage {
    /** @param {import('./memory.js').Opened} opened @param {import('./layout.js').Layout} layout */
    constructor(opened: import("./memory.js").Opened, layout: import("./layout.js").Layout);
    /** @readonly */ readonly layout: import("./layout.js").Layout;
    /** @readonly */ readonly memory: Image;
    /** @readonly a look at memory that threads go on changing */
    readonly is_live: boolean;
    /** @readonly nothing of the heap's structure changed while it was looked at */
    readonly settled: boolean;
    /** @readonly where threads share memory: nothing at all changed; else undefined */
    readonly exact: boolean | undefined;
    /** @readonly */ readonly page_bytes: number;
    /** @readonly */ readonly mini_bytes: number;
    /** @readonly MiniPages in a heap page */
    readonly minis: number;
    /** @readonly */ readonly break_at: number;
    /** @readonly of entries and classes of MiniPages, meta-pages of heap pages */
    readonly maps: SegmentedMaps | FlatMaps;
    /** @readonly heap pages that they cover */
    readonly mapped_pages: number;
    /** @readonly the heap: MiniPages from here … */
    readonly first: number;
    /** @readonly … up to here; 0 before the first allocation */
    readonly end: number;
    /** @readonly every free MiniPage from here on is fresh */
    readonly fresh: number;
    /** @readonly heap pages in which the heap lies, wholly or in part: from here … */
    readonly first_page: number;
    /** @readonly … up to here */
    readonly end_page: number;
    /** @readonly heaps of threads, the oldest first */
    readonly threads: ThreadHeap[];
    /** @readonly whether all of them could be found */ readonly has_all_threads: boolean;
    /** @readonly the front, or that of every thread @type {Front[]} */
    readonly fronts: Front[];
    /** @readonly */ readonly free_runs: FreeRuns;
    /** @readonly */ readonly own: OwnPages;
    /** @readonly of own pages with room, thread by thread @type {OwnLists[]} */
    readonly own_lists: OwnLists[];
    /** Address of a MiniPage. @param {number} mini_page */
    addressOf(mini_page: number): number;
    /** @param {number} address */
    miniPageOf(address: number): number;
    /** @param {number} mini_page */
    pageOf(mini_page: number): number;
    /** Whether a MiniPage of the heap has this number. @param {number} mini_page */
    holds(mini_page: number): boolean;
    /** @param {number} mini_page @returns {RunEntry} */
    entry(mini_page: number): RunEntry;
    /** The same, or undefined. @param {number} mini_page */
    entryOrNone(mini_page: number): RunEntry | undefined;
    /** Address of the meta-page of a heap page; 0: it has none. @param {number} page */
    metaAddress(page: number): number;
    /** @param {number} address @returns {MetaPage} */
    metaPage(address: number): MetaPage;
    /** Number of the heap at an address; 0: there is none. @param {number} address */
    heapNumber(address: number): number;
    /** Number of the heap that owns a heap page; 0: none does. @param {number} page */
    ownerOf(page: number): number;
    /** Blocks in a run of so many MiniPages of the class; 0: no such class. @param {number} size_class @param {number} length */
    capacityOf(size_class: number, length: number): number;
    /** Where the header of a small run lies that begins in this MiniPage. @param {MetaPage} meta @param {number} mini_page */
    headerAddress(meta: MetaPage, mini_page: number): number;
    /** That of a small run of so many MiniPages. @param {number} address @param {number} length @returns {MiniPageHeader} */
    header(address: number, length: number): MiniPageHeader;
    /**
     * The heap page whose meta-page the link at `at` names: 0 for none, -1 if it names no page's meta-page.
     * @param {number} at
     */
    pageLink(at: number): number;
    /** @param {MetaPage} meta @param {number} size_class @returns {Links} */
    classLinks(meta: MetaPage, size_class: number): Links;
    /** First partly free run of the class in the page. @param {MetaPage} meta @param {number} size_class */
    list(meta: MetaPage, size_class: number): number;
    /** @param {number} i place in COUNTER_NAMES */
    counter(i: number): number;
    /** Whether a thread's cursor works through the run with this header. @param {number} size_class @param {number} header */
    isCurrent(size_class: number, header: number): boolean;
    /** Bytes of the metadata in which the maps lie; 0 before the first allocation, or if they are nowhere. */
    mapSize(): number;
    /** Lowest address that is not the heap's any more, and where sbrk keeps the break. */
    ends(): {
        heap_end: number;
        break_end: number;
    };
}
export function marked<T extends object>({ exact }: HeapImage, result: T): T & {
    exact?: boolean;
};
export function bit(bits: Uint32Array, i: number): boolean;
/**
 * of the run map
 */
export type RunEntry = {
    address: number;
    /**
     * kind and number as they lie in memory
     */
    value: number;
    kind: number;
    /**
     * MiniPages of a run
     */
    number: number;
    next: number;
    prev: number;
    header: number;
};
export type MiniPageHeader = import("./meta_page.js").MiniPageHeader;
export type MetaPage = import("./meta_page.js").MetaPage;
export type Links = {
    next: number;
    prev: number;
};
import { Image } from './memory.js';
import { SegmentedMaps } from './maps.js';
import { FlatMaps } from './maps.js';
import { ThreadHeap } from './front.js';
import { Front } from './front.js';
import { FreeRuns } from './front.js';
import { OwnPages } from './own_pages.js';
import { OwnLists } from './own_pages.js';
