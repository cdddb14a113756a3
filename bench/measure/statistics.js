/**
 * statistics.js — the little of statistics that the benchmark needs. Resampling draws from a generator of its own: the same
 * samples give the same interval.
 */

/** @param {number[]} values @returns {number} NaN of none */
export const median = (values) => quantile(values, 0.5);

/** Linear between neighbours, as most programs have it. @param {number[]} values @param {number} part 0…1 */
export const quantile = (values, part) => {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
};

/** @param {number[]} values all positive @returns {number} NaN of none */
export const geometricMean = (values) =>
  values.length === 0
    ? Number.NaN
    : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Numbers in [0, 1). Xorshift of Marsaglia, as in the patterns. @param {number} seed not 0 */
export const generator = (seed) => {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
};

/**
 * Percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §13.3).
 * @template T
 * @param {T[]} samples @param {(samples: T[]) => number} statistic
 * @param {{ confidence?: number, resamples?: number, seed?: number }} [how]
 * @returns {{ value: number, low: number, high: number }}
 */
export const bootstrap = (samples, statistic, how = {}) => {
  const { confidence = 0.95, resamples = 2000, seed = 1 } = how;
  const random = generator(seed);
  const values = Array.from({ length: samples.length === 0 ? 0 : resamples }, () =>
    statistic(samples.map(() => samples[Math.floor(random() * samples.length)])),
  );
  return {
    value: statistic(samples),
    low: quantile(values, (1 - confidence) / 2),
    high: quantile(values, (1 + confidence) / 2),
  };
};

/**
 * How many times as long as the other: the median over pairs that were measured side by side, so that what slowed the
 * machine for a while slowed both.
 * @param {number[]} ours @param {number[]} theirs of the same rounds, in the same order
 */
export const pairedRatio = (ours, theirs) =>
  bootstrap(
    ours.map((own, i) => theirs[i] / own),
    median,
  );
