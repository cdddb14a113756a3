/** @typedef {{ open?: boolean, theme?: 'auto' | 'light' | 'dark', corner?: 'left' | 'right' }} OverlayOptions */
/**
 * A button in a corner of the page, and behind it the inspector of a module's heap. Returns what takes it away again.
 * @param {object} Module an Emscripten module, or a HeapReader @param {OverlayOptions} [options] @returns {{ inspector: GharialInspector, remove: () => void }}
 */
export function attachInspector(Module: object, { open, theme, corner }?: OverlayOptions): {
    inspector: GharialInspector;
    remove: () => void;
};
export { GharialInspector };
export type OverlayOptions = {
    open?: boolean;
    theme?: "auto" | "light" | "dark";
    corner?: "left" | "right";
};
import { GharialInspector } from './element.js';
