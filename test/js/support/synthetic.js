// synthetic.js — a small heap written by hand, for address widths and places that no module here has. Its offsets are not
// those of src/layout.hpp on purpose: a reader that copied one would misread it.
import { encodeDump } from '../../../js/dump.js';
import { ADDRESS_NAMES, CONSTANT_NAMES, COUNTER_NAMES, hashOfNames } from '../../../js/layout.js';
import { fnv1a } from '../../../js/memory.js';

const PAGE = 65_536;
const MINI = 2048;
const CLASSES = [0, 16, 48, 512, 4096]; // a run of the last is one block
const STACK_START = [0, 0, 6, 12, 18, 24]; // four blocks each, with the words that end them
const RECORD = 64;
const MAP_AT = 0x20000;

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
  const header = spread(
    {
      free: 32,
      reciprocal: 4,
      block_bytes: 2,
      capacity: 2,
      countdown: 2,
      size_class: 1,
      kind: 1,
      first: 1,
      run: 1,
      next: 1,
      prev: 1,
    },
    [
      'prev',
      'run',
      'free',
      'next',
      'kind',
      'countdown',
      'first',
      'capacity',
      'size_class',
      'block_bytes',
      'reciprocal',
    ],
  );
  // at 8 + 32 * header.bytes the headers would not fit a slot: this heap's meta-pages take two
  const meta = spread(
    {
      mini_pages: 32 * 112,
      free_mask: 4,
      touched_mask: 4,
      page: 4,
      room: 4,
      room_links: 8,
      class_links: 8 * n,
      lists: n,
    },
    [
      'page',
      'lists',
      'room',
      'mini_pages',
      'class_links',
      'touched_mask',
      'room_links',
      'free_mask',
    ],
  );
  const entry = {
    kind: 5,
    tail: 1,
    spare: 2,
    spare_is_fresh: 3,
    run_pages: 12,
    next: 20,
    prev: 28,
    meta: 20,
  };
  const global = spread(
    {
      ...{
        mapped_pages: w,
        map_bytes: w,
        heap_begin: w,
        break_at: w,
        first_page: 4,
        end_page: 4,
        fresh_page: 4,
      },
      ...{
        warm_page: 4,
        metadata_stack: 4,
        room_mask: 4,
        spare_mask: 4,
        bin_mask: 8,
        class_stacks: n * 4,
      },
      ...{
        room_stacks: 32 * 4,
        spare_stacks: 32 * 4,
        bins: 64 * 4,
        counters: COUNTER_NAMES.length * w,
      },
    },
    [
      'counters',
      'bins',
      'room_stacks',
      'class_stacks',
      'spare_stacks',
      'bin_mask',
      'spare_mask',
      'room_mask',
      'metadata_stack',
      'warm_page',
    ].concat([
      'fresh_page',
      'end_page',
      'first_page',
      'break_at',
      'heap_begin',
      'map_bytes',
      'mapped_pages',
    ]),
  );
  const prefix = (/** @type {string} */ name, /** @type {Record<string, number>} */ offsets) =>
    Object.fromEntries(Object.entries(offsets).map(([key, value]) => [`${name}_${key}`, value]));
  /** @type {Record<string, number>} */
  const k = {
    ...{
      heap_page_shift: 16,
      mini_page_shift: 11,
      meta_slot_bytes: MINI,
      meta_page_slots: 2,
      small_max: 512,
      class_max: 4096,
    },
    ...{
      size_classes: n - 1,
      shared_classes: n - 2,
      stack_words_count: STACK_START[n],
      room_stacks: 32,
      exact_bins: 32,
      bins_per_doubling: 4,
      run_bins: 64,
    },
    meta_link_shift: 11,
    ...{
      header_bytes: 112,
      header_free_words: 4,
      no_mini_page: 77,
      unlisted: 76,
      run_small: 8,
      run_medium: 7,
      run_large_tail: 6,
    },
    ...{
      meta_bytes: meta.bytes,
      entry_bytes: 32,
      page_free_run: 21,
      page_cut: 22,
      page_large_head: 23,
      page_large_last: 24,
    },
    ...{
      page_metadata: 25,
      page_gap: 26,
      global_bytes: global.bytes,
      cursor_bytes: 40,
      cursor_bits: 16,
      cursor_base: 4,
      cursor_block_bytes: 32,
    },
    ...prefix('header', header.offsets),
    ...prefix('meta', meta.offsets),
    ...prefix('entry', entry),
    ...prefix('global', global.offsets),
  };
  return k;
}

