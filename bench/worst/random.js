/** random.js — numbers that a seed decides, so that a search can be repeated. */

export class Random {
  #state;
  /** @param {number} seed */
  constructor(seed) {
    this.#state = (seed ^ 0x9e3779b9) | 0 || 1;
  }
  /** A whole number below `limit`. @param {number} limit */
  below(limit) {
    let x = this.#state; // xorshift32, Marsaglia 2003
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.floor(((x >>> 0) / 2 ** 32) * limit);
  }
  /** @param {number} low @param {number} high included */
  between(low, high) {
    return low + this.below(high - low + 1);
  }
  /** @param {number} probability */
  chance(probability) {
    return this.below(2 ** 24) < probability * 2 ** 24;
  }
  /** @template T @param {ArrayLike<T>} items @returns {T} */
  pick(items) {
    return items[this.below(items.length)];
  }
  /** @template T @param {T[]} items in place */
  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}
