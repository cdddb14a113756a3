// record.js — `gharial record`: the allocations of a program as a trace, to be played with any allocator.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { Failure, UsageError } from './errors.js';
import { write } from './files.js';
import { format, recording } from './trace.js';

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '--flags | PROGRAM.mjs [--output=FILE] [-- ARGUMENT …]',
  help: `
Runs a program and writes the trace of its allocations: no addresses, no data. The program is linked as an
ES module with what \`gharial record --flags\` prints, and with any allocator:

  emcc app.c -O2 $(npx gharial record --flags) -o app.mjs
  npx gharial record app.mjs -o app.trace.br -- --size 100
  npx gharial replay app.trace.br`,
  options: {
    flags: { type: 'boolean', help: 'prints what the link needs' },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      help: 'the trace; PROGRAM.trace.br without it',
    },
  },
  operands: [0, Number.POSITIVE_INFINITY],
  async run({ values, operands: [file, ...args], print, warn }) {
    const { Recorder, recorderFlags } = await recording();
    if (values.flags) {
      print(
        [
          ...recorderFlags,
          '-sMODULARIZE',
          '-sEXPORT_ES6',
          '-sINVOKE_RUN=0',
          '-sEXPORTED_RUNTIME_METHODS=callMain',
        ].join(' '),
      );
      return 0;
    }
    if (file === undefined)
      throw new UsageError('record: which program? Use: gharial record PROGRAM.mjs');
    if (!existsSync(file)) throw new Failure(`${file} does not exist`);
    const recorder = new Recorder();
    const { default: create } = await import(pathToFileURL(resolve(file)).href).catch((error) => {
      throw new Failure(`${file} cannot be loaded as an ES module: ${error.message}`);
    });
    if (typeof create !== 'function')
      throw new Failure(`${file} is no module that emcc made with -sMODULARIZE -sEXPORT_ES6`);
    const module = await create({ gharialTrace: recorder.take });
    if (typeof module._gharial_trace_flush !== 'function' || typeof module.callMain !== 'function')
      throw new Failure(
        `${file} was linked without the recorder: add what \`gharial record --flags\` prints`,
      );
    try {
      module.callMain(args);
    } catch (error) {
      warn(`the program ended early: ${error instanceof Error ? error.message : error}`);
    }
    const name = basename(file).replace(/\.m?js$/, '');
    const trace = recorder.trace(module, name);
    const output = typeof values.output === 'string' ? values.output : `${name}.trace.br`;
    const bytes = (await format()).encode(trace);
    write(output, output.endsWith('.br') ? brotliCompressSync(bytes) : bytes);
    print(
      `${output}: ${trace.count.toLocaleString('en-US')} calls, at most ${trace.peakBytes.toLocaleString('en-US')} bytes at once`,
    );
    return 0;
  },
};
