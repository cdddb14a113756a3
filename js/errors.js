// errors.js — every failure of this library is a GharialError; one class per kind of fault.

/** What all errors of this library are. `code` is stable, `message` is for people. */
export class GharialError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = new.target.name;
    /** @type {string} */
    this.code = code;
  }
}

/** The module or memory holds no layout record, or shows no memory at all. */
export class NoRecordError extends GharialError {
  /** @param {string} message */
  constructor(message) {
    super('ERR_GHARIAL_NO_RECORD', message);
  }
}

/** A layout record is there, but damaged or of another version than this reader's. */
export class RecordMismatchError extends GharialError {
  /** @param {string} message */
  constructor(message) {
    super('ERR_GHARIAL_RECORD_MISMATCH', message);
  }
}

/** The bytes given as a dump are cut short or damaged. */
export class DumpError extends GharialError {
  /** @param {string} message */
  constructor(message) {
    super('ERR_GHARIAL_DUMP', message);
  }
}

/** The heap's structures cannot be followed: they are damaged, or the dump does not hold them. */
export class HeapReadError extends GharialError {
  /**
   * @param {string} invariant the invariant that does not hold, `I1` … `I11`, or `read` for a place outside of memory
   * @param {number} address where
   * @param {string} message
   */
  constructor(invariant, address, message) {
    super('ERR_GHARIAL_HEAP_READ', message);
    /** @type {string} */
    this.invariant = invariant;
    /** @type {number} */
    this.address = address;
  }
}

/** @param {number} n an address, for messages */
export const hex = (n) => `0x${n.toString(16)}`;
