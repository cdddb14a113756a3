/**
 * @typedef {object} RunEntry of the run map
 * @property {number} address
 * @property {number} value kind and number as they lie in memory
 * @property {number} kind
 * @property {number} number MiniPages of a run; of a piece of slots, which are free, and how many there are
 * @property {number} next
 * @property {number} prev
 * @property {number} header
 */
/**
 * @typedef {object} MiniPageHeader of a small run
 * @property {number} address
 * @property {Uint32Array} free free bits, 32 to a word
 * @property {number} reciprocal
 * @property {number} base lower half of the run's address
 * @property {number} capacity blocks in the run, by its class
 * @property {number} countdown blocks that may come home before the run changes its state
 * @property {number} size_class
 * @property {number} next
 * @property {number} prev
 */
/**
 * @typedef {object} MetaPage
 * @property {number} address
 * @property {number} page the heap page it describes
 * @property {number} runs small runs that begin in it
 * @property {number} slot number of its slot in its piece
 */
/** @typedef {{ next: number, prev: number }} Links */
export const LINK_BYTES: 4;
export class HeapImage {
    /** @param {ReturnType<import('./memory.js').MemorySource['open']>} opened @param {import('./layout.js').Layout} layout */
    constructor(opened: ReturnType<import("./memory.js").MemorySource["open"]>, layout: import("./layout.js").Layout);
    /** @readonly */ readonly layout: import("./layout.js").Layout;
    /** @readonly */ readonly memory: Image;
    /** @readonly */ readonly page_bytes: number;
    /** @readonly */ readonly mini_bytes: number;
    /** @readonly MiniPages in a heap page */
    readonly minis: number;
    /** @readonly */ readonly break_at: number;
    /** @readonly heap pages that the maps cover */
    readonly mapped_pages: number;
    /** @readonly addresses of the maps: entries and classes of MiniPages, meta-pages of heap pages */
    readonly maps: {
        runs: number;
        classes: number;
        metas: number;
    };
    /** @readonly the heap: MiniPages from here … */
    readonly first: number;
    /** @readonly … up to here; 0 before the first allocation */
    readonly end: number;
    /** @readonly every free MiniPage from here on is fresh */
    readonly fresh: number;
    /** @readonly */ readonly slots_stack: number;
    /** @readonly */ readonly bin_masks: number[];
    /** @readonly heap pages in which the heap lies, wholly or in part: from here … */
    readonly first_page: number;
    /** @readonly … up to here */
    readonly end_page: number;
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
    /** Class of a block of so many whole MiniPages; 0: large. @param {number} mini_pages */
    classOfMiniPages(mini_pages: number): number;
    /** Address of the meta-page of a heap page; 0: it has none. @param {number} page */
    metaAddress(page: number): number;
    /** @param {number} address @returns {MetaPage} */
    metaPage(address: number): MetaPage;
    /** Blocks in a run of the class; 0: no such class. @param {number} size_class */
    capacityOf(size_class: number): number;
    /** Where the header of a small run lies that begins in this MiniPage. @param {MetaPage} meta @param {number} mini_page */
    headerAddress(meta: MetaPage, mini_page: number): number;
    /** @param {number} address @returns {MiniPageHeader} */
    header(address: number): MiniPageHeader;
    /**
     * The heap page whose meta-page the link at `at` names: 0 for none, -1 if it names no page's meta-page.
     * @param {number} at
     */
    pageLink(at: number): number;
    /** @param {MetaPage} meta @param {number} size_class @returns {Links} */
    classLinks(meta: MetaPage, size_class: number): Links;
    /** First partly free run of the class in the page. @param {MetaPage} meta @param {number} size_class */
    list(meta: MetaPage, size_class: number): number;
    /** Top of the global stack of pages with a partly free run of the class. @param {number} size_class */
    classStack(size_class: number): number;
    /** First free run in the bin. @param {number} bin */
    bin(bin: number): number;
    /** @param {number} i place in COUNTER_NAMES */
    counter(i: number): number;
    /** Address of the header of the run that the class's cursor works through; 0: none. @param {number} size_class */
    current(size_class: number): number;
    /** Bytes of the piece of metadata in which the maps lie; 0 before the first allocation, or if they are nowhere. */
    mapSize(): number;
    /** Lowest address that is not the heap's any more, and where sbrk keeps the break. */
    ends(): {
        heap_end: number;
        break_end: number;
    };
}
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
     * MiniPages of a run; of a piece of slots, which are free, and how many there are
     */
    number: number;
    next: number;
    prev: number;
    header: number;
};
/**
 * of a small run
 */
export type MiniPageHeader = {
    address: number;
    /**
     * free bits, 32 to a word
     */
    free: Uint32Array;
    reciprocal: number;
    /**
     * lower half of the run's address
     */
    base: number;
    /**
     * blocks in the run, by its class
     */
    capacity: number;
    /**
     * blocks that may come home before the run changes its state
     */
    countdown: number;
    size_class: number;
    next: number;
    prev: number;
};
export type MetaPage = {
    address: number;
    /**
     * the heap page it describes
     */
    page: number;
    /**
     * small runs that begin in it
     */
    runs: number;
    /**
     * number of its slot in its piece
     */
    slot: number;
};
export type Links = {
    next: number;
    prev: number;
};
import { Image } from './memory.js';
