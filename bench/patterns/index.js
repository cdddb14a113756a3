/**
 * index.js — the patterns: which functions of this directory's C files make each up, how many steps, and how many operations
 * those are. An operation is what docs/benchmarks.md divides by: one malloc and one free, or one realloc.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ run: string, parameters: number[], steps: number, chunk?: number }} WarmUp */
/**
 * @typedef {object} Pattern
 * @property {string} name
 * @property {string} title for people
 * @property {string} stresses what an allocator needs to do well on it
 * @property {string} run name of the C function that takes the first step, the last, and `parameters`
 * @property {number[]} parameters
 * @property {number} steps
 * @property {number} chunk steps per call: short calls let V8 replace its baseline code
 * @property {number} operations of all the steps
 * @property {WarmUp | null} warmUp what happens before measuring begins: the heap is neither empty nor small any more
 * @property {boolean} memoryOnly
 * @property {boolean} [needsFree] it asks for gigabytes when nothing is ever freed
 * @property {boolean} [fromStart] counting includes the module's start, and it is not timed, as it happens once only
 */

const directory = fileURLToPath(new URL('.', import.meta.url));
/** The C files of all patterns. */
export const sources = readdirSync(directory)
  .filter((name) => name.endsWith('.c'))
  .sort()
  .map((name) => join(directory, name));
export const header = join(directory, 'slots.h');

const KiB = 1024;

/**
 * @param {string} name @param {string} title @param {string} stresses
 * @param {Partial<Pattern> & Pick<Pattern, 'run' | 'steps'>} rest
 * @returns {Pattern}
 */
const pattern = (name, title, stresses, rest) => ({
  ...{ name, title, stresses, parameters: [], chunk: 1000, operations: rest.steps },
  ...{ warmUp: null, memoryOnly: false, ...rest },
});

/**
 * @param {string} name @param {string} title @param {string} stresses
 * @param {number} steps @param {number} warmUp steps @param {number[]} parameters live, lowest, range
 */
const churn = (name, title, stresses, steps, warmUp, parameters, run = 'churn') =>
  pattern(name, title, stresses, {
    ...{
      run,
      parameters,
      steps,
      needsFree: (steps * (parameters[1] + parameters[2])) / 2 > 2 ** 30,
    },
    warmUp: { run, parameters, steps: warmUp },
  });

/**
 * A pattern that gives everything back: it warms up by happening once.
 * @param {string} name @param {string} title @param {string} stresses
 * @param {Partial<Pattern> & Pick<Pattern, 'run' | 'steps' | 'parameters'>} rest
 */
const round = (name, title, stresses, rest) => {
  const { run, steps, parameters, chunk } = rest;
  return pattern(name, title, stresses, { ...rest, warmUp: { run, steps, parameters, chunk } });
};

/** @param {string} name @param {string} title @param {string} stresses @param {string} run @param {number} bytes */
const bulk = (name, title, stresses, run, bytes) => {
  const count = 200_000;
  return round(name, title, stresses, {
    ...{ run, parameters: [count, bytes], steps: 2 * count, operations: count },
  });
};

/**
 * Blocks of all sizes that come and go, half a million steps after a million and a half.
 * @param {string} name @param {string} title @param {number} live
 */
const mixed = (name, title, live) =>
  pattern(name, title, 'pieces that fit again', {
    ...{ run: 'mixed', parameters: [2 * live], steps: 500_000, operations: 250_000 },
    ...{ needsFree: true },
    warmUp: { run: 'mixed', parameters: [2 * live], steps: 1_500_000 },
  });

/** 1 000 blocks of a size and of a little more, as many programs' buffers have a header. @returns {Pattern[]} */
const liveBlocks = () =>
  [4, 8, 16, 32, 64, 80, 128].flatMap((size) =>
    [0, 1, 8].map((more) => {
      const extra = more ? ` + ${more} B` : '';
      return pattern(
        `live-${size}k${more ? `+${more}` : ''}`,
        `1 000 live blocks of ${size} KiB${extra}`,
        'no memory lost to rounding',
        { run: 'live', parameters: [size * KiB + more], steps: 1000, memoryOnly: true },
      );
    }),
  );

