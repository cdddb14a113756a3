/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'small' | 'medium' | 'large' | 'free' | 'maps' | 'slots' | 'gap'} RunKind */
/**
 * @typedef {object} Run MiniPages that serve together, in whatever heap pages
 * @property {RunKind} kind
 * @property {number} first MiniPage: address / 2 KiB
 * @property {number} length MiniPages
 * @property {number} address
 * @property {number} size_class of small and medium runs, else 0
 * @property {import('./heap_image.js').RunEntry} entry of the first
 * @property {import('./heap_image.js').MiniPageHeader | undefined} header of small runs
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
/** Blocks in the cursor of a shared class, lowest first. @param {HeapImage} heap @param {number} size_class */
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
 * Links of a stack or list, top first. Ends at the first that leads nowhere or round in a circle.
 * @param {number} top 0: none @param {(at: number) => number | undefined} next 0 ends; undefined: nothing of this stack is there
 */
export function linked(top: number, next: (at: number) => number | undefined): number[];
/** The bin that holds free runs of this many MiniPages. @param {HeapImage} heap @param {number} length */
export function binOf(heap: HeapImage, length: number): number;
export function slotsIn(heap: HeapImage, { number }: import("./heap_image.js").RunEntry): number;
export function freeSlots(heap: HeapImage, { number }: import("./heap_image.js").RunEntry): number;
/** The cached blocks, found by where they begin. */
export class CachedIndex {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** Addresses of the cached blocks of a run of a class. @param {Run} run */
    of(run: Run): number[];
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type RunKind = "small" | "medium" | "large" | "free" | "maps" | "slots" | "gap";
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
     * of small and medium runs, else 0
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
};
/**
 * a free block that is not home
 */
export type CachedBlock = {
    address: number;
    size_class: number;
    where: "stack" | "cursor";
};
