import assert from 'node:assert/strict';
import { HeapImage } from '../../js/heap_image.js';
import { HeapReader } from '../../js/index.js';
import { COUNTER_NAMES, findLayout } from '../../js/layout.js';
import { imageSource } from '../../js/memory.js';
import { blockStack, homeOf, miniRuns, pageRuns } from '../../js/walk.js';
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
    this.runs = [...pageRuns(this.heap)];
  }

  get k() {
    return this.layout.k;
  }

  /** Address of a field of the global meta-page. @param {string} name */
  global(name) {
    return this.layout.at.global + this.k[`global_${name}`];
  }

  /** The first run of heap pages that is so. @param {string} kind @param {(run: any) => boolean} [is] */
  run(kind, is = () => true) {
    return this.runs.find((run) => run.kind === kind && is(run));
  }

  /** Every run of MiniPages. */
  *minis() {
    for (const run of this.runs.filter(({ kind }) => kind === 'cut')) {
      const meta = this.heap.metaPage(run.entry.meta);
      for (const part of miniRuns(this.heap, meta, run.page))
        yield { meta, part, header: part.header };
    }
  }

  /** The first small run that is so. @param {(header: any) => boolean} is */
  small(is) {
    for (const found of this.minis())
      if (found.part.kind === 'small' && is(found.header)) return found;
    throw new Error('the varied heap has no such run');
  }

  /** @param {number} size_class */
  stack(size_class) {
    return blockStack(this.heap, size_class).entries;
  }

  /** A class whose free-block stack holds two blocks or more. */
  stacked() {
    for (let c = 1; c <= this.k.size_classes; ++c) {
      const { entries, start } = blockStack(this.heap, c);
      if (entries.length > 1) return { size_class: c, first: start + 4, second: start + 8 };
    }
    throw new Error('the varied heap has no such stack');
  }

  isCurrent(header) {
    return this.heap.current(header.size_class) === header.address;
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
    const { ok, errors } = new HeapReader(this.bytes).validateHeap();
    assert.equal(ok, errors.length === 0);
    for (const { code, address, message } of errors) {
      assert.match(code, /^(I\d+|read)$/);
      assert.ok(Number.isInteger(address) && message.length > 10);
    }
    return errors.map(({ code }) => code);
  }
}

