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
export function metaPageAt(heap: HeapImage, address: number): MetaPage;
/** @param {HeapImage} heap @param {number} address @param {number} length of the run, as the run map says @returns {MiniPageHeader} */
export function headerAt(heap: HeapImage, address: number, length: number): MiniPageHeader;
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * of a small run
 */
export type MiniPageHeader = {
    address: number;
    /**
     * free bits, 32 to a word
     */
    free: Uint32Array;
    reciprocal: number;
    /**
     * lower half of the run's address
     */
    base: number;
    /**
     * length of the run, as the header says
     */
    mini_pages: number;
    /**
     * blocks in the run, by its length and its class
     */
    capacity: number;
    /**
     * blocks that may come home before the run changes its state
     */
    countdown: number;
    size_class: number;
    next: number;
    prev: number;
};
export type MetaPage = {
    address: number;
    /**
     * the heap page it describes
     */
    page: number;
    /**
     * small runs that begin in it
     */
    runs: number;
    /**
     * the heap took the page whole, to cut small runs from
     */
    is_own: boolean;
    /**
     * if so: its free MiniPages, a bit for each
     */
    free: number;
    /**
     * address of the heap that the page belongs to, where threads share memory; else 0
     */
    owner: number;
    /**
     * address of its remote words, likewise
     */
    remote: number;
};
