/**
 * heap.js — an allocator alone in a module that counts, and the cost of each call into it. Bytes that memory.copy and
 * memory.fill move for the user stand aside; of metadata, eight are one instruction (design.md, budgets).
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BULK_BYTES, INSTRUCTIONS, instructionsOf, instrument } from '../count/instrument.js';
import { link } from '../measure/build.js';
import { allocates, KIND, kindOf, logAlignmentOf, slotOf, WORDS } from '../trace/format.js';

/** Entry points, in the order of the numbers of KIND; realloc(NULL) and free(NULL) count with their own. */
export const ENTRIES = /** @type {const} */ (['malloc', 'free', 'realloc', 'calloc', 'memalign']);
/** @typedef {typeof ENTRIES[number]} Entry */
/** @param {number} kind @returns {number} index in ENTRIES */
export const entryOf = (kind) =>
  kind === KIND.reallocNull ? KIND.realloc : kind === KIND.freeNull ? KIND.free : kind;

const bulk = fileURLToPath(new URL('bulk.c', import.meta.url));
const FLAGS = [
  ...['-O2', '-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node', '--no-entry'],
  ...['-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB', '-sINITIAL_HEAP=1MB'],
  '-sEXPORTED_FUNCTIONS=_malloc,_free,_calloc,_realloc,_memalign,_emscripten_get_sbrk_ptr',
  '-sEXPORTED_RUNTIME_METHODS=wasmExports,wasmMemory',
];

/** Why a call is no part of the bound: memory grew or growth was refused, or all at hand was sent home to avoid that. */
export const ASIDE = /** @type {const} */ ({ no: 0, growth: 1, flush: 2 });

/** What gharial does first where memory would grow: it may make that needless. */
const FLUSH = 'gharial::flush(';

/** @typedef {{ calls: number, instructions: number }} Share of one function in one call */
/**
 * @typedef {object} Heap
 * @property {Record<string, any>} exports
 * @property {WebAssembly.Memory} memory
 * @property {WebAssembly.Global | undefined} flush instructions of the function that sends everything at hand home, once it would grow
 */
/** @typedef {() => Promise<Heap>} HeapMaker each heap is new, and in the same state */

/**
 * @param {string} allocator @param {{ port?: string, split?: boolean }} [how] `split`: counts for each function apart
 * @returns {Promise<HeapMaker & { names: string[] }>}
 */
export const heaps = async (allocator, { port, split = false } = {}) => {
  const flags = [...FLAGS, '--profiling-funcs'];
  const path = link(split ? 'worst-split' : 'worst', [bulk], flags, allocator, { port });
  const { default: create } = await import(pathToFileURL(path).href);
  const bytes = readFileSync(path.replace(/mjs$/, 'wasm'));
  const names = functionNames(new WebAssembly.Module(bytes));
  const flush = names.findIndex((name) => name?.startsWith(FLUSH));
  const module = new WebAssembly.Module(
    /** @type {BufferSource} */ (instrument(bytes, { split: split || (flush < 0 ? [] : [flush]) })),
  );
  const make = async () => {
    const { wasmExports, wasmMemory } = await create({
      instantiateWasm(
        /** @type {WebAssembly.Imports} */ imports,
        /** @type {(instance: WebAssembly.Instance) => unknown} */ done,
      ) {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      },
      printErr() {},
    });
    return { exports: wasmExports, memory: wasmMemory, flush: wasmExports[instructionsOf(flush)] };
  };
  return Object.assign(make, { names });
};

/** @param {WebAssembly.Module} module @returns {string[]} by function index */
const functionNames = (module) => {
  const [section] = WebAssembly.Module.customSections(module, 'name');
  if (!section) return [];
  const bytes = new Uint8Array(section);
  let at = 0;
  const u32 = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  /** @type {string[]} */
  const names = [];
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = u32() + at;
    if (id === 1)
      for (let n = u32(); n > 0; n--) {
        const index = u32();
        const length = u32();
        names[index] = new TextDecoder().decode(bytes.subarray(at, at + length));
        at += length;
      }
    at = end;
  }
  return names;
};

