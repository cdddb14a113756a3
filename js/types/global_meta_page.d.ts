/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} GlobalMetaPage page indexes are addresses / 64 KiB, MiniPages are numbered by address / 2 KiB; every list is in order from the top of its stack
 * @property {number} first_mini_page the heap's first; 0 before the first allocation
 * @property {number} end_mini_page
 * @property {number} fresh_mini_page every free MiniPage from here on is fresh
 * @property {number} mapped_pages heap pages that the maps cover
 * @property {number} map_size bytes of the maps
 * @property {{ size_class: number, block_size: number, pages: number[] }[]} size_class_stacks heap pages with a partly free run of the class; where threads share memory, those of all heaps, the oldest heap's first
 * @property {{ bin: number, runs: { mini_page: number, number_of_mini_pages: number }[] }[]} run_bins free runs; bins that hold some
 * @property {{ free_mini_pages: number, pages: { page_index: number, number_of_free_mini_pages: number }[] }[]} own_page_lists heap pages that the heap took whole to cut small runs from, and that have room: by the longest run of free MiniPages in them (longer ones count as the longest small run that is cut from such pages); those all of which is free come last. Where threads share memory, those of all heaps
 * @property {Record<import('./layout.js').CounterName, number>} counters
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @param {HeapImage} heap @returns {GlobalMetaPage} */
export function globalMetaPage(heap: HeapImage): GlobalMetaPage;
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * page indexes are addresses / 64 KiB, MiniPages are numbered by address / 2 KiB; every list is in order from the top of its stack
 */
export type GlobalMetaPage = {
    /**
     * the heap's first; 0 before the first allocation
     */
    first_mini_page: number;
    end_mini_page: number;
    /**
     * every free MiniPage from here on is fresh
     */
    fresh_mini_page: number;
    /**
     * heap pages that the maps cover
     */
    mapped_pages: number;
    /**
     * bytes of the maps
     */
    map_size: number;
    /**
     * heap pages with a partly free run of the class; where threads share memory, those of all heaps, the oldest heap's first
     */
    size_class_stacks: {
        size_class: number;
        block_size: number;
        pages: number[];
    }[];
    /**
     * free runs; bins that hold some
     */
    run_bins: {
        bin: number;
        runs: {
            mini_page: number;
            number_of_mini_pages: number;
        }[];
    }[];
    /**
     * heap pages that the heap took whole to cut small runs from, and that have room: by the longest run of free MiniPages in them (longer ones count as the longest small run that is cut from such pages); those all of which is free come last. Where threads share memory, those of all heaps
     */
    own_page_lists: {
        free_mini_pages: number;
        pages: {
            page_index: number;
            number_of_free_mini_pages: number;
        }[];
    }[];
    counters: Record<import("./layout.js").CounterName, number>;
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
