/**
 * memory.js — how much memory a pattern needs at most, beside what it asked for at most; and whether every block kept what
 * was written to it. The watching build calls the same functions of the allocator with the same sizes in the same order.
 */
import { patternNamed } from '../patterns/index.js';
import { buildPatterns } from './build.js';
import { finish, instantiate, run, warmUp } from './instance.js';

/**
 * @typedef {object} Memory in bytes
 * @property {number} peakLive asked for at once, at most
 * @property {number} peakBreak highest end of the heap, beyond static data
 * @property {number} ratio of the two
 * @property {number} byteLength of the memory under the linker's default settings
 * @property {number} kept how high the break is when all is freed
 * @property {number} failures allocations that found no memory
 * @property {number} mistakes blocks that lost their contents, or were not cleared or aligned
 * @property {number} checksum over sizes and contents: the same with every allocator
 */

/**
 * @param {string} allocator @param {string} name of the pattern @param {{ port?: string }} [how]
 * @returns {Promise<Memory>}
 */
export const measureMemory = async (allocator, name, { port } = {}) => {
  const pattern = patternNamed(name);
  const program = await instantiate(buildPatterns(allocator, { port, watch: true }));
  warmUp(program, pattern);
  run(program, pattern);
  /** @param {string} what */
  const ask = (what) => program.wasmExports[what]() >>> 0;
  const peakLive = ask('watched_peak_live');
  const peakBreak = ask('watched_peak_break') - ask('heap_base');
  finish(program);
  const ordinary = await instantiate(buildPatterns(allocator, { port }));
  warmUp(ordinary, pattern);
  run(ordinary, pattern);
  return {
    ...{ peakLive, peakBreak, ratio: peakBreak / peakLive },
    byteLength: ordinary.wasmMemory.buffer.byteLength,
    kept: ask('watched_break') - ask('heap_base'),
    failures: ask('watched_failures'),
    mistakes: ask('watched_mistakes'),
    checksum: ask('watched_checksum'),
  };
};

/** Static data that an allocator brings along, in bytes. @param {string} allocator @param {{ port?: string }} [how] */
export const staticData = async (allocator, { port } = {}) => {
  const base = async (/** @type {string} */ name) =>
    (await instantiate(buildPatterns(name, { port, watch: true }))).wasmExports.heap_base() >>> 0;
  return (await base(allocator)) - (await base('bump'));
};
