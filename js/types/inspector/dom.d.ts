/** @typedef {Node | string | number | false | null | undefined} Child */
/**
 * @param {string} tag with classes: `span.swatch` @param {Record<string, unknown>} [attributes] functions are listeners, `style` may be an object
 * @param {...(Child | Child[])} children @returns {HTMLElement}
 */
export function el(tag: string, attributes?: Record<string, unknown>, ...children: (Child | Child[])[]): HTMLElement;
/** A canvas as large as its box, in pixels of the screen. @param {HTMLCanvasElement} canvas @returns {number} pixels of the screen to one of CSS; 0: it has no size */
export function sizeToBox(canvas: HTMLCanvasElement): number;
export type Child = Node | string | number | false | null | undefined;
