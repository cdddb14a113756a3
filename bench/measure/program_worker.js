/**
 * program_worker.js — the process of one allocator: runs a program once for each sample, in milliseconds. Arguments: the
 * linked program, and its name.
 */
import { prepare, programNamed } from './programs.js';

const [, , product, name] = process.argv;
/** @type {Awaited<ReturnType<typeof prepare>>} */
let run;

process.on('message', async (/** @type {{ begin?: string }} */ request) => {
  try {
    if (request.begin) {
      run = await prepare(programNamed(name), product);
      await run();
      process.send?.({ result: null });
    } else {
      const { nanoseconds } = await run();
      process.send?.({ result: nanoseconds / 1e6 });
    }
  } catch (error) {
    process.send?.({ error: /** @type {Error} */ (error).message });
  }
});
