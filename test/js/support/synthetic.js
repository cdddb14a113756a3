// synthetic.js — a small heap written by hand, for address widths and places that no module here has. Its offsets are not
// those of src/layout.hpp on purpose: a reader that copied one would misread it.
import { encodeDump } from '../../../js/dump.js';
import { COUNTER_NAMES, hashOfNames, namesOf, SCHEMA_VERSION } from '../../../js/layout.js';
import { fnv1a } from '../../../js/memory.js';

const PAGE = 65_536;
const MINI = 2048;
const CLASSES = [0, 16, 48, 512, 2048, 4096];
const CLASS_FIRST_MINI_PAGES = [0, 1, 1, 1, 2, 4];
const CLASS_MINI_PAGES = [0, 1, 2, 1, 4, 6];
const STACK_START = [0, 0, 6, 12, 18, 24, 30]; // four blocks each, with the words that end them
const RECORD = 64;
const { addresses: ADDRESS_NAMES, constants: CONSTANT_NAMES } = namesOf(false);

/** Hands out offsets in an order of its own, with holes. @param {Record<string, number>} sizes @param {string[]} order */
function spread(sizes, order) {
  /** @type {Record<string, number>} */
  const offsets = {};
  let at = 8;
  for (const name of order) {
    offsets[name] = at;
    at += sizes[name] + 8;
  }
  return { offsets, bytes: at };
}

/** @param {number} w bytes of a word */
function constants(w) {
  const n = CLASSES.length;
  const header = {
    offsets: {
      ...{ prev: 0, next: 1, size_class: 2, mini_pages: 5 },
      ...{ free: 8, base: 40, reciprocal: 44, countdown: 48 },
    },
  };
  const meta = spread(
    {
      mini_pages: 32 * 56,
      page: 4,
      runs: 4,
      class_links: 8 * n,
      lists: n,
      is_own: 4,
      free: 4,
    },
    ['page', 'lists', 'mini_pages', 'class_links', 'is_own', 'free', 'runs'],
  );
  const entry = { value: 4, next: 8, prev: 12, header: 8 };
  const global = spread(
    {
      ...{ meta_map: w, mapped_pages: w, break_at: w, first: 4, end: 4, fresh: 4 },
      ...{ bin_mask: 8, class_stacks: n * 4, bins: 64 * 4 },
      ...{ own_lists: 6 * 4, own_pages: 4, own_free_pages: 4 },
      counters: COUNTER_NAMES.length * w,
    },
    ['counters', 'bins', 'class_stacks', 'bin_mask', 'fresh', 'end'].concat([
      ...['own_pages', 'first', 'own_lists', 'break_at', 'own_free_pages'],
      ...['mapped_pages', 'meta_map'],
    ]),
  );
  const prefix = (/** @type {string} */ name, /** @type {Record<string, number>} */ offsets) =>
    Object.fromEntries(Object.entries(offsets).map(([key, value]) => [`${name}_${key}`, value]));
  /** @type {Record<string, number>} */
  const k = {
    ...{ heap_page_shift: 16, mini_page_shift: 11, meta_page_bytes: MINI },
    ...{ small_max: 512, class_max: 4096, size_classes: n - 1 },
    ...{ class_key_shift: 1, stack_words_count: STACK_START[n] },
    ...{ exact_bins: 16, bins_per_doubling: 4, run_bins: 64, run_kind_bits: 4 },
    ...{ run_free: 9, run_small: 8, run_block: 7, run_maps: 6, run_meta_page: 5, run_gap: 4 },
    ...{ run_inside: 3, own_run_max: 4, entry_bytes: 24, header_bytes: 56, header_free_words: 4 },
    ...{ end_of_list: 77, unlisted: 76, meta_bytes: meta.bytes, global_bytes: global.bytes },
    ...{ cursor_bytes: 40, cursor_bits: 16, cursor_base: 4, cursor_block_bytes: 32 },
    ...prefix('header', header.offsets),
    ...prefix('meta', meta.offsets),
    ...prefix('entry', entry),
    ...prefix('global', global.offsets),
    ...Object.fromEntries(
      Object.entries(global.offsets).filter(([name]) => name.startsWith('own_')),
    ),
  };
  return k;
}

/**
 * A dump of a heap whose first page is `first` (a multiple of 64): meta-pages, small runs of both lengths of a class, a large block
 * of one MiniPage and one across pages, free runs, maps.
 * @param {4 | 8} w bytes of a word @param {number} first @param {{ further?: number }} [wrong] MiniPages that further runs of 48-byte blocks are said to have
 */
