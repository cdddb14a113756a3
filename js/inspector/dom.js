// dom.js — elements made in one expression; text is always text, never HTML.

/** @typedef {Node | string | number | false | null | undefined} Child */

/**
 * @param {string} tag with classes: `span.swatch` @param {Record<string, unknown>} [attributes] functions are listeners, `style` may be an object
 * @param {...(Child | Child[])} children @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name || 'div');
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function')
      element.addEventListener(key.slice(2), /** @type {any} */ (value));
    else if (key === 'style' && typeof value === 'object' && value !== null)
      for (const [property, text] of Object.entries(value))
        element.style.setProperty(property, String(text));
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null)
      element.setAttribute(key, String(value));
  }
  for (const child of children.flat())
    if (child !== false && child !== null && child !== undefined)
      element.append(child instanceof Node ? child : String(child));
  return element;
}

/** A canvas as large as its box, in pixels of the screen. @param {HTMLCanvasElement} canvas @returns {number} pixels of the screen to one of CSS; 0: it has no size */
export function sizeToBox(canvas) {
  const ratio = globalThis.devicePixelRatio || 1;
  const { clientWidth, clientHeight } = canvas;
  const width = Math.round(clientWidth * ratio);
  const height = Math.round(clientHeight * ratio);
  if (width === 0 || height === 0) return 0;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return ratio;
}
