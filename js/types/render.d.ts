/** @param {PageStatistics} page @returns {PageRow} */
export function rowOf({ page_index, mini_pages }: PageStatistics): PageRow;
/** Without colour the character alone tells: letters by size of the blocks, capital when none is free. @param {Cell} cell */
export function plainCell({ kind, doubling, level, begins }: Cell): string;
/** With colour the hue tells the size of the blocks, the height how many are live. @param {Cell} cell */
export function colouredCell({ kind, doubling, level, begins }: Cell): {
    text: string;
    colour: number;
};
/** @param {string} text @param {number} colour of the 256 @param {number} [background] */
export function paint(text: string, colour: number, background?: number): string;
/** Cells as text; neighbours of one colour share an escape sequence. @param {Cell[]} cells @param {boolean} colour */
export function cellsText(cells: Cell[], colour: boolean): string;
/**
 * The map: as many heap pages to a line as fit, lines that only repeat told as a count, the middle of a long heap left out.
 * @param {PageStatistics[]} pages @param {{ colour: boolean, columns: number, max_lines: number }} options @returns {string[]}
 */
export function mapLines(pages: PageStatistics[], { colour, columns, max_lines }: {
    colour: boolean;
    columns: number;
    max_lines: number;
}): string[];
/**
 * What the characters of these pages mean.
 * @param {PageStatistics[]} pages @param {{ colour: boolean, columns: number }} options @returns {string[]}
 */
export function legendLines(pages: PageStatistics[], { colour, columns }: {
    colour: boolean;
    columns: number;
}): string[];
/** @param {number} bytes as people read them */
export function size(bytes: number): string;
export function doublingOf(block_size: number): number;
export function hueOf(block_size: number): number;
export type PageStatistics = import("./pages.js").PageStatistics;
export type MiniPageStatistics = import("./pages.js").MiniPageStatistics;
export type CellKind = "small" | "large" | "free" | "fresh" | "metadata" | "external" | "static" | "unclaimed" | "changing";
/**
 * one MiniPage
 */
export type Cell = {
    kind: CellKind;
    /**
     * of a small block's size: 0 up to 8 B, 1 up to 16 B, …; else 0
     */
    doubling: number;
    /**
     * eighths of its blocks' bytes that are live, rounded up; 8: all
     */
    level: number;
    /**
     * a block or a run begins here
     */
    begins: boolean;
};
export type PageRow = {
    page_index: number;
    cells: Cell[];
};
