/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'cut' | 'large' | 'free' | 'metadata' | 'gap'} PageRunKind */
/**
 * @typedef {object} PageRun heap pages that serve together
 * @property {PageRunKind} kind
 * @property {number} page the first
 * @property {number} pages how many
 * @property {import('./heap_image.js').PageEntry} entry of the first
 */
/** @typedef {'small' | 'medium' | 'large_tail' | 'free'} MiniRunKind */
/**
 * @typedef {object} MiniRun MiniPages of one cut page that serve together
 * @property {MiniRunKind} kind
 * @property {number} first
 * @property {number} length
 * @property {number} address
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {import('./heap_image.js').MiniPageHeader | undefined} header unless free
 */
/**
 * @typedef {object} CachedBlock a free block that is not home
 * @property {number} address
 * @property {number} size_class
 * @property {'stack' | 'cursor'} where
 */
/** The run that begins at a page. @param {HeapImage} heap @param {number} page @returns {PageRun} */
export function pageRun(heap: HeapImage, page: number): PageRun;
/** From the first heap page to the end of the heap. @param {HeapImage} heap @returns {Generator<PageRun, void>} */
export function pageRuns(heap: HeapImage): Generator<PageRun, void>;
/**
 * The MiniPages of a cut page, free ones included, in order.
 * @param {HeapImage} heap @param {import('./heap_image.js').MetaPage} meta @param {number} page @returns {MiniRun[]}
 */
export function miniRuns(heap: HeapImage, meta: import("./heap_image.js").MetaPage, page: number): MiniRun[];
/** @param {HeapImage} heap @param {import('./heap_image.js').MetaPage} meta @param {number} page @param {number} first @returns {MiniRun} */
export function miniRun(heap: HeapImage, meta: import("./heap_image.js").MetaPage, page: number, first: number): MiniRun;
/**
 * Entries of a class's free-block stack, newest first; undefined if its top is no place in the stack.
 * @param {HeapImage} heap @param {number} size_class @returns {{ entries: number[] | undefined, start: number, top: number, end: number }}
 */
export function blockStack(heap: HeapImage, size_class: number): {
    entries: number[] | undefined;
    start: number;
    top: number;
    end: number;
};
/** Blocks in the cursor of a class, lowest first. @param {HeapImage} heap @param {number} size_class */
export function cursor(heap: HeapImage, size_class: number): {
    address: number;
    base: number;
    block_bytes: number;
    blocks: number[];
};
/** Every free block that is not home. @param {HeapImage} heap @returns {CachedBlock[]} */
export function cachedBlocks(heap: HeapImage): CachedBlock[];
/** Free blocks that are home. @param {import('./heap_image.js').MiniPageHeader} header */
export function homeOf(header: import("./heap_image.js").MiniPageHeader): number;
/**
 * Pages on a stack, top first. Ends at the first link that leads out of the heap or round in a circle; `broken` is it.
 * @param {HeapImage} heap @param {number} top @param {(page: number) => number} next
 */
export function stackedPages(heap: HeapImage, top: number, next: (page: number) => number): {
    pages: number[];
    broken: number;
} | {
    pages: number[];
    broken: undefined;
};
/** The bin that holds free runs of this many heap pages. @param {HeapImage} heap @param {number} pages */
export function binOf(heap: HeapImage, pages: number): number;
/** The cached blocks, found by where they begin. */
export class CachedIndex {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** Addresses of the cached blocks of a run. @param {MiniRun} run */
    of(run: MiniRun): number[];
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type PageRunKind = "cut" | "large" | "free" | "metadata" | "gap";
/**
 * heap pages that serve together
 */
export type PageRun = {
    kind: PageRunKind;
    /**
     * the first
     */
    page: number;
    /**
     * how many
     */
    pages: number;
    /**
     * of the first
     */
    entry: import("./heap_image.js").PageEntry;
};
export type MiniRunKind = "small" | "medium" | "large_tail" | "free";
/**
 * MiniPages of one cut page that serve together
 */
export type MiniRun = {
    kind: MiniRunKind;
    first: number;
    length: number;
    address: number;
    /**
     * free, and never handed out since memory grew
     */
    fresh: boolean;
    /**
     * unless free
     */
    header: import("./heap_image.js").MiniPageHeader | undefined;
};
/**
 * a free block that is not home
 */
export type CachedBlock = {
    address: number;
    size_class: number;
    where: "stack" | "cursor";
};
