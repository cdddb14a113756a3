/** What a person reads of an owner. @param {ThreadStatistics} threads @param {number} heap */
export function ownerWords({ heaps }: ThreadStatistics, heap: number): string;
/** Pages in the colours of their owners, darker where blocks are; the rest is pale. @param {HeapMap} map @param {Palette} palette @param {Owners} owners @returns {import('./raster.js').Shade} */
export function ownersShade(map: HeapMap, palette: Palette, owners: Owners): import("./raster.js").Shade;
/** @param {ThreadStatistics} threads @param {Palette} palette @param {Owners} shown @param {(owners: Owners) => void} show */
export function threadsPanel(threads: ThreadStatistics, palette: Palette, shown: Owners, show: (owners: Owners) => void): HTMLElement;
export function ownerColour({ theme }: Palette, heap: number): import("./palette.js").Rgb;
export type HeapMap = import("../heap_map.js").HeapMap;
export type ThreadStatistics = import("../thread_statistics.js").ThreadStatistics;
export type Palette = import("./palette.js").Palette;
/**
 * what the map shows of owners: each in its colour, one alone, nothing
 */
export type Owners = "all" | number | undefined;
