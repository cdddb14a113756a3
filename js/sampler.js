// sampler.js — a heap over time: samples at an interval, growth as it happens, and a warning before the limit. Growth is seen
// by standing in for memory.grow, which Emscripten calls in the middle of malloc: then only the size of memory is looked at.
import { GharialError } from './errors.js';

/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */
/** @typedef {import('./statistics.js').HeapStatistics & { time: number, memory_size: number }} HeapSample statistics; time in ms since the epoch */
/** @typedef {{ interval_ms?: number, threshold?: number }} SamplerOptions every 1000 ms; near the limit from 0.9 of it on */
/** @typedef {{ interval_ms?: number, threshold?: number }} LimitOptions */
/** @typedef {{ memory_size: number, heap_size_limit: number, share: number }} LimitState share of the limit that is not available any more */
/** @typedef {{ before: number, after: number }} Growth bytes of memory */
/** @typedef {{ grow?: unknown }} Growable */

const DISPOSE = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** @type {WeakMap<object, Set<(growth: Growth) => void>>} who wants to know, by memory */
const watchers = new WeakMap();

/** Calls `tell` after memory grew. @param {unknown} memory @param {(growth: Growth) => void} tell @returns {() => void} ends it */
function watchGrowth(memory, tell) {
  if (memory === undefined) return () => {};
  const growing = /** @type {WebAssembly.Memory} */ (memory);
  let those = watchers.get(growing);
  if (those === undefined) {
    const all = new Set();
    watchers.set(growing, all);
    const grow = growing.grow;
    growing.grow = (/** @type {number} */ pages) => {
      const before = growing.buffer.byteLength;
      const result = grow.call(growing, pages);
      const after = growing.buffer.byteLength;
      if (after > before) for (const one of all) one({ before, after });
      return result;
    };
    those = all;
  }
  those.add(tell);
  return () => watchers.get(growing)?.delete(tell);
}

/** A timer that keeps no program alive, unless it is told to. @param {() => void} act @param {number} interval_ms */
function every(act, interval_ms) {
  if (!(interval_ms > 0))
    throw new GharialError('ERR_GHARIAL_OPTION', `interval_ms is above 0, not ${interval_ms}`);
  const timer = setInterval(act, interval_ms);
  /** @param {boolean} kept */
  const keepAlive = (kept) => {
    if (typeof timer === 'object') timer[kept ? 'ref' : 'unref']();
  };
  keepAlive(false);
  return { end: () => clearInterval(timer), keepAlive };
}

/** @param {number} threshold */
function checkThreshold(threshold) {
  if (!(threshold > 0 && threshold <= 1))
    throw new GharialError(
      'ERR_GHARIAL_OPTION',
      `threshold is above 0 and at most 1, not ${threshold}`,
    );
}

/**
 * @param {HeapReader} heap @param {unknown} memory @param {(state: LimitState) => void} warn @param {LimitOptions} [options]
 * @returns {() => void}
 */
export function watchLimit(heap, memory, warn, { threshold = 0.9, interval_ms = 1000 } = {}) {
  checkThreshold(threshold);
  let near = false;
  /** @param {number} taken bytes that are not available */
  const judge = (taken) => {
    const heap_size_limit = heap.heap_size_limit;
    const share = taken / heap_size_limit;
    const was = near;
    near = share >= threshold;
    if (near && !was) warn({ memory_size: heap.memory_size, heap_size_limit, share });
  };
  const look = () => judge(heap.heap_size_limit - heap.getHeapStatistics().total_available_size);
  // What has grown is about to be used: a warning after malloc returned might come too late.
  const ends = [
    watchGrowth(memory, ({ after }) => near || judge(after)),
    every(look, interval_ms).end,
  ];
  look();
  return () => {
    for (const end of ends) end();
  };
}

/** Events `sample`, `grow`, `nearlimit` and `oom`, their data in `detail`; `for await` gives the samples. */
export class HeapSampler extends EventTarget {
  /** @type {(() => void)[]} */ #ends = [];
  /** @type {HeapSample | undefined} */ #last;
  /** @type {((result: IteratorResult<HeapSample>) => void)[]} who waits for a sample */ #waiting =
    [];
  #refused;
  #heap;
  #timer;

  /** @param {HeapReader} heap @param {unknown} memory @param {SamplerOptions} [options] */
  constructor(heap, memory, { interval_ms = 1000, threshold = 0.9 } = {}) {
    super();
    checkThreshold(threshold);
    this.#heap = heap;
    this.#refused = heap.getGlobalMetaPage().counters.refused_grows;
    this.#timer = every(() => this.sample(), interval_ms);
    this.#ends.push(
      this.#timer.end,
      watchGrowth(memory, (growth) => this.#tell('grow', growth)),
      watchLimit(heap, memory, (state) => this.#tell('nearlimit', state), {
        threshold,
        interval_ms,
      }),
    );
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The newest sample. */
  get last() {
    return this.#last;
  }

  /** Whether it still takes samples. */
  get running() {
    return this.#ends.length > 0;
  }

  /** Takes one now. @returns {HeapSample} */
  sample() {
    const heap = this.#heap;
    const sample = { time: Date.now(), memory_size: heap.memory_size, ...heap.getHeapStatistics() };
    this.#last = sample;
    const refused = heap.getGlobalMetaPage().counters.refused_grows;
    if (refused > this.#refused)
      this.#tell('oom', { refused_grows: refused - this.#refused, sample });
    this.#refused = refused;
    this.#tell('sample', sample);
    for (const resolve of this.#waiting.splice(0)) resolve({ value: sample, done: false });
    this.#timer.keepAlive(false);
    return sample;
  }

  /** Ends sampling, and every loop over it. */
  stop() {
    for (const end of this.#ends.splice(0)) end();
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  [DISPOSE]() {
    this.stop();
  }

  /** @returns {AsyncGenerator<HeapSample, void>} */
  async *[Symbol.asyncIterator]() {
    while (this.running) {
      this.#timer.keepAlive(true); // someone waits
      const { value, done } = await new Promise(
        (/** @type {(result: IteratorResult<HeapSample>) => void} */ resolve) =>
          this.#waiting.push(resolve),
      );
      if (done) return;
      yield value;
    }
  }
}
