// layout.js — the layout record: finding it in memory, and reading from it every address, offset and constant that this
// reader uses. Only names stand here, in the order of src/record.cpp; their hash is compared with the module's.
import { GharialError, hex, NoRecordError, RecordMismatchError } from './errors.js';
import { fnv1a, Image } from './memory.js';

export const SCHEMA_VERSION = 2;

export const ADDRESS_NAMES = /** @type {const} */ ([
  'global',
  'class_map',
  'run_map',
  'tops',
  'stack_words',
  'cursors',
  'current',
  'global_base',
  'data_end',
  'stack_low',
  'stack_high',
  'heap_base',
]);

export const CONSTANT_NAMES = /** @type {const} */ ([
  'heap_page_shift',
  'mini_page_shift',
  'slot_bytes',
  'slots_per_piece',
  'small_max',
  'class_max',
  'size_classes',
  'shared_classes',
  'class_max_mini_pages',
  'class_key_shift',
  'stack_words_count',
  'exact_bins',
  'bins_per_doubling',
  'run_bins',
  'run_kind_bits',
  'run_free',
  'run_small',
  'run_block',
  'run_maps',
  'run_slots',
  'run_gap',
  'run_inside',
  'entry_bytes',
  'entry_value',
  'entry_next',
  'entry_prev',
  'entry_header',
  'header_bytes',
  'header_free',
  'header_free_words',
  'header_reciprocal',
  'header_base',
  'header_countdown',
  'header_size_class',
  'header_next',
  'header_prev',
  'end_of_list',
  'unlisted',
  'meta_bytes',
  'meta_mini_pages',
  'meta_page',
  'meta_runs',
  'meta_slot',
  'meta_class_links',
  'meta_lists',
  'global_bytes',
  'global_meta_map',
  'global_mapped_pages',
  'global_break_at',
  'global_first',
  'global_end',
  'global_fresh',
  'global_slots_stack',
  'global_bin_mask',
  'global_class_stacks',
  'global_bins',
  'global_counters',
  'cursor_bytes',
  'cursor_bits',
  'cursor_base',
  'cursor_block_bytes',
]);

export const COUNTER_NAMES = /** @type {const} */ ([
  'taken_mini_pages',
  'fresh_mini_pages',
  'taken_pages',
  'fresh_pages',
  'heap_grows',
  'refused_grows',
  'used_mini_pages',
  'peak_used_mini_pages',
  'external_mini_pages',
  'touched_meta_pages',
]);

/** @typedef {typeof ADDRESS_NAMES[number]} AddressName */
/** @typedef {typeof CONSTANT_NAMES[number]} ConstantName */
/** @typedef {typeof COUNTER_NAMES[number]} CounterName */
/**
 * @typedef {object} Layout what the record says
 * @property {number} address where the record lies
 * @property {number} record_bytes
 * @property {number} schema_version
 * @property {number} word_bytes 4 or 8: bytes of an address
 * @property {boolean} shared threads share the memory
 * @property {string} version gharial's
 * @property {Record<AddressName, number>} at
 * @property {Record<ConstantName, number>} k
 * @property {number[]} class_bytes block size by size class; 0 is "large"
 * @property {number[]} class_mini_pages MiniPages in a run of the class
 * @property {number[]} stack_start first word of each class's free-block stack; the last entry is the total
 */

const MAGIC = new TextEncoder().encode('gharial record\n\x01');
const HEAD_BYTES = 48; // of the record, before `self`

/** What the module's `names_hash` must be. @returns {number} */
export function hashOfNames() {
  const names = [...ADDRESS_NAMES, ...CONSTANT_NAMES, ...COUNTER_NAMES];
  return fnv1a(new TextEncoder().encode(names.map((name) => `${name},`).join('')));
}

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
  if (
    names_hash !== hashOfNames() ||
    addresses !== ADDRESS_NAMES.length ||
    constants !== CONSTANT_NAMES.length
  )
    throw new RecordMismatchError(
      "the module's layout record lists other names than this reader's: use the JavaScript of the gharial that built the module",
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
  const words = ADDRESS_NAMES.map((_, i) => image.word(offset + i * word_bytes));
  offset += addresses * word_bytes;
  const tables = offset;
  /** @param {number} count */
  const take = (count) => {
    const numbers = Array.from({ length: count }, (_, i) => image.u16(offset + 2 * i));
    offset += 2 * count;
    return numbers;
  };
  const values = take(constants);
  const size_classes = values[CONSTANT_NAMES.indexOf('size_classes')];
  const class_bytes = take(size_classes + 1);
  const class_mini_pages = take(size_classes + 1);
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
    at: zip(ADDRESS_NAMES, words),
    k: zip(CONSTANT_NAMES, values),
    class_bytes,
    class_mini_pages,
    stack_start,
  };
}

/** @template {string} Name @param {readonly Name[]} names @param {number[]} values @returns {Record<Name, number>} */
function zip(names, values) {
  return /** @type {Record<Name, number>} */ (
    Object.fromEntries(names.map((name, i) => [name, values[i]]))
  );
}
