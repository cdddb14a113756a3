export class Timeline {
    /** @param {import('./palette.js').Palette} palette */
    constructor(palette: import("./palette.js").Palette);
    /** @type {Moment[]} */ moments: Moment[];
    /** @type {import('./palette.js').Palette} */ palette: import("./palette.js").Palette;
    element: HTMLElement;
    /** @param {Moment} moment */
    add(moment: Moment): void;
    clear(): void;
    draw(): void;
    #private;
}
/**
 * bytes; time in ms
 */
export type Moment = {
    time: number;
    live: number;
    slack: number;
    free: number;
    meta: number;
    total: number;
    grows: number;
};
export type Band = {
    name: string;
    of: (moment: Moment) => number;
    colour: string;
};
