/**
 * tables.js — results as aligned text for a terminal, or as Markdown; which cells gharial is not the best in, and means.
 */

import { programs as realPrograms } from '../test/programs/programs.js';
import { allocators as allAllocators, peers } from './allocators/index.js';
import { programs } from './measure/size.js';
import { geometricMean } from './measure/statistics.js';
import { patterns } from './patterns/index.js';
import { threadLoads } from './threads/index.js';

/** @typedef {import('./measure/csv.js').Row} Row */
/**
 * @typedef {object} Measure how a measure is shown
 * @property {string} name @property {string} title
 * @property {string} metric the one that is compared; less is better
 * @property {string} unit
 * @property {(value: number) => string} format
 * @property {{ metric: string, format: (value: number) => string }} [beside] a second number in each cell
 * @property {number} tolerance of being the best: noise
 * @property {boolean} [compared] false where another table compares the same
 */

/** @param {number} digits @returns {(value: number) => string} */
const fixed = (digits) => (value) => value.toFixed(digits);
/** Three digits that mean something. @param {number} value */
const significant = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const ratio = (/** @type {number} */ value) =>
  value < 10 ? value.toFixed(3) : value.toPrecision(4);
const mebibytes = (/** @type {number} */ value) => `${(value / 2 ** 20).toFixed(0)} MiB`;
/** Groups of three from five digits on. @param {number} value */
const whole = (value) => {
  const text = String(Math.round(value));
  return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, ' ');
};

/** @type {Measure[]} */
export const shown = [
  {
    ...{ name: 'instructions', title: 'Executed instructions per operation, the loop included' },
    ...{ metric: 'instructions', unit: '', format: fixed(1), tolerance: 0.001 },
  },
  {
    ...{ name: 'time', title: 'Nanoseconds per operation, median (optimised code)' },
    ...{ metric: 'median', unit: 'ns', format: significant, tolerance: 0.05 },
  },
  {
    ...{ name: 'time, tiers', title: 'Nanoseconds per operation, median (V8’s default tiers)' },
    ...{ metric: 'median', unit: 'ns', format: significant, tolerance: 0.05 },
  },
  {
    ...{ name: 'time', title: 'Times as long as gharial, median of pairs [95 % interval]' },
    ...{ metric: 'ratio', unit: '', format: fixed(2), tolerance: 0.05, compared: false },
  },
  {
    ...{
      name: 'memory',
      title: 'Peak memory ÷ peak live bytes (memory.byteLength with default growth)',
    },
    ...{ metric: 'ratio', unit: '', format: ratio, tolerance: 0.001 },
    beside: { metric: 'byteLength', format: mebibytes },
  },
  {
    ...{ name: 'size', title: 'Bytes of wasm at -Oz' },
    ...{ metric: 'raw', unit: 'B', format: whole, tolerance: 0 },
  },
  {
    ...{
      name: 'traces, instructions',
      title: 'Traces of programs: executed instructions per call',
    },
    ...{ metric: 'instructions', unit: '', format: fixed(1), tolerance: 0.001 },
  },
  {
    ...{ name: 'traces, time', title: 'Traces of programs: nanoseconds per call, median' },
    ...{ metric: 'median', unit: 'ns', format: significant, tolerance: 0.05 },
  },
  {
    ...{ name: 'traces, memory', title: 'Traces of programs: peak memory ÷ peak live bytes' },
    ...{ metric: 'ratio', unit: '', format: ratio, tolerance: 0.001 },
  },
  {
    ...{ name: 'programs, instructions', title: 'Real programs: executed instructions, millions' },
    ...{ metric: 'instructions', unit: '', format: significant, tolerance: 0.001 },
  },
  {
    ...{ name: 'programs, memory', title: 'Real programs: peak memory beyond static data, KiB' },
    ...{ metric: 'peak', unit: '', format: (value) => whole(value / 1024), tolerance: 0.001 },
  },
  {
    ...{ name: 'programs, time', title: 'Real programs: milliseconds, median (optimised code)' },
    ...{ metric: 'median', unit: 'ms', format: significant, tolerance: 0.05 },
  },
  {
    ...{ name: 'threads, time', title: 'Threads: nanoseconds per operation of all, median' },
    ...{ metric: 'median', unit: 'ns', format: significant, tolerance: 0.05 },
  },
  {
    ...{ name: 'threads, time', title: 'Threads: times as long as gharial [95 % interval]' },
    ...{ metric: 'ratio', unit: '', format: fixed(2), tolerance: 0.05, compared: false },
  },
  {
    ...{ name: 'threads, memory', title: 'Threads: peak memory beyond static data, KiB' },
    ...{ metric: 'peak', unit: '', format: (value) => whole(value / 1024), tolerance: 0.001 },
  },
];

