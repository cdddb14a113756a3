// check.js — is the heap sound? The invariants of src/layout.hpp, judged from outside by the walk. Assumes nothing about the
// heap: every read is bounded, every list is left when it runs in a circle, and what cannot be read is a finding as well.
import { checkCached } from './check_cached.js';
import { checkMaps } from './check_maps.js';
import { checkLists, checkSmallRun } from './check_small_runs.js';
import { checkBins, checkClassStacks, checkMetaRuns, checkOwnLists } from './check_stacks.js';
import { checkOwners, checkThreads, isBorder, isOwned } from './check_threads.js';
import { GharialError, HeapReadError, hex } from './errors.js';
import { FlatMaps } from './maps.js';
import { countersOf } from './statistics.js';
import { runAt } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */
/**
 * @typedef {object} HeapFault
 * @property {string} code the invariant that does not hold, `I1` … `I11`; `read`: a place that cannot be read
 * @property {number} address where
 * @property {string} message
 */
/**
 * @typedef {object} Validation
 * @property {boolean} ok
 * @property {HeapFault[]} errors
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile. If false, only structure was checked, not where each block is
 */

const MAX_FAULTS = 100; // of a heap that is rubble, more help nobody
const LOOKS = 10; // at a heap that never stands still: what is damaged is so in each of them

/** What is known of the heap while it is checked. */
export class Findings {
  /** @type {HeapFault[]} */ errors = [];
  /** @type {import('./walk.js').Run[]} */ runs = [];
  /** @type {Map<number, MetaPage>} meta-pages by heap page */ meta = new Map();
  /** @type {Map<number, import('./walk.js').Run>} small runs by MiniPage: those in which a block may begin */
  class_runs = new Map();
  /** @type {Map<number, import('./walk.js').Run>} by the address of their header */ small_runs =
    new Map();
  /** @type {Map<number, number>} pages whose list of a class is not empty: class stacks must have as many */ listed =
    new Map();

  /** @param {HeapImage} heap */
  constructor(heap) {
    /** @readonly */ this.heap = heap;
    /** @readonly whether blocks stayed where they were, so that it can be told where each is */
    this.has_states = heap.exact !== false;
  }

  get full() {
    return this.errors.length >= MAX_FAULTS;
  }

  /** @param {string} code @param {number} address @param {string} message */
  add(code, address, message) {
    if (!this.full) this.errors.push({ code, address, message });
  }

  /** @param {boolean} holds @param {string} code @param {number} address @param {string} message */
  expect(holds, code, address, message) {
    if (!holds) this.add(code, address, message);
  }

  /** Runs one check; what it cannot read becomes a finding of it. @param {() => void} check */
  attempt(check) {
    if (this.full) return;
    try {
      check();
    } catch (error) {
      if (!(error instanceof HeapReadError)) throw error;
      this.add(error.invariant, error.address, error.message);
    }
  }
}

/** @param {() => HeapImage} look @returns {Validation} */
export function validateHeap(look) {
  /** @type {HeapFault[] | undefined} */
  let errors;
  /** @type {boolean | undefined} */
  let exact;
  for (let i = 0; i < LOOKS && errors?.length !== 0; ++i) {
    const { heap, errors: found } = judge(look);
    exact = heap?.settled ? heap.exact : false;
    if (heap === undefined || !heap.is_live || (heap.settled && found.length === 0)) {
      const judged = { ok: found.length === 0, errors: found };
      return heap?.exact === undefined ? judged : { ...judged, exact: heap.exact };
    }
    // What a thread was changing, or stands still in the middle of, may look damaged, but not again and again in the same way.
    errors = errors === undefined ? found : found.filter((fault) => errors?.some(isLike(fault)));
  }
  return { ok: errors?.length === 0, errors: errors ?? [], exact };
}

/** @param {HeapFault} fault @returns {(other: HeapFault) => boolean} */
const isLike = (fault) => (other) =>
  fault.code === other.code && fault.address === other.address && fault.message === other.message;

/** @param {() => HeapImage} look @returns {{ heap?: HeapImage, errors: HeapFault[] }} */
function judge(look) {
  let heap;
  try {
    heap = look();
  } catch (error) {
    if (!(error instanceof GharialError)) throw error;
    const at =
      error instanceof HeapReadError
        ? { code: error.invariant, address: error.address }
        : { code: 'read', address: 0 };
    return { errors: [{ ...at, message: error.message }] };
  }
  const found = new Findings(heap);
  walk(found);
  // Where a thread was changing a run, what lies behind was not seen: nothing can be said of it.
  if (!heap.settled && found.errors.some(({ code }) => code !== 'I5'))
    return { heap, errors: found.errors };
  found.attempt(() => findMetaPages(found));
  for (const run of found.runs) found.attempt(() => checkRun(found, run));
  found.attempt(() => checkMetaPages(found));
  for (const meta of found.meta.values()) found.attempt(() => checkLists(found, meta));
  checkClassStacks(found);
  found.attempt(() => checkBins(found));
  found.attempt(() => checkOwnLists(found));
  found.attempt(() => checkMetaRuns(found));
  found.attempt(() => checkMaps(found));
  found.attempt(() => checkThreads(found));
  if (found.has_states) found.attempt(() => checkCached(found));
  found.attempt(() => checkCounters(found));
  return { heap, errors: found.errors };
}

