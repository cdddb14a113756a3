/** @param {HeapReader} heap @param {ReportOptions} [options] @returns {string} lines, the last one ended */
export function renderReport(heap: HeapReader, options?: ReportOptions): string;
export type HeapReader = import("./heap_reader.js").HeapReader;
export type ReportOptions = {
    /**
     * ANSI, 256 colours; without it, whether this process writes to a terminal that has them
     */
    colour?: boolean | undefined;
    /**
     * width, 72 to 160; without it the terminal's, or 80
     */
    columns?: number | undefined;
    /**
     * of the map of heap pages: 48 unless told
     */
    max_map_lines?: number | undefined;
};
export type Ink = (text: string, colour: number) => string;
