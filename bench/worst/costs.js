/**
 * costs.js — how often a call cost what: percentiles over all calls of a search without keeping each.
 */
const SMALL = 4096;

export class Costs {
  #small = new Float64Array(SMALL);
  /** @type {Map<number, number>} */
  #large = new Map();
  calls = 0;
  max = 0;

  /** @param {number} cost */
  add(cost) {
    this.calls++;
    if (cost > this.max) this.max = cost;
    if (cost < SMALL) this.#small[cost]++;
    else this.#large.set(cost, (this.#large.get(cost) ?? 0) + 1);
  }

  /**
   * The least cost that at least `percent` of the calls do not exceed.
   * @param {number} percent @returns {number}
   */
  percentile(percent) {
    let left = Math.max(1, Math.ceil((this.calls * percent) / 100));
    if (this.calls === 0) return 0;
    for (let cost = 0; cost < SMALL; cost++) {
      left -= this.#small[cost];
      if (left <= 0) return cost;
    }
    for (const [cost, calls] of [...this.#large].sort(([a], [b]) => a - b)) {
      left -= calls;
      if (left <= 0) return cost;
    }
    return this.max;
  }
}
