// Breaks a copy of the project and sees whether its tests notice: the host's tests first, which take seconds, and for
// those that survive them the tests in wasm.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildNative, project, runNative, shared } from '../native/build.js';

/** @typedef {import('./mutants.js').Mutant} Mutant */
/** @typedef {{ by: 'host' | 'wasm' | 'nothing', reason: string }} Verdict who rejected a copy */

// What both kinds of tests read; node_modules is a link.
const COPIED = ['src', 'emscripten-port', 'test', 'js', 'package.json', '.mocharc.json'];

/**
 * The source with the line broken.
 * @param {string} source @param {Pick<Mutant, 'file' | 'from' | 'to'>} mutant @param {string} [folder] of the file @param {string} [table] where the mutant stands
 */
export function applied(source, { file, from, to }, folder = 'src', table = 'mutants.js') {
  const times = source.split(from).length - 1;
  if (times !== 1)
    throw new Error(
      `${folder}/${file} has ${times} places like '${from.trim()}', not one: write the mutant anew in test/mutant/${table}`,
    );
  return source.replace(from, () => to);
}

/** A copy of the project, broken by the mutant if there is one. @param {Mutant} [mutant] */
function copyOf(mutant) {
  const folder = join(project, 'build/mutant');
  mkdirSync(folder, { recursive: true });
  const copy = `${mkdtempSync(join(folder, 'copy-'))}/`;
  for (const name of COPIED)
    if (existsSync(join(project, name)))
      cpSync(join(project, name), join(copy, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  if (mutant !== undefined) {
    const file = join(copy, 'src', mutant.file);
    writeFileSync(file, applied(readFileSync(file, 'utf8'), mutant));
  }
  return copy;
}

/** @param {string} output @returns {string} the line that says what was noticed */
function reasonIn(output) {
  const lines = output.split('\n').filter((line) => line !== '' && !/^(test: |seed )/.test(line));
  return (lines.find((line) => /error|fault|hpp:\d|I\d/.test(line)) ?? lines.at(-1) ?? '').trim();
}

/** What the tests on the host, which take five, get until an endless loop is taken for one: seconds. */
const ENDLESS = 30;

/**
 * @param {string} copy @param {Mutant['variant'] | 'native'} [variant] @param {number} [seconds]
 * @returns {Promise<string>} why the host's tests reject the copy; '' if they do not
 */
async function rejectedOnHost(copy, variant = 'native', seconds = ENDLESS) {
  const flags = { native: [], hardened: ['-DGHARIAL_HARDENED=1'], threads: shared }[variant];
  let program;
  try {
    // Checked, so that the code's own assertions count; without sanitizers, since it is built for every mutant.
    program = await buildNative(`test/native/${variant}.cpp`, {
      flags: ['-O1', '-Wno-error', ...flags],
      checked: variant !== 'hardened',
      root: copy,
      folder: join(copy, 'build'),
    });
  } catch (error) {
    // A static_assert is a test too; anything else would be a mutant that is no C++.
    const message = String(/** @type {Error} */ (error).message);
    const asserted = /error: static.assert.*/.exec(message);
    if (asserted === null) throw error;
    return asserted[0];
  }
  const { status, output } = await runNative(program, [], { seconds });
  if (status === 0) return '';
  return reasonIn(output) || `${status}${/^test: .*$/gm.exec(output)?.[0] ?? ''}`;
}

/**
 * @param {string} copy @param {string[]} [tests]
 * @returns {Promise<string>} why the tests in wasm reject the copy; '' if they do not
 */
async function rejectedInWasm(copy, tests = ['test/unit/**/*.test.js', 'test/model/**/*.test.js']) {
  const mocha = join(project, 'node_modules/mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, '--bail', ...tests], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GHARIAL_RUNS: '20' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
  const [status] = await once(child, 'close');
  if (status === 0) return '';
  return /^\s*((?:\w*Error|AssertionError).*)$/m.exec(output)?.[1] ?? output.slice(-500).trim();
}

/** Who rejects the project, broken by the mutant if there is one. @param {Mutant} [mutant] @returns {Promise<Verdict>} */
export async function judge(mutant) {
  const copy = copyOf(mutant);
  try {
    const variant = mutant?.variant;
    // The project itself: that a copy of it builds and runs in every way there is. All its tests in wasm are run elsewhere.
    const patience = mutant === undefined ? 10 * ENDLESS : ENDLESS;
    const onHost =
      (await rejectedOnHost(copy, variant, patience)) ||
      (mutant === undefined ? await rejectedOnHost(copy, 'threads', patience) : '');
    if (onHost !== '') return { by: 'host', reason: onHost };
    if (variant === 'threads') return { by: 'nothing', reason: '' };
    const inWasm = await (mutant === undefined
      ? rejectedInWasm(copy, ['test/unit/realloc.test.js', 'test/model/**/*.test.js'])
      : rejectedInWasm(copy));
    return inWasm === '' ? { by: 'nothing', reason: '' } : { by: 'wasm', reason: inWasm };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * Judges all, two at a time, in order: the promises are there at once.
 * @param {(Mutant | undefined)[]} all @returns {Promise<Verdict>[]}
 */
export function judgeAll(all) {
  const workers = [Promise.resolve(), Promise.resolve()];
  return all.map((mutant, i) => {
    const verdict = workers[i % workers.length].then(() => judge(mutant));
    workers[i % workers.length] = verdict.then(
      () => {},
      () => {},
    );
    return verdict;
  });
}
