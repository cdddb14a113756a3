/**
 * traces.js — the shipped traces of real programs, played with every allocator: their calls without their own work.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { allocatorNamed } from '../allocators/index.js';
import { buildPlayer, checkTrace, countTrace, traceNamed, traces } from '../trace/index.js';
import { rowsOf, samplesOfGenerations } from './time.js';

/** @typedef {import('./csv.js').Row} Row */

const WORKER = fileURLToPath(new URL('trace_worker.js', import.meta.url));

/** @param {string} name @param {string} allocator @param {string} [port] @returns {Promise<Row[]>} */
const exactRows = async (name, allocator, port) => {
  const trace = traceNamed(name);
  const { instructions, calls } = await countTrace(allocator, trace, { port });
  const row = { pattern: name, allocator };
  /** @type {Row[]} */
  const rows = [
    {
      ...{ ...row, measure: 'traces, instructions', metric: 'instructions', unit: '/call' },
      value: instructions / calls,
    },
  ];
  const { failures, fault, peakBreak } = await checkTrace(allocator, trace, { port });
  if (fault) throw new Error(`${allocator} spoilt the trace ${name}: ${fault}`);
  const value = failures > 0 ? Number.NaN : peakBreak / trace.peakBytes;
  const unit = 'peak break / peak live';
  return [...rows, { ...row, measure: 'traces, memory', metric: 'ratio', value, unit }];
};

/** @param {string[]} allocators @param {string | undefined} port @param {number} generations @param {string[]} names @returns {Promise<Row[]>} */
const timeRows = async (allocators, port, generations, names) => {
  /** @param {string} allocator */
  const start = (allocator) =>
    fork(WORKER, [buildPlayer(allocator, { port })], { execArgv: ['--no-liftoff'] });
  /** @type {Row[]} */
  const rows = [];
  for (const name of names) {
    const how = { generations, rounds: 5 };
    rows.push(
      ...rowsOf(name, 'optimised', await samplesOfGenerations(allocators, start, name, how)),
    );
  }
  return rows.map((row) => ({ ...row, measure: 'traces, time' }));
};

/** @param {import('./index.js').Selection} selection @returns {Promise<Row[]>} */
export const measureTraces = async ({ allocators, port, quick, progress }) => {
  const chosen = allocators.filter((name) => allocatorNamed(name).frees);
  const names = traces().map(({ name }) => name);
  /** @type {Row[]} */
  const rows = [];
  for (const name of names)
    for (const allocator of chosen) {
      progress?.(`traces: ${name} with ${allocator}`);
      rows.push(...(await exactRows(name, allocator, port)));
    }
  progress?.('traces: time');
  return [...rows, ...(await timeRows(chosen, port, quick ? 1 : 3, names))];
};