/** The most that is live at once: growth must not be refused, as the flush that follows is no part of the bound. */
const MAX_LIVE_BYTES = 2 ** 29;

/**
 * @callback Observe
 * @param {number} index of the operation @param {number} entry index in ENTRIES
 * @param {number} cost instructions @param {number} aside of ASIDE
 */

/**
 * Plays operations, and tells what each call cost. Operations that make no sense are left out: an allocation in a slot
 * that holds a block, whatever needs a block in an empty one; so any list of operations can be played.
 * @param {Heap} heap @param {Uint32Array} ops @param {Observe} observe
 * @returns {Uint32Array} the operations that were executed
 */
export const execute = ({ exports, memory, flush }, ops, observe) => {
  const { malloc, free, realloc, calloc, memalign } = exports;
  const counter = exports[INSTRUCTIONS];
  const moved = exports[BULK_BYTES];
  const breakAt = exports.emscripten_get_sbrk_ptr() >>> 2;
  let words = new Uint32Array(memory.buffer);
  let seen = words[breakAt];
  /** @type {number[]} */
  const pointers = [];
  /** @type {number[]} */
  const sizes = [];
  let live = 0;
  const done = new Uint32Array(ops.length);
  let count = 0;
  for (let i = 0; i < ops.length; i += WORDS) {
    const kind = kindOf(ops[i]);
    const slot = slotOf(ops[i]);
    const bytes = ops[i + 1];
    const pointer = pointers[slot] | 0;
    const isAllocation = allocates(kind);
    if (kind === KIND.freeNull) {
      // needs nothing
    } else if (isAllocation !== (pointer === 0)) continue;
    if ((isAllocation || kind === KIND.realloc) && live + bytes > MAX_LIVE_BYTES) continue;
    if (kind === KIND.realloc && bytes === 0) continue; // allocators differ in what it means
    let result = 1;
    let user = 0; // bytes moved for the user at most
    counter.value = 0n;
    if (flush) flush.value = 0n;
    moved.value = 0n;
    if (kind === KIND.malloc) result = malloc(bytes);
    else if (kind === KIND.free) free(pointer);
    else if (kind === KIND.realloc) {
      result = realloc(pointer, bytes);
      user = Math.min(bytes, sizes[slot] * 1.25 + 65536); // allocators copy the rounding too
    } else if (kind === KIND.calloc) {
      result = calloc(1, bytes);
      user = bytes * 1.25 + 2048;
    } else if (kind === KIND.memalign) result = memalign(2 ** logAlignmentOf(ops[i]), bytes);
    else if (kind === KIND.reallocNull) result = realloc(0, bytes);
    else free(0);
    const metadata = Math.max(0, Number(moved.value) - user);
    const cost = Number(counter.value) + Math.ceil(metadata / 8);
    if (words.length === 0) words = new Uint32Array(memory.buffer);
    /** @type {number} */
    let aside = ASIDE.no;
    if (words[breakAt] !== seen || result === 0) aside = ASIDE.growth;
    else if (flush && flush.value !== 0n) aside = ASIDE.flush;
    seen = words[breakAt];

    observe(count, entryOf(kind), cost, aside);
    done[count * WORDS] = ops[i];
    done[count * WORDS + 1] = bytes;
    count++;
    if (isAllocation || kind === KIND.realloc) {
      if (result === 0) {
        count--; // a failure is no part of a trace
        continue;
      }
      live += bytes - (isAllocation ? 0 : sizes[slot]);
      pointers[slot] = result;
      sizes[slot] = bytes;
    } else if (kind === KIND.free) {
      live -= sizes[slot];
      pointers[slot] = 0;
    }
  }
  return done.slice(0, count * WORDS);
};
