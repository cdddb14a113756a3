// global_meta_page.js — what belongs to no single heap page: the stacks of heap pages, the bins of free runs, the counters.
import { countersOf, pagesWithRoom } from './statistics.js';
import { stackedPages } from './walk.js';

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} GlobalMetaPage page indexes are addresses / 64 KiB; every list is in order from the top of its stack
 * @property {number} heap_begin lowest byte that sbrk gave; 0 before the first allocation
 * @property {number} first_page
 * @property {number} end_page
 * @property {number} fresh_page every free page from here on is fresh
 * @property {number} warm_page one whole free page kept cut; 0: none
 * @property {number} mapped_pages heap pages that the maps cover
 * @property {number} map_size bytes of the maps
 * @property {{ size_class: number, block_size: number, pages: number[] }[]} size_class_stacks heap pages with a partly free run of the class
 * @property {{ room: number, pages: number[] }[]} room_stacks heap pages by their longest run of free MiniPages
 * @property {{ spare: number, pages: number[] }[]} spare_stacks first pages of large blocks by the spare MiniPages of their last page; stacks that hold some
 * @property {{ bin: number, runs: { page_index: number, number_of_pages: number }[] }[]} run_bins free runs of heap pages; bins that hold some
 * @property {number[]} metadata_stack metadata pages with free slots
 * @property {Record<import('./layout.js').CounterName, number>} counters
 */

/** @param {HeapImage} heap @returns {GlobalMetaPage} */
export function globalMetaPage(heap) {
  const { k, class_bytes } = heap.layout;
  const { heap_begin, first_page, end_page, fresh_page, warm_page } = heap;
  const size_class_stacks = Array.from({ length: k.shared_classes }, (_, i) => ({
    size_class: i + 1,
    block_size: class_bytes[i + 1],
    pages: pagesWithRoom(heap, i + 1),
  }));
  const room_stacks = Array.from({ length: k.room_stacks - 1 }, (_, i) => ({
    room: i + 1,
    pages: pagesOfRoom(heap, i + 1),
  }));
  const spare_stacks = Array.from({ length: k.room_stacks - 1 }, (_, i) => ({
    spare: i + 1,
    pages: stackedPages(heap, heap.spareStack(i + 1), (page) => heap.entry(page).next).pages,
  }));
  const run_bins = Array.from({ length: k.run_bins }, (_, bin) => ({
    bin,
    runs: runsOfBin(heap, bin),
  }));
  return {
    heap_begin,
    first_page,
    end_page,
    fresh_page,
    warm_page,
    mapped_pages: heap.mapped_pages,
    map_size: heap.maps.bytes,
    size_class_stacks,
    room_stacks,
    spare_stacks: spare_stacks.filter(({ pages }) => pages.length > 0),
    run_bins: run_bins.filter(({ runs }) => runs.length > 0),
    metadata_stack: stackedPages(heap, heap.metadata_stack, (page) => heap.entry(page).next).pages,
    counters: countersOf(heap),
  };
}

/** @param {HeapImage} heap @param {number} room */
function pagesOfRoom(heap, room) {
  const next = (/** @type {number} */ page) =>
    heap.roomLinks(heap.metaPage(heap.entry(page).meta)).next;
  return stackedPages(heap, heap.roomStack(room), next).pages;
}

/** @param {HeapImage} heap @param {number} bin */
function runsOfBin(heap, bin) {
  const { pages } = stackedPages(heap, heap.bin(bin), (page) => heap.entry(page).next);
  return pages.map((page) => ({ page_index: page, number_of_pages: heap.entry(page).run_pages }));
}
