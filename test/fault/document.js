// document.js — the generated parts of docs/security.md: between a line that names a part and one that ends it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/build.js';
import { configurations, faults } from './faults.js';

const PAGE = join(root, 'docs', 'security.md');

/** What is written between the marks of a part. @param {string} part */
function placeOf(part) {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- generated: ${part} -->\n\n`;
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf('\n<!-- end -->', from);
  if (from < begin.length || to < 0) throw new Error(`docs/security.md has no part '${part}'`);
  return { page, from, to };
}
/** @param {string} part */
export function written(part) {
  const { page, from, to } = placeOf(part);
  return page.slice(from, to);
}
/** @param {string} part @param {string} text */
export function write(part, text) {
  const { page, from, to } = placeOf(part);
  writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to));
}

/** @param {string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |\n`;

const WORDS = {
  caught: '**caught**',
  later: 'caught later',
  harmless: 'harmless',
  corrupts: 'corrupts',
};

/**
 * The table of faults.
 * @param {Record<string, Record<string, import('./faults.js').Outcome>>} outcomes by configuration and fault
 */
export function tableOfFaults(outcomes) {
  const titles = configurations.map(({ name }) =>
    name === 'hardened' ? 'gharial, hardened' : name === 'with options' ? '… with options' : name,
  );
  return [
    line(['', ...titles]),
    line(['---', ...titles.map(() => '---')]),
    ...faults.map(([fault, title]) =>
      line([title, ...configurations.map(({ name }) => WORDS[outcomes[name][fault].ending])]),
    ),
  ].join('');
}

/** @param {Awaited<ReturnType<typeof import('./cost.js').instructionRatios>>} instructions */
export function tableOfInstructions({ ratios, mean }) {
  return [
    line(['instructions for each operation', 'release', 'hardened', 'times']),
    line(['---', '--:', '--:', '--:']),
    ...ratios.map(({ title, release, variant, ratio }) =>
      line([title, release.toFixed(1), variant.toFixed(1), ratio.toFixed(2)]),
    ),
    line(['geometric mean', '', '', mean.toFixed(2)]),
  ].join('');
}

/**
 * @param {Awaited<ReturnType<typeof import('./cost.js').sizes>>} sizes
 * @param {Awaited<ReturnType<typeof import('./cost.js').memoryRatios>>} memory
 */
export function tableOfBytes({ mallocFree, wholeApi }, memory) {
  const bytes = (/** @type {number} */ number) => number.toLocaleString('en-US');
  const largest = memory.ratios.reduce((a, b) => (a.ratio > b.ratio ? a : b));
  const row = (
    /** @type {string} */ title,
    /** @type {{ release: number, variant: number }} */ size,
  ) => line([title, bytes(size.release), bytes(size.variant), bytes(size.variant - size.release)]);
  return [
    line(['bytes of wasm at `-Oz`', 'release', 'hardened', 'more']),
    line(['---', '--:', '--:', '--:']),
    row('a program of `malloc` and `free`', mallocFree),
    row('one with all of C’s interface', wholeApi),
    '\n',
    `Peak memory in the patterns of the benchmark: ${memory.mean.toFixed(2)} times the release's in the geometric mean, ` +
      `${largest.ratio.toFixed(2)} times at most (${largest.name}).\n`,
  ].join('');
}
