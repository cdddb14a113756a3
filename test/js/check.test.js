import assert from 'node:assert/strict';
import { bit, HeapImage } from '../../js/heap_image.js';
import { HeapReadError, HeapReader } from '../../js/index.js';
import { COUNTER_NAMES, findLayout } from '../../js/layout.js';
import { imageSource } from '../../js/memory.js';
import { homeOf, runs } from '../../js/walk.js';
import { imageOf, variedHeap } from './support/heaps.js';

/** A copy of a sound heap to break: what is where, and how to overwrite it. */
class Patient {
  /** @param {Uint8Array} sound */
  constructor(sound) {
    this.bytes = sound.slice();
    this.view = new DataView(this.bytes.buffer);
    const source = imageSource(this.bytes);
    this.layout = findLayout(source.open());
    this.heap = new HeapImage(source.open(), this.layout);
    this.runs = [...runs(this.heap)];
  }

  get front() {
    return this.heap.fronts[0];
  }
  get free() {
    return this.heap.free_runs;
  }
  get k() {
    return this.layout.k;
  }

  /** Address of a field of the global meta-page. @param {string} name */
  global(name) {
    return this.layout.at.global + this.k[`global_${name}`];
  }

  /** Address of a field of the heap's own pages. @param {string} name */
  own(name) {
    return this.layout.at.global + this.k[`own_${name}`];
  }

  /** A partly free own page: its meta-page, the list it is on, and where that begins. */
  ownPage() {
    const [lists] = this.heap.own_lists;
    const run = this.run('free', ({ is_own, length }) => is_own && length < this.heap.minis);
    const meta = this.heap.metaPage(this.heap.metaAddress(this.heap.pageOf(run.first)));
    const list = lists.listFor(meta.free);
    return { run, meta, list, top: this.own('lists') + 4 * list };
  }

  /** Adds to a word. @param {number} address @param {number} more */
  add(address, more) {
    this.u32(address, this.view.getUint32(address, true) + more);
  }

  /** The first run that is so. @param {string} kind @param {(run: any) => boolean} [is] */
  run(kind, is = () => true) {
    const found = this.runs.find((run) => run.kind === kind && is(run));
    if (found === undefined) throw new Error('the varied heap has no such run');
    return found;
  }

  /** The first small run that is so, and its meta-page. @param {(header: any) => boolean} is */
  small(is) {
    const run = this.run('small', ({ header }) => is(header));
    const meta = this.heap.metaPage(this.heap.metaAddress(this.heap.pageOf(run.first)));
    return { run, meta, header: run.header };
  }

  /** A partly free run that is on its page's list. @param {(header: any) => boolean} [is] */
  listed(is = () => true) {
    return this.small((h) => homeOf(h) > 0 && !this.isCurrent(h) && is(h));
  }

  /** Overwrites the number in an entry. @param {{ address: number, kind: number }} entry @param {number} number */
  number(entry, number) {
    this.u32(
      entry.address + this.k.entry_value,
      (number * 2 ** this.k.run_kind_bits + entry.kind) >>> 0,
    );
  }

  /** @param {number} size_class */
  stack(size_class) {
    return this.front.blockStack(size_class).entries;
  }

  /** A class whose free-block stack holds two blocks or more. */
  stacked() {
    for (let c = 1; c <= this.k.size_classes; ++c) {
      const { entries, start } = this.front.blockStack(c);
      if (entries.length > 1) return { size_class: c, first: start + 4, second: start + 8 };
    }
    throw new Error('the varied heap has no such stack');
  }

  isCurrent(header) {
    return this.front.current(header.size_class) === header.address;
  }

  u8(at, value) {
    this.view.setUint8(at, value);
  }
  u16(at, value) {
    this.view.setUint16(at, value, true);
  }
  u32(at, value) {
    this.view.setUint32(at, value, true);
  }
  codes() {
    return this.#judge(new HeapReader(this.bytes));
  }
  /** What a snapshot says; undefined: the heap is too broken to take one. */
  codesOfSnapshot() {
    try {
      return this.#judge(new HeapReader(this.bytes).takeHeapSnapshot().heap);
    } catch (error) {
      assert.ok(error instanceof HeapReadError && error.invariant === 'I9');
      return undefined;
    }
  }
  /** @param {HeapReader} reader */
  #judge(reader) {
    const { ok, errors } = reader.validateHeap();
    assert.equal(ok, errors.length === 0);
    for (const { code, address, message } of errors) {
      assert.match(code, /^(I\d+|read)$/);
      assert.ok(Number.isInteger(address) && message.length > 10);
    }
    return errors.map(({ code }) => code);
  }
}

