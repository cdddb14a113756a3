/**
 * threads_worker.js — the process of one allocator with a pool of threads: runs a load when it is asked. Argument: the program.
 */
import { pathToFileURL } from 'node:url';

const [, , product] = process.argv;
const { default: create } = await import(pathToFileURL(product).href);
const module = await create();

/** @typedef {{ load: number, threads: number, operations: number }} Request */
process.on('message', (/** @type {Request} */ { load, threads, operations }) => {
  try {
    const time = module._run_load(load, threads, operations);
    process.send?.({ result: { time, peak: module._heap_bytes() } });
  } catch (error) {
    process.send?.({ error: /** @type {Error} */ (error).message });
  }
});
process.send?.({ result: 'ready' });
