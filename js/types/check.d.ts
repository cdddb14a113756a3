/** @param {() => HeapImage} look @returns {Validation} */
export function validateHeap(look: () => HeapImage): Validation;
/** What is known of the heap while it is checked. */
export class Findings {
    /** @param {HeapImage} heap */
    constructor(heap: HeapImage);
    /** @type {HeapFault[]} */ errors: HeapFault[];
    /** @type {import('./walk.js').Run[]} */ runs: import("./walk.js").Run[];
    /** @type {Map<number, MetaPage>} meta-pages by heap page */ meta: Map<number, MetaPage>;
    /** @type {Map<number, import('./walk.js').Run>} small runs by MiniPage: those in which a block may begin */
    class_runs: Map<number, import("./walk.js").Run>;
    /** @type {Map<number, import('./walk.js').Run>} by the address of their header */ small_runs: Map<number, import("./walk.js").Run>;
    /** @type {Map<number, number>} pages whose list of a class is not empty: class stacks must have as many */ listed: Map<number, number>;
    /** @readonly */ readonly heap: import("./heap_image.js").HeapImage;
    /** @readonly whether blocks stayed where they were, so that it can be told where each is */
    readonly has_states: boolean;
    get full(): boolean;
    /** @param {string} code @param {number} address @param {string} message */
    add(code: string, address: number, message: string): void;
    /** @param {boolean} holds @param {string} code @param {number} address @param {string} message */
    expect(holds: boolean, code: string, address: number, message: string): void;
    /** Runs one check; what it cannot read becomes a finding of it. @param {() => void} check */
    attempt(check: () => void): void;
}
export type HeapImage = import("./heap_image.js").HeapImage;
export type MetaPage = import("./heap_image.js").MetaPage;
export type HeapFault = {
    /**
     * the invariant that does not hold, `I1` … `I11`; `read`: a place that cannot be read
     */
    code: string;
    /**
     * where
     */
    address: number;
    message: string;
};
export type Validation = {
    ok: boolean;
    errors: HeapFault[];
    /**
     * where threads share memory: nothing changed meanwhile. If false, only structure was checked, not where each block is
     */
    exact?: boolean | undefined;
};
