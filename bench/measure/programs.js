/**
 * programs.js — the real programs of test/programs, each run as a whole: executed instructions, peak memory, time. They spend
 * only a part of it in malloc, so what differs is small; what it is beside their own work is the point.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fetchSources } from '../../test/programs/build.js';
import { programNamed, programs } from '../../test/programs/programs.js';
import { peers } from '../allocators/index.js';
import { INSTRUCTIONS, instrument } from '../count/instrument.js';
import { compileObject, FINE_STEPS, link } from './build.js';
import { rowsOf, samplesOfGenerations } from './time.js';

/** @typedef {import('./csv.js').Row} Row */
/** @typedef {import('../../test/programs/programs.js').Program} Program */

const WORKER = fileURLToPath(new URL('program_worker.js', import.meta.url));
const WORKLOADS = fileURLToPath(new URL('../../test/programs/workloads', import.meta.url));
const MODULE = [
  ...['-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node', '-sALLOW_MEMORY_GROWTH'],
  ...['-sFORCE_FILESYSTEM', '-sINVOKE_RUN=0', '-Wl,--export=__heap_base'],
  '-sEXPORTED_RUNTIME_METHODS=callMain,FS,wasmMemory,wasmExports',
];

/** @param {Program} program @param {string} allocator @param {{ port?: string, fine: boolean }} how */
const build = (program, allocator, { port, fine }) => {
  const objects = program.sources.map((source) =>
    compileObject(
      `${program.name}-${source.split('/').at(-1)}`,
      source,
      [program.compiler, '-O2', '-w', ...program.compileFlags, `-I${dirname(source)}`],
      [WORKLOADS],
    ),
  );
  const flags = ['-O2', ...MODULE, ...program.linkFlags, ...(fine ? FINE_STEPS : [])];
  return link(`${program.name}${fine ? '-fine' : ''}`, objects, flags, allocator, {
    port,
    compiler: program.compiler,
  });
};

/**
 * A fresh run of a program.
 * @param {Program} program @param {string} product of build @param {{ counted?: boolean }} [how]
 */
export const prepare = async (program, product, { counted = false } = {}) => {
  const { default: create } = await import(pathToFileURL(product).href);
  const bytes = readFileSync(product.replace(/mjs$/, 'wasm'));
  const compiled = new WebAssembly.Module(counted ? instrument(bytes) : bytes);
  const files = Object.entries(program.files).map(([name, file]) => [name, readFileSync(file)]);
  return async () => {
    /** @type {string[]} */
    const lines = [];
    const module = await create({
      /** @param {WebAssembly.Imports} imports @param {(instance: WebAssembly.Instance) => unknown} done */
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(compiled, imports);
        done(instance);
        return instance.exports;
      },
      print: (/** @type {string} */ line) => lines.push(line),
      printErr() {},
      quit: (/** @type {number} */ _status, /** @type {unknown} */ reason) => {
        throw reason;
      },
    });
    for (const [name, contents] of files) module.FS.writeFile(name, contents);
    const begin = process.hrtime.bigint();
    const status = module.callMain([...program.args]);
    const nanoseconds = Number(process.hrtime.bigint() - begin);
    return { module, status, nanoseconds, output: lines.join('\n') };
  };
};

/** @param {import('./index.js').Selection} selection @returns {Promise<Row[]>} */
export const measurePrograms = async ({ allocators, port, quick, progress }) => {
  await fetchSources();
  const chosen = allocators.filter((name) => name === 'gharial' || peers.includes(name));
  /** @type {Row[]} */
  const rows = [];
  for (const program of programs) {
    /** @type {string | undefined} */
    let expected;
    for (const allocator of chosen) {
      progress?.(`programs: ${program.name} with ${allocator}`);
      const run = await prepare(program, build(program, allocator, { port, fine: true }), {
        counted: true,
      });
      const { module, status, output } = await run();
      expected ??= program.normalise(output);
      if (status !== 0 || program.normalise(output) !== expected)
        throw new Error(`${program.name} prints something else with ${allocator}`);
      const row = { pattern: program.name, allocator };
      rows.push({
        ...{ ...row, measure: 'programs, instructions', metric: 'instructions', unit: 'million' },
        value: Number(module.wasmExports[INSTRUCTIONS].value) / 1e6,
      });
      // The memory never shrinks, and grows by single pages here.
      const value = module.wasmMemory.buffer.byteLength - module.wasmExports.__heap_base.value;
      rows.push({ ...row, measure: 'programs, memory', metric: 'peak', value, unit: 'B' });
    }
    if (!quick) rows.push(...(await timesOf(program, chosen, port, progress)));
  }
  return rows;
};

/**
 * @param {Program} program @param {string[]} allocators @param {string | undefined} port
 * @param {((text: string) => void) | undefined} progress
 * @returns {Promise<Row[]>}
 */
const timesOf = async (program, allocators, port, progress) => {
  progress?.(`programs: time of ${program.name}`);
  /** @param {string} allocator */
  const start = (allocator) => {
    const product = build(program, allocator, { port, fine: false });
    return fork(WORKER, [product, program.name], { execArgv: ['--no-liftoff'] });
  };
  const how = { generations: 3, rounds: 5 };
  const samples = await samplesOfGenerations(allocators, start, program.name, how);
  return rowsOf(program.name, 'optimised', samples).map((row) => ({
    ...row,
    measure: 'programs, time',
    unit: row.metric === 'ratio' ? row.unit : 'ms',
  }));
};

export { programNamed };
