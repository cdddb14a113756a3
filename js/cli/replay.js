// replay.js — `gharial replay`: a trace on every allocator of the SDK and on gharial: time and memory, before you switch.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import paths from '../paths.cjs';
import { size } from '../render.js';
import { Failure, UsageError } from './errors.js';
import { bytesOf } from './files.js';
import { runEmcc } from './sdk.js';
import { format } from './trace.js';

const ALLOCATORS = ['gharial', 'dlmalloc', 'emmalloc', 'mimalloc'];
const FLAGS = [
  ...['-O2', '-fno-builtin', '--no-entry', '-sENVIRONMENT=node', '-sMODULARIZE', '-sEXPORT_ES6'],
  ...[
    '-sALLOW_MEMORY_GROWTH',
    '-sMAXIMUM_MEMORY=4GB',
    '-sEXPORTED_RUNTIME_METHODS=wasmExports,wasmMemory',
  ],
];
// Memory is measured where the program starts with nothing and grows by what is asked for.
const FINE = ['-sINITIAL_HEAP=64KB', '-sMEMORY_GROWTH_LINEAR_STEP=64KB'];

/** @param {string} file */
async function traceOf(file) {
  const { decode, TraceError } = await format();
  const bytes = bytesOf(file);
  try {
    return decode(
      file.endsWith('.br') ? brotliDecompressSync(bytes, { maxOutputLength: 2 ** 28 }) : bytes,
    );
  } catch (error) {
    const why = error instanceof TraceError ? error.message : 'it cannot be unpacked';
    throw new Failure(`${file} is no trace: ${why}`);
  }
}

/** @param {string} name @param {string} directory @param {boolean} check @param {number} slots */
function build(name, directory, check, slots) {
  const source = join(paths.root, 'bench', 'trace', 'player.c');
  if (!existsSync(source)) throw new Failure(`${source} is missing: install the package again`);
  const out = `${name}${check ? '-check' : ''}.mjs`;
  const allocator = name === 'gharial' ? paths.requiredConfig.flags : [`-sMALLOC=${name}`];
  const words = [
    source,
    ...FLAGS,
    ...(check ? FINE : []),
    `-DPLAYER_CHECK=${check ? 1 : 0}`,
    `-DPLAYER_SLOTS=${slots}`,
    ...allocator,
    '-o',
    out,
  ];
  const { status, stderr } = runEmcc(words, directory);
  if (status !== 0)
    throw new Failure(`the player does not link with ${name}: ${stderr.trim().split('\n').at(-1)}`);
  return join(directory, out);
}

/** @param {string} program @param {string} file */
function play(program, file) {
  const worker = fileURLToPath(new URL('replay_worker.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [worker, pathToFileURL(program).href, file],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Failure(
      stderr
        .trim()
        .split('\n')
        .find((line) => /Error/.test(line)) ?? stderr,
    );
  return /** @type {{ nanoseconds: number, failures: number, peak?: number, faults?: number }} */ (
    JSON.parse(stdout)
  );
}

/** @type {import('./commands.js').Command} */
export const command = {
  usage: 'TRACE [--malloc=all] [--json]',
  help: `
Plays a trace that \`gharial record\` made with gharial and the allocators of the SDK: time for a call, and
the most memory that the heap took. Needs emcc. Times are of this machine and this moment: play twice.

  npx gharial replay app.trace.br --malloc=gharial,dlmalloc`,
  options: {
    malloc: {
      type: 'string',
      value: 'NAMES',
      help: `all (the default), or some of ${ALLOCATORS.join(',')}`,
    },
    json: { type: 'boolean', help: 'as JSON' },
  },
  operands: [1, 1],
  async run({ values, operands: [file], print, warn }) {
    const names =
      typeof values.malloc === 'string' && values.malloc !== 'all'
        ? values.malloc.split(',')
        : ALLOCATORS;
    for (const name of names)
      if (!ALLOCATORS.includes(name))
        throw new UsageError(
          `replay: there is no allocator \`${name}\`; there are ${ALLOCATORS.join(', ')}`,
        );
    const trace = await traceOf(file);
    const slots = Math.max(1024, 2 ** Math.ceil(Math.log2(trace.slots + 1)));
    const scratch = mkdtempSync(join(tmpdir(), 'gharial-replay-'));
    try {
      const results = names.map((name, i) => {
        if (process.stderr.isTTY) warn(`${name} (${i + 1} of ${names.length})`);
        const { nanoseconds } = play(build(name, scratch, false, slots), file);
        const { peak = 0, failures, faults = 0 } = play(build(name, scratch, true, slots), file);
        return {
          allocator: name,
          calls: trace.count,
          nanoseconds_per_call: nanoseconds / trace.count,
          peak_heap_size: peak,
          refused: failures,
          damaged: faults,
        };
      });
      if (values.json) print(JSON.stringify(results, null, 2));
      else {
        print(
          `${trace.name}: ${trace.count.toLocaleString('en-US')} calls, at most ${size(trace.peakBytes)} live\n`,
        );
        print('  allocator   ns a call   peak of the heap   of what is live');
        for (const r of results)
          print(
            `  ${r.allocator.padEnd(10)} ${r.nanoseconds_per_call.toFixed(1).padStart(10)} ${size(r.peak_heap_size).padStart(18)} ${(r.peak_heap_size / Math.max(1, trace.peakBytes)).toFixed(2).padStart(17)}`,
          );
      }
      const bad = results.filter(({ refused, damaged }) => refused + damaged > 0);
      for (const { allocator, refused, damaged } of bad)
        warn(`${allocator}: ${refused} calls failed, ${damaged} blocks were damaged`);
      return bad.length > 0 ? 1 : 0;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};
