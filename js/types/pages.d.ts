/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'cut' | 'large' | 'free' | 'metadata' | 'external'} PageKind */
/** @typedef {'small' | 'medium' | 'large' | 'free' | 'metadata' | 'external' | 'static'} MiniPageKind */
/**
 * @typedef {object} MiniPageStatistics MiniPages of one heap page that serve together
 * @property {number} index the first, 0 … 31
 * @property {number} length how many
 * @property {MiniPageKind} kind `metadata`: a slot in use, `static`: below the heap
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {number} size_class 0 unless small or medium
 * @property {number} block_size of a large block: the part that lies in this heap page
 * @property {number} number_of_blocks of a large block: 1 where it begins, else 0
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 */
/**
 * @typedef {object} PageStatistics
 * @property {number} page_index address / 64 KiB
 * @property {number} address
 * @property {PageKind} kind
 * @property {number} owner the heap it belongs to, in variants with threads; else 0
 * @property {number} used_size live blocks, slots in use
 * @property {number} free_size free blocks, free MiniPages, free slots
 * @property {MiniPageStatistics[]} mini_pages all of the page, in order
 */
/**
 * One for every heap page from `start` up to `end` (page indexes).
 * @param {HeapImage} heap @param {{ start?: number, end?: number }} [range] @returns {PageStatistics[]}
 */
export function pageStatistics(heap: HeapImage, { start, end }?: {
    start?: number;
    end?: number;
}): PageStatistics[];
export type HeapImage = import("./heap_image.js").HeapImage;
export type PageKind = "cut" | "large" | "free" | "metadata" | "external";
export type MiniPageKind = "small" | "medium" | "large" | "free" | "metadata" | "external" | "static";
/**
 * MiniPages of one heap page that serve together
 */
export type MiniPageStatistics = {
    /**
     * the first, 0 … 31
     */
    index: number;
    /**
     * how many
     */
    length: number;
    /**
     * `metadata`: a slot in use, `static`: below the heap
     */
    kind: MiniPageKind;
    /**
     * free, and never handed out since memory grew
     */
    fresh: boolean;
    /**
     * 0 unless small or medium
     */
    size_class: number;
    /**
     * of a large block: the part that lies in this heap page
     */
    block_size: number;
    /**
     * of a large block: 1 where it begins, else 0
     */
    number_of_blocks: number;
    number_of_used_blocks: number;
    /**
     * home and cached
     */
    number_of_free_blocks: number;
};
export type PageStatistics = {
    /**
     * address / 64 KiB
     */
    page_index: number;
    address: number;
    kind: PageKind;
    /**
     * the heap it belongs to, in variants with threads; else 0
     */
    owner: number;
    /**
     * live blocks, slots in use
     */
    used_size: number;
    /**
     * free blocks, free MiniPages, free slots
     */
    free_size: number;
    /**
     * all of the page, in order
     */
    mini_pages: MiniPageStatistics[];
};
