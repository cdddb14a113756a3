// trace.js — the files of bench/trace that are shipped: traces as bytes, and the recorder. Read when a command needs them.

/** @typedef {{ name: string, ops: Uint32Array, count: number, slots: number, peakBytes: number }} Trace */
/**
 * @typedef {object} Format
 * @property {(bytes: Uint8Array) => Trace} decode
 * @property {(trace: Trace) => Uint8Array} encode
 * @property {number} WORDS of an operation
 * @property {new () => Error} TraceError
 */
/**
 * @typedef {object} Recording
 * @property {string[]} recorderFlags
 * @property {new () => { take: (words: Uint32Array) => void, trace: (module: object, name: string) => Trace }} Recorder
 */

const at = (/** @type {string} */ name) =>
  new URL(`../../bench/trace/${name}`, import.meta.url).href;

/** @returns {Promise<Format>} */
export const format = () => import(at('format.js'));
/** @returns {Promise<Recording>} */
export const recording = () => import(at('recorder.js'));
