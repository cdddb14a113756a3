/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {'live' | 'cached' | 'free'} BlockState cached: on a free-block stack, in a cursor, or on its way to its owner */
/**
 * @typedef {object} Block
 * @property {number} address
 * @property {number} size
 * @property {BlockState} state
 * @property {number} size_class 0: large
 * @property {'mini' | 'large'} space
 * @property {number} page_index of the heap page it begins in
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @typedef {{ space?: 'mini' | 'large', page_index?: number, run?: number }} BlockFilter run: the MiniPage in which it begins; only that one is looked at */
/** @typedef {(block: Block) => unknown} BlockVisitor returns `true` to end the walk, as for Array.some */
/**
 * True iff the visitor ended the walk.
 * @param {() => HeapImage} look @param {BlockVisitor} visit @param {BlockFilter} filter
 */
export function visitBlocks(look: () => HeapImage, visit: BlockVisitor, { space, page_index, run: only }: BlockFilter): boolean;
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * cached: on a free-block stack, in a cursor, or on its way to its owner
 */
export type BlockState = "live" | "cached" | "free";
export type Block = {
    address: number;
    size: number;
    state: BlockState;
    /**
     * 0: large
     */
    size_class: number;
    space: "mini" | "large";
    /**
     * of the heap page it begins in
     */
    page_index: number;
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
/**
 * run: the MiniPage in which it begins; only that one is looked at
 */
export type BlockFilter = {
    space?: "mini" | "large";
    page_index?: number;
    run?: number;
};
/**
 * returns `true` to end the walk, as for Array.some
 */
export type BlockVisitor = (block: Block) => unknown;
