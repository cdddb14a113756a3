/**
 * threads.js — loads on 1, 2 and 4 threads: nanoseconds per operation of all threads together, and the highest break in a process of its own.
 * One process for each allocator, all of them alive at once, asked in turn; only one of them runs at a time.
 */
import { fork } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchSources } from '../../test/programs/build.js';
import { programNamed } from '../../test/programs/programs.js';
import { allocatorNamed } from '../allocators/index.js';
import { loads, nameOf, source, threadCounts } from '../threads/index.js';
import { compileObject, link } from './build.js';
import { ask, rowsOf } from './time.js';

/** @typedef {import('./csv.js').Row} Row */
/** @typedef {import('node:child_process').ChildProcess} Child */

const WORKER = fileURLToPath(new URL('threads_worker.js', import.meta.url));
const FLAGS = [
  ...['-pthread', '-O2', '-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node,worker', '--no-entry'],
  ...['-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=2GB', '-sPTHREAD_POOL_SIZE=4'],
  ...['-sINITIAL_MEMORY=64MB', '-sSTACK_SIZE=1MB', '-sEXIT_RUNTIME=0'],
  '-Wno-pthreads-mem-growth',
];

/** @param {string} allocator @param {string | undefined} port */
const build = (allocator, port) => {
  const lua = programNamed('lua');
  const folder = dirname(lua.sources[0]);
  const compile = ['emcc', '-O2', '-w', '-pthread'];
  const objects = lua.sources
    .filter((file) => !file.endsWith('/lua.c'))
    .map((file) => compileObject(`threads-${file.split('/').at(-1)}`, file, compile, [folder]));
  const own = ['-DWITH_LUA', `-I${folder}`, '-Wall', '-Wextra', '-Wno-pthreads-mem-growth'];
  const program = compileObject('threads-loads', source, [...compile, ...own], [folder]);
  return link('threads', [program, ...objects], FLAGS, allocator, { port });
};

/** How long a sample lasts at least, so that the start of threads is little of it: milliseconds. */
const SAMPLE = 25;
/** At most so many times the operations of the load. */
const LONGEST = 32;

/** A process with its threads ready. @param {string} product @returns {Promise<Child>} */
const start = (product) => {
  const child = fork(WORKER, [product]);
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', () => reject(new Error(`${product} does not start`)));
  });
};

/** @param {import('./index.js').Selection} selection @returns {Promise<Row[]>} */
export const measureThreads = async ({ allocators, port, quick, progress }) => {
  const rounds = quick ? 5 : 21;
  await fetchSources();
  const products = new Map(
    allocators
      .filter((name) => allocatorNamed(name).frees)
      .map((name) => [name, build(name, port)]),
  );
  /** @type {Row[]} */
  const rows = [];
  for (const [number, load] of loads.entries())
    for (const threads of threadCounts) {
      const pattern = nameOf(load, threads);
      progress?.(`threads: ${pattern}`);
      /** @type {Map<string, Child>} */
      const children = new Map();
      /** @type {Map<string, number[]>} */
      const samples = new Map();
      /** @type {Map<string, typeof request>} */
      const requests = new Map();
      const request = { load: number, threads, operations: load.operations };
      try {
        for (const [name, product] of products) {
          const child = await start(product);
          children.set(name, child);
          samples.set(name, []);
          for (let i = 0; i < 3; i++) await ask(child, request); // V8 compiles it
          const { time, peak } = await ask(child, request);
          rows.push({
            ...{ measure: 'threads, memory', pattern, allocator: name, metric: 'peak', unit: 'B' },
            value: peak,
          });
          const longer = Math.ceil((SAMPLE * 1e6) / (time * load.operations));
          const operations = load.operations * Math.min(LONGEST, Math.max(1, longer));
          requests.set(name, { ...request, operations });
        }
        for (let round = 0; round < rounds; round++)
          for (const [name, child] of children)
            samples.get(name)?.push((await ask(child, requests.get(name) ?? request)).time);
        rows.push(
          ...rowsOf(pattern, 'optimised', samples).map((row) => ({
            ...row,
            measure: 'threads, time',
          })),
        );
      } finally {
        for (const child of children.values()) child.kill();
      }
    }
  return rows;
};