/** @type {[code: string, what: string, breakIt: (heap: Patient) => void][]} */
const PLANTED = [
  [
    'I1',
    'a free bit above the capacity',
    (p) => p.u8(p.small((h) => h.capacity <= 248).header.address + p.k.header_free + 31, 0x80),
  ],
  [
    'I1',
    'a wrong countdown',
    (p) => {
      const { header } = p.small((h) => homeOf(h) > 1 && !p.isCurrent(h));
      p.u16(header.address + p.k.header_countdown, header.countdown - 1);
    },
  ],
  [
    'I1',
    'a block size that is not the class’s',
    (p) => p.u16(p.small(() => true).header.address + p.k.header_block_bytes, 50),
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
      const { meta, header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u8(meta.address + p.k.meta_lists + header.size_class, p.k.no_mini_page);
    },
  ],
  [
    'I2',
    'a list that runs in a circle',
    (p) => {
      const { header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u8(header.address + p.k.header_next, header.first);
    },
  ],
  [
    'I2',
    'a list that leads out of the page',
    (p) => {
      const { header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u8(header.address + p.k.header_next, 200);
    },
  ],
  [
    'I2',
    'a list whose links do not agree',
    (p) =>
      p.u8(p.small((h) => homeOf(h) > 0 && !p.isCurrent(h)).header.address + p.k.header_prev, 31),
  ],
  [
    'I8',
    'a cursor that steps by a wrong size',
    (p) => {
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_bits, 1);
      p.u32(p.layout.at.cursors + p.k.cursor_bytes + p.k.cursor_block_bytes, 24);
    },
  ],
  ['I9', 'a heap that begins after its end', (p) => p.u32(p.global('heap_begin'), 0xfffffff0)],
  [
    'I3',
    'a class stack that lost its pages',
    (p) => {
      const { header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u32(p.global('class_stacks') + 4 * header.size_class, 0);
    },
  ],
  [
    'I3',
    'a class stack that names a page without such a run',
    (p) => {
      const { header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u32(p.global('class_stacks') + 4 * header.size_class, p.run('metadata').page * 32);
    },
  ],
  [
    'I3',
    'a class link that points back wrongly',
    (p) => {
      const { meta, header } = p.small((h) => homeOf(h) > 0 && !p.isCurrent(h));
      p.u32(meta.address + p.k.meta_class_links + 8 * header.size_class + 4, 0xfff0);
    },
  ],
  [
    'I4',
    'a page whose room is wrong',
    (p) => {
      const run = p.run('cut', ({ entry }) => p.heap.metaPage(entry.meta).room > 1);
      p.u32(run.entry.meta + p.k.meta_room, p.heap.metaPage(run.entry.meta).room - 1);
    },
  ],
  [
    'I4',
    'a room mask that lost a bit',
    (p) => p.u32(p.global('room_mask'), p.heap.room_mask & (p.heap.room_mask - 1)),
  ],
  [
    'I4',
    'a warm page that is in use',
    (p) =>
      p.u32(
        p.global('warm_page'),
        p.run('cut', ({ entry }) => p.heap.metaPage(entry.meta).room > 0).page,
      ),
  ],
  [
    'I5',
    'a free run in two pieces',
    (p) => {
      const { page, pages, entry } = p.run('free', ({ pages }) => pages > 1);
      p.u32(entry.address + p.k.entry_run_pages, 1);
      const second = p.heap.entry(page + 1).address;
      p.u8(second + p.k.entry_kind, p.k.page_free_run);
      p.u32(second + p.k.entry_run_pages, pages - 1);
      p.u32(p.heap.entry(page + pages - 1).address + p.k.entry_run_pages, pages - 1);
    },
  ],
  [
    'I6',
    'a bin that lost its run',
    (p) => {
      const bins = Array.from({ length: p.k.run_bins }, (_, bin) => bin);
      const bin = bins.find((bin) => p.heap.bin(bin) !== 0);
      p.u32(p.global('bins') + 4 * bin, 0);
    },
  ],
  [
    'I6',
    'a run in the wrong bin',
    (p) => p.u32(p.global('bins') + 4 * (p.k.run_bins - 1), p.run('free').page),
  ],
  [
    'I4',
    'a large block that lost a spare MiniPage',
    (p) => {
      const { entry } = p.run('large', (run) => run.entry.spare > 1);
      p.u8(entry.address + p.k.entry_spare, entry.spare - 1);
    },
  ],
  ['I4', 'a spare mask that lost its bits', (p) => p.u32(p.global('spare_mask'), 0)],
  [
    'I4',
    'a spare stack that names a block without spare MiniPages',
    (p) => p.u32(p.global('spare_stacks') + 4 * 31, p.run('large').page),
  ],
  ['I6', 'a bin mask with a bit too many', (p) => p.u8(p.global('bin_mask') + 5, 0x02)],
  [
    'I7',
    'a MiniPage of a run that the map does not know',
    (p) => p.u8(p.heap.maps.classes_at + p.small(() => true).part.address / 2048, 0),
  ],
  [
    'I7',
    'a large block that the map calls small',
    (p) => p.u8(p.heap.maps.classes_at + p.run('large').page * 32 + 5, 3),
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
      const { header, part } = p.small((h) => homeOf(h) > 0 && p.stack(h.size_class).length > 0);
      const first = blockStack(p.heap, header.size_class).start + 4;
      const word = header.free.findIndex((bits) => bits !== 0);
      const block = word * 32 + 31 - Math.clz32(header.free[word] & -header.free[word]);
      p.u32(first, part.address + block * header.block_bytes);
    },
  ],
  ['I8', 'a stack entry that is no block', (p) => p.u32(p.stacked().first, 12)],
  [
    'I8',
    'a stack entry inside of a block',
    (p) => p.u32(p.stacked().first, p.view.getUint32(p.stacked().first, true) + 4),
  ],
  ['I8', 'a stack top outside of the stack', (p) => p.u32(p.layout.at.tops + 4, 0x40)],
  [
    'I8',
    'a stack without its end',
    (p) => p.u32(p.layout.at.stack_words + 4 * (p.layout.stack_start[2] - 1), 0),
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
  ['I9', 'a run of no pages', (p) => p.u32(p.run('large').entry.address + p.k.entry_run_pages, 0)],
  [
    'I9',
    'a run beyond the heap',
    (p) => p.u32(p.run('large').entry.address + p.k.entry_run_pages, 0xffffffff),
  ],
  ['I9', 'a page of no kind', (p) => p.u8(p.run('cut').entry.address + p.k.entry_kind, 99)],
  [
    'I9',
    'a run whose ends do not agree',
    (p) => {
      const { page, pages } = p.run('large', ({ pages }) => pages > 1);
      p.u32(p.heap.entry(page + pages - 1).address + p.k.entry_run_pages, pages + 1);
    },
  ],
  ['I9', 'a heap longer than memory', (p) => p.u32(p.global('end_page'), 0xffff)],
  [
    'I7',
    'a MiniPage whose header the map does not know',
    (p) => p.u32(p.heap.maps.headers_at + (4 * p.small(() => true).part.address) / 2048, 0),
  ],
  ['I9', 'a page map that covers no page', (p) => p.u32(p.global('mapped_pages'), 0)],
  ['read', 'a page map outside of memory', (p) => p.u32(p.layout.at.page_map, 0xfffffff0)],
  [
    'read',
    'a meta-page outside of memory',
    (p) => p.u32(p.run('cut').entry.address + p.k.entry_meta, 0xfffffff0),
  ],
  ['I9', 'a meta-page of another page', (p) => p.u32(p.run('cut').entry.meta + p.k.meta_page, 1)],
  [
    'I10',
    'a slot that is free and in use',
    (p) => {
      const slot = p.run('cut').entry.meta;
      const { entry } = p.run('metadata', ({ page }) => page === Math.floor(slot / 65_536));
      p.u32(entry.address + p.k.entry_run_pages, entry.run_pages | (1 << ((slot % 65_536) / 2048)));
    },
  ],
  [
    'I10',
    'maps in a slot that is free',
    (p) => {
      const slot = p.heap.maps.at / 2048;
      const { entry } = p.run('metadata', ({ page }) => page === Math.floor(slot / 32));
      p.u32(entry.address + p.k.entry_run_pages, (entry.run_pages | (1 << (slot % 32))) >>> 0);
    },
  ],
  ['I10', 'metadata pages that are on no stack', (p) => p.u32(p.global('metadata_stack'), 0)],
  [
    'I11',
    'a wrong count of MiniPages in use',
    (p) => {
      const at = p.global('counters') + 4 * COUNTER_NAMES.indexOf('used_mini_pages');
      p.u32(at, p.view.getUint32(at, true) - 1);
    },
  ],
  [
    'I11',
    'a peak below what is in use',
    (p) => p.u32(p.global('counters') + 4 * COUNTER_NAMES.indexOf('peak_used_mini_pages'), 1),
  ],
  [
    'I11',
    'a wrong count of others’ pages',
    (p) => p.u32(p.global('counters') + 4 * COUNTER_NAMES.indexOf('external_pages'), 77),
  ],
  [
    'I12',
    'a MiniPage that is free and in a run',
    (p) => {
      for (const { meta, part } of p.minis())
        if (part.kind !== 'free' && part.length > 1)
          return p.u32(meta.address + p.k.meta_free_mask, meta.free_mask | (1 << (part.first + 1)));
      return undefined;
    },
  ],
  [
    'I12',
    'a MiniPage in use that is in no run',
    (p) => p.u8(p.small(() => true).header.address + p.k.header_kind, 0),
  ],
  [
    'I12',
    'a run of no MiniPages',
    (p) => p.u8(p.small(() => true).header.address + p.k.header_run, 0),
  ],
  [
    'I12',
    'a tail that its block does not know',
    (p) => {
      const { entry } = p.run('large', (run) => run.entry.tail > 0);
      p.u8(entry.address + p.k.entry_tail, 0);
    },
  ],
  [
    'I12',
    'a MiniPage in use that is said to be fresh',
    (p) => p.u32(p.run('cut').entry.meta + p.k.meta_touched_mask, 0),
  ],
];

describe('validateHeap', function () {
  this.timeout(60_000);
  /** @type {Uint8Array} */
  let sound;
  before(async function () {
    this.timeout(300_000);
    const { module, heap } = await variedHeap();
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    sound = imageOf(module);
  });

  for (const [code, what, breakIt] of PLANTED) {
    it(`${code}: finds ${what}`, () => {
      const patient = new Patient(sound);
      breakIt(patient);
      assert.notDeepEqual(patient.bytes, sound, 'nothing was broken');
      const codes = patient.codes();
      assert.ok(codes.includes(code), `found ${[...new Set(codes)]}`);
      assert.ok(codes.length <= 100);
    });
  }

  it('plants every invariant', () => {
    const planted = new Set(PLANTED.map(([code]) => code));
    for (let i = 1; i <= 12; ++i) assert.ok(planted.has(`I${i}`), `I${i}`);
  });
});
