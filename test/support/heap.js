// heap.js — one instance of api.c with a memory of its own: malloc and its family as JavaScript functions over unsigned
// addresses, the statistics of the heap, and the assertions that most tests end with.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { heapOf } from '../../js/index.js';
import { COUNTER_NAMES, layoutAt } from '../../js/layout.js';
import { liveSource } from '../../js/memory.js';
import { build, load, root, threads } from './build.js';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const PAGE = 64 * KiB;
export const MINI_PAGE = 2 * KiB;
export const SIZE_MAX = 0xffffffff;
/** GHARIAL_MEMORY64=1: the same tests on wasm64, under a node that has it (test/unit/memory64.test.js). */
export const MEMORY64 = process.env.GHARIAL_MEMORY64 === '1';
/** Bytes of an address, and of a size. */
export const POINTER = MEMORY64 ? 8 : 4;
/** Arguments that are narrower than an address there; the others are addresses or sizes. @type {Record<string, number[]>} */
const NARROW = {
  ...{ fill: [2], first_difference: [2], set_errno: [0], set_bytes: [1] },
  ...{ mallopt: [0, 1], read_stats: [1, 2], take_census: [1] },
};
export const ENOMEM = 48; // Emscripten's numbers are WASI's
export const EINVAL = 28;

/** The fields of struct gharial_stats (gharial.h), in order; all are words on wasm32. */
export const STATS_FIELDS = /** @type {const} */ ([
  'size',
  'version',
  'heap_bytes',
  'live_bytes',
  'live_blocks',
  'cached_bytes',
  'cached_blocks',
  'free_bytes',
  'slack_bytes',
  'metadata_bytes',
  'external_bytes',
  'free_mini_pages',
  'small_mini_pages',
  'block_mini_pages',
  'metadata_mini_pages',
  'free_runs',
  'largest_free_bytes',
  'peak_used_bytes',
  'fresh_mini_pages',
  'reused_mini_pages',
  'fresh_pages',
  'reused_pages',
  'heap_grows',
]);

/**
 * A run of MiniPages: block is a large block, meta a meta-page, a gap is memory of others.
 * @typedef {object} Run
 * @property {'free' | 'small' | 'block' | 'maps' | 'meta' | 'gap'} kind
 * @property {number} address
 * @property {number} mini_pages
 */

/** Everything of the C API: it has to link by these names. */
export const API = (
  'malloc free calloc realloc reallocarray memalign aligned_alloc posix_memalign valloc pvalloc malloc_usable_size ' +
  'malloc_trim mallinfo mallinfo2 malloc_stats mallopt free_sized free_aligned_sized ' +
  '__libc_malloc __libc_free __libc_calloc __libc_realloc __libc_memalign ' +
  'emscripten_builtin_malloc emscripten_builtin_free emscripten_builtin_calloc emscripten_builtin_realloc ' +
  'emscripten_builtin_memalign sbrk brk gharial_validate gharial_stats_get gharial_visit_blocks'
).split(' ');

const flags = [
  '-O2',
  '-fno-builtin', // the compiler may leave out a malloc whose block nobody uses
  '-sMODULARIZE',
  '-sEXPORT_ES6',
  '-sENVIRONMENT=node',
  '-sALLOW_MEMORY_GROWTH',
  `-sMAXIMUM_MEMORY=${MEMORY64 ? 16 : 4}GB`,
  '-sMEMORY_GROWTH_LINEAR_STEP=64KB', // memory grows by what was asked: small maxima are used up to their end
  '-sIMPORTED_MEMORY', // every instance is given its own, with its own maximum
  '-sINITIAL_MEMORY=192KB',
  '-sABORTING_MALLOC=0',
  '-sEXPORTED_RUNTIME_METHODS=HEAPU8,HEAPU32',
  `-sEXPORTED_FUNCTIONS=${API.map((name) => `_${name}`).join(',')}`,
  ...(MEMORY64 ? ['-sMEMORY64'] : []),
];

/**
 * The program of the tests: its factory.
 * @param {{ checked?: boolean, options?: string }} [variant] options of the port
 */
