/**
 * time_worker.js — the process of one allocator: warms a pattern up when told to, then gives one sample each time it is
 * asked. Arguments: the program that has the patterns, and the allocator's name.
 */
import { allocatorNamed } from '../allocators/index.js';
import { patternNamed } from '../patterns/index.js';
import { finish, instantiate, run, warmUp } from './instance.js';

const [, , product, name] = process.argv;
const { frees } = allocatorNamed(name);
const SAMPLE_NS = 8e6;
/** Long enough for V8 to replace its baseline code everywhere. */
const WARM_NS = 8e7;

/** @type {import('./instance.js').Program} */
let program;
/** @type {import('../patterns/index.js').Pattern} */
let pattern;
let repetitions = 1;

/** Nanoseconds of the pattern alone, once. What must be tidied up in between is not timed. */
const once = () => {
  const begin = process.hrtime.bigint();
  run(program, pattern);
  const elapsed = Number(process.hrtime.bigint() - begin);
  // A pattern that gives everything back begins anew; without free, so does every one.
  if (!frees || pattern.warmUp?.steps === pattern.steps) finish(program);
  if (!frees) warmUp(program, pattern);
  return elapsed;
};

/** @param {string} wanted */
const begin = async (wanted) => {
  pattern = patternNamed(wanted);
  program = await instantiate(product);
  warmUp(program, pattern);
  let [total, shortest] = [0, Number.POSITIVE_INFINITY];
  while (total < WARM_NS) {
    const elapsed = once();
    total += elapsed;
    shortest = Math.min(shortest, elapsed);
  }
  repetitions = Math.max(1, Math.round(SAMPLE_NS / shortest));
};

const sample = () => {
  let total = 0;
  for (let i = 0; i < repetitions; i++) total += once();
  return total / repetitions / pattern.operations;
};

process.on('message', async (/** @type {{ begin?: string }} */ request) => {
  try {
    process.send?.({ result: request.begin ? await begin(request.begin) : sample() });
  } catch (error) {
    process.send?.({ error: /** @type {Error} */ (error).message });
  }
});
