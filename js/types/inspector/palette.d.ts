/** @param {number} L 0 … 1 @param {number} C @param {number} h degrees @returns {Rgb} of OKLCH (Ottosson 2020) */
export function oklch(L: number, C: number, h: number): Rgb;
/** @param {Theme} theme @returns {Palette} */
export function paletteOf(theme: Theme): Palette;
/** @typedef {'dark' | 'light'} Theme */
/** @typedef {[number, number, number]} Rgb 0 … 255 */
/**
 * @typedef {object} Palette
 * @property {Theme} theme
 * @property {Rgb} page where nothing is
 * @property {(block_size: number) => Rgb} size of blocks of a class
 * @property {Record<import('../heap_map.js').MapCellKind, Rgb>} kind
 * @property {number} faint how much of a colour a free block keeps, 0 … 1
 */
/** Sizes of blocks between which the hue changes: those of the size classes. */
export const SMALLEST: 8;
export const LARGEST: 8704;
export function mix(a: Rgb, b: Rgb, share: number): Rgb;
export function css([r, g, b]: Rgb): string;
export function pixel([r, g, b]: Rgb): number;
export type Theme = "dark" | "light";
/**
 * 0 … 255
 */
export type Rgb = [number, number, number];
export type Palette = {
    theme: Theme;
    /**
     * where nothing is
     */
    page: Rgb;
    /**
     * of blocks of a class
     */
    size: (block_size: number) => Rgb;
    kind: Record<import("../heap_map.js").MapCellKind, Rgb>;
    /**
     * how much of a colour a free block keeps, 0 … 1
     */
    faint: number;
};
