/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'static' | 'stack' | 'meta' | 'mini' | 'large' | 'free' | 'external' | 'unclaimed'} SpaceName */
/**
 * @typedef {object} HeapStatistics sizes in bytes
 * @property {number} total_heap_size what is gharial's: the spaces meta, mini, large and free
 * @property {number} used_heap_size live blocks, by the size of their class or run
 * @property {number} total_available_size what the program may still get: free memory, and growth up to heap_size_limit
 * @property {number} heap_size_limit what memory may grow to; its size now, if nobody told
 * @property {number} peak_used_heap_size highest sum of MiniPages in use, metadata included
 * @property {number} external_memory taken from sbrk by others
 * @property {number} static_data_size
 * @property {number} stack_size
 * @property {number} metadata_size maps and meta-pages
 * @property {number} free_heap_size free runs, and free blocks that are home
 * @property {number} largest_free_size the longest free run
 * @property {number} number_of_pages heap pages in which the heap lies, without those that are others' as a whole
 * @property {number} number_of_free_pages heap pages that are free as a whole
 * @property {number} number_of_mini_pages MiniPages in use for blocks; those of large blocks too
 * @property {number} number_of_live_allocations
 * @property {number} number_of_cached_blocks free blocks on free-block stacks, in cursors, and on their way to the thread that owns their page
 * @property {number} fresh_mini_pages handed out for the first time since memory grew
 * @property {number} reused_mini_pages handed out again
 * @property {number} fresh_pages heap pages whose first MiniPage was handed out for the first time
 * @property {number} reused_pages
 * @property {number} fresh_reused_ratio fresh_mini_pages / reused_mini_pages; Infinity if none was re-used, 0 if none was used
 * @property {number} fresh_reused_page_ratio the same for heap pages
 * @property {number} number_of_heap_grows
 * @property {number} internal_fragmentation share of the MiniPages in use that no live block covers, 0 … 1
 * @property {number} external_fragmentation share of the free runs outside of the longest, 0 … 1
 * @property {number} schema_version of the layout record
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/**
 * @typedef {object} HeapSpaceStatistics
 * @property {SpaceName} space_name
 * @property {number} space_size
 * @property {number} space_used_size
 * @property {number} space_available_size
 * @property {number} physical_space_size the same as space_size: WebAssembly does not tell what is backed
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/**
 * @typedef {object} SizeClassStatistics
 * @property {number} size_class
 * @property {number} block_size
 * @property {number} number_of_mini_pages
 * @property {number} number_of_blocks used and free
 * @property {number} number_of_used_blocks
 * @property {number} number_of_free_blocks home and cached
 * @property {number} number_of_cached_blocks of the free ones, those on free-block stacks, in cursors and on their way
 * @property {number} number_of_pages_with_room length of the class's stack of heap pages, or stacks, where threads share memory
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @param {HeapImage} heap @param {number | undefined} limit @returns {HeapStatistics} */
export function heapStatistics(heap: HeapImage, limit: number | undefined): HeapStatistics;
/** @param {HeapImage} heap @returns {HeapSpaceStatistics[]} a ledger: the sizes add up to the memory's */
export function spaceStatistics(heap: HeapImage): HeapSpaceStatistics[];
/** @param {HeapImage} heap @returns {SizeClassStatistics[]} every class, by its number, which is the order of its block size */
export function sizeClassStatistics(heap: HeapImage): SizeClassStatistics[];
/** The stack of a class, top first, or those of all heaps. @param {HeapImage} heap @param {number} size_class */
export function pagesWithRoom(heap: HeapImage, size_class: number): number[];
/** @param {HeapImage} heap @returns {Record<import('./layout.js').CounterName, number>} */
export function countersOf(heap: HeapImage): Record<import("./layout.js").CounterName, number>;
export function linkedPages(heap: HeapImage, top: number, size_class: number): number[];
export type HeapImage = import("./heap_image.js").HeapImage;
export type SpaceName = "static" | "stack" | "meta" | "mini" | "large" | "free" | "external" | "unclaimed";
/**
 * sizes in bytes
 */
export type HeapStatistics = {
    /**
     * what is gharial's: the spaces meta, mini, large and free
     */
    total_heap_size: number;
    /**
     * live blocks, by the size of their class or run
     */
    used_heap_size: number;
    /**
     * what the program may still get: free memory, and growth up to heap_size_limit
     */
    total_available_size: number;
    /**
     * what memory may grow to; its size now, if nobody told
     */
    heap_size_limit: number;
    /**
     * highest sum of MiniPages in use, metadata included
     */
    peak_used_heap_size: number;
    /**
     * taken from sbrk by others
     */
    external_memory: number;
    static_data_size: number;
    stack_size: number;
    /**
     * maps and meta-pages
     */
    metadata_size: number;
    /**
     * free runs, and free blocks that are home
     */
    free_heap_size: number;
    /**
     * the longest free run
     */
    largest_free_size: number;
    /**
     * heap pages in which the heap lies, without those that are others' as a whole
     */
    number_of_pages: number;
    /**
     * heap pages that are free as a whole
     */
    number_of_free_pages: number;
    /**
     * MiniPages in use for blocks; those of large blocks too
     */
    number_of_mini_pages: number;
    number_of_live_allocations: number;
    /**
     * free blocks on free-block stacks, in cursors, and on their way to the thread that owns their page
     */
    number_of_cached_blocks: number;
    /**
     * handed out for the first time since memory grew
     */
    fresh_mini_pages: number;
    /**
     * handed out again
     */
    reused_mini_pages: number;
    /**
     * heap pages whose first MiniPage was handed out for the first time
     */
    fresh_pages: number;
    reused_pages: number;
    /**
     * fresh_mini_pages / reused_mini_pages; Infinity if none was re-used, 0 if none was used
     */
    fresh_reused_ratio: number;
    /**
     * the same for heap pages
     */
    fresh_reused_page_ratio: number;
    number_of_heap_grows: number;
    /**
     * share of the MiniPages in use that no live block covers, 0 … 1
     */
    internal_fragmentation: number;
    /**
     * share of the free runs outside of the longest, 0 … 1
     */
    external_fragmentation: number;
    /**
     * of the layout record
     */
    schema_version: number;
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
export type HeapSpaceStatistics = {
    space_name: SpaceName;
    space_size: number;
    space_used_size: number;
    space_available_size: number;
    /**
     * the same as space_size: WebAssembly does not tell what is backed
     */
    physical_space_size: number;
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
export type SizeClassStatistics = {
    size_class: number;
    block_size: number;
    number_of_mini_pages: number;
    /**
     * used and free
     */
    number_of_blocks: number;
    number_of_used_blocks: number;
    /**
     * home and cached
     */
    number_of_free_blocks: number;
    /**
     * of the free ones, those on free-block stacks, in cursors and on their way
     */
    number_of_cached_blocks: number;
    /**
     * length of the class's stack of heap pages, or stacks, where threads share memory
     */
    number_of_pages_with_room: number;
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
