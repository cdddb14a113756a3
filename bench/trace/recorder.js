/**
 * recorder.js — makes a trace of what a program asks for. Link it with `recorderFlags`, give its module
 * `gharialTrace: recorder.take`, and ask for the trace when it has ended.
 */
import { fileURLToPath } from 'node:url';
import { KIND, TraceBuilder } from './format.js';

const source = fileURLToPath(new URL('recorder.c', import.meta.url));
const WRAPPED = [
  'malloc',
  'free',
  'realloc',
  'calloc',
  'memalign',
  'aligned_alloc',
  'posix_memalign',
];
/** Words for emcc, or em++, when it links a program. */
export const recorderFlags = [source, ...WRAPPED.map((name) => `-Wl,--wrap=${name}`)];

/** What is left out: calls that failed, and blocks that came from elsewhere (JavaScript calls the allocator itself). */
export class Recorder {
  #builder = new TraceBuilder();
  unknown = 0;

  /** For the module's options. @param {Uint32Array} words four an event */
  take = (words) => {
    for (let i = 0; i < words.length; i += 4)
      this.#event(words[i] & 255, words[i] >>> 8, words[i + 1], words[i + 2], words[i + 3]);
  };

  /** @param {number} kind @param {number} logAlignment @param {number} block @param {number} result @param {number} bytes */
  #event(kind, logAlignment, block, result, bytes) {
    const builder = this.#builder;
    if (kind === KIND.free) {
      if (block === 0) builder.freeNull();
      else if (builder.isLive(block)) builder.free(block);
      else this.unknown++;
    } else if (kind === KIND.realloc && block !== 0) {
      const known = builder.isLive(block);
      if (!known) this.unknown++;
      if (result === 0) {
        if (bytes === 0 && known) builder.free(block);
      } else if (known) builder.resize(block, bytes, result);
      else builder.allocate(KIND.malloc, result, bytes);
    } else if (result !== 0) {
      // JavaScript may have freed a block that was seen here.
      if (builder.isLive(result)) builder.free(result);
      builder.allocate(
        kind === KIND.realloc ? KIND.reallocNull : kind,
        result,
        bytes,
        logAlignment,
      );
    }
  }

  /**
   * The whole trace so far.
   * @param {{ _gharial_trace_flush: () => void }} module @param {string} name of the program
   */
  trace(module, name) {
    module._gharial_trace_flush();
    return this.#builder.build(name);
  }
}