const titles = new Map(
  [...patterns, ...programs, ...realPrograms, ...threadLoads].map(({ name, title }) => [
    name,
    title,
  ]),
);
/** @param {string} name */
export const titleOf = (name) => titles.get(name) ?? name;
/** @param {string[]} values */
const unique = (values) => [...new Set(values)];

/**
 * One row of the results, or undefined.
 * @param {Row[]} rows @param {string} measure @param {string} pattern @param {string} allocator @param {string} metric
 */
export const rowOf = (rows, measure, pattern, allocator, metric) =>
  rows.find(
    (row) =>
      row.measure === measure &&
      row.pattern === pattern &&
      row.allocator === allocator &&
      row.metric === metric,
  );
/**
 * Its number, NaN when there is none.
 * @param {Row[]} rows @param {string} measure @param {string} pattern @param {string} allocator @param {string} metric
 */
export const numberOf = (rows, measure, pattern, allocator, metric) =>
  rowOf(rows, measure, pattern, allocator, metric)?.value ?? Number.NaN;

/** @param {Row[]} rows @param {string} measure */
export const patternsOf = (rows, measure) =>
  unique(
    rows.filter((row) => row.measure === measure && row.pattern !== '').map((row) => row.pattern),
  );

/**
 * @typedef {object} Comparison
 * @property {string} measure @property {string} pattern @property {string} best a peer
 * @property {number} ours @property {number} theirs the best peer's
 * @property {boolean} worse beyond the measure's tolerance
 * @property {{ low: number, high: number }} [interval] of times: how many times as long as gharial that peer takes
 */

/** gharial beside the best peer, wherever both are there. @param {Row[]} rows @returns {Comparison[]} */
export const comparisons = (rows) =>
  shown
    .filter(({ compared = true }) => compared)
    .flatMap(({ name: measure, metric, tolerance }) =>
      patternsOf(rows, measure).flatMap((pattern) => {
        const ours = numberOf(rows, measure, pattern, 'gharial', metric);
        const others = peers
          .map((best) => ({ best, theirs: numberOf(rows, measure, pattern, best, metric) }))
          .filter(({ theirs }) => !Number.isNaN(theirs))
          .sort((a, b) => a.theirs - b.theirs);
        if (Number.isNaN(ours) || others.length === 0) return [];
        const [{ best, theirs }] = others;
        const worse = ours > theirs * (1 + tolerance);
        const { low, high } = rowOf(rows, measure, pattern, best, 'ratio') ?? {};
        const interval = low !== undefined && high !== undefined ? { low, high } : undefined;
        return [{ measure, pattern, best, ours, theirs, worse, interval }];
      }),
    );

/** Geometric mean of (best peer ÷ gharial) for each measure. @param {Comparison[]} compared @returns {Map<string, number>} */
export const means = (compared) =>
  new Map(
    unique(compared.map(({ measure }) => measure)).map((measure) => [
      measure,
      geometricMean(
        compared
          .filter((each) => each.measure === measure)
          .map(({ ours, theirs }) => theirs / ours),
      ),
    ]),
  );

/** @typedef {'best' | 'worse' | ''} Mark */
/** @typedef {{ title: string, head: string[], lines: { text: string, mark: Mark }[][] }} Table */

