/** @param {DumpContents} contents @returns {Uint8Array<ArrayBuffer>} */
export function encodeDump({ ranges, memory_bytes, heap_size_limit, record, settled, exact, }: DumpContents): Uint8Array<ArrayBuffer>;
/** @param {Uint8Array} dump @returns {import('./memory.js').MemorySource} */
export function dumpSource(dump: Uint8Array): import("./memory.js").MemorySource;
export function isDump(bytes: Uint8Array): boolean;
export type DumpContents = {
    /**
     * in order of address, none overlapping
     */
    ranges: {
        address: number;
        bytes: Uint8Array;
    }[];
    /**
     * size of the memory they are from
     */
    memory_bytes: number;
    /**
     * 0: not known
     */
    heap_size_limit: number;
    /**
     * address of the layout record
     */
    record: number;
    /**
     * false: threads changed the heap's structure while it was copied
     */
    settled?: boolean | undefined;
    /**
     * false: they changed something of it
     */
    exact?: boolean | undefined;
};
