export class HeapImage {
    /** @param {ReturnType<import('./memory.js').MemorySource['open']>} opened @param {import('./layout.js').Layout} layout */
    constructor(opened: ReturnType<import("./memory.js").MemorySource["open"]>, layout: import("./layout.js").Layout);
    /** @readonly */ readonly layout: import("./layout.js").Layout;
    /** @readonly */ readonly memory: Image;
    /** @readonly */ readonly page_bytes: number;
    /** @readonly */ readonly mini_bytes: number;
    /** @readonly MiniPages in a heap page; a mask has a bit for each */
    readonly minis: number;
    /** @readonly */ readonly heap_begin: number;
    /** @readonly */ readonly break_at: number;
    /** @readonly */ readonly mapped_pages: number;
    /** @readonly the maps: page map, headers and classes of MiniPages, in one piece */
    readonly maps: {
        at: number;
        bytes: number;
        headers_at: number;
        classes_at: number;
    };
    /** @readonly */ readonly first_page: number;
    /** @readonly */ readonly end_page: number;
    /** @readonly */ readonly fresh_page: number;
    /** @readonly */ readonly warm_page: number;
    /** @readonly */ readonly metadata_stack: number;
    /** @readonly */ readonly room_mask: number;
    /** @readonly */ readonly spare_mask: number;
    /** @readonly */ readonly bin_masks: number[];
    /** Address of a heap page. @param {number} page */
    addressOf(page: number): number;
    /** @param {number} page @returns {PageEntry} */
    entry(page: number): PageEntry;
    /** @param {number} address @returns {MetaPage} */
    metaPage(address: number): MetaPage;
    /** Header of a MiniPage. @param {MetaPage} meta @param {number} mini_page @returns {MiniPageHeader} */
    header(meta: MetaPage, mini_page: number): MiniPageHeader;
    /**
     * The heap page whose meta-page the link at `at` names: 0 for none, -1 if it names no meta-page of a cut page.
     * @param {number} at
     */
    pageLink(at: number): number;
    /** @param {MetaPage} meta */
    roomLinks(meta: MetaPage): PageLinks;
    /** @param {MetaPage} meta @param {number} size_class */
    classLinks(meta: MetaPage, size_class: number): PageLinks;
    /** First partly free run of the class in the page. @param {MetaPage} meta @param {number} size_class */
    list(meta: MetaPage, size_class: number): number;
    /** Top of the global stack of pages with a partly free run of the class. @param {number} size_class */
    classStack(size_class: number): number;
    /** Top of the global stack of pages whose longest run of free MiniPages is `room`. @param {number} room */
    roomStack(room: number): number;
    /** First page of the newest large block with so many spare MiniPages. @param {number} spare */
    spareStack(spare: number): number;
    /** First free run of heap pages in the bin. @param {number} bin */
    bin(bin: number): number;
    /** @param {number} i place in COUNTER_NAMES */
    counter(i: number): number;
    /** Address of the header of the run that the class's cursor works through; 0: none. @param {number} size_class */
    current(size_class: number): number;
    /** Lowest address that is not the heap's any more, and where sbrk keeps the break. */
    ends(): {
        heap_end: number;
        break_end: number;
    };
    #private;
}
export function bit(bits: Uint32Array, i: number): boolean;
/**
 * of the page map
 */
export type PageEntry = {
    address: number;
    kind: number;
    tail: number;
    /**
     * MiniPages at the end of a large block's last page that are not its
     */
    spare: number;
    spare_is_fresh: boolean;
    run_pages: number;
    next: number;
    prev: number;
    meta: number;
};
export type MiniPageHeader = {
    address: number;
    /**
     * free bits, 32 to a word
     */
    free: Uint32Array;
    block_bytes: number;
    capacity: number;
    /**
     * blocks that may come home before the run changes its state
     */
    countdown: number;
    size_class: number;
    kind: number;
    first: number;
    run: number;
    next: number;
    prev: number;
};
export type MetaPage = {
    address: number;
    free_mask: number;
    touched_mask: number;
    page: number;
    room: number;
};
export type PageLinks = {
    next: number;
    prev: number;
};
import { Image } from './memory.js';
