/** What the module's `names_hash` must be. @returns {number} */
export function hashOfNames(): number;
/**
 * Reads the record at an address.
 * @param {Parameters<typeof parse>[0]} opened @param {number} at @returns {Layout}
 */
export function layoutAt(opened: Parameters<typeof parse>[0], at: number): Layout;
/**
 * Finds the record by its magic at multiples of 8.
 * @param {Parameters<typeof parse>[0]} opened @returns {Layout}
 */
export function findLayout(opened: Parameters<typeof parse>[0]): Layout;
export const SCHEMA_VERSION: 1;
export const ADDRESS_NAMES: readonly ["global", "mini_page_map", "page_map", "header_map", "tops", "stack_words", "cursors", "current", "global_base", "data_end", "stack_low", "stack_high", "heap_base"];
export const CONSTANT_NAMES: readonly ["heap_page_shift", "mini_page_shift", "meta_slot_bytes", "meta_page_slots", "small_max", "class_max", "size_classes", "shared_classes", "stack_words_count", "room_stacks", "exact_bins", "bins_per_doubling", "run_bins", "meta_link_shift", "header_bytes", "header_free", "header_free_words", "header_reciprocal", "header_block_bytes", "header_capacity", "header_countdown", "header_size_class", "header_kind", "header_first", "header_run", "header_next", "header_prev", "no_mini_page", "unlisted", "run_small", "run_medium", "run_large_tail", "meta_bytes", "meta_mini_pages", "meta_free_mask", "meta_touched_mask", "meta_page", "meta_room", "meta_room_links", "meta_class_links", "meta_lists", "entry_bytes", "entry_kind", "entry_tail", "entry_spare", "entry_spare_is_fresh", "entry_run_pages", "entry_next", "entry_prev", "entry_meta", "page_free_run", "page_cut", "page_large_head", "page_large_last", "page_metadata", "page_gap", "global_bytes", "global_mapped_pages", "global_map_bytes", "global_heap_begin", "global_break_at", "global_first_page", "global_end_page", "global_fresh_page", "global_warm_page", "global_metadata_stack", "global_room_mask", "global_spare_mask", "global_spare_stacks", "global_bin_mask", "global_class_stacks", "global_room_stacks", "global_bins", "global_counters", "cursor_bytes", "cursor_bits", "cursor_base", "cursor_block_bytes"];
export const COUNTER_NAMES: readonly ["fresh_mini_pages", "reused_mini_pages", "fresh_pages", "reused_pages", "heap_grows", "refused_grows", "used_mini_pages", "peak_used_mini_pages", "external_pages", "touched_meta_pages"];
export type AddressName = (typeof ADDRESS_NAMES)[number];
export type ConstantName = (typeof CONSTANT_NAMES)[number];
export type CounterName = (typeof COUNTER_NAMES)[number];
/**
 * what the record says
 */
export type Layout = {
    /**
     * where the record lies
     */
    address: number;
    record_bytes: number;
    schema_version: number;
    /**
     * 4 or 8: bytes of an address
     */
    word_bytes: number;
    /**
     * threads share the memory
     */
    shared: boolean;
    /**
     * gharial's
     */
    version: string;
    at: Record<AddressName, number>;
    k: Record<ConstantName, number>;
    /**
     * block size by size class; 0 is "not small"
     */
    class_bytes: number[];
    /**
     * first word of each class's free-block stack; the last entry is the total
     */
    stack_start: number[];
};
/** @param {{ segments: import('./memory.js').Segment[], byteLength: number }} opened @param {number} at @returns {Layout} */
declare function parse(opened: {
    segments: import("./memory.js").Segment[];
    byteLength: number;
}, at: number): Layout;
export {};
