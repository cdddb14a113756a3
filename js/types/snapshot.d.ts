/** @param {HeapImage} heap @param {number | undefined} limit */
export function captureDump(heap: HeapImage, limit: number | undefined): Uint8Array<ArrayBuffer>;
/** What a heap was when the snapshot was taken. */
export class HeapSnapshot {
    /**
     * @param {Uint8Array<ArrayBuffer>} dump @param {(dump: Uint8Array) => HeapReader} open
     * @param {import('./profiler.js').HeapProfile} [profile]
     */
    constructor(dump: Uint8Array<ArrayBuffer>, open: (dump: Uint8Array) => HeapReader, profile?: import("./profiler.js").HeapProfile);
    /** @readonly @type {import('./profiler.js').HeapProfile | undefined} who held the memory, if the profiler ran; not part of toBinary() */
    readonly profile: import("./profiler.js").HeapProfile | undefined;
    /** @readonly @type {HeapReader} reads the snapshot as if it were the memory */
    readonly heap: HeapReader;
    /** The container that `new HeapReader(bytes)` reads (docs/dump-format.md); holds none of the program's own data. */
    toBinary(): Uint8Array<ArrayBuffer>;
    /** All statistics, as plain data for JSON. */
    toJSON(): {
        schema_version: number;
        gharial_version: string;
        memory_size: number;
        heap_statistics: import("./statistics.js").HeapStatistics;
        heap_space_statistics: import("./statistics.js").HeapSpaceStatistics[];
        size_class_statistics: import("./statistics.js").SizeClassStatistics[];
        page_statistics: import("./pages.js").PageStatistics[];
        global_meta_page: import("./global_meta_page.js").GlobalMetaPage;
        profile: import("./profiler.js").HeapProfile | undefined;
        thread_statistics: import("./thread_statistics.js").ThreadStatistics;
    };
    #private;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type HeapReader = import("./heap_reader.js").HeapReader;
export type Span = [start: number, bytes: number];
