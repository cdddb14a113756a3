/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} GlobalMetaPage page indexes are addresses / 64 KiB; every list is in order from the top of its stack
 * @property {number} heap_begin lowest byte that sbrk gave; 0 before the first allocation
 * @property {number} first_page
 * @property {number} end_page
 * @property {number} fresh_page every free page from here on is fresh
 * @property {number} warm_page one whole free page kept cut; 0: none
 * @property {number} mapped_pages heap pages that the maps cover
 * @property {number} map_size bytes of the maps
 * @property {{ size_class: number, block_size: number, pages: number[] }[]} size_class_stacks heap pages with a partly free run of the class
 * @property {{ room: number, pages: number[] }[]} room_stacks heap pages by their longest run of free MiniPages
 * @property {{ spare: number, pages: number[] }[]} spare_stacks first pages of large blocks by the spare MiniPages of their last page; stacks that hold some
 * @property {{ bin: number, runs: { page_index: number, number_of_pages: number }[] }[]} run_bins free runs of heap pages; bins that hold some
 * @property {number[]} metadata_stack metadata pages with free slots
 * @property {Record<import('./layout.js').CounterName, number>} counters
 */
/** @param {HeapImage} heap @returns {GlobalMetaPage} */
export function globalMetaPage(heap: HeapImage): GlobalMetaPage;
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * page indexes are addresses / 64 KiB; every list is in order from the top of its stack
 */
export type GlobalMetaPage = {
    /**
     * lowest byte that sbrk gave; 0 before the first allocation
     */
    heap_begin: number;
    first_page: number;
    end_page: number;
    /**
     * every free page from here on is fresh
     */
    fresh_page: number;
    /**
     * one whole free page kept cut; 0: none
     */
    warm_page: number;
    /**
     * heap pages that the maps cover
     */
    mapped_pages: number;
    /**
     * bytes of the maps
     */
    map_size: number;
    /**
     * heap pages with a partly free run of the class
     */
    size_class_stacks: {
        size_class: number;
        block_size: number;
        pages: number[];
    }[];
    /**
     * heap pages by their longest run of free MiniPages
     */
    room_stacks: {
        room: number;
        pages: number[];
    }[];
    /**
     * first pages of large blocks by the spare MiniPages of their last page; stacks that hold some
     */
    spare_stacks: {
        spare: number;
        pages: number[];
    }[];
    /**
     * free runs of heap pages; bins that hold some
     */
    run_bins: {
        bin: number;
        runs: {
            page_index: number;
            number_of_pages: number;
        }[];
    }[];
    /**
     * metadata pages with free slots
     */
    metadata_stack: number[];
    counters: Record<import("./layout.js").CounterName, number>;
};
