/** @typedef {{ readonly buffer: ArrayBufferLike }} MemoryLike a WebAssembly.Memory, or what wasm2js has instead */
/** @typedef {{ start: number, end: number, view: DataView }} Segment */
/**
 * @typedef {object} MemorySource where images come from
 * @property {() => { segments: Segment[], byteLength: number }} open
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
/**
 * where images come from
 */
export type MemorySource = {
    open: () => {
        segments: Segment[];
        byteLength: number;
    };
    /**
     * where the source says that the layout record lies
     */
    recordAddress: number | undefined;
    /**
     * bytes that memory may grow to, if known
     */
    limit: number | undefined;
};
