/** An address that a person typed: 0x1a40, 6720, 1a40. @param {string} text @returns {number | undefined} */
export function addressOf(text: string): number | undefined;
export { size } from "../render.js";
export function count(n: number): string;
export function percent(share: number): string;
export function hex(n: number): string;
