/**
 * The text format of Prometheus (version 0.0.4), for `/metrics`.
 * @param {HeapReader | HeapSnapshot} from @param {{ prefix?: string, labels?: Record<string, string> }} [options] @returns {string}
 */
export function toPrometheus(from: HeapReader | HeapSnapshot, { prefix, labels }?: {
    prefix?: string;
    labels?: Record<string, string>;
}): string;
/**
 * Counters of the Trace Event Format: Perfetto and chrome://tracing draw them beside a performance trace.
 * @param {Iterable<HeapSample>} samples @param {{ pid?: number, origin?: number }} [options] origin: time of the trace's 0, in ms since the epoch
 */
export function toTraceEvents(samples: Iterable<HeapSample>, { pid, origin }?: {
    pid?: number;
    origin?: number;
}): {
    traceEvents: ({
        name: string;
        args: {
            used: number;
            free: number;
            metadata: number;
            size?: undefined;
            live?: undefined;
        };
        ph: string;
        pid: number;
        tid: number;
        cat: string;
        ts: number;
    } | {
        name: string;
        args: {
            size: number;
            used?: undefined;
            free?: undefined;
            metadata?: undefined;
            live?: undefined;
        };
        ph: string;
        pid: number;
        tid: number;
        cat: string;
        ts: number;
    } | {
        name: string;
        args: {
            live: number;
            used?: undefined;
            free?: undefined;
            metadata?: undefined;
            size?: undefined;
        };
        ph: string;
        pid: number;
        tid: number;
        cat: string;
        ts: number;
    })[];
    displayTimeUnit: string;
};
/**
 * @typedef {object} ProfileNode of a `.heapprofile`
 * @property {{ functionName: string, scriptId: string, url: string, lineNumber: number, columnNumber: number }} callFrame
 * @property {number} selfSize
 * @property {number} id
 * @property {ProfileNode[]} children
 */
/**
 * A `.heapprofile` as V8 writes it: Chrome's DevTools (Memory, Load) and speedscope open it as JSON.
 * @param {HeapProfile} profile @returns {{ head: ProfileNode, samples: { size: number, nodeId: number, ordinal: number }[] }}
 */
export function toHeapProfile({ samples }: HeapProfile): {
    head: ProfileNode;
    samples: {
        size: number;
        nodeId: number;
        ordinal: number;
    }[];
};
export { toPprof } from "./pprof.js";
/**
 * of a `.heapprofile`
 */
export type ProfileNode = {
    callFrame: {
        functionName: string;
        scriptId: string;
        url: string;
        lineNumber: number;
        columnNumber: number;
    };
    selfSize: number;
    id: number;
    children: ProfileNode[];
};
export type HeapReader = import("./heap_reader.js").HeapReader;
export type HeapSnapshot = import("./snapshot.js").HeapSnapshot;
export type HeapProfile = import("./profiler.js").HeapProfile;
export type HeapSample = import("./sampler.js").HeapSample;
