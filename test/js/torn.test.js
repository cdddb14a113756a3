import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HeapImage } from '../../js/heap_image.js';
import { GharialError, HeapReader, heapOf, renderReport } from '../../js/index.js';
import { findLayout } from '../../js/layout.js';
import { imageSource } from '../../js/memory.js';
import { COUNTER_NAMES } from '../../js/names.js';
import { homeOf, onTheirWay, runs } from '../../js/walk.js';
import { everything, imageOf } from './support/heaps.js';
import { createThreaded } from './support/threads.js';

/** A copy of the heaps of three threads to break. */
class Patient {
  /** @param {Uint8Array} sound */
  constructor(sound) {
    this.bytes = sound.slice();
    this.view = new DataView(this.bytes.buffer);
    const source = imageSource(this.bytes);
    this.layout = findLayout(source.open());
    this.heap = new HeapImage(source.open(), this.layout);
    this.runs = [...runs(this.heap)];
    this.k = this.layout.k;
  }

  /** @param {string} kind @param {(run: import('../../js/walk.js').Run) => boolean} [is] */
  run(kind, is = () => true) {
    const found = this.runs.find((run) => run.kind === kind && is(run));
    if (found === undefined) throw new Error(`the heap has no such run: ${kind}`);
    return found;
  }

  /** @param {{ first: number }} run */
  metaOf({ first }) {
    return this.heap.metaPage(this.heap.metaAddress(this.heap.pageOf(first)));
  }
  /** @param {{ first: number }} run */
  isOwned({ first }) {
    return this.heap.ownerOf(this.heap.pageOf(first)) !== 0;
  }
  /** Where a word of remote bits of the run lies. @param {import('../../js/walk.js').Run} run */
  remoteOf(run) {
    const { header_free_words, remote_bytes, remote_free } = this.k;
    const number = (run.first % 32) * header_free_words;
    return this.metaOf(run).remote + number * remote_bytes + remote_free;
  }
  /** A heap that has pages with room, and the list they are on. @returns {[import('../../js/front.js').ThreadHeap, number]} */
  listed() {
    for (const one of this.heap.threads)
      for (let list = 1; list <= one.lists.last; ++list)
        if (one.lists.top(this.heap, list) > 0) return [one, list];
    throw new Error('no heap has a page with room');
  }
  /** Two heaps whose stacks of one class hold a block. */
  stacked() {
    const [, ...others] = this.heap.threads;
    for (let c = 1; c <= this.k.size_classes; ++c) {
      const full = others.filter((one) => (one.blockStack(c).entries ?? []).length > 0);
      if (full.length > 1) return full.map((one) => one.blockStack(c).top);
    }
    throw new Error('no class is on two stacks');
  }
  /** @param {number} at @param {number} value */
  u32(at, value) {
    this.view.setUint32(at, value, true);
  }
  /** @param {number} at */
  get(at) {
    return this.view.getUint32(at, true);
  }
  /** @param {string} name */
  lock(name) {
    return this.layout.at.global + /** @type {any} */ (this.k)[`lock_${name}`];
  }
  /** Overwrites the number in an entry. @param {{ address: number, kind: number }} entry @param {number} number */
  number(entry, number) {
    this.u32(entry.address + this.k.entry_value, number * 2 ** this.k.run_kind_bits + entry.kind);
  }
}

