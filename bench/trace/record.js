/**
 * record.js — records the real programs of test/programs into bench/traces:
 *
 *   emscripten-port/toolchain/run node bench/trace/record.js [PROGRAM…]
 *
 * The programs run to their ends. Two have less to do than in the tests, as six million operations of expat and two million
 * of QuickJS are more than one ships, and alike.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, fetchSources } from '../../test/programs/build.js';
import { programs } from '../../test/programs/programs.js';
import { Recorder, recorderFlags, writeTrace } from './index.js';

const XML_BYTES = 2_000_000;
const XML_END = '\n</rs:data>\n</xml>\n';
/** @type {Record<string, { title: string, args?: string[], shorten?: (file: Uint8Array) => Uint8Array }>} */
const shorter = {
  expat: {
    title: 'expat 2.5 reading 2 MB of XML into a tree',
    /** The beginning of a file that is a list of rows. */
    shorten(whole) {
      const text = Buffer.from(whole.subarray(0, XML_BYTES)).toString('latin1');
      return Buffer.from(text.slice(0, text.lastIndexOf('/>') + 2) + XML_END, 'latin1');
    },
  },
  quickjs: {
    title: 'QuickJS 2025-04-26, a JavaScript interpreter, with a sixth of its script to do',
    args: ['6'],
  },
};
/** The allocator does not matter to the trace; the option makes the product's name another. */
const ALLOCATOR = 'dlmalloc:recorded=1';

/** @param {import('../../test/programs/programs.js').Program} program @param {string} path */
const record = async (program, path) => {
  const { title, args = [], shorten = (file) => file } = shorter[program.name] ?? program;
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
    module.FS.writeFile(name, shorten(readFileSync(file)));
  const status = module.callMain([...program.args, ...args]);
  if (status !== 0) throw new Error(`${program.name} ended with ${status}.`);
  return { trace: recorder.trace(module, title), unknown: recorder.unknown };
};

const wanted = process.argv.slice(2);
await fetchSources();
for (const program of programs) {
  if (wanted.length > 0 && !wanted.includes(program.name)) continue;
  const recorded = { ...program, linkFlags: [...program.linkFlags, ...recorderFlags] };
  const { trace, unknown } = await record(program, await build(recorded, ALLOCATOR));
  const path = fileURLToPath(new URL(`../traces/${program.name}.trace.br`, import.meta.url));
  writeTrace(path, trace);
  process.stdout.write(
    `${program.name}: ${trace.count} operations, ${trace.slots} slots, ${trace.peakBytes} bytes at the peak, ` +
      `${readFileSync(path).length} bytes compressed, ${unknown} unknown blocks\n`,
  );
}