// What gharial_validate returns is the same number, or `first`: it names the first that does not hold, in an order of its own.
/** @type {[code: string, what: string, breakIt: (heap: Patient) => void, first?: number][]} */
const PLANTED = [
  [
    'I1',
    'a free bit above the capacity',
    (p) => {
      // of a current run, whose countdown cannot tell
      const { header } = p.small((h) => h.capacity <= 248 && p.isCurrent(h));
      p.u8(header.address + p.k.header_free + 31, 0x80);
    },
  ],
  [
    'I1',
    'a wrong countdown',
    (p) => {
      const { header } = p.listed((h) => homeOf(h) > 1);
      p.u32(header.address + p.k.header_countdown, header.countdown - 1);
    },
  ],
  [
    'I1',
    'a header of another run',
    (p) => p.u32(p.small(() => true).header.address + p.k.header_base, 0x1000),
  ],
  [
    'I1',
    'a class that takes other runs',
    (p) => {
      const { header } = p.small((h) => p.layout.class_mini_pages[h.size_class] === 1);
      const other = p.layout.class_first_mini_pages.findIndex((n, c) => c > 0 && n > 1);
      p.u8(header.address + p.k.header_size_class, other);
    },
  ],
  [
    'I1',
    'a header of a longer run',
    (p) => {
      // what this run could be by its class
      const { header } = p.small(
        (h) => h.mini_pages < p.layout.class_mini_pages[h.size_class] && !p.isCurrent(h),
      );
      p.u8(header.address + p.k.header_mini_pages, p.layout.class_mini_pages[header.size_class]);
    },
  ],
  [
    'I1',
    'a header of a shorter run',
    (p) => {
      const first = (h) => p.layout.class_first_mini_pages[h.size_class];
      const { header } = p.small((h) => h.mini_pages > first(h));
      p.u8(header.address + p.k.header_mini_pages, first(header));
    },
  ],
  [
    'I1',
    'a header of a run of no MiniPages',
    (p) => p.u8(p.small(() => true).header.address + p.k.header_mini_pages, 0),
  ],
  [
    'I1',
    'a wrong reciprocal',
    (p) => p.u32(p.small(() => true).header.address + p.k.header_reciprocal, 1),
  ],
  [
    'I2',
    'a partly free run that is on no list',
    (p) => {
      const { meta, header } = p.listed();
      p.u8(meta.address + p.k.meta_lists + header.size_class, p.k.end_of_list);
    },
  ],
  [
    'I2',
    'a list that runs in a circle',
    (p) => {
      const { header, run } = p.listed();
      p.u8(header.address + p.k.header_next, run.first % 32);
    },
  ],
  [
    'I2',
    'a list that leads out of the page',
    (p) => p.u8(p.listed().header.address + p.k.header_next, 200),
  ],
  [
    'I2',
    'a list whose links do not agree',
    (p) => p.u8(p.listed().header.address + p.k.header_prev, 31),
  ],
  [
    'I2',
    'a run that is all home',
    (p) => {
      const { header } = p.listed((h) => h.capacity === 4);
      p.u8(header.address + p.k.header_free, 0b1111);
      p.u32(header.address + p.k.header_countdown, 0);
    },
  ],
  [
    'I3',
    'a class stack that lost its pages',
    (p) => p.u32(p.global('class_stacks') + 4 * p.listed().header.size_class, 0),
  ],
  [
    'I3',
    'a class stack that names a page without such a run',
    (p) => {
      const { header } = p.listed();
      const other = [...p.runs].find(({ kind, first }) => {
        const meta = p.heap.metaAddress(p.heap.pageOf(first));
        return (
          kind === 'small' &&
          p.heap.list(p.heap.metaPage(meta), header.size_class) === p.k.end_of_list
        );
      });
      const page = p.heap.pageOf(/** @type {any} */ (other).first);
      p.u32(p.global('class_stacks') + 4 * header.size_class, p.heap.metaAddress(page) / 2048);
    },
  ],
  [
    'I3',
    'a class link that points back wrongly',
    (p) => {
      const { meta, header } = p.listed();
      p.u32(meta.address + p.k.meta_class_links + 8 * header.size_class + 4, 0xfff0);
    },
  ],
  [
    'I4',
    'a meta-page that counts a run too many',
    (p) => {
      const { meta } = p.small(() => true);
      p.u32(meta.address + p.k.meta_runs, meta.runs + 1);
    },
  ],
  [
    'I4',
    'a page without a meta-page, in which small runs begin',
    (p) => p.u32(p.heap.maps.metaWordAddress(p.small(() => true).meta.page), 0),
  ],
  [
    'I4',
    'a meta-page of another page',
    (p) => p.u32(p.small(() => true).meta.address + p.k.meta_page, 9),
  ],
  [
    'I4',
    'a meta-page outside of memory',
    (p) => p.u32(p.heap.maps.metaWordAddress(p.small(() => true).meta.page), 0xfffffff0),
  ],
  [
    'I4',
    'a meta-page of a page in which no small run begins',
    (p) => {
      const run = p.run('large');
      const page = p.heap.pageOf(run.first) + 1;
      const { meta } = p.small(() => true);
      p.u32(p.heap.maps.metaWordAddress(page), meta.address);
      p.u32(meta.address + p.k.meta_page, page);
    },
  ],
  [
    'I4',
    'a meta-page outside of memory, of a page in which no small run begins',
    (p) => p.u32(p.heap.maps.metaWordAddress(p.heap.pageOf(p.run('large').first) + 1), 0xfffffff0),
  ],
  [
    'I4',
    'a page in which no small run begins, with the meta-page of another',
    (p) => {
      const page = p.heap.pageOf(p.run('large').first) + 1;
      p.u32(p.heap.maps.metaWordAddress(page), p.small(() => true).meta.address);
    },
  ],
  [
    'I5',
    'a free run in two pieces',
    (p) => {
      const { first, length, entry } = p.run('free', (run) => run.length > 1);
      p.number(entry, 1);
      const second = { ...entry, address: entry.address + p.k.entry_bytes };
      p.number(second, length - 1);
      p.number({ ...entry, address: p.heap.entry(first + length - 1).address }, length - 1);
    },
  ],
  [
    'I6',
    'a bin that lost its run',
    (p) => {
      const bins = Array.from({ length: p.k.run_bins }, (_, bin) => bin);
      const bin = bins.find((bin) => p.free.bin(bin) !== 0);
      p.u32(p.global('bins') + 4 * bin, 0);
    },
  ],
  [
    'I6',
    'a run in the wrong bin',
    (p) => p.u32(p.global('bins') + 4 * (p.k.run_bins - 1), p.run('free').first),
  ],
  [
    'I6',
    'a free run whose links do not agree',
    (p) => p.u32(p.run('free').entry.address + p.k.entry_prev, 4711),
  ],
  [
    'I6',
    'a free run that is in no bin',
    (p) => {
      const bin = Array.from({ length: p.k.run_bins }, (_, i) => i).findIndex((i) => {
        const top = p.free.bin(i);
        return top !== 0 && p.heap.entry(top).next === 0;
      });
      p.u32(p.global('bins') + 4 * bin, 0);
      const word = p.global('bin_mask') + 4 * (bin >>> 5);
      p.u32(word, (p.free.masks[bin >>> 5] & ~(1 << (bin & 31))) >>> 0);
    },
  ],
  ['I6', 'a bin mask with a bit too many', (p) => p.u8(p.global('bin_mask') + 7, 0x40)],
  [
    'I7',
    'a MiniPage of a run that the map does not know',
    (p) => p.u8(p.heap.maps.classes + p.small(() => true).run.first, 0),
  ],
  [
    'I7',
    'a large block that the map calls small',
    (p) => p.u8(p.heap.maps.classAddress(p.run('large').first + 4), 12),
  ],
  [
    'I7',
    'a large block that the map says to begin with one of a class',
    (p) => {
      const { first } = p.run('large', ({ length }) => length <= 26);
      p.u8(p.heap.maps.classAddress(first), p.k.size_classes * 2 ** p.k.class_key_shift);
    },
  ],
  [
    'I7',
    'a MiniPage that names another header',
    (p) => {
      const { first } = p.run('small', (run) => run.length === 3);
      p.u32(p.heap.entry(first + 1).address + p.k.entry_header, 0);
    },
  ],
  [
    'I7',
    'a run whose header lies elsewhere',
    (p) => p.u32(p.run('small').entry.address + p.k.entry_header, 0xfffffff0),
  ],
  [
    'I7',
    'a small run of no class',
    (p) => p.u8(p.small(() => true).header.address + p.k.header_size_class, 0),
  ],
  [
    'I8',
    'a cursor that steps by a wrong size',
    (p) => {
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_bits, 1);
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_block_bytes, 24);
    },
  ],
  [
    'I8',
    'a block twice on its stack',
    (p) => {
      const { first, second } = p.stacked();
      p.u32(second, p.view.getUint32(first, true));
    },
  ],
  [
    'I8',
    'a stacked block that is home',
    (p) => {
      const { header, run } = p.small((h) => homeOf(h) > 0 && p.stack(h.size_class).length > 0);
      const first = p.front.blockStack(header.size_class).start + 4;
      const word = header.free.findIndex((bits) => bits !== 0);
      const block = word * 32 + 31 - Math.clz32(header.free[word] & -header.free[word]);
      p.u32(first, run.address + block * p.layout.class_bytes[header.size_class]);
    },
  ],
  ['I8', 'a stack without its begin', (p) => p.u32(p.stacked().first - 4, 12)],
  ['I8', 'a stack entry that is no block', (p) => p.u32(p.stacked().first, 12)],
  [
    'I8',
    'a stack entry inside of a block',
    (p) => p.u32(p.stacked().first, p.view.getUint32(p.stacked().first, true) + 4),
  ],
  ['I8', 'a stack top outside of the stack', (p) => p.u32(p.layout.at.tops + 4, 0x40)],
  ['I8', 'a stack without a top', (p) => p.u32(p.layout.at.tops + 8, 0)],
  ['I8', 'a heap without a stack', (p) => p.u32(p.layout.at.tops + 4, 0)],
  [
    'I8',
    'a stack without its end',
    (p) => p.u32(p.layout.at.stack_words + 4 * (p.layout.stack_start[2] - 1), 0),
  ],
  [
    'I8',
    'a cursor that begins between two words of free bits',
    (p) => {
      const at = (c) => p.layout.at.cursors + c * p.k.cursor_bytes;
      const bits = (c) => p.view.getBigUint64(at(c) + p.k.cursor_bits, true);
      const classes = Array.from({ length: p.k.size_classes }, (_, i) => i + 1);
      const c = classes.find((c) => bits(c) !== 0n && (bits(c) & 1n) === 0n);
      p.view.setBigUint64(at(c) + p.k.cursor_bits, bits(c) >> 1n, true);
      p.u32(
        at(c) + p.k.cursor_base,
        p.view.getUint32(at(c) + p.k.cursor_base, true) + p.layout.class_bytes[c],
      );
    },
  ],
  [
    'I8',
    'something in the cursor that stays empty',
    (p) => p.u8(p.layout.at.cursors + p.k.cursor_bits, 4),
  ],
  [
    'I8',
    'a cursor with a block that is not its own',
    (p) => {
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_bits, 1);
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_base, 0x20);
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_block_bytes, 8);
    },
  ],
  [
    'I8',
    'a cursor with a block of another run of its class',
    (p) => {
      // where the current run would have a word of free bits if it were long enough: nothing else gives it away
      const bytes = (h) => p.layout.class_bytes[h.size_class];
      const { run, header } = p.small((h) => {
        const current = p.front.current(h.size_class);
        const above = current === 0 ? 0 : h.base - p.heap.header(current, 1).base;
        return above > 0 && above % (64 * bytes(h)) === 0 && homeOf(h) < h.capacity;
      });
      const live = Array.from({ length: header.capacity }, (_, i) => i).findIndex(
        (i) =>
          !bit(header.free, i) &&
          !p.stack(header.size_class).includes(run.address + i * bytes(header)),
      );
      const cursor = p.layout.at.cursors + header.size_class * p.k.cursor_bytes;
      const word = Math.floor(live / 64);
      p.u32(cursor + p.k.cursor_base, run.address + word * 64 * bytes(header));
      p.view.setBigUint64(cursor + p.k.cursor_bits, 1n << BigInt(live % 64), true);
      p.u32(cursor + p.k.cursor_block_bytes, bytes(header));
    },
  ],
  [
    'I8',
    'a current run that is none',
    (p) => p.u32(p.layout.at.current + 4, p.small((h) => h.size_class !== 1).header.address),
  ],
  ['I9', 'a heap that begins after its end', (p) => p.u32(p.global('first'), 0xfffff0)],
  ['I9', 'a run of no MiniPages', (p) => p.number(p.run('large').entry, 0)],
  ['I9', 'a run beyond the heap', (p) => p.number(p.run('large').entry, 0xfffffff)],
  [
    'I9',
    'a run of no kind',
    (p) => p.u32(p.run('large').entry.address + p.k.entry_value, p.k.run_inside),
  ],
  [
    'I9',
    'a used run whose end is not one',
    (p) => {
      const { first, length } = p.run('large');
      p.u32(p.heap.entry(first + length - 1).address + p.k.entry_value, 0);
    },
  ],
  [
    'I9',
    'a free run whose ends do not agree',
    (p) => {
      const { first, length, entry } = p.run('free', (run) => run.length > 1);
      p.number({ ...entry, address: p.heap.entry(first + length - 1).address }, length + 1);
    },
  ],
  [
    'I9',
    'maps in which nothing is looked up',
    (p) => {
      const { entry } = p.run('large');
      p.number({ ...entry, kind: p.k.run_maps }, entry.number);
    },
  ],
  ['I9', 'maps that lie elsewhere', (p) => p.add(p.layout.at.run_map, 2048)],
  ['I9', 'a heap longer than memory', (p) => p.u32(p.global('end'), 0xfffff)],
  [
    'I9',
    'maps that end with the heap, not behind it',
    (p) => {
      assert.equal(p.heap.end % 32, 0);
      p.u32(p.global('mapped_pages'), p.heap.end / 32);
    },
  ],
  ['I9', 'maps that cover no page', (p) => p.u32(p.global('mapped_pages'), 0)],
  ['read', 'a run map outside of memory', (p) => p.u32(p.layout.at.run_map, 0xfffffff0), 9],
  [
    'I10',
    'a meta-page whose run is of another kind',
    (p) => {
      const { entry, length } = p.run('meta');
      p.number({ ...entry, kind: p.k.run_gap }, length);
    },
    4,
  ],
  [
    'I10',
    'a meta-page of no heap page',
    (p) => {
      const { entry, length } = p.run('large');
      p.number({ ...entry, kind: p.k.run_meta_page }, length);
    },
  ],
  [
    'I11',
    'a wrong count of MiniPages in use',
    (p) => {
      p.add(p.global('counters') + 4 * COUNTER_NAMES.indexOf('used_mini_pages'), -1);
    },
  ],
  [
    'I11',
    'a peak below what is in use',
    (p) => p.u32(p.global('counters') + 4 * COUNTER_NAMES.indexOf('peak_used_mini_pages'), 1),
  ],
  [
    'I11',
    'a wrong count of others’ MiniPages',
    (p) => p.u32(p.global('counters') + 4 * COUNTER_NAMES.indexOf('external_mini_pages'), 77),
  ],
  ['I11', 'an own page that is not counted', (p) => p.add(p.own('pages'), -1)],
  ['I11', 'a free own page that there is not', (p) => p.add(p.own('free_pages'), 1)],
  ['I6', 'a list of own pages that lost its pages', (p) => p.u32(p.ownPage().top, 0)],
  [
    'I6',
    'an own page on the list of those with less room',
    (p) => {
      const { top } = p.ownPage();
      const page = p.view.getUint32(top, true);
      p.u32(top, 0);
      p.u32(top - 4, page);
    },
  ],
  [
    'I6',
    'a list of own pages whose links do not agree',
    (p) => p.u32(p.ownPage().meta.address + p.k.meta_class_links + 4, 1),
  ],
  [
    'I6',
    'a list of own pages that runs in a circle',
    (p) => {
      const { top, meta } = p.ownPage();
      p.u32(meta.address + p.k.meta_class_links, p.view.getUint32(top, true));
    },
  ],
  [
    'I6',
    'a long block in an own page',
    (p) => {
      const { run, meta } = p.ownPage();
      const { address } = p.heap.entry(run.first);
      p.u32(meta.address + p.k.meta_free, meta.free & ~(1 << (run.first % p.heap.minis)));
      p.number({ address, kind: p.k.run_block }, 1);
    },
  ],
  [
    'I7',
    'a free MiniPage of an own page in which a run lies',
    (p) => {
      const { run, meta } = p.ownPage();
      const used = meta.free ^ (2 ** 32 - 1);
      p.u32(meta.address + p.k.meta_free, (meta.free | (used & -used)) >>> 0);
      assert.ok(run.length > 0);
    },
  ],
  [
    'I9',
    'a MiniPage of an own page that is neither free nor in a run',
    (p) => {
      const { run, meta } = p.ownPage();
      p.u32(meta.address + p.k.meta_free, meta.free & ~(1 << (run.first % p.heap.minis)));
    },
  ],
  [
    'I9',
    'an own page that is said to be none',
    (p) => p.u32(p.ownPage().meta.address + p.k.meta_is_own, 0),
  ],
];