const SOME = -1; // which one depends on where the heaps lie
// `first` is what gharial_validate says, if not the same: it does not look at everything.
/** @type {[code: string, what: string, breakIt: (p: Patient) => void, first?: number][]} */
const PLANTED = [
  [
    'I3',
    'a stack of pages that a heap lost',
    (p) => {
      const one = p.heap.threads[1];
      const classes = Array.from({ length: p.k.size_classes }, (_, i) => i + 1);
      const c = classes.find((c) => one.classStack(p.heap, c) > 0) ?? 0;
      p.u32(one.address + p.k.heap_class_stacks + 4 * c, 0);
    },
  ],
  [
    'I4',
    'an owned page without a meta-page',
    (p) => {
      const { first } = p.run('small', (run) => run.first % 32 === 0);
      p.u32(p.heap.maps.metaWordAddress(p.heap.pageOf(first)), 0);
    },
  ],
  [
    'I4',
    'a page of a heap that is none',
    (p) => {
      const run = p.run(
        'small',
        ({ header }) =>
          header !== undefined &&
          homeOf(header) > 0 &&
          !p.heap.isCurrent(header.size_class, header.address),
      );
      p.u32(p.metaOf(run).address + p.k.meta_owner, 0x1234);
    },
    3,
  ],
  [
    'I4',
    'an owned page that counts a run too many',
    (p) => {
      const meta = p.metaOf(p.run('small'));
      p.u32(meta.address + p.k.meta_runs, meta.runs + 1);
    },
  ],
  [
    'I6',
    'a heap whose list of pages lost them',
    (p) => {
      const [one, list] = p.listed();
      p.u32(one.address + p.k.heap_lists + 4 * list, 0);
    },
  ],
  [
    'I6',
    'a page of one heap on the list of another',
    (p) => {
      const [one, list] = p.listed();
      const other = /** @type {any} */ (p.heap.threads.find((thread) => thread !== one));
      p.u32(
        other.address + p.k.heap_lists + 4 * list,
        p.get(one.address + p.k.heap_lists + 4 * list),
      );
    },
  ],
  [
    'I7',
    'a MiniPage of an owned run that its segment does not know',
    (p) => p.bytes.set([0], p.heap.maps.classAddress(p.run('small').first)),
  ],
  [
    'I8',
    'a block on the stacks of two threads',
    (p) => {
      const [one, other] = p.stacked();
      p.u32(one, p.get(other));
    },
    0,
  ],
  [
    'I8',
    'a block that is on its way and at home',
    (p) => {
      const run = p.run('small', ({ header }) => header !== undefined && homeOf(header) > 0);
      const { free } = /** @type {any} */ (run.header);
      const word = free.findIndex((/** @type {number} */ bits) => bits !== 0);
      p.u32(p.remoteOf(run) + (word >>> 1) * p.k.remote_bytes + 4 * (word & 1), free[word]);
    },
    0,
  ],
  ['I9', 'a heap that is on no list', (p) => p.u32(p.lock('heaps'), p.heap.threads[0].address), 9],
  [
    'I9',
    'maps in which nothing is looked up',
    (p) => {
      const { entry, length } = p.run('large');
      p.number({ ...entry, kind: p.k.run_maps }, length);
    },
  ],
  ['I9', 'maps that cover no page', (p) => p.u32(p.layout.at.global + p.k.global_mapped_pages, 0)],
  [
    'I10',
    'a run of a meta-page without its remote words',
    (p) => {
      const { entry, length } = p.run('large');
      p.number({ ...entry, kind: p.k.run_meta_page }, length);
    },
  ],
  [
    'I11',
    'a wrong count of MiniPages in use',
    (p) => {
      const at = p.layout.at.global + p.k.global_counters;
      const counter = at + 4 * COUNTER_NAMES.indexOf('used_mini_pages');
      p.u32(counter, p.get(counter) - 1);
    },
  ],
  [
    'I11',
    'a heap that counts a page too many',
    (p) => {
      const { address, pages } = p.heap.threads[2];
      p.u32(address + p.k.heap_pages, pages + 1);
    },
    11,
  ],
];

