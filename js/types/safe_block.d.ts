export class SafeBlock {
    [x: symbol]: () => void;
    /** @param {BlockSource} source @param {number} size @param {boolean} warn */
    constructor(source: BlockSource, size: number, warn: boolean);
    /** Where it begins, for calls into wasm; a number also where addresses have 64 bits. */
    get address(): number;
    /** Bytes that were asked for. */
    get size(): number;
    /** Whether it was freed. */
    get freed(): boolean;
    /** Its bytes. Ask again after a call into wasm: memory may have grown, which ends older views. @returns {Uint8Array} */
    get view(): Uint8Array;
    /** Frees it, once; again does nothing. */
    dispose(): void;
    #private;
}
export type BlockSource = {
    malloc: (bytes: number) => number | bigint;
    free: (block: number | bigint) => void;
    memory: () => ArrayBufferLike;
    wide: boolean;
};
