export class HeapReader {
    /**
     * @param {HeapSource} from a live memory, a raw image of one, or what HeapSnapshot.toBinary() made
     * @param {HeapReaderOptions} [options]
     */
    constructor(from: HeapSource, { address, limit, profiler, allocator }?: HeapReaderOptions);
    /** @readonly who holds the memory: needs the port option profile=1 */
    readonly profiler: HeapProfiler;
    /** Version of the gharial in the module. */
    get gharial_version(): string;
    /** Version of the layout record. */
    get schema_version(): number;
    /** Whether threads share the memory: linked with -pthread or -sWASM_WORKERS. */
    get has_threads(): boolean;
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
    /** Stacks of heap pages, bins of free runs, counters. @returns {import('./global_meta_page.js').GlobalMetaPage} */
    getGlobalMetaPage(): import("./global_meta_page.js").GlobalMetaPage;
    /** The whole heap as flat arrays, one element per MiniPage: for pictures. @returns {HeapMap} */
    getHeapMap(): HeapMap;
    /** The heaps of threads: which thread has which, what they own and what they keep at hand. @returns {import('./thread_statistics.js').ThreadStatistics} */
    getThreadStatistics(): import("./thread_statistics.js").ThreadStatistics;
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
     * Statistics again and again, as events and as an async iterator; growth as it happens.
     * @param {import('./sampler.js').SamplerOptions} [options] @returns {HeapSampler}
     */
    createSampler(options?: import("./sampler.js").SamplerOptions): HeapSampler;
    /**
     * Calls `warn` when memory comes near its limit, once each time it does: when memory grows, and every `interval_ms`.
     * @param {(state: import('./sampler.js').LimitState) => void} warn
     * @param {import('./sampler.js').LimitOptions} [options] @returns {() => void} ends it
     */
    setNearHeapLimitCallback(warn: (state: import("./sampler.js").LimitState) => void, options?: import("./sampler.js").LimitOptions): () => void;
    /**
     * A block of the program's heap for JavaScript to fill: `using block = heap.alloc(100)`. The only call that runs wasm code.
     * @param {number} size bytes @param {{ warn?: boolean }} [options] warn: say on the console if it is dropped without being freed
     * @returns {SafeBlock}
     */
    alloc(size: number, { warn }?: {
        warn?: boolean;
    }): SafeBlock;
    /** What memory may grow to, its size now if nobody told. */
    get heap_size_limit(): number;
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
    /**
     * what the module shows with profile=1; heapOf finds it
     */
    profiler?: import("./profiler.js").ProfilerHook | undefined;
    /**
     * for alloc; heapOf finds it if the module exports malloc and free
     */
    allocator?: Allocator | undefined;
};
export type Allocator = Pick<import("./safe_block.js").BlockSource, "malloc" | "free">;
export type HeapSource = import("./memory.js").MemoryLike | ArrayBufferLike | Uint8Array;
import { HeapProfiler } from './profiler.js';
import { HeapMap } from './heap_map.js';
import { HeapSnapshot } from './snapshot.js';
import { HeapSampler } from './sampler.js';
import { SafeBlock } from './safe_block.js';