/** @type {Pattern[]} */
export const patterns = [
  pattern('pair', 'pair, 16…143 B', 'the shortest way through malloc and free', {
    run: 'pair',
    steps: 100_000,
    warmUp: { run: 'pair', parameters: [], steps: 1000 },
  }),
  churn(
    ...['churn-10k', 'churn, 10 000 live, 8…511 B', 'many sizes, all of them in use'],
    ...[200_000, 100_000, [10_000, 8, 504]],
  ),
  churn(
    ...['churn-200k', 'churn, 200 000 live, 16…255 B', 'a heap that no cache holds'],
    ...[200_000, 400_000, [200_000, 16, 240]],
  ),
  bulk(
    'bulk-in-order',
    'bulk, 200 000 × 32 B, in order',
    'taking from and giving to many MiniPages',
    ...['bulk_in_order', 32],
  ),
  bulk(
    'bulk-in-reverse',
    'bulk, 200 000 × 48 B, in reverse',
    'the order in which nested scopes end',
    ...['bulk_in_reverse', 48],
  ),
  bulk(
    'bulk-shuffled',
    'bulk, 200 000 × 32 B, shuffled',
    'frees that hit another place of the heap each time',
    ...['bulk_shuffled', 32],
  ),
  churn(
    ...['churn-medium', 'churn, 500 live, 1…64 KiB', 'buffers: fits that are found, not searched'],
    ...[20_000, 5000, [500, KiB, 63 * KiB]],
  ),
  churn(
    ...['churn-large', 'churn, 50 live, 64 KiB…1 MiB', 'images and files: splitting and joining'],
    ...[5000, 500, [50, 64 * KiB, 960 * KiB]],
  ),
  round('trees', 'binary trees, depth 17', 'one small size, built and torn down', {
    ...{ run: 'trees', parameters: [17], steps: 1, chunk: 1, operations: 2 ** 18 - 1 },
  }),
  round('growth-quarters', '`realloc` 16 B → 40 kB by quarters', 'growing in place', {
    ...{ run: 'growth_by_quarters', parameters: [40_000], steps: 1000, chunk: 50 },
    operations: 1000 * 36,
  }),
  round('growth-constant', '`realloc` 16 B → 40 kB by 64 B', 'growing in place, often', {
    ...{ run: 'growth_by_constant', parameters: [40_000, 64], steps: 100, chunk: 5 },
    operations: 100 * 625,
  }),
  round('growth-side', '`realloc` of eight side by side by half', 'growing among others', {
    ...{ run: 'growth_side_by_side', parameters: [40_000], steps: 200, chunk: 10 },
    operations: 200 * 8 * 21,
  }),
  churn(
    ...['calloc', '`calloc` churn, 1 000 live, 8…1023 B', 'clearing no more than needed'],
    ...[50_000, 5000, [1000, 8, 1016], 'churn_calloc'],
  ),
  churn(
    ...['memalign', '`memalign` churn to 512, 16…512 B', 'alignment without waste'],
    ...[50_000, 5000, [1000, 16, 497], 'churn_memalign'],
  ),
  round('fragmentation', 'small ones stay among large ones', 'using again what was freed', {
    ...{ run: 'fragmentation', parameters: [1000], steps: 3000, chunk: 100, operations: 3000 },
  }),
  pattern('waves', 'twelve waves of 10 000 × 48 B, shuffled', 'a heap that is filled and emptied', {
    ...{ run: 'waves', parameters: [10_000, 48], steps: 240_000, operations: 120_000 },
  }),
  mixed('mixed-300', 'all sizes, 300 live, for long', 300),
  mixed('mixed-2500', 'all sizes, 2 500 live, for long', 2500),
  mixed('mixed-10k', 'all sizes, 10 000 live, for long', 10_000),
  pattern('mixed-growing', '15 live, 32 KiB…8 MiB, some grow', 'holes for what grows', {
    ...{ run: 'mixed_growing', parameters: [30], steps: 20_000, operations: 10_000 },
    ...{ needsFree: true },
    warmUp: { run: 'mixed_growing', parameters: [30], steps: 80_000 },
  }),
  pattern('first-ten', 'the first ten blocks of a program', 'starting without ceremony', {
    ...{ run: 'first_ten', steps: 10, fromStart: true },
  }),
  ...liveBlocks(),
];

/** @param {string} name @returns {Pattern} */
export const patternNamed = (name) => {
  const found = patterns.find((each) => each.name === name);
  if (!found)
    throw new RangeError(
      `there is no pattern '${name}'; there are ${patterns.map((each) => each.name).join(', ')}.`,
    );
  return found;
};
