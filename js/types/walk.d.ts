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
export function runAt(heap: HeapImage, first: number): Run;
/** From the first MiniPage to the end of the heap. @param {HeapImage} heap @returns {Generator<Run, void>} */
export function runs(heap: HeapImage): Generator<Run, void>;
/** Every free block at hand, of every thread. @param {HeapImage} heap @returns {CachedBlock[]} */
export function cachedBlocks(heap: HeapImage): CachedBlock[];
/** Those of one front. @param {HeapImage} heap @param {import('./front.js').Front} front */
export function cachedIn(heap: HeapImage, front: import("./front.js").Front): CachedBlock[];
/** Blocks of a small run that other threads freed and its owner has not taken in. @param {HeapImage} heap @param {Run} run @returns {number[]} */
export function onTheirWay(heap: HeapImage, { first, address, header, size_class }: Run): number[];
/** Free blocks that are home. @param {import('./heap_image.js').MiniPageHeader} header */
export function homeOf(header: import("./heap_image.js").MiniPageHeader): number;
/**
 * Links of a stack or list, top first. Ends at the first that leads nowhere or round in a circle.
 * @param {number} top 0: none @param {(at: number) => number | undefined} next 0 ends; undefined: nothing of this stack is there
 */
export function linked(top: number, next: (at: number) => number | undefined): number[];
/** The bin that holds free runs of this many MiniPages. @param {HeapImage} heap @param {number} length */
export function binOf(heap: HeapImage, length: number): number;
/** The free blocks that are not home, found by where they begin. */
export class CachedIndex {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** Addresses of the cached blocks of a small run, those on their way to its owner too. @param {Run} run */
    of(run: Run): number[];
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * changing: not known, for a thread changed it
 */
export type RunKind = "small" | "large" | "free" | "maps" | "meta" | "gap" | "changing";
/**
 * MiniPages that serve together, in whatever heap pages
 */
export type Run = {
    kind: RunKind;
    /**
     * MiniPage: address / 2 KiB
     */
    first: number;
    /**
     * MiniPages
     */
    length: number;
    address: number;
    /**
     * of small runs, else 0
     */
    size_class: number;
    /**
     * of the first
     */
    entry: import("./heap_image.js").RunEntry;
    /**
     * of small runs
     */
    header: import("./heap_image.js").MiniPageHeader | undefined;
    /**
     * free MiniPages of an own page, of which the run map says nothing
     */
    is_own?: boolean | undefined;
};
/**
 * a free block that is not home
 */
export type CachedBlock = {
    address: number;
    size_class: number;
    where: "stack" | "cursor";
};
