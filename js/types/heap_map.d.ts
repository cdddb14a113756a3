/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./statistics.js').SpaceName} SpaceName */
/** What a MiniPage is; `kind` of a HeapMap holds the place in this list. */
export const CELL_KINDS: readonly ["unclaimed", "static", "external", "free", "fresh", "metadata", "small", "large", "changing"];
export class HeapMap {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** @readonly @type {number} heap page of the first element */ readonly first_page: number;
    /** @readonly @type {number} heap pages in the map */ readonly number_of_pages: number;
    /** @readonly @type {Uint8Array} by MiniPage, a place in CELL_KINDS */ readonly kind: Uint8Array;
    /** @readonly @type {Uint8Array} by MiniPage; 0 unless small */ readonly size_class: Uint8Array;
    /** @readonly @type {Uint8Array} by MiniPage, 0 … 255: the share of its run that live blocks cover; small shares are 1, not 0 */ readonly fill: Uint8Array;
    /** @readonly @type {Uint8Array} by MiniPage, 1: a run begins here */ readonly begins: Uint8Array;
    /** @readonly @type {Uint32Array} by heap page: number of the heap of a thread that owns it; 0: none */ readonly owners: Uint32Array;
    /** @readonly @type {boolean | undefined} where threads share memory: nothing changed meanwhile */ readonly exact: boolean | undefined;
    /** @readonly @type {readonly number[]} block size by size class */ readonly class_bytes: readonly number[];
    live_blocks: number;
    live_bytes: number;
    cached_blocks: number;
    /** @type {Float64Array} live blocks by size class; 0: large */ class_live: Float64Array;
    /** @type {Float64Array} blocks by size class, used and free */ class_blocks: Float64Array;
    /** @type {Float64Array} MiniPages by size class; 0: none */ class_mini_pages: Float64Array;
    /** @type {Float64Array} MiniPages by kind */ mini_pages: Float64Array;
    /** MiniPages in a heap page. @readonly @type {number} */ readonly per_page: number;
    /** @readonly @type {number} */ readonly mini_page_bytes: number;
    /** @type {Record<SpaceName, number>} the ledger: bytes by space, as getHeapSpaceStatistics */ spaces: Record<SpaceName, number>;
    /** Number of the first MiniPage in the map: address / 2 KiB. */
    get first_mini_page(): number;
    /** The MiniPage in which the run begins that this one belongs to. @param {number} mini_page */
    runOf(mini_page: number): number;
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type SpaceName = import("./statistics.js").SpaceName;
export type MapCellKind = (typeof CELL_KINDS)[number];