/** I9, I5: goes as far as the run map lets it. @param {Findings} found */
function walk(found) {
  const { heap } = found;
  found.attempt(() => {
    for (let first = heap.first; first < heap.end; ) {
      const run = runAt(heap, first);
      const before = found.runs.at(-1);
      if (before?.kind === 'free' && run.kind === 'free' && !isBorder(heap, first))
        found.add(
          'I5',
          run.entry.address,
          `the free runs at ${hex(before.address)} and ${hex(run.address)} touch`,
        );
      found.runs.push(run);
      first += run.length;
    }
  });
}

/** Those that the page map names and that lie in memory. @param {Findings} found */
function findMetaPages(found) {
  const { heap, meta } = found;
  for (let page = 0; page < heap.mapped_pages && !found.full; ++page) {
    const address = heap.metaAddress(page);
    if (address === 0) continue;
    if (!heap.memory.holds(address, heap.layout.k.meta_bytes)) {
      found.add(
        'I4',
        heap.maps.metaWordAddress(page),
        `the meta-page of heap page ${page} lies at ${hex(address)}`,
      );
      continue;
    }
    const described = heap.metaPage(address);
    if (described.page === page) meta.set(page, described);
    else
      found.add(
        'I4',
        address,
        `the meta-page of heap page ${page} says that it describes page ${described.page}`,
      );
  }
}

/** I9: the last MiniPage of a run; I7, I1: small runs. @param {Findings} found @param {import('./walk.js').Run} run */
function checkRun(found, run) {
  const { heap } = found;
  const { k } = heap.layout;
  const last = heap.entry(run.first + run.length - 1);
  found.expect(
    run.kind === 'small' || run.is_own || !isOwned(heap, run.first),
    'I6',
    run.entry.address,
    `the run of ${run.length} MiniPages at ${hex(run.address)} lies in an own page, and holds no small blocks`,
  );
  found.expect(
    run.kind === 'free'
      ? run.is_own || last.value === run.entry.value
      : run.length === 1 || last.kind === k.run_inside,
    'I9',
    last.address,
    `the ends of the run of ${run.length} MiniPages at ${hex(run.address)} do not agree`,
  );
  if (run.kind === 'small') checkSmallRun(found, run);
  if (run.kind === 'maps') {
    const { maps, threads } = heap;
    const places = [...(maps instanceof FlatMaps ? [maps.runs] : maps.segments)];
    found.expect(
      places.includes(run.address) || threads.some(({ address }) => address === run.address),
      'I9',
      run.entry.address,
      `the run map says that maps lie at ${hex(run.address)}, but ${maps instanceof FlatMaps ? `they lie at ${hex(maps.runs)}` : 'neither a segment of them nor the heap of a thread does'}`,
    );
  }
}

/** I4: a page has a meta-page iff small runs begin in it, which it counts, or it is an own page. @param {Findings} found */
function checkMetaPages(found) {
  const { heap, meta, runs } = found;
  /** @type {Map<number, number>} */
  const begun = new Map();
  for (const { kind, first } of runs)
    if (kind === 'small') begun.set(heap.pageOf(first), (begun.get(heap.pageOf(first)) ?? 0) + 1);
  for (const [page, { address, is_own, runs: counted }] of meta) {
    const count = begun.get(page) ?? 0;
    found.expect(
      (count > 0 || is_own) && counted === count,
      'I4',
      address,
      `the meta-page of heap page ${page} counts ${counted} small runs, the walk finds ${count}`,
    );
  }
  checkOwners(found);
}

/** I11. @param {Findings} found */
function checkCounters(found) {
  const { heap, runs } = found;
  const { used_mini_pages, peak_used_mini_pages, external_mini_pages } = countersOf(heap);
  const at = heap.layout.at.global + heap.layout.k.global_counters;
  let gaps = 0;
  let used = 0;
  for (const { kind, length, is_own } of runs) {
    if (kind === 'gap') gaps += length;
    else if (kind !== 'free' || is_own) used += length;
  }
  found.expect(
    used_mini_pages === used,
    'I11',
    at,
    `${used_mini_pages} MiniPages are counted as used, the walk finds ${used}`,
  );
  found.expect(
    used_mini_pages <= peak_used_mini_pages,
    'I11',
    at,
    `${used_mini_pages} MiniPages are in use, more than the peak of ${peak_used_mini_pages}`,
  );
  found.expect(
    external_mini_pages === gaps,
    'I11',
    at,
    `${external_mini_pages} MiniPages are counted as external, the walk finds ${gaps}`,
  );
}
