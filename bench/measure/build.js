/**
 * build.js — programs of the benchmark, compiled once: the result lies in build/bench under a name that is the hash of all
 * that went into it. Assumes an SDK that emscripten-port/toolchain/run finds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allocatorNamed, defaultPort, fingerprint } from '../allocators/index.js';
import { header, sources } from '../patterns/index.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');
const products = join(root, 'build', 'bench');

/** Standard output of a command that is run with the SDK on PATH and has to succeed. @param {string[]} command */
export const outputInSdk = (command) => {
  const { status, stdout, stderr } = spawnSync(toolchain, command, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${command.join(' ')}\n${stderr}${stdout}`);
  return stdout;
};

let version = '';
/** The SDK's version. */
export const emccVersion = () => {
  version ||= /\d+\.\d+\.\d+\S*/.exec(outputInSdk(['emcc', '--version']))?.[0] ?? 'unknown';
  return version;
};

/**
 * Runs a command of the SDK that writes one product, unless its result is there.
 * @param {string} name @param {string} suffix of the product
 * @param {(string | Buffer)[]} inputs all that the product depends on beside the command and the SDK
 * @param {string[]} command without `-o`
 * @returns {string} the product's path
 */
const once = (name, suffix, inputs, command) => {
  const hash = createHash('sha256').update(emccVersion()).update(JSON.stringify(command));
  for (const input of inputs) hash.update('\0').update(input);
  const directory = join(products, `${name}-${hash.digest('hex').slice(0, 16)}`);
  const product = join(directory, `program.${suffix}`);
  if (existsSync(product)) return product;
  const work = `${directory}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  outputInSdk([...command, '-o', join(work, `program.${suffix}`)]);
  rmSync(directory, { recursive: true, force: true });
  renameSync(work, directory);
  return product;
};

/**
 * Links a program with an allocator.
 * @param {string} name @param {string[]} files its sources and objects
 * @param {string[]} flags @param {string} allocator
 * @param {{ port?: string, suffix?: string, headers?: string[], compiler?: string }} [how]
 */
export const link = (name, files, flags, allocator, how = {}) => {
  const { port = defaultPort, suffix = 'mjs', headers = [], compiler = 'emcc' } = how;
  const chosen = allocatorNamed(allocator);
  const inputs = [...files, ...headers].map((file) => readFileSync(file));
  return once(
    `${name}-${allocator}`,
    suffix,
    [fingerprint(chosen, port), ...inputs],
    [compiler, ...files, ...chosen.sources, ...flags, ...chosen.flags(port)],
  );
};

/**
 * Compiles one file of a program.
 * @param {string} name @param {string} source @param {string[]} command with its flags
 * @param {string[]} folders whose headers it may include
 */
export const compileObject = (name, source, command, folders) => {
  const headers = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.h'))
      .map((file) => readFileSync(join(folder, file))),
  );
  return once(name, 'o', [readFileSync(source), ...headers], [...command, '-c', source]);
};

const MODULE = [
  ...['-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node', '--no-entry', '-sALLOW_MEMORY_GROWTH'],
  ...['-sEXPORTED_RUNTIME_METHODS=wasmExports,wasmMemory', '-sMAXIMUM_MEMORY=4GB'],
];
/** Peak memory in the finest steps there are: the default ones hide what allocators differ in. */
export const FINE_STEPS = ['-sINITIAL_HEAP=64KB', '-sMEMORY_GROWTH_LINEAR_STEP=64KB'];

/**
 * The program that has all patterns.
 * @param {string} allocator
 * @param {{ port?: string, watch?: boolean, threads?: boolean }} [how] `watch`: looks at contents, live bytes and the break, and grows in
 *   fine steps; `threads`: is linked for pthreads, and starts none
 * @returns {string} path of an ES module
 */
export const buildPatterns = (allocator, { port, watch = false, threads = false } = {}) => {
  const compile = ['-O2', '-fno-builtin-malloc', '-Wall', '-Wextra', '-Werror'];
  const flags = [...compile, ...MODULE, ...(watch ? ['-DBENCH_WATCH=1', ...FINE_STEPS] : [])];
  if (threads) flags.push('-pthread', '-Wno-pthreads-mem-growth');
  return link(watch ? 'watch' : 'patterns', sources, flags, allocator, { port, headers: [header] });
};