describe('heaps of threads that are damaged, or seen in the middle of a change', function () {
  this.timeout(600_000);
  /** @type {Uint8Array} */
  let sound;
  /** @type {Uint8Array} */
  let memory;
  /** @type {() => number} */
  let validate;
  /** @type {() => void} */
  let end;
  before(async () => {
    const created = await createThreaded();
    const { module } = created;
    end = created.end;
    const heap = heapOf(module);
    do {
      assert.equal(module._start(2), 0);
      while (heap.getHeapStatistics().number_of_live_allocations < 4000)
        await new Promise((resolve) => setTimeout(resolve, 20));
      module._end_all(); // all that the threads had at hand stays where it is
    } while (heap.getThreadStatistics().number_of_pending_blocks === 0);
    sound = imageOf(module);
    memory = new Uint8Array(module.gharialHeap().memory.buffer);
    validate = module._gharial_validate;
    assert.equal(validate(), 0);
    assert.deepEqual(new HeapReader(sound).validateHeap(), { ok: true, errors: [], exact: true });
  });
  after(() => end());

  /** Writes what differs, nothing else. @param {Uint8Array} to @param {Uint8Array} from */
  const patch = (to, from) => {
    for (let i = 0; i < from.length; ++i) if (to[i] !== from[i]) to[i] = from[i];
  };

  for (const [code, what, breakIt, first = Number(code.slice(1))] of PLANTED) {
    it(`${code}: finds ${what}`, () => {
      const patient = new Patient(sound);
      breakIt(patient);
      assert.notDeepEqual(patient.bytes, sound, 'nothing was broken');
      for (const reader of [
        new HeapReader(patient.bytes),
        new HeapReader(patient.bytes).takeHeapSnapshot().heap,
        new HeapReader(sharedCopy(patient.bytes)),
      ]) {
        const { ok, errors } = reader.validateHeap();
        const codes = errors.map((error) => error.code);
        assert.ok(!ok && codes.includes(code), `found ${[...new Set(codes)]}`);
      }
      patch(memory, patient.bytes);
      try {
        const told = validate();
        assert.ok(first === SOME ? told > 0 : told === first, `gharial_validate: ${told}`);
      } finally {
        patch(memory, sound);
      }
    });
  }

  /** @param {Uint8Array} bytes */
  const sharedCopy = (bytes) => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  };

  /**
   * A memory in which something happens whenever a reader has looked at it.
   * @param {(bytes: DataView, look: number, patient: Patient) => void} happens
   */
  const changing = (happens) => {
    const bytes = sharedCopy(sound);
    const patient = new Patient(sound);
    let looks = 0;
    const memory = {
      get buffer() {
        happens(new DataView(bytes.buffer), looks, patient);
        looks += 1;
        return bytes.buffer;
      },
    };
    return new HeapReader(memory, { address: patient.layout.address });
  };

  it('are exact as long as nothing changes', () => {
    const heap = changing(() => {});
    assert.equal(heap.getHeapStatistics().exact, true);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [], exact: true });
  });

  it('are not exact once a block has moved, but their structure is judged', () => {
    /** @param {boolean} broken */
    const moving = (broken) =>
      changing((view, look, p) => {
        view.setUint32(p.heap.threads[1].address + p.k.heap_stack_words + 8, look * 8, true);
        if (broken) view.setUint32(p.heap.threads[1].address + p.k.heap_pages, 4711, true);
      });
    const sane = moving(false);
    assert.equal(sane.getHeapStatistics().exact, false);
    assert.equal(sane.getHeapSpaceStatistics()[0].exact, false);
    assert.equal(sane.getSizeClassStatistics()[0].exact, false);
    assert.equal(sane.getPageStatistics()[0].exact, false);
    assert.equal(sane.getGlobalMetaPage().exact, false);
    assert.equal(sane.getThreadStatistics().exact, false);
    sane.visitBlocks((block) => {
      assert.equal(block.exact, false);
      return true;
    });
    assert.deepEqual(sane.validateHeap(), { ok: true, errors: [], exact: false });
    const { ok, errors, exact } = moving(true).validateHeap();
    assert.deepEqual([ok, exact, errors.map(({ code }) => code)], [false, false, ['I11']]);
  });

  for (const [
    what,
    start,
  ] of /** @type {[string, (view: DataView, look: number, p: Patient) => void][]} */ ([
    ['under the lock', (view, _, p) => view.setUint32(p.lock('holder'), 7, true)],
    ['since the lock was taken', (view, look, p) => view.setUint32(p.lock('epoch'), look, true)],
    [
      'in the heap of a thread',
      (view, _, p) => view.setUint32(p.heap.threads[1].address + p.k.heap_changing, 1, true),
    ],
    [
      'in that heap since',
      (view, look, p) =>
        view.setUint32(p.heap.threads[1].address + p.k.heap_changing, look * p.k.changed, true),
    ],
  ])) {
    // Runs come and go: in each look another one makes no sense.
    /** @param {DataView} view @param {number} look @param {Patient} p @param {boolean} same */
    const tear = (view, look, p, same) => {
      start(view, look, p);
      const torn = p.runs.filter(({ kind }) => kind === 'large');
      for (const [i, { entry, length }] of torn.entries()) {
        const value = length * 2 ** p.k.run_kind_bits + entry.kind;
        const now = i === (same ? 0 : look % torn.length) ? p.k.run_inside : value;
        view.setUint32(entry.address + p.k.entry_value, now, true);
      }
    };

    it(`are read in the middle of a change: ${what}`, () => {
      const heap = changing((view, look, p) => tear(view, look, p, false));
      const { statistics, spaces, pages, validation } = everything(heap);
      assert.equal(statistics.exact, false);
      const total = spaces.reduce((sum, { space_size }) => sum + space_size, 0);
      assert.equal(total, heap.memory_size);
      for (const { mini_pages } of pages)
        assert.equal(
          mini_pages.reduce((sum, { length }) => sum + length, 0),
          32,
        );
      assert.ok(pages.some((page) => page.mini_pages.some(({ kind }) => kind === 'changing')));
      assert.deepEqual(validation, { ok: true, errors: [], exact: false });
      const report = renderReport(heap, { colour: false });
      assert.match(report, /Threads changed the heap meanwhile/);
      assert.match(report, /changed meanwhile/);
      const snapshot = heap.takeHeapSnapshot();
      assert.equal(new DataView(snapshot.toBinary().buffer).getUint32(16, true), 2);
      assert.equal(snapshot.heap.getHeapStatistics().exact, false);
      assert.equal(snapshot.heap.validateHeap().exact, false);
    });

    it(`are damaged if it is so in every look: ${what}`, () => {
      const heap = changing((view, look, p) => tear(view, look, p, true));
      const { ok, errors, exact } = heap.validateHeap();
      assert.deepEqual([ok, exact], [false, false]);
      assert.ok(errors.some(({ code }) => code === 'I9'));
    });
  }

  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 30,
  });

  it('answer every question whatever of the maps, meta-pages and heaps is half done', () => {
    const { heap, k, metaOf: _, ...p } = new Patient(sound);
    const metas = Array.from({ length: heap.mapped_pages }, (_, page) => heap.metaAddress(page));
    const places = [
      ...heap.maps.segments.map((at) => [at, k.segment_bytes]),
      ...metas.filter((at) => at !== 0).map((at) => [at, k.meta_bytes]),
      ...heap.threads.map(({ address }) => [address, k.heap_next]),
    ];
    fc.assert(
      fc.property(flips, (some) => {
        const heap = changing((view, look, patient) => {
          view.setUint32(patient.lock('holder'), 7, true);
          for (const [place, offset, mask] of some) {
            const [at, bytes] = places[(place + look) % places.length];
            const byte = at + (offset % bytes);
            view.setUint8(byte, p.bytes[byte] ^ (look % 2 === 0 ? mask : 0));
          }
        });
        const { statistics, spaces } = everything(heap);
        assert.equal(statistics.exact, false);
        assert.equal(
          spaces.reduce((sum, { space_size }) => sum + space_size, 0),
          heap.memory_size,
        );
        renderReport(heap);
        heap.takeHeapSnapshot().toJSON();
      }),
      { numRuns: 12 },
    );
  });

  it('never crash a reader, whatever is damaged', () => {
    const ranges = new HeapReader(sound).takeHeapSnapshot().toBinary();
    const view = new DataView(ranges.buffer);
    const places = Array.from({ length: view.getUint32(20, true) }, (_, i) =>
      [0, 8].map((k) => Number(view.getBigUint64(56 + 16 * i + k, true))),
    );
    fc.assert(
      fc.property(flips, fc.boolean(), (some, is_shared) => {
        const bytes = is_shared ? sharedCopy(sound) : sound.slice();
        for (const [place, offset, mask] of some.slice(0, 6)) {
          const [at, length] = places[place % places.length];
          bytes[at + (offset % length)] ^= mask;
        }
        try {
          const heap = new HeapReader(bytes);
          heap.validateHeap();
          everything(heap);
          renderReport(heap);
        } catch (error) {
          if (!(error instanceof GharialError)) throw error;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are known whatever state they are in', () => {
    const patient = new Patient(sound);
    const { k, heap } = patient;
    patient.u32(heap.threads[1].address + k.heap_state, k.state_quarantined);
    patient.u32(heap.threads[1].address + k.heap_changing, 1); // for ever
    patient.u32(heap.threads[2].address + k.heap_state, 77);
    const reader = new HeapReader(sharedCopy(patient.bytes));
    const { heaps, number_of_quarantined_pages, exact } = reader.getThreadStatistics();
    assert.deepEqual(
      heaps.map(({ state }) => state),
      ['attached', 'quarantined', undefined],
    );
    assert.equal(number_of_quarantined_pages, heaps[1].number_of_pages);
    assert.equal(exact, true);
    assert.deepEqual(
      reader.validateHeap().errors.map(({ code }) => code),
      ['I9'],
    );
  });

  it('have blocks on their way, which are cached', () => {
    const { heap } = new Patient(sound);
    const found = [...runs(heap)].flatMap((run) => onTheirWay(heap, run));
    const reader = new HeapReader(sound);
    assert.equal(reader.getThreadStatistics().number_of_pending_blocks, found.length);
    assert.ok(found.length > 0);
    const way = new Set(found);
    reader.visitBlocks(({ address, state }) => {
      if (way.delete(address)) assert.equal(state, 'cached');
    });
    assert.equal(way.size, 0);
  });
});
