// global_meta_page.js — what belongs to no single heap page: the stacks of heap pages, the bins of free runs, the counters.
import { marked } from './heap_image.js';
import { popcount } from './memory.js';
import { countersOf, linkedPages, pagesWithRoom } from './statistics.js';
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
 * @property {{ free_mini_pages: number, pages: { page_index: number, number_of_free_mini_pages: number }[] }[]} own_page_lists heap pages that the heap took whole to cut small runs from, and that have room: by the longest run of free MiniPages in them (longer ones count as the longest small run that is cut from such pages); those all of which is free come last. Where threads share memory, those of all heaps
 * @property {Record<import('./layout.js').CounterName, number>} counters
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */

/** @param {HeapImage} heap @returns {GlobalMetaPage} */
export function globalMetaPage(heap) {
  const { k, class_bytes } = heap.layout;
  const size_class_stacks = Array.from({ length: k.size_classes }, (_, i) => ({
    size_class: i + 1,
    block_size: class_bytes[i + 1],
    pages: pagesWithRoom(heap, i + 1),
  }));
  const run_bins = Array.from({ length: k.run_bins }, (_, bin) => ({
    bin,
    runs: linkedRuns(heap, heap.free_runs.bin(bin)).map((mini_page) => ({
      mini_page,
      number_of_mini_pages: heap.entry(mini_page).number,
    })),
  }));
  const { minis } = heap;
  const lengths = [...(heap.own_lists[0]?.lengths ?? []), minis];
  const own_page_lists = lengths.map((free_mini_pages, i) => ({
    free_mini_pages,
    pages: heap.own_lists
      .flatMap((lists) => linkedPages(heap, lists.top(heap, i + 1), 0))
      .map((page_index) => ({
        page_index,
        number_of_free_mini_pages: page_index < 0 ? 0 : popcount(heap.own.freeIn(page_index)),
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
    own_page_lists: own_page_lists.filter(({ pages }) => pages.length > 0),
    counters: countersOf(heap),
  });
}

/** @param {HeapImage} heap @param {number} top */
const linkedRuns = (heap, top) =>
  linked(
    top,
    (at) => (heap.settled && heap.holds(at) ? heap.entry(at) : heap.entryOrNone(at))?.next,
  );
