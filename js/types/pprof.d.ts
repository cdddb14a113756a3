/**
 * @param {HeapProfile} profile @param {{ time?: number }} [options] time: ms since the epoch
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function toPprof({ sample_interval, samples }: HeapProfile, { time }?: {
    time?: number;
}): Uint8Array<ArrayBuffer>;
export type HeapProfile = import("./profiler.js").HeapProfile;
