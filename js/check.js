// check.js — is the heap sound? The invariants of src/layout.hpp, judged from outside by the walk. Assumes nothing about the
// heap: every read is bounded, every list is left when it runs in a circle, and what cannot be read is a finding as well.
import { checkCached, checkCutPage } from './check_blocks.js';
import {
  checkBins,
  checkClassStacks,
  checkMetadata,
  checkRoomStacks,
  checkSpareStacks,
} from './check_stacks.js';
import { GharialError, HeapReadError, hex } from './errors.js';
import { countersOf } from './statistics.js';
import { pageRun } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */
/**
 * @typedef {object} HeapFault
 * @property {string} code the invariant that does not hold, `I1` … `I12`; `read`: a place that cannot be read
 * @property {number} address where
 * @property {string} message
 */
/** @typedef {{ ok: boolean, errors: HeapFault[] }} Validation */

const MAX_FAULTS = 100; // of a heap that is rubble, more help nobody

/** What is known of the heap while it is checked. */
export class Findings {
  /** @type {HeapFault[]} */ errors = [];
  /** @type {import('./walk.js').PageRun[]} */ runs = [];
  /** @type {Map<number, MetaPage>} meta-pages by heap page */ meta = new Map();
  /** @type {Map<number, { size_class: number, header: import('./heap_image.js').MiniPageHeader, address: number, length: number }>} runs by MiniPage: all of theirs, or the first if they are one block */
  class_runs = new Map();
  /** @type {Map<number, number>} pages whose list of a class is not empty: class stacks must have as many */ listed =
    new Map();
  used_mini_pages = 0;

  /** @param {HeapImage} heap */
  constructor(heap) {
    /** @readonly */ this.heap = heap;
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
  let heap;
  try {
    heap = look();
  } catch (error) {
    if (!(error instanceof GharialError)) throw error;
    const at =
      error instanceof HeapReadError
        ? { code: error.invariant, address: error.address }
        : { code: 'read', address: 0 };
    return { ok: false, errors: [{ ...at, message: error.message }] };
  }
  const found = new Findings(heap);
  walkPages(found);
  for (const run of found.runs) found.attempt(() => checkRun(found, run));
  found.attempt(() => checkTails(found));
  found.attempt(() => checkRoomStacks(found));
  found.attempt(() => checkSpareStacks(found));
  checkClassStacks(found);
  found.attempt(() => checkBins(found));
  found.attempt(() => checkMetadata(found));
  found.attempt(() => checkMap(found));
  found.attempt(() => checkCached(found));
  found.attempt(() => checkCounters(found));
  return { ok: found.errors.length === 0, errors: found.errors };
}

/** I9, I5: goes as far as the page map lets it. @param {Findings} found */
function walkPages(found) {
  const { heap } = found;
  found.attempt(() => {
    for (let page = heap.first_page; page < heap.end_page; ) {
      const run = pageRun(heap, page);
      const before = found.runs.at(-1);
      if (before?.kind === 'free' && run.kind === 'free')
        found.add(
          'I5',
          run.entry.address,
          `the free runs at heap pages ${before.page} and ${page} touch`,
        );
      found.runs.push(run);
      page += run.pages;
    }
  });
}

/** @param {Findings} found @param {import('./walk.js').PageRun} run */
function checkRun(found, run) {
  const { heap } = found;
  const { k } = heap.layout;
  if (run.kind === 'cut') {
    checkCutPage(found, run);
    return;
  }
  if (run.kind === 'large') found.used_mini_pages += run.pages * heap.minis - run.entry.spare;
  if (run.pages === 1 || run.kind === 'metadata') return;
  const last = heap.entry(run.page + run.pages - 1);
  const expected = run.kind === 'large' ? k.page_large_last : run.entry.kind;
  found.expect(
    last.kind === expected && last.run_pages === run.pages,
    'I9',
    last.address,
    `the ends of the run of ${run.pages} heap pages at page ${run.page} do not agree`,
  );
}

/** I12: a large block's tail lies where the block says. @param {Findings} found */
function checkTails(found) {
  const { heap, runs } = found;
  const { k } = heap.layout;
  let tail = 0;
  for (const run of runs) {
    const meta = found.meta.get(run.page);
    let there = 0;
    if (run.kind === 'cut' && meta !== undefined && (meta.free_mask & 1) === 0) {
      const header = heap.header(meta, 0);
      if (header.kind === k.run_large_tail) there = header.run;
    }
    if (there !== tail)
      found.add(
        'I12',
        run.entry.address,
        `heap page ${run.page} holds a tail of ${there} MiniPages, the block before it has ${tail}`,
      );
    tail = run.kind === 'large' ? run.entry.tail : 0;
  }
  found.expect(
    tail === 0,
    'I12',
    heap.addressOf(heap.end_page),
    'the tail of the last large block lies beyond the heap',
  );
}

/** I7: class and header of every MiniPage that the maps cover. @param {Findings} found */
function checkMap(found) {
  const { heap, class_runs } = found;
  const { maps, memory, mapped_pages } = heap;
  if (mapped_pages === 0) return;
  const { word_bytes } = heap.layout;
  const mini_pages = mapped_pages * heap.minis;
  found.expect(
    mapped_pages >= heap.end_page &&
      maps.headers_at + mini_pages * word_bytes <= maps.at + maps.bytes &&
      maps.classes_at + mini_pages <= maps.at + maps.bytes,
    'I7',
    maps.at,
    `the maps cover ${mapped_pages} heap pages in ${maps.bytes} bytes; the heap ends at page ${heap.end_page}`,
  );
  const classes = memory.bytes(maps.classes_at, mini_pages);
  for (let i = 0; i < mini_pages && !found.full; ++i) {
    const run = class_runs.get(i);
    const address = hex(i * heap.mini_bytes);
    const size_class = run?.size_class ?? 0;
    if (classes[i] !== size_class)
      found.add(
        'I7',
        maps.classes_at + i,
        `the MiniPage map says class ${classes[i]} at ${address}, its run says ${size_class}`,
      );
    const header = run?.header.address ?? 0;
    const mapped = memory.word(maps.headers_at + i * word_bytes);
    if (mapped !== header)
      found.add(
        'I7',
        maps.headers_at + i * word_bytes,
        `the MiniPage map says header ${hex(mapped)} at ${address}, its run has ${hex(header)}`,
      );
  }
}

/** I11. @param {Findings} found */
function checkCounters(found) {
  const { heap, runs } = found;
  const { used_mini_pages, peak_used_mini_pages, external_pages } = countersOf(heap);
  const at = heap.layout.at.global + heap.layout.k.global_counters;
  const gaps = runs.reduce((sum, run) => sum + (run.kind === 'gap' ? run.pages : 0), 0);
  found.expect(
    used_mini_pages === found.used_mini_pages,
    'I11',
    at,
    `${used_mini_pages} MiniPages are counted as used, the walk finds ${found.used_mini_pages}`,
  );
  found.expect(
    used_mini_pages <= peak_used_mini_pages,
    'I11',
    at,
    `${used_mini_pages} MiniPages are in use, more than the peak of ${peak_used_mini_pages}`,
  );
  found.expect(
    external_pages === gaps,
    'I11',
    at,
    `${external_pages} heap pages are counted as external, the walk finds ${gaps}`,
  );
}
