// thread_statistics.js — the heaps of threads as numbers: whose they are, which heap pages they own, what they keep at hand.
import { marked } from './heap_image.js';
import { cachedIn, linked, onTheirWay, runs } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} ThreadHeapStatistics the heap of a thread
 * @property {number} heap its number, from 1 on, the oldest first; it stays
 * @property {import('./front.js').HeapState | undefined} state `attached`: of a thread, `orphan`: of one that ended, to be adopted by the next, `quarantined`: of a worker that was terminated in the middle of a change
 * @property {number} thread whose it is or was: pthread_self, or the number of a Wasm Worker
 * @property {number} number_of_pages heap pages that it owns
 * @property {number} number_of_free_pages of these: without a block
 * @property {number} number_of_reserved_pages free pages that it keeps (gharial_thread_reserve)
 * @property {number} number_of_cached_blocks on its free-block stacks and in its cursors, whoever owns them
 * @property {number} number_of_pending_blocks of its pages: freed by other threads, and not yet taken in
 * @property {boolean} realtime takes no lock and does not grow memory (gharial_thread_realtime)
 */
/**
 * @typedef {object} ThreadStatistics of a program without threads all numbers are 0, and `heaps` is empty
 * @property {number} number_of_heaps
 * @property {number} number_of_orphaned_heaps
 * @property {number} number_of_quarantined_heaps
 * @property {number} number_of_owned_pages heap pages that heaps own
 * @property {number} number_of_free_owned_pages of these: without a block
 * @property {number} number_of_orphaned_pages of these: of orphaned heaps
 * @property {number} number_of_quarantined_pages of these: of quarantined heaps
 * @property {number} number_of_cached_blocks on free-block stacks and in cursors
 * @property {number} number_of_pending_blocks on their way to the heap that owns their page
 * @property {number} number_of_deferred_blocks large blocks, freed while the lock was held: the next holders free them; until then they count as live
 * @property {number} number_of_lock_waits times a thread did not get the lock, nor while it spun
 * @property {number} number_of_refusals times a real-time thread was refused
 * @property {ThreadHeapStatistics[]} heaps the oldest first
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */

/** @param {HeapImage} heap @returns {ThreadStatistics} */
export function threadStatistics(heap) {
  const pending = pendingBlocks(heap);
  const heaps = heap.threads.map((thread) => ({
    heap: thread.number,
    state: thread.state,
    thread: thread.thread,
    number_of_pages: thread.pages,
    number_of_free_pages: thread.free_pages,
    number_of_reserved_pages: thread.reserved,
    number_of_cached_blocks: cachedIn(heap, thread).length,
    number_of_pending_blocks: pending.get(thread.number) ?? 0,
    realtime: thread.realtime,
  }));
  /** @param {(one: ThreadHeapStatistics) => number} number @param {import('./front.js').HeapState} [state] */
  const sum = (number, state) =>
    heaps.reduce(
      (total, one) => total + (state === undefined || one.state === state ? number(one) : 0),
      0,
    );
  const pages = (/** @type {ThreadHeapStatistics} */ one) => one.number_of_pages;
  return marked(heap, {
    number_of_heaps: heaps.length,
    number_of_orphaned_heaps: sum(() => 1, 'orphan'),
    number_of_quarantined_heaps: sum(() => 1, 'quarantined'),
    number_of_owned_pages: sum(pages),
    number_of_free_owned_pages: sum((one) => one.number_of_free_pages),
    number_of_orphaned_pages: sum(pages, 'orphan'),
    number_of_quarantined_pages: sum(pages, 'quarantined'),
    number_of_cached_blocks: sum((one) => one.number_of_cached_blocks),
    number_of_pending_blocks: sum((one) => one.number_of_pending_blocks),
    number_of_deferred_blocks: deferredBlocks(heap),
    number_of_lock_waits: counted(heap, 'lock_waits'),
    number_of_refusals: counted(heap, 'lock_refusals'),
    heaps,
  });
}

/** Blocks on their way, by the number of the heap that owns their page. @param {HeapImage} heap */
function pendingBlocks(heap) {
  /** @type {Map<number, number>} */
  const pending = new Map();
  if (!heap.layout.shared) return pending;
  for (const run of runs(heap)) {
    if (run.kind !== 'small') continue;
    const count = onTheirWay(heap, run).length;
    if (count === 0) continue;
    const owner = heap.ownerOf(heap.pageOf(run.first));
    pending.set(owner, (pending.get(owner) ?? 0) + count);
  }
  return pending;
}

/** Of both lists, that which is being worked through and that which others push on. @param {HeapImage} heap */
function deferredBlocks(heap) {
  const { at, k, shared } = heap.layout;
  if (!shared) return 0;
  const places = [k.lock_deferred, k.lock_drained].map((place) => at.global + place);
  return places.flatMap((place) =>
    linked(heap.memory.u32(place), (first) => heap.entryOrNone(first)?.next),
  ).length;
}

/** @param {HeapImage} heap @param {'lock_waits' | 'lock_refusals'} name */
const counted = ({ memory, layout }, name) =>
  layout.shared ? memory.word(layout.at.global + layout.k[name]) : 0;