/**
 * A dump of a heap whose first page is `first` (a multiple of 64): metadata, a cut page, a large block with a tail, a free run.
 * @param {4 | 8} w bytes of a word @param {number} first
 */
export function syntheticDump(w, first) {
  const k = constants(w);
  const at = {
    global: 0x1000,
    mini_page_map: 0x40,
    tops: 0x8000,
    stack_words: 0x8100,
    cursors: 0x8300,
    current: 0x8500,
  };
  Object.assign(at, {
    mini_page_map: 0x8600,
    page_map: 0x8610,
    header_map: 0x8620,
    global_base: 64,
    data_end: 0x9000,
    stack_low: 0xa000,
    stack_high: 0xc000,
    heap_base: 0xc000,
  });
  const low = new Uint8Array(0x10000);
  const high = new Uint8Array(PAGE * 9);
  // the maps: 32 bytes an entry, then headers and classes of MiniPages
  const pages = first + 9;
  const headers_at = pages * 32;
  const classes_at = headers_at + pages * 32 * w;
  const map = new Uint8Array(classes_at + pages * 32);
  const classes = map.subarray(classes_at);
  const mapView = new DataView(map.buffer);
  const mapWord = (/** @type {number} */ offset, /** @type {number} */ value) =>
    w === 8
      ? mapView.setBigUint64(offset, BigInt(value), true)
      : mapView.setUint32(offset, value, true);
  const begin = first * PAGE;
  const end = first + 9;
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
  const numbers = [...CONSTANT_NAMES.map((name) => k[name]), ...CLASSES, ...STACK_START];
  for (const [i, name] of ADDRESS_NAMES.entries())
    word(addresses + i * w, at[/** @type {keyof typeof at} */ (name)]);
  for (const [i, value] of numbers.entries()) put(tables + 2 * i, 2, value);
  const bytes = tables - RECORD + 2 * numbers.length + 16;
  const checksum = fnv1a(low.subarray(tables, tables + 2 * numbers.length));
  for (const [i, value] of [bytes, 1, w, 0, hashOfNames(), checksum, ...names].entries())
    put(RECORD + 16 + 4 * i, 4, value);
  word(RECORD + 48, RECORD);
  low.set(new TextEncoder().encode('synthetic'), tables + 2 * numbers.length);

  // page map; the meta-pages lie in slots 4 … 7 of the first heap page
  /** @param {number} page @param {Record<string, number>} fields */
  const entry = (page, fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const offset = (first + page) * k.entry_bytes + k[`entry_${name}`];
      if (name === 'meta') mapWord(offset, value);
      else if (name === 'kind' || name === 'tail') map[offset] = value;
      else mapView.setUint32(offset, value, true);
    }
  };
  entry(0, { kind: k.page_metadata, run_pages: 0xffffff00 });
  entry(1, { kind: k.page_cut, run_pages: 1, meta: begin + 4 * MINI });
  entry(2, { kind: k.page_large_head, run_pages: 2, tail: 3 });
  entry(3, { kind: k.page_large_last, run_pages: 2 });
  entry(4, { kind: k.page_cut, run_pages: 1, meta: begin + 6 * MINI });
  entry(5, { kind: k.page_free_run, run_pages: 4 });
  entry(8, { kind: k.page_free_run, run_pages: 4 });

  /** @param {number} slot @param {number} page @param {number} free_mask */
  const meta = (slot, page, free_mask) => {
    const address = begin + slot * MINI;
    put(address + k.meta_free_mask, 4, free_mask);
    put(address + k.meta_touched_mask, 4, ~free_mask >>> 0);
    put(address + k.meta_page, 4, first + page);
    put(address + k.meta_room, 4, 29);
    for (let c = 0; c < CLASSES.length; ++c) put(address + k.meta_lists + c, 1, k.no_mini_page);
    return (/** @type {number} */ mini, /** @type {Record<string, number>} */ fields) => {
      const header = address + k.meta_mini_pages + mini * k.header_bytes;
      const sizes = /** @type {Record<string, number>} */ ({
        reciprocal: 4,
        block_bytes: 2,
        capacity: 2,
        countdown: 2,
        free: 8,
      });
      for (const [name, value] of Object.entries(fields))
        put(header + k[`header_${name}`], sizes[name] ?? 1, value);
      return header;
    };
  };
  // 42 blocks of 48 B, of which 0 and 5 are home, 6 and 7 in the cursor, 8 on the stack; then a medium block of 2 MiniPages
  const run = begin + PAGE;
  const cut = meta(4, 1, 0xfffffff8);
  const header = cut(0, {
    kind: k.run_small,
    first: 0,
    run: 1,
    size_class: 2,
    block_bytes: 48,
    capacity: 42,
    countdown: 0xfff0,
  });
  cut(0, {
    free: 0b100001,
    reciprocal: Math.floor(0xffffffff / 48) + 1,
    next: k.no_mini_page,
    prev: k.unlisted,
  });
  const medium = cut(1, {
    ...{ kind: k.run_medium, first: 1, run: 2, size_class: 4, block_bytes: 4096, capacity: 1 },
    ...{ countdown: 1, reciprocal: 2 ** 20, next: k.no_mini_page, prev: k.unlisted },
  });
  meta(6, 4, 0xfffffff8)(0, { kind: k.run_large_tail, first: 0, run: 3 });
  const mini = ((first + 1) * PAGE) / MINI;
  classes[mini] = 2;
  classes[mini + 1] = 4;
  mapWord(headers_at + mini * w, header);
  mapWord(headers_at + (mini + 1) * w, medium);
  word(at.current + 2 * w, header);
  put(at.cursors + 2 * k.cursor_bytes + k.cursor_bits, 4, 0b11000000);
  word(at.cursors + 2 * k.cursor_bytes + k.cursor_base, run);
  put(at.cursors + 2 * k.cursor_bytes + k.cursor_block_bytes, 4, 48);
  for (let c = 1; c < CLASSES.length; ++c) {
    word(at.tops + c * w, at.stack_words + (STACK_START[c] + (c === 2 ? 1 : 0)) * w);
    word(at.stack_words + (STACK_START[c + 1] - 1) * w, 1);
  }
  word(at.stack_words + (STACK_START[2] + 1) * w, run + 8 * 48);

  word(at.page_map, MAP_AT);
  word(at.header_map, MAP_AT + headers_at);
  word(at.mini_page_map, MAP_AT + classes_at);
  global('mapped_pages', w, pages);
  global('map_bytes', w, map.length);
  global('heap_begin', w, begin);
  global('break_at', w, 0x8700);
  word(0x8700, end * PAGE + 4096);
  for (const [name, value] of Object.entries({
    first_page: first,
    end_page: end,
    fresh_page: end,
    metadata_stack: first,
  }))
    global(name, 4, value);
  // both cut pages have 29 free MiniPages together
  global('room_mask', 4, 2 ** 29);
  const link = (/** @type {number} */ slot) => begin / MINI + slot;
  global('room_stacks', 4, link(4), 29);
  put(begin + 4 * MINI + k.meta_room_links, 4, link(6));
  put(begin + 6 * MINI + k.meta_room_links + 4, 4, link(4));
  global('bin_mask', 4, 2 ** 3);
  global('bins', 4, first + 5, 3);
  const counters = {
    used_mini_pages: 3 + 64 + 3,
    peak_used_mini_pages: 80,
    fresh_mini_pages: 8,
    reused_mini_pages: 2,
  };
  for (const [name, value] of Object.entries(counters))
    global('counters', w, value, COUNTER_NAMES.indexOf(/** @type {any} */ (name)));

  return encodeDump({
    ranges: [
      { address: 0, bytes: low },
      { address: MAP_AT, bytes: map },
      { address: begin, bytes: high },
    ],
    memory_bytes: (end + 1) * PAGE,
    heap_size_limit: 0,
    record: RECORD,
  });
}
