export class MapView {
    /** @param {Palette} palette @param {MapEvents} events */
    constructor(palette: Palette, events: MapEvents);
    /** Frames drawn and the time they took, for measurements. */
    drawn: {
        frames: number;
        milliseconds: number;
    };
    events: MapEvents;
    element: HTMLElement;
    /** @param {HeapMap | undefined} map */
    show(map: HeapMap | undefined): void;
    /** @param {Palette} palette */
    set palette(palette: Palette);
    get palette(): Palette;
    /** What to colour in another way. @param {import('./raster.js').Shade | undefined} shade */
    set shade(shade: import("./raster.js").Shade | undefined);
    /** Places of the map are MiniPages from its first on. */
    get selected(): number;
    /** @param {number} steps nearer (+) or farther (-); 0: so that everything fits */
    zoom(steps: number): void;
    /** @param {number} i place in the map @param {boolean} [tell] */
    select(i: number, tell?: boolean): void;
    /** Scrolls to a place. @param {number} i */
    reveal(i: number): void;
    /** Where a place shows, in CSS pixels of the element. @param {number} i */
    pointOf(i: number): {
        x: number;
        y: number;
    };
    /** Asks for a frame. @param {boolean} [stale] the map itself changed, not only what lies over it */
    draw(stale?: boolean): void;
    #private;
}
export type HeapMap = import("../heap_map.js").HeapMap;
export type Palette = import("./palette.js").Palette;
/**
 * mini_page -1: none
 */
export type MapEvents = {
    select: (mini_page: number) => void;
    hover: (mini_page: number, x: number, y: number) => void;
    open: () => void;
};
