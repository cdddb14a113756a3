/**
 * time.js — nanoseconds per operation. One process for each allocator, all of them alive at once, asked in turn: A B C A B C.
 * What slows the machine slows a whole round, so ratios are taken within rounds.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { canRun } from '../allocators/index.js';
import { patternNamed } from '../patterns/index.js';
import { buildPatterns } from './build.js';
import { median, pairedRatio } from './statistics.js';

/** @typedef {import('./csv.js').Row} Row */
/** @typedef {import('node:child_process').ChildProcess} Child */

const WORKER = fileURLToPath(new URL('time_worker.js', import.meta.url));

/** How V8 compiles: with its optimising compiler alone, or as a page does, from baseline code upwards. */
export const MODES = { optimised: ['--no-liftoff'], tiers: [] };

/** One question to a worker. @param {Child} child @param {object} request @returns {Promise<any>} */
export const ask = (child, request) =>
  new Promise((resolve, reject) => {
    /** @param {any} answer */
    const answered = (answer) => {
      child.off('exit', gone);
      if (answer.error) reject(new Error(answer.error));
      else resolve(answer.result);
    };
    const gone = () => reject(new Error('the process that is timed ended'));
    child.once('message', answered);
    child.once('exit', gone);
    child.send(request);
  });

/** Samples of every allocator, round by round. @param {Map<string, Child>} children @param {string} pattern @param {number} rounds */
const samplesOf = async (children, pattern, rounds) => {
  /** @type {Map<string, number[]>} */
  const samples = new Map();
  const names = [...children.keys()].filter((name) => canRun(name, patternNamed(pattern)));
  for (const name of names) {
    await ask(/** @type {Child} */ (children.get(name)), { begin: pattern });
    samples.set(name, []);
  }
  for (let round = 0; round < rounds; round++)
    // Who comes first changes: a neighbour's garbage collection must not hit the same one each time.
    for (const i of names.keys()) {
      const name = names[(i + round) % names.length];
      samples
        .get(name)
        ?.push(await ask(/** @type {Child} */ (children.get(name)), { sample: true }));
    }
  return samples;
};

/**
 * Samples of every allocator in turn, from several generations of processes one after the other: where the pages of a process
 * came to lie makes all its samples a tenth longer or shorter, whatever the allocator.
 * @param {string[]} allocators @param {(allocator: string) => Child} start @param {string} name what the worker plays
 * @param {{ generations: number, rounds: number }} how samples in each generation
 */
export const samplesOfGenerations = async (allocators, start, name, { generations, rounds }) => {
  /** @type {Map<string, number[]>} */
  const samples = new Map(allocators.map((allocator) => [allocator, []]));
  for (let generation = 0; generation < generations; generation++) {
    const children = allocators.map(start);
    try {
      for (const child of children) await ask(child, { begin: name });
      for (let round = 0; round < rounds; round++)
        for (const i of allocators.keys()) {
          const next = (i + round) % allocators.length;
          samples.get(allocators[next])?.push(await ask(children[next], { sample: true }));
        }
    } finally {
      for (const child of children) child.kill();
    }
  }
  return samples;
};

/** @param {string} pattern @param {string} mode @param {Map<string, number[]>} samples @returns {Row[]} */
export const rowsOf = (pattern, mode, samples) => {
  const own = samples.get('gharial');
  return [...samples].flatMap(([allocator, values]) => {
    const row = { measure: mode === 'optimised' ? 'time' : `time, ${mode}`, pattern, allocator };
    /** @type {Row[]} */
    const rows = [
      { ...row, metric: 'median', value: median(values), unit: 'ns/operation', samples: values },
      { ...row, metric: 'minimum', value: Math.min(...values), unit: 'ns/operation' },
    ];
    if (own && own.length > 0)
      rows.push({ ...row, metric: 'ratio', unit: 'of gharial', ...pairedRatio(own, values) });
    return rows;
  });
};

/** @param {import('./index.js').Selection} selection @returns {Promise<Row[]>} */
export const measureTime = async ({ patterns, allocators, port, quick, progress }) => {
  const timed = patterns.filter((name) => {
    const { memoryOnly, fromStart } = patternNamed(name);
    return !memoryOnly && !fromStart;
  });
  /** @type {Row[]} */
  const rows = [];
  for (const [mode, flags] of Object.entries(MODES).slice(0, quick ? 1 : undefined)) {
    /** @type {Map<string, Child>} */
    const children = new Map();
    for (const allocator of allocators) {
      const product = buildPatterns(allocator, { port });
      children.set(allocator, fork(WORKER, [product, allocator], { execArgv: flags }));
    }
    try {
      for (const pattern of timed) {
        progress?.(`time (${mode}): ${pattern}`);
        rows.push(...rowsOf(pattern, mode, await samplesOf(children, pattern, quick ? 11 : 41)));
      }
    } finally {
      for (const child of children.values()) child.kill();
    }
  }
  return rows;
};
