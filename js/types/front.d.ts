/**
 * Addresses of all heaps, the oldest first: a heap's number is its place, from 1 on, and stays. As far as the list goes.
 * @param {Image} image @param {Layout} layout @returns {{ addresses: number[], ends: boolean }} ends: it is a list
 */
export function heapAddresses(image: Image, { at, k }: Layout): {
    addresses: number[];
    ends: boolean;
};
/** Free runs outside of own pages, by their length. */
export class FreeRuns {
    /** @param {Image} image @param {number} mask address @param {number} bins address */
    constructor(image: Image, mask: number, bins: number);
    /** @readonly bit b: bin b is not empty */
    readonly masks: number[];
    /** First free run in the bin. @param {number} bin */
    bin(bin: number): number;
    #private;
}
export class Front {
    /** @param {Image} image @param {Layout} layout @param {number} number @param {Places} places */
    constructor(image: Image, layout: Layout, number: number, places: Places);
    /** @readonly of the heap, from 1 on; 0: there is but one */ readonly number: number;
    /** Whether its stacks have a place: not before the program's first allocation. */
    get is_open(): boolean;
    /** Where the address of the newest entry of a class's stack is kept. @param {number} size_class */
    topAddress(size_class: number): number;
    /**
     * Entries of a class's free-block stack, newest first; undefined if its top is no place in the stack.
     * @param {number} size_class @returns {{ entries: number[] | undefined, start: number, top: number, end: number }}
     */
    blockStack(size_class: number): {
        entries: number[] | undefined;
        start: number;
        top: number;
        end: number;
    };
    /** Blocks in the cursor of a class, lowest first. @param {number} size_class */
    cursor(size_class: number): {
        address: number;
        base: number;
        block_bytes: number;
        blocks: number[];
    };
    /** Address of the header of the run that the class's cursor works through; 0: none. @param {number} size_class */
    current(size_class: number): number;
    /** Top of the stack of pages with a partly free run of the class. @param {HeapImage} heap @param {number} size_class */
    classStack(heap: HeapImage, size_class: number): number;
    #private;
}
/** The front of a thread, in its heap. */
export class ThreadHeap extends Front {
    /** @param {Image} image @param {Layout} layout @param {number} number @param {number} address */
    constructor(image: Image, layout: Layout, number: number, address: number);
    /** @readonly */ readonly address: number;
    /** @readonly undefined: it makes no sense */
    readonly state: HeapState;
    /** @readonly whose it is or was: pthread_self, or the number of a Wasm Worker */
    readonly thread: number;
    /** @readonly heap pages that it owns */ readonly pages: number;
    /** @readonly of these: without a block */
    readonly free_pages: number;
    /** @readonly free pages that it keeps */ readonly reserved: number;
    /** @readonly whether it takes no lock */
    readonly realtime: boolean;
    /** @readonly of changes: how many there were */
    readonly changes: number;
    /** @readonly whether it is in the middle of one */ readonly in_change: boolean;
    /** @readonly its pages with room */
    readonly lists: OwnLists;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type Image = import("./memory.js").Image;
export type Layout = import("./layout.js").Layout;
/**
 * addresses
 */
export type Places = {
    tops: number;
    stack_words: number;
    cursors: number;
    current: number;
    class_stacks: number;
};
export type HeapState = "attached" | "orphan" | "quarantined";
import { OwnLists } from './own_pages.js';
