// modules.js — real modules for the tests of js/: one small C program, built with gharial in several ways. Built when first
// asked for and kept in build/ under a hash of all that goes into it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const out = join(root, 'build/test-js');
const run = promisify(execFile);

// What the tests call: the allocator, sbrk, and the allocator's own statistics to compare with.
const EXPORTS = [
  ...['malloc', 'free', 'realloc', 'calloc', 'memalign', 'sbrk', 'malloc_trim', 'gharial_validate'],
  ...['stats_get', 'stats_field', 'visit_begin', 'visit_field', 'fill'],
];
const PROGRAM = `
#include <gharial.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static struct gharial_stats stats;
int stats_get(void) { stats.size = sizeof stats; stats.version = GHARIAL_STATS_VERSION; return gharial_stats_get(&stats); }
size_t stats_field(int i) { return (&stats.heap_bytes)[i]; }
static unsigned blocks[3], sum;
static int visit(void* block, size_t bytes, enum gharial_block_state state, void* context) {
  blocks[state - 1]++;
  sum = sum * 31 + (unsigned)(size_t)block + (unsigned)bytes * 7 + state;
  return 0;
}
void visit_begin(void) { memset(blocks, 0, sizeof blocks); sum = 0; gharial_visit_blocks(visit, 0); }
unsigned visit_field(int i) { return i == 0 ? sum : blocks[i - 1]; }
void fill(char* block, int value, size_t bytes) { memset(block, value, bytes); }
`;

/** Everything the build depends on, as one hash. @param {string[]} parts */
function hashOf(parts) {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) => {
    if (statSync(path).isDirectory())
      for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path.slice(root.length)).update(readFileSync(path));
  };
  add(join(root, 'src'));
  for (const name of ['gharial.py', 'gharial_library.js', 'gharial_profile.js'])
    add(join(root, 'emscripten-port', name));
  for (const part of parts) hash.update(`\0${part}`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds the program and returns the path of its JavaScript.
 * @param {string} name @param {string[]} [flags]
 * @param {{ port?: string, extension?: string, program?: string, exports?: string[] }} [options] port: the port's options
 */
export async function build(
  name,
  flags = [],
  { port = '', extension = 'mjs', program = PROGRAM, exports = EXPORTS } = {},
) {
  const all = [
    '-O1',
    '-sMODULARIZE',
    ...(extension === 'mjs' ? ['-sEXPORT_ES6'] : []),
    ...(port === 'none'
      ? ['-sMALLOC=dlmalloc']
      : ['-sMALLOC=gharial', `--use-port=${join(root, 'emscripten-port/gharial.py')}${port}`]),
    '--no-entry',
    `-sEXPORTED_FUNCTIONS=${exports.map((symbol) => `_${symbol}`).join(',')}`,
    ...flags,
  ];
  const dir = join(out, `${name}-${hashOf([program, ...all])}`);
  const file = join(dir, `${name}.${extension}`);
  if (existsSync(file)) return file;
  const making = `${dir}.${process.pid}`; // a build that was stopped halfway must not look like one
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const source = join(making, 'program.c');
  writeFileSync(source, program);
  const command = ['emcc', source, ...all, '-o', join(making, `${name}.${extension}`)];
  await run(join(root, 'emscripten-port/toolchain/run'), command, { cwd: root });
  rmSync(dir, { recursive: true, force: true });
  renameSync(making, dir);
  return file;
}

/** A fresh instance of what build() made. @param {string} file @param {object} [options] */
export async function instantiate(file, options = {}) {
  const factory = file.endsWith('.mjs')
    ? (await import(pathToFileURL(file).href)).default
    : createRequire(import.meta.url)(file);
  return await factory(options);
}

/** The module most tests use: small, growing page by page. */
export const growing = () =>
  build('growing', [
    '-sALLOW_MEMORY_GROWTH',
    '-sINITIAL_HEAP=64KB',
    '-sMEMORY_GROWTH_LINEAR_STEP=64KB',
    '-sMAXIMUM_MEMORY=2GB',
  ]);

/** Unsigned, as an address is. @param {number} raw */
export const ptr = (raw) => raw >>> 0;
