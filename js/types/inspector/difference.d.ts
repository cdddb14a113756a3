/** @param {Kept | undefined} a @param {HeapReader} heap @param {boolean} shown in the map @param {{ keep: () => void, show: (shown: boolean) => void }} act */
export function differencePanel(a: Kept | undefined, heap: HeapReader, shown: boolean, act: {
    keep: () => void;
    show: (shown: boolean) => void;
}): HTMLElement;
/** Colours of what changed; the rest is pale. @param {HeapMap} a @param {HeapMap} b @param {import('./palette.js').Palette} palette @returns {import('./raster.js').Shade} */
export function differenceShade(a: HeapMap, b: HeapMap, palette: import("./palette.js").Palette): import("./raster.js").Shade;
export type HeapMap = import("../heap_map.js").HeapMap;
export type HeapReader = import("../heap_reader.js").HeapReader;
export type Kept = {
    heap: HeapReader;
    map: HeapMap;
    taken: Date;
};
