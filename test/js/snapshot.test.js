import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { HeapImage } from '../../js/heap_image.js';
import {
  DumpError,
  GharialError,
  HeapReader,
  heapOf,
  NoRecordError,
  RecordMismatchError,
  renderReport,
} from '../../js/index.js';
import { layoutAt } from '../../js/layout.js';
import { fnv1a, liveSource } from '../../js/memory.js';
import { everything, imageOf, variedHeap } from './support/heaps.js';
import { growing, instantiate, ptr } from './support/modules.js';
import { syntheticDump } from './support/synthetic.js';

/** Asks everything; only a GharialError may come out of it. @param {Uint8Array} bytes */
function survives(bytes) {
  for (const ask of [
    everything,
    renderReport,
    (heap) => heap.takeHeapSnapshot().toJSON(),
    (heap) => heap.validateHeap(),
  ]) {
    try {
      ask(new HeapReader(bytes));
    } catch (error) {
      if (!(error instanceof GharialError)) throw error;
    }
  }
}

/** Flips bits. @param {Uint8Array} bytes @param {{ at: number, mask: number }[]} flips */
function flipped(bytes, flips) {
  const copy = bytes.slice();
  for (const { at, mask } of flips) copy[at % copy.length] ^= mask;
  return copy;
}
const flips = fc.array(fc.record({ at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }), {
  minLength: 1,
  maxLength: 8,
});

