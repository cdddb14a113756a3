/** @typedef {import('./memory.js').Image} Image */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {[start: number, bytes: number]} Span */
/** What every number of a MiniPage or heap page is looked up in. */
export class FlatMaps {
    /** @param {Image} image @param {Layout} layout @param {number} mapped_pages */
    constructor(image: Image, layout: Layout, mapped_pages: number);
    /** @readonly heap pages that the maps cover */
    readonly mapped_pages: number;
    /** @readonly the first that the run map and the page map cover: what lies before it has classes only */
    readonly first_page: number;
    /** @readonly address of the first entry; the root is that of MiniPage 0, wherever that would be */
    readonly runs: number;
    /** @readonly address of the classes of MiniPages */ readonly classes: number;
    /** @readonly address of the first page's word */
    readonly metas: number;
    /** @readonly addresses of the pieces that never move: none */
    readonly segments: number[];
    /** Whether the words of a heap page that is covered can be found. @param {number} page */
    describes(page: number): boolean;
    /** Of a MiniPage's entry. @param {number} mini_page */
    entryAddress(mini_page: number): number;
    /** Of the byte with a MiniPage's class. @param {number} mini_page */
    classAddress(mini_page: number): number;
    /** Of the word with the address of a heap page's meta-page. @param {number} page */
    metaWordAddress(page: number): number;
    /** MiniPages from this one on whose classes and entries follow each other. @param {number} mini_page */
    together(mini_page: number): number;
    /** All of it but the entries, and what says where they are. @param {Layout} layout @returns {Span[]} */
    spans({ at, word_bytes }: Layout): Span[];
    #private;
}
export class SegmentedMaps {
    /** @param {Image} image @param {Layout} layout @param {number} mapped_pages */
    constructor(image: Image, layout: Layout, mapped_pages: number);
    /** @readonly addresses of the segments; 0: it cannot be read */
    readonly segments: number[];
    /** @readonly the first that they cover */ readonly first_page: number;
    /** @readonly heap pages that the maps cover */
    readonly mapped_pages: number;
    /** Whether the words of a heap page that is covered can be found. @param {number} page */
    describes(page: number): boolean;
    /** Of a MiniPage's entry. @param {number} mini_page */
    entryAddress(mini_page: number): number;
    /** Of the byte with a MiniPage's class. @param {number} mini_page */
    classAddress(mini_page: number): number;
    /** Of the word with the address of a heap page's meta-page. @param {number} page */
    metaWordAddress(page: number): number;
    /** MiniPages from this one on whose classes and entries follow each other. @param {number} mini_page */
    together(mini_page: number): number;
    /** All of it but the entries, and what says where they are. @param {Layout} layout @returns {Span[]} */
    spans({ at, k, word_bytes }: Layout): Span[];
    #private;
}
export type Image = import("./memory.js").Image;
export type Layout = import("./layout.js").Layout;
export type Span = [start: number, bytes: number];
