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
export const SCHEMA_VERSION: 2;
export const ADDRESS_NAMES: readonly ["global", "class_map", "run_map", "tops", "stack_words", "cursors", "current", "global_base", "data_end", "stack_low", "stack_high", "heap_base"];
export const CONSTANT_NAMES: readonly ["heap_page_shift", "mini_page_shift", "slot_bytes", "slots_per_piece", "small_max", "class_max", "size_classes", "shared_classes", "class_max_mini_pages", "class_key_shift", "stack_words_count", "exact_bins", "bins_per_doubling", "run_bins", "run_kind_bits", "run_free", "run_small", "run_block", "run_maps", "run_slots", "run_gap", "run_inside", "entry_bytes", "entry_value", "entry_next", "entry_prev", "entry_header", "header_bytes", "header_free", "header_free_words", "header_reciprocal", "header_base", "header_countdown", "header_size_class", "header_next", "header_prev", "end_of_list", "unlisted", "meta_bytes", "meta_mini_pages", "meta_page", "meta_runs", "meta_slot", "meta_class_links", "meta_lists", "global_bytes", "global_meta_map", "global_mapped_pages", "global_break_at", "global_first", "global_end", "global_fresh", "global_slots_stack", "global_bin_mask", "global_class_stacks", "global_bins", "global_counters", "cursor_bytes", "cursor_bits", "cursor_base", "cursor_block_bytes"];
export const COUNTER_NAMES: readonly ["taken_mini_pages", "fresh_mini_pages", "taken_pages", "fresh_pages", "heap_grows", "refused_grows", "used_mini_pages", "peak_used_mini_pages", "external_mini_pages", "touched_meta_pages"];
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
     * block size by size class; 0 is "large"
     */
    class_bytes: number[];
    /**
     * MiniPages in a run of the class
     */
    class_mini_pages: number[];
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
