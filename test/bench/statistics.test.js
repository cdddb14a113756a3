// The benchmark's statistics against values that are known, and its CSV there and back.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { COLUMNS, fromCsv, toCsv } from '../../bench/measure/csv.js';
import {
  bootstrap,
  generator,
  geometricMean,
  median,
  pairedRatio,
  quantile,
} from '../../bench/measure/statistics.js';
import { root } from '../support/build.js';

/** @param {number} actual @param {number} expected @param {number} [within] */
const close = (actual, expected, within = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe('statistics of the benchmark', () => {
  it('medians and quantiles', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(quantile([10, 20, 30, 40, 50], 0.25), 20);
    assert.equal(quantile([1, 2], 0.9), 1.9);
    assert.equal(quantile([7], 0.99), 7);
    assert.ok(Number.isNaN(median([])));
  });

  it('do not change what they are given', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('geometric means', () => {
    close(geometricMean([2, 8]), 4);
    close(geometricMean([1, 10, 100]), 10, 1e-9);
    assert.ok(Number.isNaN(geometricMean([])));
  });

  it('random numbers are the xorshift of the patterns, and even', () => {
    const random = generator(1);
    // The first numbers of Marsaglia's generator with 13, 17, 5 from the state 1.
    assert.deepEqual(
      [random(), random(), random()].map((value) => value * 2 ** 32),
      [270369, 67634689, 2647435461],
    );
    const values = Array.from({ length: 10_000 }, random);
    close(values.reduce((sum, value) => sum + value, 0) / 10_000, 0.5, 0.02);
  });

  it('an interval holds the value, is as wide as theory says, and is the same again', () => {
    const random = generator(7);
    const mean = (/** @type {number[]} */ values) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const samples = Array.from({ length: 400 }, random);
    const { value, low, high } = bootstrap(samples, mean);
    assert.ok(low < value && value < high);
    // Uniform numbers: the mean of 400 has a deviation of sqrt(1/12/400).
    close(high - low, 2 * 1.96 * Math.sqrt(1 / 12 / 400), 0.004);
    assert.deepEqual(bootstrap(samples, mean), { value, low, high });
  });

  it('constant samples give an interval without width', () => {
    assert.deepEqual(bootstrap([5, 5, 5], median), { value: 5, low: 5, high: 5 });
  });

  it('a ratio of pairs does not see what slowed both', () => {
    const ours = [1, 10, 2, 50, 3];
    const theirs = ours.map((value) => value * 2);
    assert.deepEqual(pairedRatio(ours, theirs), { value: 2, low: 2, high: 2 });
    assert.equal(pairedRatio([1, 1, 1], [3, 4, 5]).value, 4);
  });
});

describe('results as CSV', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '#', '÷') });
  const number = fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 8);
  const row = fc.record(
    {
      ...{ measure: word, pattern: word, allocator: word, metric: word, unit: word },
      value: fc.oneof(number, fc.constant(Number.NaN)),
      ...{ low: number, high: number, samples: fc.array(number, { minLength: 1, maxLength: 4 }) },
    },
    { requiredKeys: ['measure', 'pattern', 'allocator', 'metric', 'unit', 'value'] },
  );
  // Seven digits are kept: integers of up to seven digits, in eighths, are not.
  const kept = (/** @type {number} */ value) => Number(value.toPrecision(7));

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const about = { machine: 'one, two: "three"', node: 'v1' };
        const back = fromCsv(toCsv({ about, rows }));
        assert.deepEqual(back.about, about);
        const expected = rows.map(({ value, low, high, samples, ...rest }) => ({
          ...{ ...rest, value: kept(value) },
          ...(low !== undefined && { low: kept(low) }),
          ...(high !== undefined && { high: kept(high) }),
          ...(samples && { samples: samples.map(kept) }),
        }));
        assert.deepEqual(back.rows, expected);
      }),
    );
  });

  it('says what is wrong with other text', () => {
    assert.throws(() => fromCsv('a,b\n1,2\n'), /first line/);
    assert.throws(() => fromCsv(`${COLUMNS.join(',')}\n1,2\n`), /row 1 has 2 cells/);
    assert.throws(() => fromCsv(`${COLUMNS.join(',')}\n"1,2\n`), /does not end/);
  });

  for (const name of readdirSync(join(root, 'bench', 'results')))
    it(`${name} can be read, and says what it was measured with`, () => {
      const { about, rows } = fromCsv(readFileSync(join(root, 'bench', 'results', name), 'utf8'));
      for (const word of ['date', 'commit', 'machine', 'node', 'emcc', 'flags'])
        assert.ok(about[word], word);
      assert.ok(rows.length > 0);
    });
});