export function syntheticDump(w, first, { further = CLASS_MINI_PAGES[2] } = {}) {
  const k = constants(w);
  const at = {
    ...{ global: 0x1000, class_map: 0x8600, run_map: 0x8610, tops: 0x8000, stack_words: 0x8100 },
    ...{ cursors: 0x8300, current: 0x8500, global_base: 64, data_end: 0x9000, stack_low: 0xa000 },
    ...{ stack_high: 0xc000, heap_base: 0xc000 },
  };
  // the maps are the heap's last run: 24 bytes an entry and meta-pages of heap pages, both from the page before the heap on, then
  // classes of MiniPages from 0 on
  const before = first - 1;
  const perPage = 32 * k.entry_bytes + w;
  const mapBytes = (/** @type {number} */ pages) => (pages - before) * perPage + pages * 32;
  let mapPages = 1;
  while (mapPages * PAGE < mapBytes(first + 9 + mapPages + 1)) ++mapPages;
  const pages = first + 9 + mapPages + 1;
  const begin = first * PAGE;
  const end = begin + (9 + mapPages) * PAGE;
  const maps = begin + 9 * PAGE;
  // where the entry of MiniPage 0 and the word of page 0 would be
  const entries = maps - before * 32 * k.entry_bytes;
  const metas = maps + (pages - before) * 32 * k.entry_bytes - before * w;
  const classes = metas + pages * w;
  const low = new Uint8Array(0x10000);
  const high = new Uint8Array(end - begin);
  const place = (/** @type {number} */ address) =>
    address >= begin
      ? { view: new DataView(high.buffer), offset: address - begin }
      : { view: new DataView(low.buffer), offset: address };
  const put = (
    /** @type {number} */ address,
    /** @type {number} */ bytes,
    /** @type {number} */ value,
  ) => {
    const { view, offset } = place(address);
    if (bytes === 1) view.setUint8(offset, value);
    else if (bytes === 2) view.setUint16(offset, value, true);
    else if (bytes === 4) view.setUint32(offset, value, true);
    else view.setBigUint64(offset, BigInt(value), true);
  };
  const word = (/** @type {number} */ address, /** @type {number} */ value) =>
    put(address, w, value);
  const global = (
    /** @type {string} */ name,
    /** @type {number} */ bytes,
    /** @type {number} */ value,
    index = 0,
  ) => put(at.global + k[`global_${name}`] + index * bytes, bytes, value);

  // the record
  low.set(new TextEncoder().encode('gharial record\n\x01'), RECORD);
  const names = [ADDRESS_NAMES.length, CONSTANT_NAMES.length];
  const addresses = RECORD + 48 + w;
  const tables = addresses + names[0] * w;
  const numbers = [
    ...CONSTANT_NAMES.map((name) => k[name]),
    ...CLASSES,
    ...CLASS_MINI_PAGES.with(2, further),
    ...CLASS_FIRST_MINI_PAGES,
    ...STACK_START,
  ];
  for (const [i, name] of ADDRESS_NAMES.entries())
    word(addresses + i * w, at[/** @type {keyof typeof at} */ (name)]);
  for (const [i, value] of numbers.entries()) put(tables + 2 * i, 2, value);
  const bytes = tables - RECORD + 2 * numbers.length + 16;
  const checksum = fnv1a(low.subarray(tables, tables + 2 * numbers.length));
  for (const [i, value] of [
    bytes,
    SCHEMA_VERSION,
    w,
    0,
    hashOfNames(),
    checksum,
    ...names,
  ].entries())
    put(RECORD + 16 + 4 * i, 4, value);
  word(RECORD + 48, RECORD);
  low.set(new TextEncoder().encode('synthetic'), tables + 2 * numbers.length);

  // runs, by MiniPages from the heap's first on
  const base = begin / MINI;
  /** @param {number} i @param {number} kind @param {number} number @param {Record<string, number>} [more] */
  const entry = (i, kind, number, more = {}) => {
    const address = entries + (base + i) * k.entry_bytes;
    put(address + k.entry_value, 4, number * 2 ** k.run_kind_bits + kind);
    for (const [name, value] of Object.entries(more))
      put(address + k[`entry_${name}`], name === 'header' ? w : 4, value);
  };
  /** @param {number} i @param {number} kind @param {number} length @param {Record<string, number>} [more] */
  const run = (i, kind, length, more) => {
    if (length > 1) entry(i + length - 1, k.run_inside, 0);
    entry(i, kind, length, more);
  };
  /** @param {number} i @param {number} size_class */
  const classOf = (i, size_class) => put(classes + base + i, 1, size_class * 2);
  /** Meta-page in MiniPage `i`. @param {number} i @param {number} page @param {number} runs */
  const meta = (i, page, runs) => {
    const address = begin + i * MINI;
    run(i, k.run_meta_page, 1);
    word(metas + (first + page) * w, address);
    for (const [name, value] of Object.entries({ page: first + page, runs }))
      put(address + k[`meta_${name}`], 4, value);
    for (let c = 0; c < CLASSES.length; ++c) put(address + k.meta_lists + c, 1, k.end_of_list);
    return address;
  };
  /** @param {number} i @param {number} length @param {number} inMeta @param {Record<string, number>} fields */
  const small = (i, length, inMeta, fields) => {
    const header = inMeta + k.meta_mini_pages + (i % 32) * k.header_bytes;
    const sizes = /** @type {Record<string, number>} */ ({
      free: 8,
      size_class: 1,
      next: 1,
      prev: 1,
      mini_pages: 1,
    });
    const block_bytes = CLASSES[fields.size_class];
    const all = {
      ...{
        base: (begin + i * MINI) % 2 ** 32,
        mini_pages: length,
        reciprocal: Math.floor(0xffffffff / block_bytes) + 1,
      },
      ...fields,
    };
    for (const [name, value] of Object.entries(all))
      put(header + k[`header_${name}`], sizes[name] ?? 4, value);
    run(i, k.run_small, length, { header });
    for (let in_run = 0; in_run < length; ++in_run) {
      put(entries + (base + i + in_run) * k.entry_bytes + k.entry_header, w, header);
      classOf(i + in_run, fields.size_class);
    }
    return header;
  };
  entry(2, k.run_free, 6);
  entry(7, k.run_free, 6);
  global('bins', 4, base + 2, 5);
  // 42 blocks of 48 B in the first run of the class, of which 0 and 5 are home, 6 and 7 in the cursor, 8 on the stack
  const meta_of_first = meta(0, 0, 2);
  const current = small(8, 1, meta_of_first, {
    ...{ size_class: 2, free: 0b100001, countdown: 0xfff0 },
    ...{ next: k.end_of_list, prev: k.unlisted },
  });
  // 85 in a further run, of which the last is on the stack and none home
  small(9, 2, meta_of_first, {
    ...{ size_class: 2, free: 0, countdown: 1, next: k.end_of_list, prev: k.unlisted },
  });
  run(11, k.run_block, 1); // a large block of a MiniPage, as they are for the sake of their alignment
  run(12, k.run_block, 62); // one in three heap pages
  // 128 blocks of 16 B, three of them home
  const listed = meta(1, 2, 1);
  small(74, 1, listed, {
    ...{ size_class: 1, free: 0b111, countdown: 125, next: k.end_of_list, prev: k.end_of_list },
  });
  put(listed + k.meta_lists + 1, 1, 74 % 32);
  global('class_stacks', 4, base + 1, 1);
  run(75, k.run_gap, 5);
  entry(80, k.run_free, 208);
  entry(287, k.run_free, 208);
  global('bins', 4, base + 80, 30);
  global('bin_mask', 8, 2 ** 5 + 2 ** 30);
  run(288, k.run_maps, mapPages * 32);

  const block = begin + 8 * MINI;
  word(at.current + 2 * w, current);
  put(at.cursors + 2 * k.cursor_bytes + k.cursor_bits, 4, 0b11000000);
  word(at.cursors + 2 * k.cursor_bytes + k.cursor_base, block);
  put(at.cursors + 2 * k.cursor_bytes + k.cursor_block_bytes, 4, 48);
  for (let c = 1; c < CLASSES.length; ++c) {
    word(at.tops + c * w, at.stack_words + (STACK_START[c] + (c === 2 ? 2 : 0)) * w);
    word(at.stack_words + (STACK_START[c + 1] - 1) * w, 1);
  }
  word(at.stack_words + (STACK_START[2] + 1) * w, block + 8 * 48);
  word(at.stack_words + (STACK_START[2] + 2) * w, block + MINI + 84 * 48);

  word(at.run_map, entries);
  word(at.class_map, classes);
  global('meta_map', w, metas);
  global('mapped_pages', w, pages);
  global('break_at', w, 0x8700);
  word(0x8700, end + 4096);
  for (const [name, value] of Object.entries({ first: base, end: end / MINI, fresh: end / MINI }))
    global(name, 4, value);
  const used_mini_pages = 2 + 1 + 2 + 1 + 62 + 1 + mapPages * 32;
  const counters = {
    ...{ used_mini_pages, peak_used_mini_pages: used_mini_pages + 9, external_mini_pages: 5 },
    ...{ taken_mini_pages: 10, fresh_mini_pages: 8 },
  };
  for (const [name, value] of Object.entries(counters))
    global('counters', w, value, COUNTER_NAMES.indexOf(/** @type {any} */ (name)));

  const dump = encodeDump({
    ranges: [
      { address: 0, bytes: low },
      { address: begin, bytes: high },
    ],
    memory_bytes: end + PAGE,
    heap_size_limit: 0,
    record: RECORD,
  });
  return { dump, mapPages };
}
