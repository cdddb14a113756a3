// meta_page.js — meta-pages and the headers of small runs in them as plain data.

/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} MiniPageHeader of a small run
 * @property {number} address
 * @property {Uint32Array} free free bits, 32 to a word
 * @property {number} reciprocal
 * @property {number} base lower half of the run's address
 * @property {number} mini_pages length of the run, as the header says
 * @property {number} capacity blocks in the run, by its length and its class
 * @property {number} countdown blocks that may come home before the run changes its state
 * @property {number} size_class
 * @property {number} next @property {number} prev
 */
/**
 * @typedef {object} MetaPage
 * @property {number} address
 * @property {number} page the heap page it describes @property {number} runs small runs that begin in it
 * @property {boolean} is_own the heap took the page whole, to cut small runs from
 * @property {number} free if so: its free MiniPages, a bit for each
 * @property {number} owner address of the heap that the page belongs to, where threads share memory; else 0
 * @property {number} remote address of its remote words, likewise
 */

/** @param {HeapImage} heap @param {number} address @returns {MetaPage} */
export function metaPageAt(heap, address) {
  const { memory } = heap;
  const { k, shared } = heap.layout;
  return {
    address,
    page: memory.u32(address + k.meta_page),
    runs: memory.u32(address + k.meta_runs),
    free: memory.u32(address + k.meta_free),
    is_own: shared || memory.u32(address + k.meta_is_own) !== 0,
    owner: shared ? memory.word(address + k.meta_owner) : 0,
    remote: shared ? address + k.meta_page_bytes : 0,
  };
}

/** @param {HeapImage} heap @param {number} address @param {number} length of the run, as the run map says @returns {MiniPageHeader} */
export function headerAt(heap, address, length) {
  const { memory } = heap;
  const { k } = heap.layout;
  const size_class = memory.u8(address + k.header_size_class);
  const free = new Uint32Array(2 * k.header_free_words);
  for (let i = 0; i < free.length; ++i) free[i] = memory.u32(address + k.header_free + 4 * i);
  return {
    address,
    free,
    reciprocal: memory.u32(address + k.header_reciprocal),
    base: memory.u32(address + k.header_base),
    mini_pages: memory.u8(address + k.header_mini_pages),
    capacity: heap.capacityOf(size_class, length),
    countdown: memory.u32(address + k.header_countdown),
    size_class,
    next: memory.u8(address + k.header_next),
    prev: memory.u8(address + k.header_prev),
  };
}
