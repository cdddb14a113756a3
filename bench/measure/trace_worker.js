/**
 * trace_worker.js — the process of one allocator: plays a trace once for each sample, in nanoseconds per call. Argument: the
 * built player. What the trace leaves is freed in between, and not timed.
 */
import { clear, play, traceNamed } from '../trace/index.js';
import { instantiate } from './instance.js';

/** Plays until code is compiled and the heap has found its size: first touches of memory are not what is timed. */
const WARM_UP = 4;

const [, , product] = process.argv;
/** @type {import('../trace/index.js').Trace} */
let trace;
/** @type {import('./instance.js').Program} */
let program;

const sample = () => {
  const begin = process.hrtime.bigint();
  const calls = play(program, trace);
  const elapsed = Number(process.hrtime.bigint() - begin);
  clear(program, trace);
  return elapsed / calls;
};

/** @param {string} name */
const begin = async (name) => {
  trace = traceNamed(name);
  program = await instantiate(product);
  for (let i = 0; i < WARM_UP; i++) sample();
};

process.on('message', async (/** @type {{ begin?: string }} */ request) => {
  try {
    process.send?.({ result: request.begin ? await begin(request.begin) : sample() });
  } catch (error) {
    process.send?.({ error: /** @type {Error} */ (error).message });
  }
});
