/** @typedef {{ readonly buffer: ArrayBufferLike }} MemoryLike a WebAssembly.Memory, or what wasm2js has instead */
/** @typedef {{ start: number, end: number, view: DataView }} Segment */
/**
 * @typedef {object} Opened
 * @property {Segment[]} segments in order of address
 * @property {number} byteLength of the whole memory
 * @property {boolean} [is_live] another look may see something else
 * @property {boolean} [settled] false: the heap's structure changed while it was copied
 * @property {boolean} [exact] false: something of the heap changed while it was copied
 */
/**
 * @typedef {object} MemorySource where images come from
 * @property {() => Opened} open
 * @property {number | undefined} recordAddress where the source says that the layout record lies
 * @property {number | undefined} limit bytes that memory may grow to, if known
 */
/** @param {number} start @param {Uint8Array} bytes @returns {Segment} */
export function segmentOf(start: number, bytes: Uint8Array): Segment;
/** The source that is a live memory. @param {MemoryLike} memory @returns {MemorySource} */
export function liveSource(memory: MemoryLike): MemorySource;
/** The source that is a raw image of linear memory from address 0 on. @param {Uint8Array} bytes @returns {MemorySource} */
export function imageSource(bytes: Uint8Array): MemorySource;
/** Number of bits set. @param {number} word 32 bits */
export function popcount(word: number): number;
/** FNV-1a, 32 bits: finds any single changed byte. @param {Uint8Array} bytes @param {number} [hash] to go on from */
export function fnv1a(bytes: Uint8Array, hash?: number): number;
export class Image {
    /** @param {{ segments: Segment[], byteLength: number }} opened @param {number} wordBytes 4 or 8 */
    constructor({ segments, byteLength }: {
        segments: Segment[];
        byteLength: number;
    }, wordBytes: number);
    /** @readonly bytes of the whole memory, held or not */
    readonly byteLength: number;
    /** @readonly */
    readonly wordBytes: number;
    /** All of memory in one view, where it is held so; else undefined. For those who read millions of words. */
    get whole(): DataView<ArrayBufferLike> | undefined;
    /** True iff all of it can be read. @param {number} at @param {number} bytes */
    holds(at: number, bytes: number): boolean;
    /** @param {number} at */
    u8(at: number): number;
    /** @param {number} at */
    u16(at: number): number;
    /** @param {number} at */
    u32(at: number): number;
    /** The same, after whatever other threads wrote before they wrote what it says. @param {number} at a multiple of 4 */
    atomic(at: number): number;
    /** Whether the bytes at `at` are those of a view. @param {number} at @param {DataView} view @param {number} length a multiple of 4 */
    equals(at: number, view: DataView, length: number): boolean;
    /** Exact below 2^53, which every address is. @param {number} at */
    u64(at: number): number;
    /** An address or a count as wide as an address. @param {number} at */
    word(at: number): number;
    /** A copy. @param {number} at @param {number} length */
    bytes(at: number, length: number): Uint8Array<ArrayBuffer>;
    #private;
}
/**
 * a WebAssembly.Memory, or what wasm2js has instead
 */
export type MemoryLike = {
    readonly buffer: ArrayBufferLike;
};
export type Segment = {
    start: number;
    end: number;
    view: DataView;
};
export type Opened = {
    /**
     * in order of address
     */
    segments: Segment[];
    /**
     * of the whole memory
     */
    byteLength: number;
    /**
     * another look may see something else
     */
    is_live?: boolean | undefined;
    /**
     * false: the heap's structure changed while it was copied
     */
    settled?: boolean | undefined;
    /**
     * false: something of the heap changed while it was copied
     */
    exact?: boolean | undefined;
};
/**
 * where images come from
 */
export type MemorySource = {
    open: () => Opened;
    /**
     * where the source says that the layout record lies
     */
    recordAddress: number | undefined;
    /**
     * bytes that memory may grow to, if known
     */
    limit: number | undefined;
};
