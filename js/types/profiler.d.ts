/** Functions of an Error's stack, without the allocator's own. V8, SpiderMonkey and JavaScriptCore write them differently. @param {string} stack @returns {string[]} */
export function framesOf(stack: string): string[];
/** The module was not linked with profile=1. */
export class NoProfilerError extends GharialError {
    constructor();
}
export class HeapProfiler {
    /** @param {ProfilerHook | undefined} hook */
    constructor(hook: ProfilerHook | undefined);
    /** Whether the module was linked with profile=1. */
    get isAvailable(): boolean;
    get isRunning(): boolean;
    /** Takes samples of what is allocated from now on. @param {ProfilerOptions} [options] */
    start({ sampleInterval, stackDepth, seed, }?: ProfilerOptions): void;
    /** Takes no further samples; those of live blocks are kept until the next start. */
    stop(): void;
    /** What is live now, by call stack. @returns {HeapProfile} */
    profile(): HeapProfile;
    #private;
}
/**
 * live blocks of one call stack, estimated
 */
export type HeapProfileSample = {
    /**
     * names of functions, innermost first
     */
    stack: string[];
    /**
     * blocks
     */
    count: number;
    bytes: number;
    /**
     * taken
     */
    samples: number;
};
export type HeapProfile = {
    /**
     * mean bytes between samples
     */
    sample_interval: number;
    /**
     * most bytes first
     */
    samples: HeapProfileSample[];
};
export type ProfilerOptions = {
    sampleInterval?: number;
    stackDepth?: number;
    seed?: number;
};
/**
 * what the module shows
 */
export type ProfilerHook = {
    start(interval: number, depth: number, seed: number): void;
    stop(): void;
    running(): boolean;
    interval(): number;
    live(): {
        size: number;
        stack: string;
    }[];
};
import { GharialError } from './errors.js';
