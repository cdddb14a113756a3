// Tables, the list of what is not the best, and the page and figures made from results.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { figureDirectory, newestResults, page, parts, withParts } from '../../bench/docs.js';
import { figures } from '../../bench/figures.js';
import { fromCsv } from '../../bench/measure/csv.js';
import { rowsOf } from '../../bench/measure/time.js';
import {
  asMarkdown,
  asText,
  comparisons,
  means,
  shown,
  summary,
  tableOf,
} from '../../bench/tables.js';

/** @param {string} pattern @param {string} allocator @param {number} value */
const counted = (pattern, allocator, value) => ({
  ...{ measure: 'instructions', metric: 'instructions', unit: '/operation' },
  ...{ pattern, allocator, value },
});
const rows = [
  counted('pair', 'gharial', 50),
  counted('pair', 'dlmalloc', 200),
  counted('pair', 'mimalloc', 100),
  counted('pair', 'stub', 10),
  counted('trees', 'gharial', 150),
  counted('trees', 'dlmalloc', 300),
  counted('trees', 'mimalloc', 75),
  counted('churn-large', 'gharial', 30),
  counted('churn-large', 'dlmalloc', Number.NaN),
  counted('churn-large', 'mimalloc', 30),
];
const instructions = shown[0];

describe('tables of the benchmark', () => {
  it('compare with the best peer, and never with a reference', () => {
    assert.deepEqual(
      comparisons(rows).map(({ pattern, best, ours, theirs, worse }) => [
        pattern,
        best,
        ours,
        theirs,
        worse,
      ]),
      [
        ['pair', 'mimalloc', 50, 100, false],
        ['trees', 'mimalloc', 150, 75, true],
        ['churn-large', 'mimalloc', 30, 30, false],
      ],
    );
  });

  it('have the geometric mean of best ÷ gharial', () => {
    assert.equal(means(comparisons(rows)).get('instructions')?.toFixed(6), '1.000000');
  });

  it('list every cell that is not the best', () => {
    const text = summary(rows);
    assert.match(text, /not the best in 1 of 3 cells/);
    assert.match(text, /binary trees, depth 17: 150\.0 where mimalloc has 75\.0 \(100 % more\)/);
    assert.match(summary(rows.slice(0, 4)), /the best in all 1 cells/);
  });

  it('say of times that are longer whether the pairs show it', () => {
    /** @param {number} low @param {number} high */
    const timed = (low, high) =>
      rowsOf(
        'trees',
        'optimised',
        new Map([
          ['gharial', [9]],
          ['dlmalloc', [8]],
        ]),
      ).map((row) =>
        row.metric === 'ratio' && row.allocator === 'dlmalloc' ? { ...row, low, high } : row,
      );
    assert.match(
      summary(timed(0.8, 0.95)),
      /9\.00 where dlmalloc has 8\.00 \(13 % more; in pairs 0\.80 to 0\.95 times as long as gharial\)/,
    );
    assert.match(
      summary(timed(0.8, 1.2)),
      /0\.80 to 1\.20 times as long as gharial, so it may be noise\)/,
    );
    assert.match(summary(timed(0.8, 1)), /, so it may be noise\)/);
  });

  it('are aligned, with or without colour', () => {
    const table = tableOf(rows, instructions);
    assert.ok(table);
    const [, ...lines] = asText(table, false).split('\n');
    assert.deepEqual(lines, [
      '                              gharial  dlmalloc  mimalloc  stub',
      'pair, 16…143 B                   50.0     200.0     100.0  10.0',
      'binary trees, depth 17          150.0     300.0      75.0     –',
      'churn, 50 live, 64 KiB…1 MiB     30.0         –      30.0     –',
    ]);
    const coloured = asText(table, true);
    assert.ok(coloured.includes('\u001b[32m   50.0'));
    assert.ok(coloured.includes('\u001b[31m  150.0'));
    assert.equal(stripVTControlCharacters(coloured), asText(table, false));
  });

  it('say in Markdown what is best and what is not', () => {
    const table = tableOf(rows, instructions);
    assert.ok(table);
    const lines = asMarkdown(table).split('\n');
    assert.equal(lines[2], '| pair, 16…143 B | **50.0** | 200.0 | 100.0 | 10.0 |');
    assert.equal(lines[3], '| binary trees, depth 17 | 150.0 † | 300.0 | 75.0 | – |');
  });

  it('leave out what was not measured', () => {
    for (const measure of shown.slice(1)) assert.equal(tableOf(rows, measure), null);
  });

  it('of time are medians, with ratios within rounds', () => {
    const samples = new Map([
      ['gharial', [10, 30, 20]],
      ['dlmalloc', [20, 60, 40]],
    ]);
    const made = rowsOf('pair', 'optimised', samples);
    const find = (/** @type {string} */ allocator, /** @type {string} */ metric) =>
      made.find((row) => row.allocator === allocator && row.metric === metric);
    assert.equal(find('gharial', 'median')?.value, 20);
    assert.equal(find('dlmalloc', 'minimum')?.value, 20);
    const { value, low, high } = find('dlmalloc', 'ratio') ?? {};
    assert.deepEqual([value, low, high], [2, 2, 2]);
    const ratios = shown.find(({ compared }) => compared === false) ?? shown[0];
    const table = tableOf(made, ratios);
    assert.deepEqual(
      table?.lines.map((line) => line[1].text),
      ['2.00 [2.00–2.00]'],
    );
  });
});

describe('docs/benchmarks.md', () => {
  const file = newestResults();
  const measured = fromCsv(readFileSync(file, 'utf8'));

  it('is what `make bench-docs` makes of the newest results', () => {
    const text = readFileSync(page, 'utf8');
    assert.equal(withParts(text, parts(measured, file)), text, 'run `make bench-docs`');
  });

  it('says where the results lack a part', () => {
    const text = 'a\n<!-- generated: nothing -->\n<!-- end -->\nb';
    assert.match(withParts(text, {}), /^a\n.*\n\nNot measured in these results\.\n\n.*\nb$/);
  });

  it('has the figures of the newest results', async () => {
    const made = await figures(measured.rows);
    assert.ok(Object.keys(made).length >= 4);
    const text = readFileSync(page, 'utf8');
    for (const [name, svg] of Object.entries(made)) {
      assert.equal(
        readFileSync(join(figureDirectory, name), 'utf8'),
        svg,
        `${name}: run \`make bench-docs\``,
      );
      assert.ok(text.includes(`(figures/${name})`), `${name} is on the page`);
    }
  });
});
