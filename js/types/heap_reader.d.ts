export class HeapReader {
    /**
     * @param {HeapSource} from a live memory, a raw image of one, or what HeapSnapshot.toBinary() made
     * @param {HeapReaderOptions} [options]
     */
    constructor(from: HeapSource, { address, limit }?: HeapReaderOptions);
    /** Version of the gharial in the module. */
    get gharial_version(): string;
    /** Version of the layout record. */
    get schema_version(): number;
    /** Bytes of the memory now. */
    get memory_size(): number;
    /** The heap in numbers. @returns {import('./statistics.js').HeapStatistics} */
    getHeapStatistics(): import("./statistics.js").HeapStatistics;
    /** Where every byte of memory is: the sizes add up to the memory's. @returns {import('./statistics.js').HeapSpaceStatistics[]} */
    getHeapSpaceStatistics(): import("./statistics.js").HeapSpaceStatistics[];
    /** Every size class, by its number: first those whose blocks share runs. @returns {import('./statistics.js').SizeClassStatistics[]} */
    getSizeClassStatistics(): import("./statistics.js").SizeClassStatistics[];
    /**
     * Heap pages with their MiniPages, from page index `start` up to `end`; without a range all of them.
     * @param {{ start?: number, end?: number }} [range] @returns {import('./pages.js').PageStatistics[]}
     */
    getPageStatistics(range?: {
        start?: number;
        end?: number;
    }): import("./pages.js").PageStatistics[];
    /** Stacks of heap pages, bins of free runs, pieces of slots, counters. @returns {import('./global_meta_page.js').GlobalMetaPage} */
    getGlobalMetaPage(): import("./global_meta_page.js").GlobalMetaPage;
    /**
     * Shows every block to `visit`, in order of address, until it returns `true`. `visit` must not allocate or free: collect
     * first, act afterwards. True iff `visit` ended the walk.
     * @param {import('./blocks.js').BlockVisitor} visit @param {import('./blocks.js').BlockFilter} [filter] @returns {boolean}
     */
    visitBlocks(visit: import("./blocks.js").BlockVisitor, filter?: import("./blocks.js").BlockFilter): boolean;
    /** Checks the invariants of src/layout.hpp. Never throws because of what it finds. @returns {import('./check.js').Validation} */
    validateHeap(): import("./check.js").Validation;
    /** The heap as it is now, kept apart from its memory. @returns {HeapSnapshot} */
    takeHeapSnapshot(): HeapSnapshot;
    /**
     * Node.js: writes `takeHeapSnapshot().toBinary()` to a file and returns its name.
     * @param {string} [file] @returns {Promise<string>}
     */
    writeHeapSnapshot(file?: string): Promise<string>;
    #private;
}
export type HeapReaderOptions = {
    /**
     * of the layout record; without it memory is searched
     */
    address?: number | undefined;
    /**
     * bytes that memory may grow to, if known
     */
    limit?: number | undefined;
};
export type HeapSource = import("./memory.js").MemoryLike | ArrayBufferLike | Uint8Array;
import { HeapSnapshot } from './snapshot.js';
