// convert.js — `gharial convert`: a heap or a profile in the format of another tool.
import { toHeapProfile, toPprof, toPrometheus } from '../export.js';
import { Failure, UsageError } from './errors.js';
import { heapOf, jsonOf, write } from './files.js';

/** @param {string} file */
function profileOf(file) {
  const profile = jsonOf(file)?.profile;
  if (profile === undefined)
    throw new Failure(
      `${file} has no profile: link with profile=1, start heap.profiler, and keep JSON.stringify(heap.takeHeapSnapshot())`,
    );
  return profile;
}

/** @type {Record<string, { help: string, make: (file: string) => string | Uint8Array }>} */
const formats = {
  json: {
    help: 'every number of the heap',
    make: (file) => `${JSON.stringify(heapOf(file).takeHeapSnapshot(), null, 2)}\n`,
  },
  prometheus: { help: 'text for /metrics', make: (file) => toPrometheus(heapOf(file)) },
  heapprofile: {
    help: "DevTools and speedscope; of a profiled snapshot's JSON",
    make: (file) => `${JSON.stringify(toHeapProfile(profileOf(file)))}\n`,
  },
  pprof: {
    help: "`go tool pprof` and its kin; of a profiled snapshot's JSON",
    make: (file) => toPprof(profileOf(file)),
  },
};

/** @type {import('./commands.js').Command} */
export const command = {
  usage: 'FILE --to=FORMAT [--output=FILE]',
  help: `
Writes a heap in the format of another tool. FORMAT is one of

${Object.entries(formats)
  .map(([name, { help }]) => `  ${name.padEnd(12)} ${help}`)
  .join('\n')}

  npx gharial convert Heap.gharialheap --to=prometheus`,
  options: {
    to: { type: 'string', value: 'FORMAT', help: 'what to write' },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      help: 'where; without it to standard output',
    },
  },
  operands: [1, 1],
  run({ values, operands: [file] }) {
    const { to, output } = values;
    if (typeof to !== 'string' || !Object.hasOwn(formats, to))
      throw new UsageError(`convert: --to= is one of ${Object.keys(formats).join(', ')}`);
    write(/** @type {string | undefined} */ (output), formats[to].make(file));
    return 0;
  },
};
