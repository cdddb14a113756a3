// check_threads.js — what holds of own pages, and of those that threads own: I4 in its other half, the borders of I5, the counts of I11.
import { hex } from './errors.js';

/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./heap_image.js').HeapImage} HeapImage */

/** Whether the page of a MiniPage is an own page. @param {HeapImage} heap @param {number} mini_page */
export const isOwned = (heap, mini_page) => heap.own.has(heap.pageOf(mini_page));

/**
 * I5: whether free runs may touch there: those inside an own page stay there.
 * @param {HeapImage} heap @param {number} mini_page
 */
export const isBorder = (heap, mini_page) =>
  mini_page % heap.minis === 0 && (isOwned(heap, mini_page) || isOwned(heap, mini_page - 1));

/** I4: every page with a meta-page is a heap's. @param {Findings} found */
export function checkOwners(found) {
  const { heap, meta } = found;
  if (!heap.layout.shared) return;
  for (const [page, { address, owner }] of meta)
    found.expect(
      heap.heapNumber(owner) !== 0,
      'I4',
      address,
      `heap page ${page} is said to belong to a heap at ${hex(owner)}, where none is`,
    );
}

/** I9: the list of heaps; I11: the pages that each counts. @param {Findings} found */
export function checkThreads(found) {
  const { heap, meta } = found;
  const { layout, memory, threads } = heap;
  const { at, k } = layout;
  const counts = (/** @type {Iterable<{ is_own: boolean, runs: number }>} */ pages) => {
    const own = [...pages].filter(({ is_own }) => is_own);
    return [own.length, own.filter(({ runs }) => runs === 0).length];
  };
  if (!layout.shared) {
    const [own, free] = counts(meta.values());
    const said = [k.own_pages, k.own_free_pages].map((name) => memory.u32(at.global + name));
    found.expect(
      said[0] === own && said[1] === free,
      'I11',
      at.global + k.own_pages,
      `the heap counts ${said[0]} own pages, ${said[1]} of them free; the page map has ${own} and ${free}`,
    );
    return;
  }
  const number = memory.word(at.global + k.lock_number_of_heaps);
  found.expect(
    heap.has_all_threads && threads.length === number,
    'I9',
    at.global + k.lock_heaps,
    `there are ${number} heaps of threads, their list has ${threads.length}`,
  );
  for (const thread of threads) {
    found.expect(
      thread.state !== undefined,
      'I9',
      thread.address,
      `heap ${thread.number} is neither attached, nor orphan, nor quarantined`,
    );
    const [own, free] = counts([...meta.values()].filter(({ owner }) => owner === thread.address));
    found.expect(
      thread.pages === own && thread.free_pages === free,
      'I11',
      thread.address,
      `heap ${thread.number} counts ${thread.pages} pages, ${thread.free_pages} of them free; the page map has ${own} and ${free}`,
    );
  }
}
