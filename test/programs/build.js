// build.js — builds the programs of programs.js with a given allocator, and runs them.
//
//   node test/programs/build.js PROGRAM [dlmalloc|emmalloc|mimalloc|gharial[:option=value…]]
//
// Objects are compiled once and linked once per allocator, into build/programs/. Everything is kept until its command, its
// inputs or the SDK change. Nothing here knows what gharial is made of, except where its files lie.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { programNamed, root } from './programs.js';

/** @typedef {import('./programs.js').Program} Program */
/**
 * @typedef {object} Run
 * @property {number} status exit status
 * @property {string} output what the program printed
 * @property {string} errors what it printed on standard error
 * @property {any} module the Emscripten module, its heap as the program left it
 */

const execute = promisify(execFile);
const output = join(root, 'build', 'programs');
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');
export const port = join(root, 'emscripten-port', 'gharial.py');

// An ES module whose main is called by us and whose heap stays readable after it returned.
const moduleFlags = [
  '-sMODULARIZE',
  '-sEXPORT_ES6',
  '-sENVIRONMENT=node',
  '-sALLOW_MEMORY_GROWTH',
  '-sFORCE_FILESYSTEM',
  '-sINVOKE_RUN=0',
  '-sEXPORTED_RUNTIME_METHODS=callMain,FS,wasmMemory',
];

/** Fetches the sources that are not there yet. */
export async function fetchSources() {
  const script = fileURLToPath(new URL('fetch', import.meta.url));
  try {
    await execute(script);
  } catch (error) {
    throw new Error(lastLine(/** @type {any} */ (error).stderr) || `${script} failed.`);
  }
}

/** @param {string | undefined} text */
const lastLine = (text) => (text ?? '').trimEnd().split('\n').at(-1) ?? '';

/** @type {Promise<string> | undefined} */
let sdkVersion;
/** Objects of one SDK must not meet the libraries of another. */
const sdk = () => {
  sdkVersion ??= execute(toolchain, ['emcc', '--version']).then(
    ({ stdout }) => stdout.split('\n')[0],
    (error) => {
      throw new Error(lastLine(error.stderr) || 'emcc does not run.');
    },
  );
  return sdkVersion;
};

/** A fingerprint that changes when a file is written anew. @param {string[]} files */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
const filesIn = (folder, pattern) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));

/** The files that libgharial.a and its glue are made of. */
const allocatorFiles = () => [
  ...filesIn(join(root, 'src'), /\.(c|h|cpp|hpp)$/),
  ...filesIn(join(root, 'emscripten-port'), /^[^/]*\.(py|js)$/),
];

/**
 * Runs `command` in `folder` unless it was run there with the same words on the same inputs.
 * @param {string} folder @param {string} stampName @param {string[]} command @param {string[]} inputs
 * @param {string} what for the message when it fails
 */
async function once(folder, stampName, command, inputs, what) {
  const stamp = join(folder, stampName);
  const wanted = [await sdk(), ...command, fingerprint(inputs)].join('\n');
  try {
    if (readFileSync(stamp, 'utf8') === wanted) return;
  } catch {
    // not built yet
  }
  rmSync(stamp, { force: true });
  try {
    await execute(toolchain, command, { cwd: folder, maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stderr = '', stdout = '' } = /** @type {any} */ (error);
    const log = join(output, `${stampName.slice(1)}.log`);
    writeFileSync(log, `${command.join(' ')}\n${stdout}${stderr}`);
    const reason = /^.*error:.*$/m.exec(stderr)?.[0] ?? lastLine(stderr);
    throw new Error(`cannot ${what}: ${reason} (the whole log is in ${relative(root, log)})`);
  }
  writeFileSync(stamp, wanted);
}

/**
 * The words that choose an allocator when linking: 'dlmalloc', 'gharial' or 'gharial:checked=1'.
 * @param {string} allocator @returns {string[]}
 */
export function allocatorFlags(allocator) {
  const [name, ...options] = allocator.split(':');
  if (name !== 'gharial') return [`-sMALLOC=${name}`];
  return ['-sMALLOC=gharial', `--use-port=${[port, ...options].join(':')}`];
}

/** Compiles the program's objects. @param {Program} program @returns {Promise<string[]>} their paths */
async function compile(program) {
  const folder = join(output, program.name);
  mkdirSync(folder, { recursive: true });
  await once(
    folder,
    `.${program.name}-objects`,
    [program.compiler, '-O2', '-w', ...program.compileFlags, '-c', ...program.sources],
    [...program.sources, ...filesIn(fileURLToPath(new URL('workloads', import.meta.url)), /\.h$/)],
    `compile ${program.name}`,
  );
  return program.sources.map((file) => join(folder, basename(file).replace(/\.\w+$/, '.o')));
}

/** @type {Map<Program, Promise<string[]>>} */
const compiling = new Map();

/**
 * Builds `program` with `allocator`; quick when nothing changed.
 * @param {Program} program @param {string} allocator @returns {Promise<string>} the path of the ES module
 */
export async function build(program, allocator) {
  const objects = compiling.get(program) ?? compile(program);
  compiling.set(program, objects);
  const inputs = await objects;
  const name = `${program.name}-${allocator.replaceAll(/[:=]/g, '-')}`;
  await once(
    output,
    `.${name}`,
    [
      program.compiler,
      '-O2',
      ...inputs,
      ...allocatorFlags(allocator),
      ...moduleFlags,
      ...program.linkFlags,
      '-o',
      `${name}.mjs`,
    ],
    [...inputs, ...(allocator.startsWith('gharial') ? allocatorFiles() : [])],
    `link ${program.name} with ${allocator}`,
  );
  return join(output, `${name}.mjs`);
}

/**
 * Calls `task` for each item, two at a time: a link mostly keeps one core busy.
 * @template T @param {T[]} items @param {(item: T) => Promise<unknown>} task
 */
export async function twoAtATime(items, task) {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await task(item);
  };
  await Promise.all([worker(), worker()]);
}

/** Runs a built program in this process. @param {Program} program @param {string} path @returns {Promise<Run>} */
export async function run(program, path) {
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  const errors = [];
  const { default: create } = await import(pathToFileURL(path).href);
  const module = await create({
    print: (/** @type {string} */ line) => lines.push(line),
    printErr: (/** @type {string} */ line) => errors.push(line),
    // The default sets this process's exit code.
    quit: (/** @type {number} */ _status, /** @type {unknown} */ reason) => {
      throw reason;
    },
  });
  for (const [name, file] of Object.entries(program.files)) {
    module.FS.writeFile(name, readFileSync(file));
  }
  const status = module.callMain([...program.args]);
  return { status, output: lines.join('\n'), errors: errors.join('\n'), module };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', allocator = 'gharial'] = process.argv.slice(2);
  try {
    const program = programNamed(name);
    await fetchSources();
    const result = await run(program, await build(program, allocator));
    process.stdout.write(`${result.output}\n`);
    process.stderr.write(result.errors);
    process.exitCode = result.status;
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}
