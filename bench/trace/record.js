/**
 * record.js — records the real programs of test/programs into bench/traces:
 *
 *   emscripten-port/toolchain/run node bench/trace/record.js [PROGRAM…]
 *
 * A trace is cut after MAX_OPERATIONS: what a program does later looks like what it did before, and the files stay small.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, fetchSources } from '../../test/programs/build.js';
import { programs } from '../../test/programs/programs.js';
import { WORDS } from './format.js';
import { Recorder, recorderFlags, traceOf, writeTrace } from './index.js';

const MAX_OPERATIONS = Number(process.env.MAX_OPERATIONS ?? 700_000);
/** The allocator does not matter to the trace; the option makes the product's name another. */
const ALLOCATOR = 'dlmalloc:recorded=1';

/** @param {import('../../test/programs/programs.js').Program} program @param {string} path */
const record = async (program, path) => {
  const recorder = new Recorder();
  const { default: create } = await import(pathToFileURL(path).href);
  const module = await create({
    gharialTrace: recorder.take,
    print() {},
    printErr: (/** @type {string} */ line) => process.stderr.write(`${line}\n`),
    quit: (/** @type {number} */ _status, /** @type {unknown} */ reason) => {
      throw reason;
    },
  });
  for (const [name, file] of Object.entries(program.files))
    module.FS.writeFile(name, readFileSync(file));
  const status = module.callMain([...program.args]);
  if (status !== 0) throw new Error(`${program.name} ended with ${status}.`);
  return { trace: recorder.trace(module, program.title), unknown: recorder.unknown };
};

const wanted = process.argv.slice(2);
await fetchSources();
for (const program of programs) {
  if (wanted.length > 0 && !wanted.includes(program.name)) continue;
  const recorded = { ...program, linkFlags: [...program.linkFlags, ...recorderFlags] };
  const { trace, unknown } = await record(program, await build(recorded, ALLOCATOR));
  const cut = traceOf(trace.name, trace.ops.subarray(0, MAX_OPERATIONS * WORDS));
  const path = fileURLToPath(new URL(`../traces/${program.name}.trace.br`, import.meta.url));
  writeTrace(path, cut);
  const kept = cut.count === trace.count ? '' : `, of ${trace.count}`;
  process.stdout.write(
    `${program.name}: ${cut.count} operations${kept}, ${cut.slots} slots, ${cut.peakBytes} bytes at the peak, ` +
      `${readFileSync(path).length} bytes compressed, ${unknown} unknown blocks\n`,
  );
}
