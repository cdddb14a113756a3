// matrix.js — builds a row in a variant, runs it and says what came out. Assumes: the toolchain is installed. A cell is a
// directory of its own, which is deleted.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @import { Row, Variant } from './rows.js' */

export const root = fileURLToPath(new URL('../..', import.meta.url));
const matrix = join(root, 'test', 'matrix');
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');
const port = join(root, 'emscripten-port', 'gharial.py');
const closure = join(root, 'node_modules', 'google-closure-compiler', 'cli.js');

/**
 * What a cell came to. Works: it was built, it ran, the heap was read. Refused: the port's line. Broken: not with dlmalloc either.
 * @typedef {{ outcome: 'works' | 'refused' | 'broken' | 'absent' | 'FAILED', detail: string }} Result
 */

/** @param {string[]} command @returns {Promise<{ status: number, stdout: string, stderr: string }>} */
function run(command) {
  return new Promise((resolve) => {
    // 10 minutes: the first program of a mode may build the C and C++ libraries in that mode.
    const options = { cwd: root, maxBuffer: 2 ** 26, timeout: 600_000 };
    execFile(toolchain, command, options, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code ?? 1) || 1 : 0, stdout, stderr }),
    );
  });
}

/** The versions of the SDK and of its node. @returns {Promise<{ version: string, node: string }>} */
export async function theSdk() {
  const [emcc, node] = await Promise.all([run(['emcc', '--version']), run(['node', '--version'])]);
  const number = /\d+\.\d+\.\d+/;
  return {
    version: number.exec(emcc.stdout)?.[0] ?? 'unknown',
    node: number.exec(node.stdout)?.[0] ?? 'unknown',
  };
}

/** @param {string} a @param {string} b versions */
export const isOlder = (a, b) =>
  a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' }) < 0;

/** The line with which a variant is refused. @param {Row} row @param {string} variant */
export const refusedIn = (row, variant) => row.refused ?? row.refusedWith?.[variant];

/** @param {Row} row */
const flagsOf = (row) => row.flags ?? row.name.split(' ');

/**
 * Builds and runs one cell.
 * @param {Row} row @param {Variant} variant
 * @param {{ version: string, node: string }} sdk @returns {Promise<Result>}
 */
export async function tryCell(row, { name, options, flags = [] }, { version, node }) {
  if (row.since && isOlder(version, row.since))
    return { outcome: 'absent', detail: `since Emscripten ${row.since}` };
  if (row.runs && isOlder(node, row.runs))
    return { outcome: 'absent', detail: `needs Node ${row.runs} to run` };
  const here = mkdtempSync(join(tmpdir(), 'gharial-matrix-'));
  try {
    const allocator = ['-sMALLOC=gharial', `--use-port=${port}${options}`];
    const result = await attempt(row, allocator, here, flags);
    const line = refusedIn(row, name);
    if (line) return refusal(line, result);
    if (!row.broken?.version.test(version)) return result;
    if (result.outcome === 'works')
      return failed(`works, but stands in the table as broken by the SDK: ${row.broken.reason}`);
    const peer = join(here, 'peer');
    mkdirSync(peer);
    const same = await attempt(row, ['-sMALLOC=dlmalloc', '-DPEER'], peer);
    if (same.outcome === 'works') return result;
    return { outcome: 'broken', detail: row.broken.reason };
  } finally {
    rmSync(here, { recursive: true, force: true });
  }
}

/** @param {string} detail @returns {Result} */
const failed = (detail) => ({ outcome: 'FAILED', detail });

/** @param {RegExp} line @param {Result} result @returns {Result} */
function refusal(line, { outcome, detail }) {
  if (outcome === 'works') return failed('was not refused');
  const errors = detail.split('\n').filter((text) => text !== '' && !/: warning: /.test(text));
  const said = /^\S+: error: (gharial: .*)$/.exec(errors.at(-1) ?? '')?.[1];
  if (errors.length !== 1 || !said || !line.test(said))
    return failed(`was to be refused in one line, ${line}:\n${detail}`);
  return { outcome: 'refused', detail: said.replace('gharial: ', '') };
}

/**
 * @param {Row} row @param {string[]} allocator flags that choose it @param {string} here @param {string[]} [more] flags
 * @returns {Promise<Result>}
 */
async function attempt(row, allocator, here, more = []) {
  const peer = allocator.includes('-DPEER');
  const { drive = 'script', node = [], before = [], files = {} } = row;
  for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
  /** @param {string} word */
  const filled = (word) =>
    word === '{port}' ? allocator : word.replace('{here}', here).replace('{matrix}', matrix);
  for (const command of before) {
    const { status, stderr } = await run(command.flatMap(filled));
    if (status !== 0) return failed(stderr);
  }
  const ending = { script: 'js', factory: 'cjs', module: 'mjs', instance: 'mjs', wasi: 'wasm' };
  const product = join(here, `program.${ending[drive]}`);
  const flags = flagsOf(row).flatMap(filled);
  const built = await run([
    ...['env', `EM_CLOSURE_COMPILER=${closure}`, 'emcc', join(matrix, 'program.c')],
    ...(row.cxx ? [join(matrix, 'program.cpp'), '-DWITH_CXX'] : []),
    ...(row.exceptions ? ['-DEXCEPTIONS'] : []),
    ...(flags.some((flag) => flag.startsWith('-sMINIMAL_RUNTIME'))
      ? ['--extern-post-js', join(matrix, 'expose.js')]
      : []),
    ...allocator,
    ...more,
    ...flags,
    ...['-o', product],
  ]);
  if (built.status !== 0) return failed(built.stderr);
  const ran = await run(['node', ...node, join(matrix, 'drive.mjs'), drive, product]);
  return judge(ran, peer, row.later);
}

/**
 * @param {{ status: number, stdout: string, stderr: string }} ran @param {boolean} peer @param {boolean} [later] see Row
 * @returns {Result}
 */
function judge({ status, stdout, stderr }, peer, later = false) {
  const all = `status ${status}\n${stdout}${stderr}`;
  const told = /^(sound|broken), (\d+) live blocks$/m.exec(stdout);
  if (status !== 0 || told?.[1] !== 'sound') return failed(all);
  if (peer) return { outcome: 'works', detail: '' };
  /** @type {{ live?: number, sampled?: number, limit?: number, sound?: boolean, ledger?: boolean, error?: string }} */
  const seen = JSON.parse(/^matrix (.*)$/m.exec(stdout)?.[1] ?? '{}');
  const sampled = /^(\d+) sampled$/m.exec(stdout)?.[1];
  if (`${seen.sampled}` !== `${sampled}`) return failed(`JavaScript has other samples\n${all}`);
  const live = Number(told[2]);
  const same = seen.live === live || (later && Number(seen.live) > live);
  if (!same || !seen.sound || !seen.ledger) return failed(`JavaScript sees another heap\n${all}`);
  return { outcome: 'works', detail: '' };
}
