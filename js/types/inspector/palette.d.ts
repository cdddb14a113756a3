/** @param {number} L 0 … 1 @param {number} C @param {number} h degrees @returns {Rgb} of OKLCH (Ottosson 2020) */
export function oklch(L: number, C: number, h: number): Rgb;
/** @param {Theme} theme @returns {Palette} */
export function paletteOf(theme: Theme): Palette;
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