/** @param {Row[]} rows @param {Measure} measure @returns {Table | null} null when nothing was measured */
export const tableOf = (rows, measure) => {
  const names = patternsOf(rows, measure.name);
  if (names.length === 0) return null;
  const columns = allAllocators
    .map(({ name }) => name)
    .filter((name) => measure.compared !== false || name !== 'gharial')
    .filter((name) => rows.some((row) => row.measure === measure.name && row.allocator === name));
  if (columns.length === 0) return null;
  const compared = comparisons(rows).filter((each) => each.measure === measure.name);
  const metrics =
    measure.name === 'size' ? ['raw', 'gzip', 'brotli', 'raw beyond bump'] : [measure.metric];
  const lines = names.flatMap((pattern) =>
    metrics.map((metric) => {
      const worse = compared.find((each) => each.pattern === pattern)?.worse;
      const cells = columns.map((allocator) => {
        const row = rowOf(rows, measure.name, pattern, allocator, metric);
        const value = row?.value ?? Number.NaN;
        const besideValue = measure.beside
          ? numberOf(rows, measure.name, pattern, allocator, measure.beside.metric)
          : Number.NaN;
        const beside =
          row?.low !== undefined && row.high !== undefined
            ? ` [${measure.format(row.low)}–${measure.format(row.high)}]`
            : Number.isNaN(besideValue)
              ? ''
              : ` (${measure.beside?.format(besideValue)})`;
        const own = allocator === 'gharial' && metric === measure.metric && worse !== undefined;
        /** @type {Mark} */
        const mark = own ? (worse ? 'worse' : 'best') : '';
        return { text: Number.isNaN(value) ? '–' : measure.format(value) + beside, mark };
      });
      const what = metrics.length > 1 ? `, ${metric}` : '';
      return [{ text: titleOf(pattern) + what, mark: /** @type {Mark} */ ('') }, ...cells];
    }),
  );
  return { title: measure.title, head: ['', ...columns], lines };
};

const COLOURS = { best: '\u001b[32m', worse: '\u001b[31m', '': '' };

/** @param {Table} table @param {boolean} colour @returns {string} */
export const asText = ({ title, head, lines }, colour) => {
  const all = [head.map((text) => ({ text, mark: /** @type {Mark} */ ('') })), ...lines];
  const plain = (/** @type {string} */ text) => text.replaceAll('`', '');
  const widths = head.map((_, i) => Math.max(...all.map((line) => plain(line[i].text).length)));
  const printed = all.map((line) =>
    line
      .map(({ text, mark }, i) => {
        const padded = i === 0 ? plain(text).padEnd(widths[i]) : plain(text).padStart(widths[i]);
        return colour && mark ? `${COLOURS[mark]}${padded}\u001b[0m` : padded;
      })
      .join('  ')
      .trimEnd(),
  );
  return [colour ? `\u001b[1m${title}\u001b[0m` : title, ...printed].join('\n');
};

/** Bold where gharial is the best, with a dagger where it is not. @param {Table} table @returns {string} */
export const asMarkdown = ({ head, lines }) => {
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    row(head),
    row(head.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...lines.map((line) =>
      row(
        line.map(({ text, mark }) =>
          mark === 'best' ? `**${text}**` : mark === 'worse' ? `${text} †` : text,
        ),
      ),
    ),
  ].join('\n');
};

/** @param {Comparison} comparison */
export const asSentence = ({ measure, pattern, best, ours, theirs, interval }) => {
  const found = shown.find(({ name }) => name === measure);
  const format = found?.format ?? String;
  const more = ((ours / theirs - 1) * 100).toFixed(ours < theirs * 1.1 ? 1 : 0);
  const text = `${measure}: ${titleOf(pattern)}: ${format(ours)} where ${best} has ${format(theirs)} (${more} % more`;
  if (!interval) return `${text})`;
  const range = `in pairs ${fixed(2)(interval.low)} to ${fixed(2)(interval.high)} times as long as gharial`;
  return `${text}; ${range}${interval.high >= 1 ? ', so it may be noise' : ''})`;
};

/** What follows the tables. @param {Row[]} rows @returns {string} */
export const summary = (rows) => {
  const compared = comparisons(rows);
  if (compared.length === 0) return '';
  const worse = compared.filter((each) => each.worse);
  return [
    worse.length === 0
      ? `gharial is the best in all ${compared.length} cells.`
      : `gharial is not the best in ${worse.length} of ${compared.length} cells:`,
    ...worse.map((each) => `  ${asSentence(each)}`),
    'Geometric mean of (best of the three ÷ gharial):',
    ...[...means(compared)].map(([measure, mean]) => `  ${measure}: ${mean.toFixed(2)}`),
  ].join('\n');
};