export function loadApi({ checked = false, options = checked ? ':checked=1' : '' } = {}) {
  const name = `api${options.replaceAll(':', '-').replaceAll('=1', '')}${MEMORY64 ? '-wasm64' : ''}`;
  const product = build(name, [join(root, 'test', 'support', 'api.c')], flags, { options });
  return load(product);
}

/** @typedef {import('./build.js').Factory} Factory */

const NOTHING_IN_USE = {
  number_of_live_allocations: 0,
  number_of_mini_pages: 0,
  used_heap_size: 0,
  number_of_cached_blocks: 0,
};

/** What api.c begins with: stack, static data and a little more. */
const INITIAL_BYTES = 3 * PAGE; // -sINITIAL_MEMORY

/**
 * A fresh heap in a fresh memory.
 * @param {Factory} factory @param {number} [maximum] bytes @param {number} [initial] bytes
 */
export async function createHeap(factory, maximum = 256 * MiB, initial = INITIAL_BYTES) {
  const memory = makeMemory(initial / PAGE, maximum / PAGE);
  /** @type {string[]} */
  const errors = [];
  const module = await factory({
    wasmMemory: memory,
    print: (/** @type {string} */ line) => errors.push(`stdout: ${line}`),
    printErr: (/** @type {string} */ line) => errors.push(line),
  });
  return new Heap(module, memory, errors);
}

/** @param {number} initial pages @param {number} maximum pages */
function makeMemory(initial, maximum) {
  const wide = { address: 'i64', initial: BigInt(initial), maximum: BigInt(maximum) };
  const limits = MEMORY64 ? wide : { initial, maximum };
  return new WebAssembly.Memory(/** @type {any} */ ({ ...limits, shared: threads }));
}

export class Heap {
  #layout;

  /** @param {any} module @param {WebAssembly.Memory} memory @param {string[]} printed */
  constructor(module, memory, printed) {
    this.module = module;
    this.memory = memory;
    this.printed = printed;
    this.reader = heapOf(module);
    this.#layout = layoutAt(liveSource(memory).open(), module.gharialHeap().record);
    this.recordAddress = this.#layout.address;
    if (threads) {
      // The queue of what other threads ask of this one, which nobody does here.
      /** @type {number[]} */
      const blocks = [];
      this.reader.visitBlocks(({ address, state }) => {
        if (state === 'live') blocks.push(address);
      });
      for (const block of blocks) this.free(block);
      this.trim();
    }
  }

  /** Calls a C function; the result is unsigned. @param {string} name @param {...number} args @returns {number} */
  call(name, ...args) {
    if (!MEMORY64) return this.module[`_${name}`](...args) >>> 0;
    const narrow = NARROW[name] ?? [];
    const wide = args.map((n, i) => (narrow.includes(i) ? n : BigInt(n)));
    const result = this.module[`_${name}`](...wide) ?? 0;
    // -1, which sbrk returns, is SIZE_MAX as in 32 bits: tests compare with it.
    if (typeof result === 'number') return result < 0 ? SIZE_MAX : result;
    return result === -1n ? SIZE_MAX : Number(result);
  }

  /** @param {number} bytes */
  malloc(bytes) {
    return this.call('malloc', bytes);
  }
  /** @param {number} block */
  free(block) {
    this.call('free', block);
  }
  /** @param {number} count @param {number} [bytes] */
  calloc(count, bytes = 1) {
    return this.call('calloc', count, bytes);
  }
  /** @param {number} block @param {number} bytes */
  realloc(block, bytes) {
    return this.call('realloc', block, bytes);
  }
  /** @param {number} alignment @param {number} bytes */
  memalign(alignment, bytes) {
    return this.call('memalign', alignment, bytes);
  }
  trim() {
    return this.call('malloc_trim', 0);
  }
  /** @param {number} block */
  usable(block) {
    return this.call('malloc_usable_size', block);
  }
  /** The old break, SIZE_MAX if refused. @param {number} bytes */
  sbrk(bytes) {
    return this.call('sbrk', bytes);
  }

