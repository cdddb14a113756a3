/** profile.js — which functions the instructions of one call were executed in. */
import { instructionsOf } from '../count/instrument.js';
import { WORDS } from '../trace/format.js';
import { execute, heaps } from './heap.js';

/**
 * @param {string} allocator @param {Uint32Array} ops @param {number} index of the call among the executed ones
 * @param {{ port?: string }} [how]
 * @returns {Promise<{ name: string, instructions: number }[]>} most first
 */
export const profileCall = async (allocator, ops, index, { port } = {}) => {
  const makeHeap = await heaps(allocator, { port, split: true });
  const heap = await makeHeap();
  const counters = makeHeap.names.flatMap((name, i) => {
    const counter = heap.exports[instructionsOf(i)];
    return counter ? [{ name, counter }] : [];
  });
  /** @type {number[]} */
  let before = [];
  const read = () => counters.map(({ counter }) => Number(counter.value));
  execute(heap, ops.subarray(0, (index + 1) * WORDS), (at) => {
    if (at === index - 1) before = read();
  });
  return read()
    .map((value, i) => ({ name: counters[i].name, instructions: value - (before[i] ?? 0) }))
    .filter(({ instructions }) => instructions > 0)
    .sort((a, b) => b.instructions - a.instructions);
};
