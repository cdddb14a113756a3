/** What all errors of this library are. `code` is stable, `message` is for people. */
export class GharialError extends Error {
    /** @param {string} code @param {string} message */
    constructor(code: string, message: string);
    /** @type {string} */
    code: string;
}
/** The module or memory holds no layout record, or shows no memory at all. */
export class NoRecordError extends GharialError {
    /** @param {string} message */
    constructor(message: string);
}
/** A layout record is there, but damaged or of another version than this reader's. */
export class RecordMismatchError extends GharialError {
    /** @param {string} message */
    constructor(message: string);
}
/** The bytes given as a dump are cut short or damaged. */
export class DumpError extends GharialError {
    /** @param {string} message */
    constructor(message: string);
}
/** The heap's structures cannot be followed: they are damaged, or the dump does not hold them. */
export class HeapReadError extends GharialError {
    /**
     * @param {string} invariant the invariant that does not hold, `I1` … `I11`, or `read` for a place outside of memory
     * @param {number} address where
     * @param {string} message
     */
    constructor(invariant: string, address: number, message: string);
    /** @type {string} */
    invariant: string;
    /** @type {number} */
    address: number;
}
export function hex(n: number): string;
