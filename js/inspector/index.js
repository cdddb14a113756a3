// index.js — gharial/inspector: defines <gharial-inspector>, and lays one over a page.
import { heapOf } from '../index.js';
import { el } from './dom.js';
import { GharialInspector } from './element.js';

export { GharialInspector };

if (
  globalThis.customElements !== undefined &&
  customElements.get('gharial-inspector') === undefined
)
  customElements.define('gharial-inspector', GharialInspector);

/** @typedef {{ open?: boolean, theme?: 'auto' | 'light' | 'dark', corner?: 'left' | 'right' }} OverlayOptions */

/**
 * A button in a corner of the page, and behind it the inspector of a module's heap. Returns what takes it away again.
 * @param {object} Module an Emscripten module, or a HeapReader @param {OverlayOptions} [options] @returns {{ inspector: GharialInspector, remove: () => void }}
 */
export function attachInspector(Module, { open = false, theme = 'auto', corner = 'right' } = {}) {
  const heap =
    'getHeapMap' in Module
      ? /** @type {import('../heap_reader.js').HeapReader} */ (Module)
      : heapOf(Module);
  const inspector = /** @type {GharialInspector} */ (el('gharial-inspector', { theme }));
  inspector.heap = heap;
  const place = el('div', {
    style: {
      all: 'initial',
      position: 'fixed',
      inset: '0',
      'z-index': 2147483646,
      'pointer-events': 'none',
    },
  });
  const drawer = el('div', {
    style: {
      position: 'absolute',
      inset: 'auto 12px 60px 12px',
      height: 'min(640px, calc(100% - 72px))',
      'border-radius': '10px',
      overflow: 'hidden',
      'box-shadow': '0 8px 40px rgb(0 0 0 / 35%)',
      'pointer-events': 'auto',
    },
  });
  const show = (/** @type {boolean} */ shown) => {
    button.setAttribute('aria-expanded', String(shown));
    if (shown) {
      drawer.append(inspector);
      place.prepend(drawer);
    } else {
      drawer.remove();
      inspector.remove(); // a heap that nobody sees is not looked at
    }
  };
  const button = el(
    'button',
    {
      'aria-expanded': 'false',
      style: {
        all: 'unset',
        position: 'absolute',
        bottom: '12px',
        [corner]: '12px',
        'pointer-events': 'auto',
        cursor: 'pointer',
        padding: '8px 14px',
        'border-radius': '20px',
        background: '#12151c',
        color: '#e7eaf0',
        font: '600 13px system-ui, sans-serif',
        'box-shadow': '0 2px 10px rgb(0 0 0 / 35%)',
      },
      onclick: () => show(button.getAttribute('aria-expanded') !== 'true'),
    },
    'Heap',
  );
  place.append(button);
  document.body.append(place);
  show(open);
  return { inspector, remove: () => place.remove() };
}
