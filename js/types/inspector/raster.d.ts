/** @param {Zoom} zoom @param {number} width @param {number} pages @returns {Flow} */
export function flow(zoom: Zoom, width: number, pages: number): Flow;
/** The largest zoom at which the map fits, or the smallest there is. @param {number} width @param {number} height @param {number} pages @param {number} [largest] */
export function fitting(width: number, height: number, pages: number, largest?: number): number;
/** Top left corner of a MiniPage's cell. @param {Zoom} zoom @param {Flow} f @param {number} i place in the map */
export function placeOf(zoom: Zoom, f: Flow, i: number): {
    x: number;
    y: number;
};
/** The MiniPage at a point of the map, or -1. @param {Zoom} zoom @param {Flow} f @param {number} x @param {number} y @param {number} pages */
export function cellAt(zoom: Zoom, f: Flow, x: number, y: number, pages: number): number;
/** Colours as pixels: full and faint by class and by kind, and steps between. @param {Palette} palette @param {readonly number[]} class_bytes */
export function pixels(palette: Palette, class_bytes: readonly number[]): {
    steps: Uint32Array<ArrayBuffer>;
    kinds: 9;
    page: number;
    palette: import("./palette.js").Palette;
};
/** @typedef {ReturnType<typeof pixels>} Pixels */
/**
 * The colour of every MiniPage where it is too small to show how full it is; made once for a map, used by every frame of it.
 * @param {HeapMap} map @param {Pixels} colours @param {Shade} [shade]
 */
export function tints(map: HeapMap, colours: Pixels, shade?: Shade): Uint32Array<ArrayBuffer>;
/**
 * Draws what shows of the map.
 * @param {Uint32Array} out @param {number} width @param {number} height
 * @param {HeapMap} map @param {Pixels} colours @param {Uint32Array} tint of every MiniPage
 * @param {Zoom} zoom @param {Flow} f @param {number} top pixels above @param {Shade} [shade]
 */
export function raster(out: Uint32Array, width: number, height: number, map: HeapMap, colours: Pixels, tint: Uint32Array, zoom: Zoom, f: Flow, top: number, shade?: Shade): void;
/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('./palette.js').Palette} Palette */
/**
 * @typedef {object} Zoom in pixels of the screen
 * @property {number} per MiniPages that one cell stands for
 * @property {number} columns cells across a tile
 * @property {number} rows
 * @property {number} cell width and height of a cell
 * @property {number} gap between cells
 * @property {number} margin between tiles
 */
/** @typedef {{ across: number, rows: number, tile_width: number, tile_height: number, height: number }} Flow */
/** @typedef {(i: number) => number} Shade what to add to the picture: colour of a MiniPage by its place in the map; 0: as it is */
/** From the whole of 4 GiB on a screen to blocks of a hand's width. @type {readonly Zoom[]} */
export const ZOOMS: readonly Zoom[];
export type Pixels = ReturnType<typeof pixels>;
export type HeapMap = import("../heap_map.js").HeapMap;
export type Palette = import("./palette.js").Palette;
/**
 * in pixels of the screen
 */
export type Zoom = {
    /**
     * MiniPages that one cell stands for
     */
    per: number;
    /**
     * cells across a tile
     */
    columns: number;
    rows: number;
    /**
     * width and height of a cell
     */
    cell: number;
    /**
     * between cells
     */
    gap: number;
    /**
     * between tiles
     */
    margin: number;
};
export type Flow = {
    across: number;
    rows: number;
    tile_width: number;
    tile_height: number;
    height: number;
};
/**
 * what to add to the picture: colour of a MiniPage by its place in the map; 0: as it is
 */
export type Shade = (i: number) => number;
