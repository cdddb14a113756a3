/**
 * index.js — allocation traces: read, write, record, play. The shipped ones lie in bench/traces.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { decode, encode, TraceError } from './format.js';

export { decode, encode, KIND, KINDS, TraceBuilder, TraceError, traceOf } from './format.js';
export { buildPlayer, checkTrace, clear, countTrace, PLAYER_SLOTS, play } from './player.js';
export { Recorder, recorderFlags } from './recorder.js';

/** @typedef {import('./format.js').Trace} Trace */
/**
 * @typedef {object} Shipped
 * @property {string} name @property {number} count of operations
 * @property {number} slots @property {number} peakBytes
 */

const directory = fileURLToPath(new URL('../traces', import.meta.url));
const SUFFIX = '.trace.br';
/** No trace of ours is larger; a file that unpacks to more is no trace. */
const MAX_BYTES = 2 ** 28;

/** @param {string} path of a trace, compressed when it ends in .br @returns {Trace} */
export const readTrace = (path) => {
  const bytes = readFileSync(path);
  if (!path.endsWith('.br')) return decode(bytes);
  let plain;
  try {
    plain = brotliDecompressSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new TraceError(`cannot decompress ${path}: ${/** @type {Error} */ (error).message}`);
  }
  return decode(plain);
};

/** @param {string} path compressed when it ends in .br @param {Trace} trace */
export const writeTrace = (path, trace) => {
  const bytes = encode(trace);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(path, path.endsWith('.br') ? brotliCompressSync(bytes, { params }) : bytes);
};

/** A shipped trace. @param {string} name @returns {Trace} */
export const traceNamed = (name) => readTrace(join(directory, `${name}${SUFFIX}`));

/** All shipped traces. @returns {Shipped[]} */
export const traces = () =>
  readdirSync(directory)
    .filter((file) => file.endsWith(SUFFIX))
    .sort()
    .map((file) => {
      const name = file.slice(0, -SUFFIX.length);
      const { count, slots, peakBytes } = traceNamed(name);
      return { name, count, slots, peakBytes };
    });
