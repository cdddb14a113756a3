// raster.js — the heap map as pixels: pure functions from a HeapMap to a Uint32Array, no DOM. A heap page is a tile of 32
// MiniPages, 8 by 4; tiles flow like words. Cost follows the pixels that show, not the heap, whatever its size.
import { CELL_KINDS } from '../heap_map.js';
import { mix, pixel } from './palette.js';

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
export const ZOOMS = [
  { per: 8, columns: 2, rows: 2, cell: 1, gap: 0, margin: 0 },
  { per: 4, columns: 4, rows: 2, cell: 1, gap: 0, margin: 0 },
  { per: 1, columns: 8, rows: 4, cell: 1, gap: 0, margin: 1 },
  { per: 1, columns: 8, rows: 4, cell: 2, gap: 0, margin: 1 },
  { per: 1, columns: 8, rows: 4, cell: 3, gap: 0, margin: 2 },
  { per: 1, columns: 8, rows: 4, cell: 4, gap: 0, margin: 3 },
  { per: 1, columns: 8, rows: 4, cell: 5, gap: 1, margin: 4 },
  { per: 1, columns: 8, rows: 4, cell: 7, gap: 1, margin: 5 },
  { per: 1, columns: 8, rows: 4, cell: 9, gap: 1, margin: 6 },
  { per: 1, columns: 8, rows: 4, cell: 11, gap: 1, margin: 7 },
  { per: 1, columns: 8, rows: 4, cell: 14, gap: 1, margin: 9 },
  { per: 1, columns: 8, rows: 4, cell: 18, gap: 2, margin: 11 },
  { per: 1, columns: 8, rows: 4, cell: 24, gap: 2, margin: 13 },
  { per: 1, columns: 8, rows: 4, cell: 34, gap: 2, margin: 16 },
];

/** @param {Zoom} zoom @param {number} width @param {number} pages @returns {Flow} */
export function flow(zoom, width, pages) {
  const tile_width = zoom.columns * (zoom.cell + zoom.gap) - zoom.gap + zoom.margin;
  const tile_height = zoom.rows * (zoom.cell + zoom.gap) - zoom.gap + zoom.margin;
  let across = Math.max(1, Math.floor((width - zoom.margin) / tile_width));
  if (across > 16) across -= across % 8; // so that a row's first page is a number that people can add to
  const rows = Math.ceil(pages / across);
  return { across, rows, tile_width, tile_height, height: rows * tile_height + zoom.margin };
}

/** The largest zoom at which the map fits, or the smallest there is. @param {number} width @param {number} height @param {number} pages @param {number} [largest] */
export function fitting(width, height, pages, largest = ZOOMS.length - 1) {
  for (let i = largest; i > 0; --i) if (flow(ZOOMS[i], width, pages).height <= height) return i;
  return 0;
}

/** Top left corner of a MiniPage's cell. @param {Zoom} zoom @param {Flow} f @param {number} i place in the map */
export function placeOf(zoom, f, i) {
  const page = Math.floor(i / 32);
  const cell = Math.floor((i % 32) / zoom.per);
  return {
    x:
      zoom.margin +
      (page % f.across) * f.tile_width +
      (cell % zoom.columns) * (zoom.cell + zoom.gap),
    y:
      zoom.margin +
      Math.floor(page / f.across) * f.tile_height +
      Math.floor(cell / zoom.columns) * (zoom.cell + zoom.gap),
  };
}

/** The MiniPage at a point of the map, or -1. @param {Zoom} zoom @param {Flow} f @param {number} x @param {number} y @param {number} pages */
export function cellAt(zoom, f, x, y, pages) {
  const column = Math.floor((x - zoom.margin / 2) / f.tile_width);
  const row = Math.floor((y - zoom.margin / 2) / f.tile_height);
  const page = row * f.across + column;
  if (column < 0 || column >= f.across || row < 0 || page >= pages) return -1;
  const clamp = (/** @type {number} */ v, /** @type {number} */ max) =>
    Math.max(0, Math.min(max, Math.floor(v)));
  const cx = clamp(
    (x - zoom.margin - column * f.tile_width) / (zoom.cell + zoom.gap),
    zoom.columns - 1,
  );
  const cy = clamp((y - zoom.margin - row * f.tile_height) / (zoom.cell + zoom.gap), zoom.rows - 1);
  return page * 32 + (cy * zoom.columns + cx) * zoom.per;
}

const LEVELS = 16;
const DETAIL = 4; // pixels: from here on a cell shows how full it is
const { SMALL, METADATA, CHANGING } = /** @type {Record<string, number>} */ (
  Object.fromEntries(CELL_KINDS.map((name, i) => [name.toUpperCase(), i]))
);

