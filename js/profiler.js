// profiler.js — who holds the memory, by call stack. The port option profile=1 links the part that takes samples
// (src/profile.cpp and gharial_profile.js); this is the way to it. Without the option there is nothing to start.
import { GharialError } from './errors.js';

/**
 * @typedef {object} HeapProfileSample live blocks of one call stack, estimated
 * @property {string[]} stack names of functions, innermost first
 * @property {number} count blocks
 * @property {number} bytes
 * @property {number} samples taken
 */
/**
 * @typedef {object} HeapProfile
 * @property {number} sample_interval mean bytes between samples
 * @property {HeapProfileSample[]} samples most bytes first
 */
/** @typedef {{ sampleInterval?: number, stackDepth?: number, seed?: number }} ProfilerOptions */
/** @typedef {{ start(interval: number, depth: number, seed: number): void, stop(): void, running(): boolean, interval(): number, live(): { size: number, stack: string }[] }} ProfilerHook what the module shows */

const MEAN = 512 * 1024;

/** The module was not linked with profile=1. */
export class NoProfilerError extends GharialError {
  constructor() {
    super(
      'ERR_GHARIAL_NO_PROFILER',
      'this module takes no samples: link with the port option profile=1, and with --profiling-funcs for the names of functions',
    );
  }
}

export class HeapProfiler {
  #hook;

  /** @param {ProfilerHook | undefined} hook */
  constructor(hook) {
    this.#hook = hook;
  }

  #need() {
    if (this.#hook === undefined) throw new NoProfilerError();
    return this.#hook;
  }

  /** Whether the module was linked with profile=1. */
  get isAvailable() {
    return this.#hook !== undefined;
  }

  get isRunning() {
    return this.#hook?.running() ?? false;
  }

  /** Takes samples of what is allocated from now on. @param {ProfilerOptions} [options] */
  start({
    sampleInterval = MEAN,
    stackDepth = 32,
    seed = Math.floor(Math.random() * 2 ** 31),
  } = {}) {
    if (!(sampleInterval >= 1 && sampleInterval <= 2 ** 30))
      throw new GharialError(
        'ERR_GHARIAL_PROFILER',
        `sampleInterval is 1 to ${2 ** 30} bytes, not ${sampleInterval}`,
      );
    this.#need().start(sampleInterval, stackDepth, seed);
  }

  /** Takes no further samples; those of live blocks are kept until the next start. */
  stop() {
    this.#need().stop();
  }

  /** What is live now, by call stack. @returns {HeapProfile} */
  profile() {
    const hook = this.#need();
    const interval = hook.interval();
    /** @type {Map<string, HeapProfileSample>} */
    const stacks = new Map();
    for (const { size, stack } of hook.live()) {
      // A block of this size is sampled with probability 1 - e^(-size / interval): it stands for the inverse of that.
      const count = 1 / -Math.expm1(-Math.max(1, size) / interval);
      const found = stacks.get(stack) ?? { stack: framesOf(stack), count: 0, bytes: 0, samples: 0 };
      found.count += count;
      found.bytes += count * size;
      found.samples += 1;
      stacks.set(stack, found);
    }
    const samples = [...stacks.values()].sort((a, b) => b.bytes - a.bytes);
    return { sample_interval: interval, samples };
  }
}

const OWN =
  /^(?:gharial_|emscripten_builtin_|__libc_)?(?:malloc|calloc|realloc|reallocarray|memalign|aligned_alloc|posix_memalign|valloc|pvalloc)$|^gharial|^operator new/;

/** Functions of an Error's stack, without the allocator's own. V8, SpiderMonkey and JavaScriptCore write them differently. @param {string} stack @returns {string[]} */
export function framesOf(stack) {
  const frames = stack
    .split('\n')
    .map(
      (line) =>
        /^\s*at (?:async )?(.*?) \(/.exec(line)?.[1] ??
        /^\s*at (.*)$/.exec(line)?.[1] ??
        /^([^@]*)@/.exec(line)?.[1],
    )
    .filter((name) => name !== undefined && name !== '')
    .map((name) => String(name).replace(/^.*?\.wasm\.|^(?:Object|Module)\./, ''));
  const last = frames.findLastIndex((name, i) => i < 12 && OWN.test(name));
  return frames.slice(last + 1);
}