  /** A block that has to be there. @param {number} bytes */
  take(bytes) {
    const block = this.malloc(bytes);
    assert.notEqual(block, 0, `malloc(${bytes})`);
    return block;
  }

  get errno() {
    return this.call('get_errno');
  }
  set errno(value) {
    this.call('set_errno', value);
  }

  get memory_bytes() {
    return this.memory.buffer.byteLength;
  }
  /** The bytes of a block, until the next call. @param {number} at @param {number} length */
  bytes(at, length) {
    return new Uint8Array(this.memory.buffer, at, length);
  }
  /** Words, until the next call. @param {number} at @param {number} length */
  words(at, length) {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  /** Sizes or addresses. @param {number} at @param {number} length */
  sizes(at, length) {
    if (!MEMORY64) return [...this.words(at, length)];
    return [...new BigUint64Array(this.memory.buffer, at, length)].map(Number);
  }

  /** A counter, without a walk over the heap. @param {typeof COUNTER_NAMES[number]} name */
  counter(name) {
    return this.words(this.counterAddress(name), 1)[0]; // the lower half of a wide one
  }
  /** @param {typeof COUNTER_NAMES[number]} name */
  counterAddress(name) {
    const { at, k } = this.#layout;
    return at.global + k.global_counters + this.#layout.word_bytes * COUNTER_NAMES.indexOf(name);
  }

  /** What gharial_stats_get says. */
  get cStats() {
    return this.statsAt(this.call('stats_now'));
  }
  /** The fields of a struct gharial_stats: two numbers of 32 bits, then sizes. @param {number} at */
  statsAt(at) {
    const fields = [...this.words(at, 2), ...this.sizes(at + 8, STATS_FIELDS.length - 2)];
    return /** @type {Record<typeof STATS_FIELDS[number], number>} */ (
      Object.fromEntries(STATS_FIELDS.map((name, i) => [name, fields[i]]))
    );
  }

  /** Of a MiniPage's entry in the run map, which is one, or in segments where threads share memory. @param {number} mini_page */
  #entryAddress(mini_page) {
    const { at, k } = /** @type {Record<'at' | 'k', Record<string, number>>} */ (this.#layout);
    if (!threads) return this.sizes(at.run_map, 1)[0] + mini_page * k.entry_bytes;
    const in_segment = 2 ** k.segment_shift / MINI_PAGE;
    const [segment] = this.sizes(at.segments + POINTER * Math.floor(mini_page / in_segment), 1);
    return segment + k.segment_entries + (mini_page % in_segment) * k.entry_bytes;
  }

  /** Free MiniPages from this one on of a page that a heap took whole: a mask in its meta-page says so. @param {number} mini_page */
  #ownFree(mini_page) {
    const { at, k, word_bytes } = this.#layout;
    const word = (/** @type {number} */ address) => this.words(address, 1)[0];
    const page = Math.floor(mini_page / 32);
    const in_segment = 2 ** (k.segment_shift - k.heap_page_shift);
    const metas = threads
      ? this.sizes(at.segments + POINTER * Math.floor(page / in_segment), 1)[0] + k.segment_metas
      : this.sizes(at.global + k.global_meta_map, 1)[0];
    const [meta] = this.sizes(metas + word_bytes * (threads ? page % in_segment : page), 1);
    if (meta === 0 || (!threads && word(meta + k.meta_is_own) === 0)) return 0;
    const free = word(meta + k.meta_free);
    let count = 0;
    for (let i = mini_page % 32; i < 32 && ((free >>> i) & 1) !== 0; ++i) count += 1;
    return count;
  }

