// palette.js — the colours of the heap: a hue for each size of block, one for each kind of memory, for dark and for light
// pages. Pure. Lightness rises with the size as well, so that who cannot tell the hues apart still sees an order.

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
export const SMALLEST = 8;
export const LARGEST = 8704;

/** @param {number} L 0 … 1 @param {number} C @param {number} h degrees @returns {Rgb} of OKLCH (Ottosson 2020) */
export function oklch(L, C, h) {
  const a = C * Math.cos((h * Math.PI) / 180);
  const b = C * Math.sin((h * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** @param {number} linear */
function channel(linear) {
  const v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.max(0, Math.min(1, v)));
}

/** @param {Rgb} a @param {Rgb} b @param {number} share of a @returns {Rgb} */
export const mix = (a, b, share) =>
  /** @type {Rgb} */ (a.map((v, i) => Math.round(v * share + b[i] * (1 - share))));

/** @param {Rgb} rgb */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** For a Uint32Array over an ImageData, which is little-endian wherever wasm runs. @param {Rgb} rgb */
export const pixel = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** @param {Theme} theme @returns {Palette} */
export function paletteOf(theme) {
  const dark = theme === 'dark';
  const size = (/** @type {number} */ block_size) => {
    const share = Math.log2(block_size / SMALLEST) / Math.log2(LARGEST / SMALLEST);
    const t = Math.max(0, Math.min(1, share));
    // From blue over teal and green to amber.
    return dark
      ? oklch(0.58 + 0.24 * t, 0.13, 264 - 202 * t)
      : oklch(0.5 + 0.24 * t, 0.15, 264 - 202 * t);
  };
  /** @type {Rgb} */
  const page = dark ? [18, 21, 28] : [255, 255, 255];
  return {
    theme,
    page,
    size,
    faint: dark ? 0.28 : 0.3,
    kind: {
      unclaimed: dark ? [18, 21, 28] : [255, 255, 255],
      static: dark ? [74, 80, 94] : [176, 183, 196],
      external: dark ? oklch(0.6, 0.2, 27) : oklch(0.58, 0.21, 27),
      free: dark ? [46, 51, 63] : [218, 223, 231],
      fresh: dark ? [31, 35, 44] : [239, 241, 245],
      metadata: dark ? oklch(0.66, 0.15, 310) : oklch(0.58, 0.17, 310),
      small: size(64),
      large: dark ? oklch(0.64, 0.17, 2) : oklch(0.62, 0.2, 2),
      changing: dark ? [168, 175, 188] : [104, 112, 126],
    },
  };
}
