// build.js — programs for the tests, compiled once: the result lies in build/test under a name that is the hash of all that
// went into it. Assumes: the toolchain is installed. A program is an ES module of emcc's, and a WebAssembly.Module that is
// compiled once, so that a fresh instance costs a millisecond.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const port = join(root, 'emscripten-port', 'gharial.py');
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');
const products = join(root, 'build', 'test');

/** GHARIAL_THREADS=1: programs are linked with -pthread, so that the same tests run in the variant for threads. */
export const threads = process.env.GHARIAL_THREADS === '1';

/**
 * Declares a test of what the variant for threads does otherwise by design.
 * @param {string} title @param {() => void | Promise<void>} run
 */
export function itWithoutThreads(title, run) {
  if (!threads) it(title, run);
}

/** Minutes: the first program builds the archive, and the SDK its libraries. */
export const BUILD_TIMEOUT = 600_000;

/**
 * Runs a command with the SDK on PATH.
 * @param {string[]} command
 */
export function inSdk(command) {
  return spawnSync(toolchain, command, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** Standard output of a command that has to succeed. @param {string[]} command */
export function outputInSdk(command) {
  const { status, stdout, stderr } = inSdk(command);
  if (status !== 0) throw new Error(`${command.join(' ')}\n${stderr}${stdout}`);
  return stdout;
}

/** True iff GHARIAL_SUITE names an SDK of before 4.0; make test's own is newer. */
export const isOldSdk = () =>
  process.env.GHARIAL_SUITE !== undefined && Number.parseInt(emccVersion(), 10) < 4;

/** @param {string} directory @returns {string[]} */
const filesIn = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

let version = '';
/** The SDK's version. */
export function emccVersion() {
  version ||= /\d+\.\d+\.\d+\S*/.exec(outputInSdk(['emcc', '--version']))?.[0] ?? 'unknown';
  return version;
}

let allocator = '';
/** A hash of everything that decides what a program with gharial is, but for the program. */
function hashOfAllocator() {
  if (allocator === '') {
    const hash = createHash('sha256').update(emccVersion());
    const inputs = [...filesIn(join(root, 'src')), port, port.replace('.py', '_library.js')];
    for (const file of inputs) hash.update(`\0${basename(file)}\0`).update(readFileSync(file));
    allocator = hash.digest('hex');
  }
  return allocator;
}

/**
 * Links a program with gharial, unless that was done before.
 * @param {string} name of the product
 * @param {string[]} sources files
 * @param {string[]} flags of emcc
 * @param {{ options?: string, suffix?: string, headers?: string[] }} [how] options of the port, ":checked=1"; headers: files that
 *   sources include
 * @returns {string} the .mjs (or whatever the suffix is)
 */
export function build(name, sources, flags, { options = '', suffix = 'mjs', headers = [] } = {}) {
  if (threads && !flags.includes('-sWASM_WORKERS')) flags = [...flags, '-pthread'];
  const hash = createHash('sha256').update(hashOfAllocator());
  hash.update(JSON.stringify([flags, options, suffix]));
  for (const file of [...sources, ...headers]) hash.update(readFileSync(file));
  return once(name, hash, suffix, sources, [
    '-sMALLOC=gharial',
    `--use-port=${port}${options}`,
    ...flags,
  ]);
}

/**
 * Links a program with an allocator of the SDK's. It may include the core and the native tests as source.
 * @param {string} name @param {string[]} sources @param {string[]} flags of emcc
 */
export function buildPlain(name, sources, flags) {
  const hash = createHash('sha256').update(hashOfAllocator()).update(JSON.stringify(flags));
  for (const folder of ['native', 'fuzz'])
    for (const file of filesIn(join(root, 'test', folder)))
      if (/\.[ch](pp)?$/.test(file)) hash.update(readFileSync(file));
  for (const source of sources) hash.update(readFileSync(source));
  return once(name, hash, 'mjs', sources, flags);
}

/**
 * @param {string} name @param {import('node:crypto').Hash} hash of all that the product depends on
 * @param {string} suffix @param {string[]} sources @param {string[]} flags
 */
function once(name, hash, suffix, sources, flags) {
  const directory = join(products, `${name}-${hash.digest('hex').slice(0, 16)}`);
  const product = join(directory, `program.${suffix}`);
  if (existsSync(product)) return product;
  const work = `${directory}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  const emcc = sources.some((source) => source.endsWith('.cpp')) ? 'em++' : 'emcc';
  outputInSdk([emcc, ...sources, ...flags, '-o', join(work, `program.${suffix}`)]);
  rmSync(directory, { recursive: true, force: true });
  renameSync(work, directory);
  return product;
}

/** @typedef {(options?: Record<string, unknown>) => Promise<any>} Factory */
/** @type {Map<string, Promise<{ create: Factory, module: WebAssembly.Module }>>} */
const loaded = new Map();

/**
 * A factory of fresh instances of a program that `build` made.
 * @param {string} product @returns {Promise<Factory>}
 */
export async function load(product) {
  if (!loaded.has(product)) loaded.set(product, read(product));
  const { create, module } =
    await /** @type {Promise<{ create: Factory, module: WebAssembly.Module }>} */ (
      loaded.get(product)
    );
  return (options = {}) =>
    create({
      instantiateWasm(
        /** @type {WebAssembly.Imports} */ imports,
        /** @type {(instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown} */ done,
      ) {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance, module);
        return instance.exports;
      },
      ...options,
    });
}

/** @param {string} product */
async function read(product) {
  const { default: create } = await import(pathToFileURL(product).href);
  return { create, module: new WebAssembly.Module(readFileSync(product.replace(/mjs$/, 'wasm'))) };
}