describe('heap snapshots and dumps', function () {
  this.timeout(300_000);
  /** @type {Awaited<ReturnType<typeof variedHeap>>} */
  let varied;
  /** @type {Uint8Array} */
  let dump;
  before(async function () {
    this.timeout(600_000);
    varied = await variedHeap();
    dump = varied.heap.takeHeapSnapshot().toBinary();
  });

  it('answer like the attached heap', () => {
    const attached = everything(varied.heap);
    assert.deepEqual(everything(new HeapReader(dump)), attached);
    assert.deepEqual(everything(varied.heap.takeHeapSnapshot().heap), attached);
    assert.deepEqual(everything(new HeapReader(dump.buffer)), attached);
    assert.equal(
      renderReport(new HeapReader(dump), { colour: true }),
      renderReport(varied.heap, { colour: true }),
    );
  });

  it('raw images answer as well, but for the limit that only the module knows', () => {
    const {
      heap_size_limit: limit,
      total_available_size: _,
      ...attached
    } = varied.heap.getHeapStatistics();
    const image = new HeapReader(imageOf(varied.module), { limit });
    assert.deepEqual(everything(image), everything(varied.heap));
    const {
      heap_size_limit,
      total_available_size: __,
      ...unlimited
    } = new HeapReader(imageOf(varied.module)).getHeapStatistics();
    assert.deepEqual(unlimited, attached);
    assert.equal(heap_size_limit, image.memory_size);
    const shared = new Uint8Array(new SharedArrayBuffer(image.memory_size));
    shared.set(imageOf(varied.module));
    assert.deepEqual(everything(new HeapReader(shared.buffer, { limit })), everything(varied.heap));
    // a view into a larger buffer, as Node's Buffer often is
    const padded = new Uint8Array(imageOf(varied.module).length + 24);
    padded.set(imageOf(varied.module), 8);
    assert.deepEqual(
      everything(new HeapReader(padded.subarray(8, -16), { limit })),
      everything(varied.heap),
    );
  });

  it('hold what was, not what is', async () => {
    const module = await instantiate(await growing());
    const heap = heapOf(module);
    module._malloc(100);
    const snapshot = heap.takeHeapSnapshot();
    for (let i = 0; i < 1000; ++i) module._malloc(1000);
    assert.equal(snapshot.heap.getHeapStatistics().number_of_live_allocations, 1);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 1001);
  });

  it('are JSON', () => {
    const json = JSON.parse(JSON.stringify(varied.heap.takeHeapSnapshot()));
    assert.equal(json.schema_version, 3);
    assert.equal(
      json.heap_statistics.used_heap_size,
      varied.heap.getHeapStatistics().used_heap_size,
    );
    assert.equal(json.page_statistics.length, varied.heap.getPageStatistics().length);
    assert.deepEqual(Object.keys(json).sort(), [
      ...[
        'gharial_version',
        'global_meta_page',
        'heap_space_statistics',
        'heap_statistics',
        'memory_size',
      ],
      ...['page_statistics', 'schema_version', 'size_class_statistics', 'thread_statistics'],
    ]);
  });

  /** Fails if the snapshot holds five bytes of a filled block in a row. @param {HeapReader} heap */
  const assertNothingFilled = (heap) => {
    const bytes = heap.takeHeapSnapshot().toBinary();
    let filled = 0;
    for (let i = 0; i < bytes.length; ++i) {
      filled = bytes[i] === 0xa5 ? filled + 1 : 0;
      assert.ok(filled < 5, `user data at ${i} of ${bytes.length}`);
    }
    return bytes.length;
  };

  it('hold what can be found of a heap whose runs cannot be followed', async () => {
    const module = await instantiate(await growing());
    const heap = heapOf(module);
    module._sbrk(2 ** 20); // so that the maps begin with no page of the heap's first ones
    const block = ptr(module._malloc(100_000));
    for (let i = 0; i < 100; ++i) module._malloc(i * 100);
    const { memory, record } = module.gharialHeap();
    const image = new HeapImage(
      liveSource(memory).open(),
      layoutAt(liveSource(memory).open(), record),
    );
    assert.ok(image.maps.first_page > 16);
    const { address } = image.entry(block / 2048);
    new DataView(memory.buffer).setUint32(address + image.layout.k.entry_value, 0xffff, true);
    const attached = heap.validateHeap();
    assert.deepEqual(
      attached.errors.map(({ code }) => code).filter((code) => code === 'I9'),
      ['I9'],
    );
    assert.deepEqual(heap.takeHeapSnapshot().heap.validateHeap(), attached);
  });

  it('hold none of the user data, and are small', async () => {
    const { module, heap, live } = await variedHeap();
    for (const block of live) module._fill(block, 0xa5, 8);
    const length = assertNothingFilled(heap);
    assert.ok(length < heap.memory_size / 8, `${length} of ${heap.memory_size}`);
  });

  it('hold nothing of a block whose memory describes the heap now', async () => {
    const module = await instantiate(await growing());
    const heap = heapOf(module);
    const bytes = 60_000;
    const old = Array.from({ length: 60 }, () => ptr(module._malloc(bytes)));
    for (const block of old) module._fill(block, 0xa5, bytes);
    for (const block of old) module._free(block);
    /** @type {number[]} */
    const live = [];
    for (let i = 0; i < 2000; ++i) live.push(ptr(module._malloc(1 + ((i * 37) % 1500))));
    const inOld = heap
      .getPageStatistics()
      .filter(({ meta_page: at }) =>
        old.some((block) => block <= at && at + 2048 <= block + bytes),
      );
    assert.ok(inOld.length > 10, `${inOld.length} meta-pages lie where a block was`);
    assertNothingFilled(heap);
    for (const block of live.filter((_, i) => i % 3 !== 0)) module._free(block);
    assertNothingFilled(heap);
    const snapshot = heap.takeHeapSnapshot().heap;
    assert.deepEqual(everything(snapshot), everything(heap));
    assert.deepEqual(snapshot.validateHeap(), { ok: true, errors: [] });
  });

  it('are written to a file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'gharial-'));
    try {
      const file = join(dir, 'a.gharialheap');
      assert.equal(await varied.heap.writeHeapSnapshot(file), file);
      assert.deepEqual(everything(new HeapReader(readFileSync(file))), everything(varied.heap));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('say so when they are cut short, wherever', () => {
    for (let length = 64; length < dump.length; length += 64)
      assert.throws(() => new HeapReader(dump.slice(0, length)), DumpError, `${length}`);
    for (let length = 0; length < 64; ++length)
      assert.throws(() => new HeapReader(dump.slice(0, length)), GharialError, `${length}`);
  });

  it('say so when they are damaged', () => {
    fc.assert(
      fc.property(flips, (some) => {
        const bytes = flipped(dump, [{ ...some[0], at: 16 + (some[0].at % (dump.length - 16)) }]);
        assert.throws(() => new HeapReader(bytes), DumpError);
      }),
    );
  });

  it('never crash a reader, even when the checksum was made to fit', () => {
    const { dump: small } = syntheticDump(8, 64);
    fc.assert(
      fc.property(fc.boolean(), flips, (head, some) => {
        const bytes = flipped(
          small,
          some.map(({ at, mask }) => ({ at: head ? at % 200 : at, mask })),
        );
        new DataView(bytes.buffer).setUint32(
          48,
          fnv1a(bytes.subarray(52), fnv1a(bytes.subarray(0, 48))),
          true,
        );
        survives(bytes);
      }),
      { numRuns: 100 },
    );
  });

  it('raw images never crash a reader: cut short', () => {
    const image = imageOf(varied.module);
    for (let length = 0; length < 128 * 1024; length += 64 * 17)
      survives(image.subarray(0, length));
    for (let length = 0; length < image.length; length += 65_536 - 64)
      survives(image.subarray(0, length));
  });

  it('raw images never crash a reader: damaged metadata', () => {
    const image = imageOf(varied.module);
    // every byte that describes the heap lies in a range of the dump
    const view = new DataView(dump.buffer);
    const places = Array.from({ length: view.getUint32(20, true) }, (_, i) =>
      [0, 8].map((k) => Number(view.getBigUint64(56 + 16 * i + k, true))),
    );
    const place = fc.tuple(fc.nat(places.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (some) => {
        const bytes = image.slice();
        for (const [range, offset, mask] of some)
          bytes[places[range][0] + (offset % places[range][1])] ^= mask;
        survives(bytes);
      }),
      { numRuns: 80 },
    );
  });

  it('refuse what is no dump', () => {
    assert.throws(() => new HeapReader(new Uint8Array(100)), NoRecordError);
    assert.throws(() => new HeapReader(/** @type {any} */ ('a file name')), NoRecordError);
    assert.throws(() => new HeapReader(/** @type {any} */ (null)), NoRecordError);
    assert.throws(() => new HeapReader(new Uint8Array(4096), { address: 64 }), RecordMismatchError);
    assert.throws(
      () => new HeapReader(new Uint8Array(4096), { address: 1e9 }),
      RecordMismatchError,
    );
  });
});
