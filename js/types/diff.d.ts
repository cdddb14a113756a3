/**
 * From `a` to `b`, oldest first.
 * @param {HeapSnapshot | HeapReader | HeapState} a @param {HeapSnapshot | HeapReader | HeapState} b @returns {HeapDifference}
 */
export function diffHeapSnapshots(a: HeapSnapshot | HeapReader | HeapState, b: HeapSnapshot | HeapReader | HeapState): HeapDifference;
export type HeapSnapshot = import("./snapshot.js").HeapSnapshot;
export type HeapReader = import("./heap_reader.js").HeapReader;
/**
 * what toJSON() gave
 */
export type HeapState = Pick<ReturnType<HeapSnapshot["toJSON"]>, "memory_size" | "heap_statistics" | "size_class_statistics" | "profile">;
export type Change = {
    before: number;
    after: number;
    delta: number;
};
/**
 * blocks of one size
 */
export type SizeClassChange = {
    /**
     * 0: large blocks
     */
    block_size: number;
    /**
     * live blocks
     */
    before: number;
    after: number;
    delta: number;
    /**
     * bytes
     */
    delta_size: number;
};
/**
 * what one call stack holds, estimated from samples
 */
export type SiteChange = {
    /**
     * innermost first
     */
    stack: string[];
    /**
     * live blocks
     */
    delta: number;
    /**
     * bytes
     */
    delta_size: number;
};
export type HeapDifference = {
    memory_size: Change;
    total_heap_size: Change;
    used_heap_size: Change;
    metadata_size: Change;
    free_heap_size: Change;
    number_of_live_allocations: Change;
    /**
     * those that changed, most bytes first
     */
    size_classes: SizeClassChange[];
    /**
     * most bytes first; empty unless both were profiled
     */
    sites: SiteChange[];
};
