/**
 * @param {HeapReader} heap @param {unknown} memory @param {(state: LimitState) => void} warn @param {LimitOptions} [options]
 * @returns {() => void}
 */
export function watchLimit(heap: HeapReader, memory: unknown, warn: (state: LimitState) => void, { threshold, interval_ms }?: LimitOptions): () => void;
/** Events `sample`, `grow`, `nearlimit` and `oom`, their data in `detail`; `for await` gives the samples. */
export class HeapSampler extends EventTarget {
    [x: symbol]: () => void;
    /** @param {HeapReader} heap @param {unknown} memory @param {SamplerOptions} [options] */
    constructor(heap: HeapReader, memory: unknown, { interval_ms, threshold }?: SamplerOptions);
    /** The newest sample. */
    get last(): HeapSample | undefined;
    /** Whether it still takes samples. */
    get running(): boolean;
    /** Takes one now. @returns {HeapSample} */
    sample(): HeapSample;
    /** Ends sampling, and every loop over it. */
    stop(): void;
    /** @returns {AsyncGenerator<HeapSample, void>} */
    [Symbol.asyncIterator](): AsyncGenerator<HeapSample, void>;
    #private;
}
export type HeapReader = import("./heap_reader.js").HeapReader;
/**
 * statistics; time in ms since the epoch
 */
export type HeapSample = import("./statistics.js").HeapStatistics & {
    time: number;
    memory_size: number;
};
/**
 * every 1000 ms; near the limit from 0.9 of it on
 */
export type SamplerOptions = {
    interval_ms?: number;
    threshold?: number;
};
export type LimitOptions = {
    interval_ms?: number;
    threshold?: number;
};
/**
 * share of the limit that is not available any more
 */
export type LimitState = {
    memory_size: number;
    heap_size_limit: number;
    share: number;
};
/**
 * bytes of memory
 */
export type Growth = {
    before: number;
    after: number;
};
export type Growable = {
    grow?: unknown;
};
