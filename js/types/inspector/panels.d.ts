/** @param {HeapMap} map @param {number} i place in the map */
export function placeWords(map: HeapMap, i: number): string;
/** Colour of a MiniPage at its fullest. @param {HeapMap} map @param {Palette} palette @param {number} i */
export function colourAt(map: HeapMap, palette: Palette, i: number): import("./palette.js").Rgb;
/**
 * The run at a place, and its blocks.
 * @param {HeapReader} heap @param {HeapMap} map @param {Palette} palette @param {number} i @param {number | undefined} address that was searched
 */
export function selectionPanel(heap: HeapReader, map: HeapMap, palette: Palette, i: number, address: number | undefined): HTMLElement;
/** @param {HeapMap} map @param {Palette} palette @param {number | undefined} chosen size class @param {(size_class: number | undefined) => void} choose */
export function classesPanel(map: HeapMap, palette: Palette, chosen: number | undefined, choose: (size_class: number | undefined) => void): HTMLElement;
/** @param {HeapReader} heap @param {HeapMap} map @param {Palette} palette @param {(mini_page: number) => void} go */
export function stacksPanel(heap: HeapReader, map: HeapMap, palette: Palette, go: (mini_page: number) => void): HTMLElement;
/** Every byte of memory in one bar. @param {HeapMap} map @param {Palette} palette */
export function ledger(map: HeapMap, palette: Palette): HTMLElement;
/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('../heap_reader.js').HeapReader} HeapReader */
/** @typedef {import('./palette.js').Palette} Palette */
/** What a person calls it. @type {Record<import('../heap_map.js').MapCellKind, string>} */
export const KIND_WORDS: Record<import("../heap_map.js").MapCellKind, string>;
export type HeapMap = import("../heap_map.js").HeapMap;
export type HeapReader = import("../heap_reader.js").HeapReader;
export type Palette = import("./palette.js").Palette;
