// drive.mjs — starts a product as its users do, under the SDK's node, and when the program is over prints one line of JSON:
// what the package's reader sees of the heap. Words: how it is started, the product.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { HeapReader, heapOf } from '../../js/index.js';

const [how, product] = process.argv.slice(2);
process.chdir(new URL('.', pathToFileURL(product)).pathname); // dlopen and --preload-file look here
const require = createRequire(import.meta.url);

/** @type {() => HeapReader} */
let reader = () => {
  throw new Error('the program has not started');
};

/** Blocks that the profiler has, each with a call stack. @param {HeapReader} heap */
const sampledBlocks = ({ profiler }) =>
  profiler
    .profile()
    .samples.reduce((sum, { stack, count }) => sum + (stack.length > 0 ? count : 0), 0);

process.on('exit', () => {
  let seen;
  try {
    const heap = reader();
    const { number_of_live_allocations, heap_size_limit } = heap.getHeapStatistics();
    const spaces = heap.getHeapSpaceStatistics();
    seen = {
      live: number_of_live_allocations,
      ...(heap.profiler.isAvailable && { sampled: sampledBlocks(heap) }),
      limit: heap_size_limit,
      sound: heap.validateHeap().ok,
      ledger: spaces.reduce((sum, { space_size }) => sum + space_size, 0) === heap.memory_size,
    };
  } catch (error) {
    seen = { error: `${error}` };
  }
  process.stdout.write(`matrix ${JSON.stringify(seen)}\n`);
});

/** @type {Record<string, () => unknown>} */
const starts = {
  script() {
    // A script of Emscripten's exports its Module to node; one of the minimal runtime does not, expose.js helps it.
    const module = require(product);
    reader = () => heapOf('gharialHeap' in module ? module : globalThis.matrixModule);
  },
  async factory() {
    const create = require(product);
    const module = await (typeof create === 'function' ? create : globalThis.matrixModule)();
    reader = () => heapOf(module);
  },
  async module() {
    const module = await (await import(pathToFileURL(product).href)).default();
    reader = () => heapOf(module);
  },
  async instance() {
    const module = await import(pathToFileURL(product).href);
    await module.default();
    reader = () => heapOf(module);
  },
  async wasi() {
    const { WASI } = await import('node:wasi');
    const wasi = new WASI({ version: 'preview1' });
    const module = new WebAssembly.Module(readFileSync(product));
    const imports = /** @type {any} */ (wasi.getImportObject());
    // A program of Emscripten's may ask for these, which WASI has not, to be told that memory grew.
    imports.env = { emscripten_notify_memory_growth() {} };
    const instance = new WebAssembly.Instance(module, imports);
    // Nothing but the memory: the reader finds the layout record in it.
    const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    reader = () => new HeapReader(memory);
    process.exitCode = wasi.start(instance);
  },
};

await starts[how]();
