/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'small' | 'large' | 'free' | 'metadata' | 'external' | 'static' | 'unclaimed' | 'changing'} MiniPageKind */
/** @typedef {MiniPageKind | 'mixed'} PageKind */
/**
 * @typedef {object} MiniPageStatistics MiniPages of one heap page that serve together: a run, or what lies of it in the page
 * @property {number} index the first, 0 … 31
 * @property {number} length how many
 * @property {MiniPageKind} kind `metadata`: maps and meta-pages, `static`: below the heap, `unclaimed`: above it, `changing`: a thread changed it while we looked
 * @property {boolean} begins the run begins here
 * @property {boolean} fresh free, and never handed out since memory grew
 * @property {number} size_class 0 unless small
 * @property {number} block_size of a large block: all of it
 * @property {number} number_of_blocks that begin in these MiniPages
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 * @property {number} used_size bytes here of live blocks and of metadata in use
 * @property {number} free_size bytes here of free blocks and free runs
 */
/**
 * @typedef {object} PageStatistics
 * @property {number} page_index address / 64 KiB
 * @property {number} address
 * @property {PageKind} kind of all its MiniPages; `mixed` if they differ
 * @property {number} meta_page address of its meta-page; 0: no small run begins here and no heap owns it
 * @property {number} owner number of the heap that it belongs to, where threads share memory; 0: none
 * @property {number} used_size bytes of live blocks and of metadata in use that lie in the page
 * @property {number} free_size bytes of free blocks and free runs that lie in the page
 * @property {MiniPageStatistics[]} mini_pages all of the page, in order
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @typedef {{ address: number, bytes: number, free: boolean }} Piece bytes that are used or free as a whole */
/**
 * One for every heap page from `start` up to `end` (page indexes).
 * @param {HeapImage} heap @param {{ start?: number, end?: number }} [range] @returns {PageStatistics[]}
 */
export function pageStatistics(heap: HeapImage, { start, end }?: {
    start?: number;
    end?: number;
}): PageStatistics[];
export type HeapImage = import("./heap_image.js").HeapImage;
export type MiniPageKind = "small" | "large" | "free" | "metadata" | "external" | "static" | "unclaimed" | "changing";
export type PageKind = MiniPageKind | "mixed";
/**
 * MiniPages of one heap page that serve together: a run, or what lies of it in the page
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
     * `metadata`: maps and meta-pages, `static`: below the heap, `unclaimed`: above it, `changing`: a thread changed it while we looked
     */
    kind: MiniPageKind;
    /**
     * the run begins here
     */
    begins: boolean;
    /**
     * free, and never handed out since memory grew
     */
    fresh: boolean;
    /**
     * 0 unless small
     */
    size_class: number;
    /**
     * of a large block: all of it
     */
    block_size: number;
    /**
     * that begin in these MiniPages
     */
    number_of_blocks: number;
    number_of_used_blocks: number;
    /**
     * home and cached
     */
    number_of_free_blocks: number;
    /**
     * bytes here of live blocks and of metadata in use
     */
    used_size: number;
    /**
     * bytes here of free blocks and free runs
     */
    free_size: number;
};
export type PageStatistics = {
    /**
     * address / 64 KiB
     */
    page_index: number;
    address: number;
    /**
     * of all its MiniPages; `mixed` if they differ
     */
    kind: PageKind;
    /**
     * address of its meta-page; 0: no small run begins here and no heap owns it
     */
    meta_page: number;
    /**
     * number of the heap that it belongs to, where threads share memory; 0: none
     */
    owner: number;
    /**
     * bytes of live blocks and of metadata in use that lie in the page
     */
    used_size: number;
    /**
     * bytes of free blocks and free runs that lie in the page
     */
    free_size: number;
    /**
     * all of the page, in order
     */
    mini_pages: MiniPageStatistics[];
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
/**
 * bytes that are used or free as a whole
 */
export type Piece = {
    address: number;
    bytes: number;
    free: boolean;
};
