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
export * from "./names.js";
export type AddressName = import("./names.js").AddressName;
export type ConstantName = import("./names.js").ConstantName;
export type CounterName = import("./names.js").CounterName;
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
    /**
     * those of the program's kind
     */
    at: Record<AddressName, number>;
    /**
     * likewise
     */
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
     * MiniPages in a run that the class begins with, while it has no other
     */
    class_first_mini_pages: number[];
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
