// support.js — what the tests of the port share: one scratch directory, emcc through the toolchain, and what a link says about
// where its symbols come from.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const port = join(root, 'emscripten-port', 'gharial.py');
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');

/** A directory of this test run. */
export const scratch = mkdtempSync(join(tmpdir(), 'gharial-port-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** @typedef {{ status: number | null, stdout: string, stderr: string }} Result */

/**
 * Runs a command with the SDK on PATH, in the scratch directory.
 * @param {string[]} command @param {Record<string, string>} [variables] environment the SDK's tools see
 * @returns {Result}
 */
export function run(command, variables = {}) {
  // Not the toolchain's own environment: XDG_CACHE_HOME, for one, tells it where the SDK is.
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return spawnSync(toolchain, ['env', ...settings, ...command], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

/** Runs a command that has to succeed and returns what it printed. @param {string[]} command @param {Record<string, string>} [variables] */
export function output(command, variables) {
  const { status, stdout, stderr } = run(command, variables);
  assert.equal(status, 0, `${command.join(' ')}\n${stderr}${stdout}`);
  return stdout;
}

/**
 * The one line a command failed with; warnings, which Emscripten prints before it asks a port, are not counted.
 * @param {string[]} command @param {Record<string, string>} [variables]
 */
export const failure = (command, variables) => lineOf(run(command, variables), command);

/** The same for many commands, two at a time. @param {string[][]} commands @returns {Promise<(() => string)[]>} */
export async function failures(commands) {
  /** @type {(() => string)[]} */
  const lines = [];
  let next = 0;
  const worker = async () => {
    while (next < commands.length) {
      const at = next++;
      const result = await new Promise((resolve) =>
        execFile(toolchain, commands[at], { cwd: scratch }, (error, stdout, stderr) =>
          resolve({ status: error ? error.code : 0, stdout, stderr }),
        ),
      );
      lines[at] = () => lineOf(result, commands[at]);
    }
  };
  await Promise.all([worker(), worker()]);
  return lines;
}

/** @param {Result} result @param {string[]} command */
function lineOf({ status, stdout, stderr }, command) {
  assert.notEqual(status, 0, `${command.join(' ')} should have failed`);
  const lines = stderr.split('\n').filter((line) => line !== '' && !/^\S+: warning: /.test(line));
  assert.equal(lines.length, 1, `one line was expected:\n${stderr}`);
  assert.equal(stdout, '');
  return lines[0];
}

const helloProgram = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  // volatile: the compiler may not see that a block is never used
  char *volatile text = malloc(6);
  int *volatile rest = calloc(3, 1000);
  text = realloc(strcpy(text, "hello"), 100000);
  if (rest[7] == 0) puts(text);
  free(rest);
  free(text);
  return 0;
}
`;

export const hello = join(scratch, 'hello.c');
writeFileSync(hello, helloProgram);

let compiled = false;
/** hello.c compiled, which the port has no part in. */
export function helloObject() {
  const object = join(scratch, 'hello.o');
  if (!compiled) output(['emcc', '-c', hello, '-O1', '-o', object]);
  compiled = true;
  return object;
}

/** @typedef {{ script: string, module: Buffer, archives: Map<string, string> }} Program archives: symbol → where it comes from */

let links = 0;

/**
 * Links hello.o (or other inputs) into NAME.js, and reads from the linker's map where each symbol comes from.
 * @param {string[]} flags @param {{ inputs?: string[], emcc?: string[], suffix?: string, variables?: Record<string, string> }} [options]
 * @returns {Program}
 */
export function link(
  flags,
  { inputs = [helloObject()], emcc = ['emcc'], suffix = 'js', variables } = {},
) {
  links += 1;
  const script = join(scratch, `program${links}.${suffix}`);
  const map = join(scratch, `program${links}.map`);
  output([...emcc, ...inputs, ...flags, `-Wl,-Map=${map}`, '-o', script], variables);
  return {
    script,
    module: readFileSync(script.replace(/\.m?js$/, '.wasm')),
    archives: symbols(readFileSync(map, 'utf8')),
  };
}

/** A program's standard output, under the SDK's node. @param {Program} program */
export const play = (program) => output(['node', program.script]);

/**
 * Symbol → "archive(member)". The map names a section (file, member, symbol) and below it the symbols in it, aliases included.
 * @param {string} map @returns {Map<string, string>}
 */
function symbols(map) {
  const found = new Map();
  let place = '';
  for (const line of map.split('\n').slice(1)) {
    const text = line.replace(/^\s*\S+\s+\S+\s+\S+\s*/, '');
    const section = /^(.*):\((.*)\)$/.exec(text);
    if (section) {
      place = section[1].replace(/^.*\//, '');
      found.set(section[2], place);
    } else if (text !== '') found.set(text, place);
  }
  return found;
}

/** The archive that a program's malloc comes from. @param {Program} program */
export const allocatorOf = (program) =>
  (program.archives.get('malloc') ?? 'nowhere').replace(/\(.*/, '');

/** Every archive or object of a program. @param {Program} program */
export const partsOf = (program) => [
  ...new Set([...program.archives.values()].map((place) => place.replace(/\(.*/, ''))),
];

const recordMagic = Buffer.from('gharial record\n\x01', 'latin1');

/** Whether a module holds gharial's layout record. @param {Buffer} module */
export const hasRecord = (module) => module.includes(recordMagic);

/** @param {Program} program @param {boolean} [with_sbrk] whose sbrk can be lowered as well */
export function assertGharial(program, with_sbrk = true) {
  assert.match(allocatorOf(program), /^libgharial-/);
  assert.deepEqual(
    partsOf(program).filter((part) => /malloc/.test(part)),
    [],
    'no other allocator',
  );
  for (const symbol of ['malloc', 'free', 'calloc', 'realloc'])
    if (symbol === 'malloc' || program.archives.has(symbol))
      assert.match(program.archives.get(symbol) ?? '', /^libgharial-.*\(gharial\.o\)$/, symbol);
  if (with_sbrk) assert.match(program.archives.get('sbrk') ?? '', /^libgharial-.*\(sbrk\.o\)$/);
}

let copies = 0;

/** A copy of the port and its sources, to be changed. @returns {string} its directory */
export function copyOfProject() {
  copies += 1;
  const copy = join(scratch, `project${copies}`);
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  for (const file of ['gharial.py', 'gharial_library.js', 'gharial_profile.js', 'sdk.py'])
    cpSync(join(root, 'emscripten-port', file), join(copy, 'emscripten-port', file));
  return copy;
}

/** A copy of the SDK's Python, JavaScript and sources, to be changed; its libraries and cache stay shared. */
export function copyOfSdk() {
  copies += 1;
  const copy = join(scratch, `sdk${copies}`);
  // Debian's Emscripten finds its JavaScript packages by the place it lies in; a copy has to be told.
  output([
    'sh',
    '-c',
    'cp -a "$(em-config EMSCRIPTEN_ROOT)" "$1"; [ -e "$1/node_modules" ] || ln -s /usr/share/nodejs "$1/node_modules"',
    'sh',
    copy,
  ]);
  return copy;
}
