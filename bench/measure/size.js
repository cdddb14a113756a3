/**
 * size.js — bytes of wasm that a program has at -Oz, and what is left of them without those of the same program with the
 * bump allocator. JavaScript that an allocator makes Emscripten add is told apart.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { link } from './build.js';

/** @typedef {import('./csv.js').Row} Row */

export const programs = [
  { name: 'malloc-free', title: '`malloc` and `free`', file: 'malloc_free.c' },
  { name: 'whole-api', title: 'all of C’s interface', file: 'whole_api.c' },
];

const COMPRESSIONS = {
  raw: (/** @type {Buffer} */ bytes) => bytes.length,
  gzip: (/** @type {Buffer} */ bytes) => gzipSync(bytes, { level: 9 }).length,
  brotli: (/** @type {Buffer} */ bytes) => brotliCompressSync(bytes).length,
};

/** @param {string} program @param {string} allocator @param {string} [port] */
const sizesOf = (program, allocator, port) => {
  const found = programs.find(({ name }) => name === program);
  if (!found) throw new RangeError(`there is no program '${program}'`);
  const source = fileURLToPath(new URL(`size/${found.file}`, import.meta.url));
  // Without -fno-builtin the compiler sees that a block which nobody reads need not exist.
  const flags = ['-Oz', '-fno-builtin'];
  const script = link(`size-${program}`, [source], flags, allocator, { port, suffix: 'js' });
  const wasm = readFileSync(script.replace(/js$/, 'wasm'));
  const sizes = Object.entries(COMPRESSIONS).map(([name, size]) => [name, size(wasm)]);
  return { ...Object.fromEntries(sizes), javascript: readFileSync(script).length };
};

/** @param {import('./index.js').Selection} selection @returns {Promise<Row[]>} */
export const measureSize = async ({ allocators, port, progress }) => {
  /** @type {Row[]} */
  const rows = [];
  for (const { name: pattern } of programs) {
    progress?.(`size: ${pattern}`);
    const floor = sizesOf(pattern, 'bump');
    for (const allocator of allocators.filter((name) => name !== 'stub')) {
      const sizes = sizesOf(pattern, allocator, port);
      for (const [metric, value] of Object.entries(sizes)) {
        const row = { measure: 'size', pattern, allocator, unit: 'B' };
        rows.push({ ...row, metric, value });
        rows.push({ ...row, metric: `${metric} beyond bump`, value: value - floor[metric] });
      }
    }
  }
  return rows;
};
