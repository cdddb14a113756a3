// layout.js — the layout record: finding it in memory, and reading from it every address, offset and constant that this
// reader uses, by the names of names.js.
import { GharialError, hex, NoRecordError, RecordMismatchError } from './errors.js';
import { fnv1a, Image } from './memory.js';
import { hashOfNames, namesOf, SCHEMA_VERSION } from './names.js';

export * from './names.js';

/** @typedef {import('./names.js').AddressName} AddressName */
/** @typedef {import('./names.js').ConstantName} ConstantName */
/** @typedef {import('./names.js').CounterName} CounterName */
/**
 * @typedef {object} Layout what the record says
 * @property {number} address where the record lies
 * @property {number} record_bytes
 * @property {number} schema_version
 * @property {number} word_bytes 4 or 8: bytes of an address
 * @property {boolean} shared threads share the memory
 * @property {string} version gharial's
 * @property {Record<AddressName, number>} at those of the program's kind
 * @property {Record<ConstantName, number>} k likewise
 * @property {number[]} class_bytes block size by size class; 0 is "large"
 * @property {number[]} class_mini_pages MiniPages in a run of the class
 * @property {number[]} class_first_mini_pages MiniPages in a run that the class begins with, while it has no other
 * @property {number[]} stack_start first word of each class's free-block stack; the last entry is the total
 */

const MAGIC = new TextEncoder().encode('gharial record\n\x01');
const HEAD_BYTES = 48; // of the record, before `self`

/**
 * Reads the record at an address.
 * @param {Parameters<typeof parse>[0]} opened @param {number} at @returns {Layout}
 */
export function layoutAt(opened, at) {
  try {
    return parse(opened, at);
  } catch (error) {
    if (!(error instanceof GharialError) || error instanceof RecordMismatchError) throw error;
    throw new RecordMismatchError(`the layout record at ${hex(at)} is cut short`);
  }
}

/**
 * Finds the record by its magic at multiples of 8.
 * @param {Parameters<typeof parse>[0]} opened @returns {Layout}
 */
export function findLayout(opened) {
  /** @type {unknown} */
  let found;
  for (const at of magics(opened)) {
    try {
      return layoutAt(opened, at);
    } catch (error) {
      found ??= error;
    }
  }
  if (found !== undefined) throw found;
  throw new NoRecordError(
    'no layout record of gharial in this memory: link with -sMALLOC=gharial and the port option stats=1 (the default)',
  );
}

/** @param {Parameters<typeof parse>[0]} opened */
function* magics({ segments }) {
  const head = new DataView(MAGIC.buffer).getUint32(0, true);
  for (const { start, view } of segments) {
    for (let i = (8 - (start % 8)) % 8; i + MAGIC.length <= view.byteLength; i += 8) {
      if (view.getUint32(i, true) !== head) continue;
      if (MAGIC.every((byte, k) => view.getUint8(i + k) === byte)) yield start + i;
    }
  }
}

/** @param {{ segments: import('./memory.js').Segment[], byteLength: number }} opened @param {number} at @returns {Layout} */
function parse(opened, at) {
  const narrow = new Image(opened, 4);
  if (!MAGIC.every((byte, k) => narrow.u8(at + k) === byte))
    throw new RecordMismatchError(`no layout record of gharial at ${hex(at)}`);
  const [
    record_bytes,
    schema_version,
    word_bytes,
    shared,
    names_hash,
    checksum,
    addresses,
    constants,
  ] = Array.from({ length: 8 }, (_, i) => narrow.u32(at + 16 + 4 * i));
  if (schema_version !== SCHEMA_VERSION)
    throw new RecordMismatchError(
      `the module's layout record has schema version ${schema_version}, this reader knows ${SCHEMA_VERSION}: ` +
        'use the JavaScript of the gharial that built the module',
    );
  const names = namesOf(shared !== 0);
  if (
    names_hash !== hashOfNames(shared !== 0) ||
    addresses !== names.addresses.length ||
    constants !== names.constants.length
  )
    throw new RecordMismatchError(
      `the layout record of the module${shared === 0 ? '' : ', which has threads,'} lists other names than this reader's: ` +
        'use the JavaScript of the gharial that built the module',
    );
  if (word_bytes !== 4 && word_bytes !== 8)
    throw new RecordMismatchError(
      `the layout record at ${hex(at)} is damaged: word_bytes ${word_bytes}`,
    );
  const image = new Image(opened, word_bytes);
  if (image.word(at + HEAD_BYTES) !== at)
    throw new RecordMismatchError(
      `the layout record at ${hex(at)} says that it lies elsewhere: it is a copy`,
    );

  let offset = at + HEAD_BYTES + word_bytes;
  const words = names.addresses.map((_, i) => image.word(offset + i * word_bytes));
  offset += addresses * word_bytes;
  const tables = offset;
  /** @param {number} count */
  const take = (count) => {
    const numbers = Array.from({ length: count }, (_, i) => image.u16(offset + 2 * i));
    offset += 2 * count;
    return numbers;
  };
  const values = take(constants);
  const size_classes = values[names.constants.indexOf('size_classes')];
  const class_bytes = take(size_classes + 1);
  const class_mini_pages = take(size_classes + 1);
  const class_first_mini_pages = take(size_classes + 1);
  const stack_start = take(size_classes + 2);
  if (fnv1a(image.bytes(tables, offset - tables)) !== checksum)
    throw new RecordMismatchError(
      `the layout record at ${hex(at)} is damaged: its checksum does not match`,
    );
  const version = new TextDecoder().decode(image.bytes(offset, 16)).replace(/\0.*$/s, '');
  return {
    address: at,
    record_bytes,
    schema_version,
    word_bytes,
    shared: shared !== 0,
    version,
    at: zip(names.addresses, words),
    k: zip(names.constants, values),
    class_bytes,
    class_mini_pages,
    class_first_mini_pages,
    stack_start,
  };
}

/** @param {string[]} names @param {number[]} values @returns {any} */
const zip = (names, values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));