/** Colours as pixels: full and faint by class and by kind, and steps between. @param {Palette} palette @param {readonly number[]} class_bytes */
export function pixels(palette, class_bytes) {
  const kinds = CELL_KINDS.map((name) => palette.kind[name]);
  const hues = [...kinds, ...class_bytes.map((bytes) => palette.size(Math.max(8, bytes)))];
  const steps = new Uint32Array(hues.length * (LEVELS + 1));
  for (const [i, hue] of hues.entries())
    for (let level = 0; level <= LEVELS; ++level) {
      const share = palette.faint + (1 - palette.faint) * (level / LEVELS);
      steps[i * (LEVELS + 1) + level] = pixel(mix(hue, palette.page, share));
    }
  return { steps, kinds: CELL_KINDS.length, page: pixel(palette.page), palette };
}
/** @typedef {ReturnType<typeof pixels>} Pixels */

/**
 * The colour of every MiniPage where it is too small to show how full it is; made once for a map, used by every frame of it.
 * @param {HeapMap} map @param {Pixels} colours @param {Shade} [shade]
 */
export function tints(map, colours, shade) {
  const all = new Uint32Array(map.kind.length);
  for (let i = 0; i < all.length; ++i)
    all[i] = shade?.(i) || colours.steps[hueAt(map, colours, i) + levelAt(map, i)];
  return all;
}

/**
 * Draws what shows of the map.
 * @param {Uint32Array} out @param {number} width @param {number} height
 * @param {HeapMap} map @param {Pixels} colours @param {Uint32Array} tint of every MiniPage
 * @param {Zoom} zoom @param {Flow} f @param {number} top pixels above @param {Shade} [shade]
 */
export function raster(out, width, height, map, colours, tint, zoom, f, top, shade) {
  out.fill(colours.page);
  const first = Math.max(0, Math.floor((top - zoom.margin) / f.tile_height));
  const last = Math.min(f.rows - 1, Math.floor((top + height) / f.tile_height));
  const cells = 32 / zoom.per;
  const step = zoom.cell + zoom.gap;
  for (let row = first; row <= last; ++row) {
    const y0 = row * f.tile_height + zoom.margin - top;
    for (let column = 0; column < f.across; ++column) {
      const page = row * f.across + column;
      if (page >= map.number_of_pages) return;
      const x0 = column * f.tile_width + zoom.margin;
      for (let cell = 0; cell < cells; ++cell) {
        const x = x0 + (cell % zoom.columns) * step;
        const y = y0 + Math.floor(cell / zoom.columns) * step;
        const i = page * 32 + cell * zoom.per;
        if (zoom.cell >= DETAIL)
          detailed(out, width, height, map, colours, i, zoom.cell, x, y, shade);
        else
          box(
            out,
            width,
            height,
            x,
            y,
            zoom.cell,
            zoom.cell,
            zoom.per > 1 ? mean(tint, i, zoom.per) : tint[i],
          );
      }
    }
  }
}

/** The mean colour of several MiniPages. @param {Uint32Array} tint @param {number} i @param {number} count a power of two */
function mean(tint, i, count) {
  let even = 0;
  let odd = 0;
  for (let k = i; k < i + count; ++k) {
    even += tint[k] & 0xff00ff; // two channels in one sum: 8 * 255 fits in 16 bits
    odd += (tint[k] >>> 8) & 0xff;
  }
  const [r, b] = [(even & 0xffff) / count, (even >>> 16) / count];
  return ((255 << 24) | (b << 16) | ((odd / count) << 8) | r) >>> 0;
}

/** Place of a MiniPage's colour in the steps. @param {HeapMap} map @param {Pixels} colours @param {number} i */
function hueAt(map, colours, i) {
  const kind = map.kind[i];
  return (kind === SMALL ? colours.kinds + map.size_class[i] : kind) * (LEVELS + 1);
}

/** How full a MiniPage is drawn, 0 … 16. @param {HeapMap} map @param {number} i */
function levelAt(map, i) {
  const kind = map.kind[i];
  return kind < METADATA || kind === CHANGING ? LEVELS : Math.ceil((map.fill[i] * LEVELS) / 255);
}

/** A MiniPage as high as it is live, and a line where a run begins. @param {Uint32Array} out @param {number} width @param {number} height @param {HeapMap} map @param {Pixels} colours @param {number} i @param {number} size @param {number} x @param {number} y @param {Shade} [shade] */
function detailed(out, width, height, map, colours, i, size, x, y, shade) {
  const hue = hueAt(map, colours, i);
  const level = levelAt(map, i);
  const over = shade === undefined ? 0 : shade(i);
  const full = Math.round((size * level) / LEVELS) || (level > 0 ? 1 : 0); // what is live stays visible
  box(out, width, height, x, y, size, size - full, over || colours.steps[hue]);
  box(out, width, height, x, y + size - full, size, full, over || colours.steps[hue + LEVELS]);
  if (size >= 9 && map.kind[i] > SMALL && map.begins[i] === 1)
    box(out, width, height, x, y, size >> 2, size, over || colours.steps[hue + (LEVELS >> 1)]);
}

/** @param {Uint32Array} out @param {number} width @param {number} height @param {number} x @param {number} y @param {number} w @param {number} h @param {number} colour */
function box(out, width, height, x, y, w, h, colour) {
  const right = Math.min(width, x + w);
  for (let row = Math.max(0, y), end = Math.min(height, y + h); row < end; ++row)
    for (let at = row * width + x, stop = row * width + right; at < stop; ++at) out[at] = colour;
}
