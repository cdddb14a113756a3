/**
 * instance.js — fresh instances of the program that has all patterns, and how a pattern is driven. One compiled module
 * serves all instances of it.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { instrument } from '../count/instrument.js';

/** @typedef {import('../patterns/index.js').Pattern} Pattern */
/**
 * @typedef {object} Program what Emscripten's module gives
 * @property {Record<string, any>} wasmExports
 * @property {WebAssembly.Memory} wasmMemory
 */

const SEED = 1;

/** @type {Map<string, Promise<{ create: (options: object) => Promise<Program>, module: WebAssembly.Module }>>} */
const loaded = new Map();

/** @param {string} product @param {boolean} counted */
const load = async (product, counted) => {
  const { default: create } = await import(pathToFileURL(product).href);
  const bytes = readFileSync(product.replace(/mjs$/, 'wasm'));
  return { create, module: new WebAssembly.Module(counted ? instrument(bytes) : bytes) };
};

/**
 * @param {string} product of buildPatterns @param {{ counted?: boolean }} [how]
 * @returns {Promise<Program>}
 */
export const instantiate = async (product, { counted = false } = {}) => {
  const key = `${product} ${counted}`;
  const loading = loaded.get(key) ?? load(product, counted);
  loaded.set(key, loading);
  const { create, module } = await loading;
  return create({
    /** @param {WebAssembly.Imports} imports @param {(instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown} done */
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance, module);
      return instance.exports;
    },
    printErr() {}, // "Cannot enlarge memory": a failure is counted, and said in the table
  });
};

/**
 * Calls a C function over a range of steps, a chunk at a time.
 * @param {Program} program @param {string} name @param {number[]} parameters @param {number} steps @param {number} chunk
 */
const drive = (program, name, parameters, steps, chunk) => {
  const call = program.wasmExports[name];
  for (let from = 0; from < steps; from += chunk)
    call(from, Math.min(from + chunk, steps), ...parameters);
};

/** Brings the heap into the state that the pattern begins with. @param {Program} program @param {Pattern} pattern */
export const warmUp = (program, pattern) => {
  program.wasmExports.seed(SEED);
  if (!pattern.warmUp) return;
  const { run, parameters, steps, chunk = 1000 } = pattern.warmUp;
  drive(program, run, parameters, steps, chunk);
  if (run === pattern.run && steps === pattern.steps) finish(program); // a whole round
};

/** The pattern itself. @param {Program} program @param {Pattern} pattern */
export const run = (program, pattern) =>
  drive(program, pattern.run, pattern.parameters, pattern.steps, pattern.chunk);

/** Frees all blocks, so that the same instance can warm up again. @param {Program} program */
export const finish = (program) => {
  program.wasmExports.clear();
  program.wasmExports.begin_again();
};
