/**
 * count.js — executed wasm instructions per operation: exact, and the same on every machine with the same SDK.
 * A bulk instruction counts one; the bytes that memory.copy and memory.fill move are told apart.
 */
import { BULK_BYTES, INSTRUCTIONS } from '../count/instrument.js';
import { patternNamed } from '../patterns/index.js';
import { buildPatterns } from './build.js';
import { instantiate, run, warmUp } from './instance.js';

/** @typedef {{ instructions: number, bulkBytes: number }} Counts both per operation */

/**
 * @param {string} allocator @param {string} name of the pattern @param {{ port?: string, threads?: boolean }} [how]
 * @returns {Promise<Counts>}
 */
export const countPattern = async (allocator, name, { port, threads } = {}) => {
  const pattern = patternNamed(name);
  const program = await instantiate(buildPatterns(allocator, { port, threads }), { counted: true });
  const read = () => ({
    instructions: Number(program.wasmExports[INSTRUCTIONS].value),
    bulkBytes: Number(program.wasmExports[BULK_BYTES].value),
  });
  if (!pattern.fromStart) warmUp(program, pattern);
  const before = pattern.fromStart ? { instructions: 0, bulkBytes: 0 } : read();
  run(program, pattern);
  const after = read();
  return {
    instructions: (after.instructions - before.instructions) / pattern.operations,
    bulkBytes: (after.bulkBytes - before.bulkBytes) / pattern.operations,
  };
};
