/** The own pages of a heap image. Good as long as that is. */
export class OwnPages {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** Whether the heap took the page whole. Where threads share memory, all pages that have a meta-page are such. @param {number} page */
    has(page: number): boolean;
    /** Free MiniPages of a heap page, a bit for each; 0: none, or no own page. @param {number} page */
    freeIn(page: number): number;
    /** Free MiniPages of an own page from this one on to the next in use; 0: this is no such one. @param {number} mini_page */
    freeFrom(mini_page: number): number;
    #private;
}
/** The own pages of a heap that have room, in lists by the longest run of free MiniPages in them. */
export class OwnLists {
    /** @param {number} owner number of the heap whose they are; 0: the only one @param {number} at @param {number} own_run_max the longest that is cut from such pages */
    constructor(owner: number, at: number, own_run_max: number);
    /** @readonly */ readonly owner: number;
    /** @readonly number of the last list: of pages all of which is free. The one before: of pages with that run, or a longer one */
    readonly last: number;
    /** @readonly of each list but the last, the free MiniPages in a row that its pages have */
    readonly lengths: number[];
    /** The list in which a page belongs of which these MiniPages are free; 0: none. @param {number} free */
    listFor(free: number): number;
    /** The first page of a list: 0 for none, -1 if it names no page's meta-page. @param {HeapImage} heap @param {number} list */
    top(heap: HeapImage, list: number): number;
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