describe('validateHeap', function () {
  this.timeout(60_000);
  /** @type {Uint8Array} */
  let sound;
  /** @type {Uint8Array} of the module, to be broken and mended */
  let memory;
  /** @type {() => number} */
  let validate;
  before(async function () {
    this.timeout(600_000);
    const { module, heap } = await variedHeap();
    // a current run that lies below others of its class: those freed last are handed out first
    const many = Array.from({ length: 400 }, () => module._malloc(32));
    for (const [i, block] of many.reverse().entries()) if (i % 2 === 0) module._free(block);
    for (let i = 0; i < 110; ++i) module._malloc(32);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    sound = imageOf(module);
    memory = new Uint8Array(module.gharialHeap().memory.buffer);
    validate = module._gharial_validate;
    assert.equal(validate(), 0);
  });

  for (const [code, what, breakIt, first = Number(code.slice(1))] of PLANTED) {
    it(`${code}: finds ${what}`, () => {
      const patient = new Patient(sound);
      breakIt(patient);
      assert.notDeepEqual(patient.bytes, sound, 'nothing was broken');
      const codes = patient.codes();
      assert.ok(codes.includes(code), `found ${[...new Set(codes)]}`);
      assert.ok(codes.length <= 100);
      const told = patient.codesOfSnapshot();
      assert.ok(told === undefined || told.includes(code), `its snapshot: ${told}`);
      memory.set(patient.bytes);
      try {
        assert.equal(validate(), first, 'gharial_validate');
      } finally {
        memory.set(sound);
      }
    });
  }

  it('finds no more blocks in a run than it has free bits, however long it is said to be', () => {
    const patient = new Patient(sound);
    const { first, entry } = patient.small((h) => h.capacity > 200).run;
    patient.number(entry, patient.heap.end - first);
    assert.ok(patient.codes().includes('I1'));
    /** @type {number[]} */
    const blocks = [];
    new HeapReader(patient.bytes).visitBlocks(({ size }) => void blocks.push(size), { run: first });
    assert.equal(blocks.length, patient.k.header_free_words * 64);
  });

  it('plants every invariant', () => {
    const planted = new Set(PLANTED.map(([code]) => code));
    for (let i = 1; i <= 11; ++i) assert.ok(planted.has(`I${i}`), `I${i}`);
  });
});
