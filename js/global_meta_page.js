// global_meta_page.js — what belongs to no single heap page: the stacks of heap pages, the bins of free runs, the pieces of
// slots, the counters.
import { marked } from './heap_image.js';
import { countersOf, pagesWithRoom } from './statistics.js';
import { linked } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} GlobalMetaPage page indexes are addresses / 64 KiB, MiniPages are numbered by address / 2 KiB; every list is in order from the top of its stack
 * @property {number} first_mini_page the heap's first; 0 before the first allocation
 * @property {number} end_mini_page
 * @property {number} fresh_mini_page every free MiniPage from here on is fresh
 * @property {number} mapped_pages heap pages that the maps cover
 * @property {number} map_size bytes of the maps
 * @property {{ size_class: number, block_size: number, pages: number[] }[]} size_class_stacks heap pages with a partly free run of the class; where threads share memory, those of all heaps, the oldest heap's first
 * @property {{ bin: number, runs: { mini_page: number, number_of_mini_pages: number }[] }[]} run_bins free runs; bins that hold some
 * @property {number[]} slot_pieces first MiniPages of the pieces of metadata that have free slots
 * @property {Record<import('./layout.js').CounterName, number>} counters
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */

/** @param {HeapImage} heap @returns {GlobalMetaPage} */
export function globalMetaPage(heap) {
  const { k, class_bytes } = heap.layout;
  const size_class_stacks = Array.from({ length: k.shared_classes }, (_, i) => ({
    size_class: i + 1,
    block_size: class_bytes[i + 1],
    pages: pagesWithRoom(heap, i + 1),
  }));
  const run_bins = Array.from({ length: k.run_bins }, (_, bin) => ({
    bin,
    runs: heap.free_runs
      .flatMap((free) => linkedRuns(heap, free.bin(bin)))
      .map((mini_page) => ({
        mini_page,
        number_of_mini_pages: heap.entry(mini_page).number,
      })),
  }));
  return marked(heap, {
    first_mini_page: heap.first,
    end_mini_page: heap.end,
    fresh_mini_page: heap.fresh,
    mapped_pages: heap.mapped_pages,
    map_size: heap.mapSize(),
    size_class_stacks,
    run_bins: run_bins.filter(({ runs }) => runs.length > 0),
    slot_pieces: linkedRuns(heap, heap.slots_stack),
    counters: countersOf(heap),
  });
}

/** @param {HeapImage} heap @param {number} top */
const linkedRuns = (heap, top) =>
  linked(
    top,
    (at) => (heap.settled && heap.holds(at) ? heap.entry(at) : heap.entryOrNone(at))?.next,
  );
