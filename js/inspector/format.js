// format.js — numbers as people read them.
export { size } from '../render.js';

/** @param {number} n */
export const count = (n) => n.toLocaleString('en-US');
/** @param {number} share */
export const percent = (share) =>
  `${(100 * share).toFixed(share >= 0.9995 || share === 0 ? 0 : 1)} %`;
/** @param {number} n */
export const hex = (n) => `0x${n.toString(16)}`;

/** An address that a person typed: 0x1a40, 6720, 1a40. @param {string} text @returns {number | undefined} */
export function addressOf(text) {
  const word = text
    .trim()
    .toLowerCase()
    .replaceAll(/[_,\s]/g, '');
  if (/^0x[0-9a-f]+$/.test(word)) return Number.parseInt(word.slice(2), 16);
  if (/^\d+$/.test(word)) return Number.parseInt(word, 10);
  return /^[0-9a-f]+$/.test(word) ? Number.parseInt(word, 16) : undefined;
}
