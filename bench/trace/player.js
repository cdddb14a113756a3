/**
 * player.js — builds the player with any allocator, and plays traces in it: to be counted, timed, or checked.
 */
import { fileURLToPath } from 'node:url';
import { BULK_BYTES, INSTRUCTIONS } from '../count/instrument.js';
import { FINE_STEPS, link } from '../measure/build.js';
import { instantiate } from '../measure/instance.js';
import { WORDS } from './format.js';

/** @typedef {import('./format.js').Trace} Trace */
/** @typedef {import('../measure/instance.js').Program} Program */

const source = fileURLToPath(new URL('player.c', import.meta.url));
const MODULE = [
  ...['-O2', '-fno-builtin', '-Wall', '-Wextra', '-Werror', '--no-entry', '-sENVIRONMENT=node'],
  ...['-sMODULARIZE', '-sEXPORT_ES6', '-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB'],
  '-sEXPORTED_RUNTIME_METHODS=wasmExports,wasmMemory',
];
/** Enough for every shipped trace; the table is static data, outside of the heap. */
export const PLAYER_SLOTS = 2 ** 19;

/**
 * The path of an ES module whose instances can play.
 * @param {string} allocator
 * @param {{ port?: string, check?: boolean, slots?: number }} [how] `check`: fills, reads back, and watches the break
 * @returns {string}
 */
export const buildPlayer = (allocator, { port, check = false, slots = PLAYER_SLOTS } = {}) => {
  const flags = [...MODULE, `-DPLAYER_SLOTS=${slots}`, ...(check ? FINE_STEPS : [])];
  const name = check ? 'player-check' : 'player';
  return link(name, [source], [...flags, `-DPLAYER_CHECK=${check ? 1 : 0}`], allocator, { port });
};

/**
 * Plays a trace, or a part of it.
 * @param {Program} program an instance of what buildPlayer built @param {Trace} trace
 * @param {{ from?: number, to?: number }} [part] operations
 * @returns {number} calls that were made
 */
export const play = (program, trace, { from = 0, to = trace.count } = {}) => {
  const { player_operations, player_chunk, player_slots, player_run } = program.wasmExports;
  if (trace.slots > player_slots())
    throw new RangeError(
      `the trace '${trace.name}' needs ${trace.slots} slots; the player was built for ${player_slots()}.`,
    );
  const at = player_operations() >>> 0;
  const chunk = player_chunk();
  for (let i = from; i < to; i += chunk) {
    const count = Math.min(chunk, to - i);
    const view = new Uint32Array(program.wasmMemory.buffer, at, count * WORDS);
    view.set(trace.ops.subarray(i * WORDS, (i + count) * WORDS));
    player_run(count);
  }
  return to - from;
};

/** Frees what is left. @param {Program} program @param {Trace} trace */
export const clear = (program, trace) => program.wasmExports.player_clear(trace.slots);

const FAULTS = ['', 'its contents changed', 'it is not aligned', 'calloc did not clear it'];
/**
 * Plays a whole trace with a fresh heap and looks at every byte.
 * @param {string} allocator @param {Trace} trace @param {{ port?: string }} [how]
 * @returns {Promise<{ failures: number, fault: string, peakBreak: number, calls: number }>}
 *   `peakBreak` in bytes from the end of static data; `fault` is empty when all is well
 */
export const checkTrace = async (allocator, trace, { port } = {}) => {
  const program = await instantiate(buildPlayer(allocator, { port, check: true }));
  const calls = play(program, trace);
  const { wasmExports: exports } = program;
  const peakBreak = (exports.player_highest_break() >>> 0) - (exports.player_heap_base() >>> 0);
  clear(program, trace);
  const faults = exports.player_faults() >>> 0;
  const at = (exports.player_faulty_at() >>> 0) - 1;
  const fault = faults
    ? `${faults} blocks are damaged, the first at operation ${at}: ${FAULTS[exports.player_fault()]}.`
    : '';
  return { failures: exports.player_failures() >>> 0, fault, peakBreak, calls };
};

/**
 * Executed instructions of a whole trace on a fresh heap, with the player's loop (some 20 an operation).
 * @param {string} allocator @param {Trace} trace @param {{ port?: string }} [how]
 * @returns {Promise<{ instructions: number, bulkBytes: number, calls: number }>}
 */
export const countTrace = async (allocator, trace, { port } = {}) => {
  const program = await instantiate(buildPlayer(allocator, { port }), { counted: true });
  const { [INSTRUCTIONS]: instructions, [BULK_BYTES]: bulkBytes } = program.wasmExports;
  const before = [instructions.value, bulkBytes.value];
  const calls = play(program, trace);
  return {
    instructions: Number(instructions.value - before[0]),
    bulkBytes: Number(bulkBytes.value - before[1]),
    calls,
  };
};
