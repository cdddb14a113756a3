/**
 * index.js — the four measures, each as rows of results. All take the same selection.
 */
import { allocatorNamed, canRun } from '../allocators/index.js';
import { patternNamed } from '../patterns/index.js';
import { countPattern } from './count.js';
import { measureMemory, staticData } from './memory.js';
import { measurePrograms } from './programs.js';
import { measureSize } from './size.js';
import { measureThreads } from './threads.js';
import { measureTime } from './time.js';
import { measureTraces } from './traces.js';

/** @typedef {import('./csv.js').Row} Row */
/**
 * @typedef {object} Selection
 * @property {string[]} patterns @property {string[]} allocators
 * @property {string} [port] path of the gharial.py to measure
 * @property {boolean} [quick] fewer rounds
 * @property {(text: string) => void} [progress]
 */

/** How much a heap that never shrinks grows says nothing, unless nothing is freed. @param {string} allocator @param {string} pattern */
const canHold = (allocator, pattern) => {
  const { memoryOnly, fromStart } = patternNamed(pattern);
  return allocatorNamed(allocator).frees || memoryOnly || fromStart === true;
};

/** @param {Selection} selection @returns {Promise<Row[]>} */
const instructions = async ({ patterns, allocators, port, progress }) => {
  /** @type {Row[]} */
  const rows = [];
  for (const pattern of patterns.filter((name) => !patternNamed(name).memoryOnly)) {
    progress?.(`instructions: ${pattern}`);
    for (const allocator of allocators.filter((name) => canRun(name, patternNamed(pattern)))) {
      const { instructions: value, bulkBytes } = await countPattern(allocator, pattern, { port });
      const row = { measure: 'instructions', pattern, allocator };
      rows.push({ ...row, metric: 'instructions', value, unit: '/operation' });
      rows.push({ ...row, metric: 'bulk bytes', value: bulkBytes, unit: '/operation' });
    }
  }
  return rows;
};

/** @param {Selection} selection @returns {Promise<Row[]>} */
const memory = async ({ patterns, allocators, port, progress }) => {
  /** @type {Row[]} */
  const rows = [];
  // Without an allocator there is no memory to measure.
  const measured = allocators.filter((name) => name !== 'stub');
  for (const pattern of patterns) {
    progress?.(`memory: ${pattern}`);
    for (const allocator of measured.filter((name) => canHold(name, pattern))) {
      const { failures, mistakes, ratio, peakLive, peakBreak, kept, byteLength } =
        await measureMemory(allocator, pattern, { port });
      if (mistakes > 0) throw new Error(`${allocator} spoilt ${mistakes} blocks of ${pattern}`);
      /** @param {string} metric @param {number} value @param {string} unit */
      const add = (metric, value, unit) =>
        rows.push({
          ...{ measure: 'memory', pattern, allocator, metric, unit },
          value: failures > 0 ? Number.NaN : value,
        });
      add('ratio', ratio, 'peak break / peak live');
      add('peak live', peakLive, 'B');
      add('peak break', peakBreak, 'B');
      add('break when all is freed', kept, 'B');
      add('byteLength', byteLength, 'B');
    }
  }
  for (const allocator of measured) {
    const value = await staticData(allocator, { port });
    const row = { measure: 'memory', pattern: '', allocator, metric: 'static data' };
    rows.push({ ...row, value, unit: 'B' });
  }
  return rows;
};

/** @type {Record<string, (selection: Selection) => Promise<Row[]>>} */
export const measures = {
  instructions,
  time: measureTime,
  memory,
  size: measureSize,
  traces: measureTraces,
  programs: measurePrograms,
  threads: measureThreads,
};

/** @param {Selection} selection @throws {RangeError} for names that do not exist */
export const checkSelection = ({ patterns, allocators }) => {
  patterns.forEach(patternNamed);
  allocators.forEach(allocatorNamed);
};
