/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/** @typedef {import('./statistics.js').SpaceName} SpaceName */
/** @typedef {import('./statistics.js').SizeClassStatistics} SizeClassStatistics */
/** @typedef {Record<SpaceName, { size: number, used: number, available: number }>} Spaces */
/** @typedef {Omit<SizeClassStatistics, 'number_of_pages_with_room'>} ClassCount */
/** Everything that one walk over the heap finds out. */
export class Survey {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    pages: number;
    free_pages: number;
    used_mini_pages: number;
    live_blocks: number;
    cached_blocks: number;
    home_bytes: number;
    largest_free: number;
    /** @type {ClassCount[]} */ classes: ClassCount[];
    /** @type {Spaces} */ spaces: Spaces;
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type SpaceName = import("./statistics.js").SpaceName;
export type SizeClassStatistics = import("./statistics.js").SizeClassStatistics;
export type Spaces = Record<SpaceName, {
    size: number;
    used: number;
    available: number;
}>;
export type ClassCount = Omit<SizeClassStatistics, "number_of_pages_with_room">;