  /** Every run of the heap, in order of address: a walk of our own over the run map, so that it can judge the others. */
  get runs() {
    const { at, k } = this.#layout;
    const word = (/** @type {number} */ address) => this.words(address, 1)[0];
    /** @type {Record<number, Run['kind']>} */
    const kinds = {
      [k.run_free]: 'free',
      [k.run_small]: 'small',
      [k.run_block]: 'block',
      [k.run_maps]: 'maps',
      [k.run_meta_page]: 'meta',
      [k.run_gap]: 'gap',
    };
    const entryAt = this.#entryAddress.bind(this);
    const end = word(at.global + k.global_end);
    /** @type {Run[]} */
    const runs = [];
    for (let mini_page = word(at.global + k.global_first); mini_page < end; ) {
      const own_free = this.#ownFree(mini_page);
      const value =
        own_free > 0
          ? own_free * 2 ** k.run_kind_bits + k.run_free
          : word(entryAt(mini_page) + k.entry_value);
      const kind = kinds[value % 2 ** k.run_kind_bits];
      assert.ok(kind, `no run begins at MiniPage ${mini_page}`);
      const mini_pages = value >>> k.run_kind_bits;
      runs.push({ kind, address: mini_page * MINI_PAGE, mini_pages });
      mini_page += mini_pages;
      assert.ok(mini_pages > 0 && mini_page <= end, 'runs end where the heap does');
    }
    return runs;
  }
  /** Lengths of the free runs in MiniPages, in order of length. */
  get freeLengths() {
    return this.runs
      .filter(({ kind }) => kind === 'free')
      .map(({ mini_pages }) => mini_pages)
      .sort((a, b) => a - b);
  }
  /** MiniPages of small runs and of large blocks. */
  get usedMiniPages() {
    const { small_mini_pages, block_mini_pages } = this.cStats;
    return small_mini_pages + block_mini_pages;
  }
  /** Heap pages that have a meta-page. */
  get metaPages() {
    return this.runs.filter(({ kind }) => kind === 'meta').length;
  }
  /** Heap pages that the maps cover. */
  get mappedPages() {
    const { at, k } = this.#layout;
    return this.words(at.global + k.global_mapped_pages, 1)[0];
  }

  get stats() {
    return this.reader.getHeapStatistics();
  }

  /** Every invariant holds, as C sees it. */
  assertSound() {
    const broken = this.call('gharial_validate');
    assert.equal(broken, 0, `invariant I${broken} does not hold`);
  }

  /** And as JavaScript sees it; and the ledger adds up. */
  assertSoundFromOutside() {
    this.assertSound();
    const { ok, errors } = this.reader.validateHeap();
    assert.deepEqual({ ok, errors }, { ok: true, errors: [] });
    const spaces = this.reader.getHeapSpaceStatistics();
    const sum = spaces.reduce((total, space) => total + space.space_size, 0);
    assert.equal(sum, this.memory_bytes, 'the spaces add up to the memory');
  }

  /** @private */
  get inUse() {
    const {
      number_of_live_allocations,
      number_of_mini_pages,
      used_heap_size,
      number_of_cached_blocks,
    } = this.stats;
    return {
      number_of_live_allocations,
      number_of_mini_pages,
      used_heap_size,
      number_of_cached_blocks,
    };
  }

  /** Nothing of the program's is live, and trim has made one free run of what lies between our own data and others' ranges. */
  assertEmpty() {
    this.trim();
    this.assertSoundFromOutside();
    assert.deepEqual(this.inUse, NOTHING_IN_USE);
    const { runs } = this;
    for (const [i, { kind }] of runs.entries()) {
      assert.ok(['free', 'maps', 'gap'].includes(kind) || threads, `a run is still there: ${kind}`);
      assert.ok(
        kind !== 'free' || runs[i - 1]?.kind !== 'free' || threads,
        'free runs side by side are one',
      );
    }
    const maps = runs.filter(({ kind }) => kind === 'maps');
    assert.ok(maps.length <= 1 || threads, 'the maps are one run, where they are no segments');
    const { run_bins } = this.reader.getGlobalMetaPage();
    if (threads) return; // heaps have bins of their own
    assert.equal(
      run_bins.reduce((count, bin) => count + bin.runs.length, 0),
      this.freeLengths.length,
      'every free run is in a bin',
    );
  }
}

/** All orders of a few things. @template T @param {T[]} things @returns {T[][]} */
export function permutations(things) {
  if (things.length < 2) return [things];
  return things.flatMap((thing, i) =>
    permutations(things.filter((_, k) => k !== i)).map((rest) => [thing, ...rest]),
  );
}
