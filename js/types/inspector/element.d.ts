export class GharialInspector extends HTMLElement {
    static observedAttributes: string[];
    connectedCallback(): void;
    disconnectedCallback(): void;
    attributeChangedCallback(): void;
    set heap(heap: HeapReader | undefined);
    /** The heap that is shown; one attached to a live memory is looked at again and again. */
    get heap(): HeapReader | undefined;
    /** Shows a snapshot, or a raw image of a memory. @param {ArrayBuffer | Uint8Array | Blob} dump */
    open(dump: ArrayBuffer | Uint8Array | Blob): Promise<void>;
    /** What was drawn so far. */
    get drawn(): {
        frames: number;
        milliseconds: number;
    };
    /** Looks at the heap now. */
    refresh(): void;
    /** Shows the block or the memory at an address. @param {number} address @returns {boolean} whether it is in the heap */
    find(address: number): boolean;
    /** Keeps the heap as it is as snapshot A. */
    keep(): void;
    #private;
}
export type HeapMap = import("../heap_map.js").HeapMap;
export type TabName = "run" | "classes" | "stacks" | "threads" | "difference";
import { HeapReader } from '../heap_reader.js';
