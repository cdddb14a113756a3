import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { HeapReader, heapOf, RecordMismatchError, renderReport } from '../../js/index.js';
import { findLayout, layoutAt } from '../../js/layout.js';
import { liveSource } from '../../js/memory.js';
import { everything, imageOf } from './support/heaps.js';
import { build, instantiate } from './support/modules.js';
import { createThreaded, readManyTimes, THREAD_FIELDS } from './support/threads.js';

const ROUNDS = 15;

/** All blocks as C's visitor adds them up. @param {HeapReader} heap */
function sumOfBlocks(heap) {
  const states = { live: 1, cached: 2, free: 3 };
  const counts = [0, 0, 0];
  let sum = 0;
  heap.visitBlocks(({ address, size, state }) => {
    counts[states[state] - 1] += 1;
    sum = (Math.imul(sum, 31) + address + size * 7 + states[state]) >>> 0;
  });
  return [sum, ...counts];
}

describe('heaps of threads', function () {
  this.timeout(600_000);
  /** @type {any} */
  let module;
  /** @type {() => void} */
  let end;
  /** @type {HeapReader} */
  let heap;
  before(async () => {
    ({ module, end } = await createThreaded());
    heap = heapOf(module);
  });
  after(() => end());

  /** Lets two threads go on for a while, then makes them stand still. */
  const churned = async () => {
    module._go_on();
    const before = heap.getHeapStatistics().reused_mini_pages;
    while (heap.getHeapStatistics().reused_mini_pages < before + 5000)
      await new Promise((resolve) => setTimeout(resolve, 5));
    module._stand_still();
  };

  it('there are none before the first allocation, and one after it', async () => {
    assert.ok(heap.has_threads);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [], exact: true });
    const block = module._malloc(100) >>> 0;
    const { number_of_heaps, heaps } = heap.getThreadStatistics();
    assert.equal(number_of_heaps, 1);
    assert.equal(heaps[0].state, 'attached');
    assert.notEqual(heaps[0].thread, 0);
    const { page_index } = blockAt(block);
    assert.equal(heap.getPageStatistics({ start: page_index, end: page_index + 1 })[0].owner, 1);
    module._free(block);
    assert.equal(blockAt(block).state, 'cached');
  });

  it('count what is changed under the lock and by their thread', () => {
    const { memory, record } = module.gharialHeap();
    const { at, k } = layoutAt(liveSource(memory).open(), record);
    const word = (/** @type {number} */ address) => new Uint32Array(memory.buffer)[address / 4];
    const address = word(at.global + k.lock_heaps); // the only one
    const look = () => [word(at.global + k.lock_epoch), word(address + k.heap_changing)];
    module._free(module._malloc(100_000)); // memory grows, and what is at hand goes home
    const [epoch, changes] = look();
    module._free(module._malloc(100_000));
    const [locked, unchanged] = look();
    assert.equal(unchanged, changes);
    assert.ok(locked > epoch, 'a large block takes the lock');
    const blocks = Array.from({ length: 200 }, () => module._malloc(600));
    const [, changed] = look();
    assert.ok(changed > changes, 'a small run is cut');
    assert.equal(changed % k.changed, 0, 'no change is going on');
    assert.equal(word(at.global + k.lock_holder), 0);
    for (const block of blocks) module._free(block);
  });

  /** @param {number} address */
  const blockAt = (address) => {
    /** @type {import('../../js/index.js').Block[]} */
    const found = [];
    heap.visitBlocks((block) => {
      if (block.address === address) found.push(block);
    });
    assert.equal(found.length, 1);
    return found[0];
  };

  it('are read by the main thread while they change', () => {
    assert.equal(module._start(2), 0);
    const { inexact, faults, sums } = readManyTimes(heap, ROUNDS);
    assert.deepEqual(faults, []);
    assert.ok(sums);
    assert.ok(inexact > 0);
  });

  it('are read by another worker while they change', async () => {
    const { memory, record } = module.gharialHeap();
    const worker = new Worker(new URL('./support/thread_reader.js', import.meta.url), {
      workerData: { memory, record, rounds: ROUNDS },
    });
    const result = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    assert.deepEqual(result.faults, []);
    assert.ok(result.sums);
    assert.ok(result.inexact > 0);
  });

  it('agree with C when they stand still', async () => {
    for (let round = 0; round < 3; ++round) {
      await churned();
      assert.equal(module._gharial_validate(), 0);
      assert.deepEqual(heap.validateHeap(), { ok: true, errors: [], exact: true });
      module._visit_begin();
      assert.deepEqual(
        sumOfBlocks(heap),
        [0, 1, 2, 3].map((i) => module._visit_field(i) >>> 0),
      );
      assert.equal(module._threads_get(), 0);
      const threads = heap.getThreadStatistics();
      for (const [i, name] of THREAD_FIELDS.entries())
        if (name !== '') assert.equal(threads[name], module._threads_field(i) >>> 0, name);
      assert.equal(module._stats_get(), 0);
      const statistics = heap.getHeapStatistics();
      const [bytes, blocks, , cached] = [1, 2, 3, 4].map((i) => module._stats_field(i) >>> 0);
      assert.equal(statistics.used_heap_size, bytes);
      assert.equal(statistics.number_of_live_allocations, blocks);
      assert.equal(statistics.number_of_cached_blocks, cached);
      assert.equal(threads.number_of_cached_blocks + threads.number_of_pending_blocks, cached);
      assert.ok(statistics.exact && threads.exact);
    }
  });

  it('own heap pages', async () => {
    await churned();
    const { heaps, number_of_owned_pages } = heap.getThreadStatistics();
    assert.ok(number_of_owned_pages > 10);
    const pages = heap.getPageStatistics();
    for (const one of heaps) {
      const own = pages.filter(({ owner }) => owner === one.heap);
      assert.equal(own.length, one.number_of_pages, `heap ${one.heap}`);
      const free = own.filter(({ kind }) => kind === 'free');
      assert.equal(free.length, one.number_of_free_pages);
    }
    for (const { owner, meta_page } of pages) assert.equal(owner !== 0, meta_page !== 0);
    const classes = heap.getSizeClassStatistics();
    for (const { pages: stack, size_class } of heap.getGlobalMetaPage().size_class_stacks) {
      const { number_of_pages_with_room } = classes[size_class - 1];
      assert.equal(stack.length, number_of_pages_with_room);
      for (const index of stack)
        assert.notEqual(pages.find(({ page_index }) => page_index === index)?.owner, 0);
    }
  });

  it('have what their thread asked for, and survive it', async () => {
    assert.equal(module._gharial_thread_reserve(3 * 65_536), 0);
    assert.equal(module._gharial_thread_realtime(1), 0);
    const [first] = heap.getThreadStatistics().heaps;
    assert.equal(first.number_of_reserved_pages, 3);
    assert.ok(first.number_of_free_pages >= 3 && first.realtime);
    assert.equal(module._malloc(100_000), 0);
    assert.equal(heap.getThreadStatistics().number_of_refusals, 1);
    module._gharial_thread_realtime(0);
    module._gharial_thread_reserve(0);
    const threads = heap.getThreadStatistics().heaps.map(({ thread }) => thread);
    module._end_all();
    const ended = heap.getThreadStatistics();
    assert.deepEqual(
      ended.heaps.map(({ state }) => state),
      ['attached', 'orphan', 'orphan'],
    );
    assert.deepEqual(
      ended.heaps.map(({ thread }) => thread),
      threads,
    );
    assert.equal(ended.number_of_orphaned_heaps, 2);
    assert.ok(ended.number_of_orphaned_pages > 0);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [], exact: true });
    assert.equal(module._start(2), 0); // adopts them
    await churned();
    // A busy machine may be slow to start the second one.
    const attached = () =>
      heap.getThreadStatistics().heaps.every(({ state }) => state === 'attached');
    for (const end = Date.now() + 20_000; Date.now() < end && !attached(); )
      await new Promise((done) => setTimeout(done, 10));
    assert.deepEqual(
      heap.getThreadStatistics().heaps.map(({ state }) => state),
      ['attached', 'attached', 'attached'],
    );
  });

  it('are shown in the report', () => {
    const report = renderReport(heap, { colour: false, columns: 80 });
    assert.match(report, /\nThreads .*\n.*heap +state +thread +pages/);
    for (const number of [1, 2, 3])
      assert.match(report, new RegExp(`\\n +${number} +attached +0x`));
    assert.match(report, /all eleven invariants hold/);
    for (const line of report.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('are kept in a snapshot, without what the program keeps in its blocks', async () => {
    await churned();
    const snapshot = heap.takeHeapSnapshot();
    const bytes = snapshot.toBinary();
    const attached = everything(heap);
    assert.deepEqual(everything(snapshot.heap), attached);
    const { heap_size_limit: limit } = heap.getHeapStatistics();
    assert.deepEqual(everything(new HeapReader(bytes)), attached);
    assert.deepEqual(everything(new HeapReader(imageOf(module), { limit })), attached);
    assert.deepEqual(everything(new HeapReader(bytes).takeHeapSnapshot().heap), attached);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    assert.deepEqual(everything(new HeapReader(shared)), attached);
    assert.equal(snapshot.toJSON().thread_statistics.number_of_heaps, 3);
    assert.equal(new DataView(bytes.buffer).getUint32(16, true), 1); // every reader knows it
    assert.ok(bytes.length < heap.memory_size / 8);
    let filled = 0;
    for (const byte of bytes) {
      filled = byte === 0xa5 ? filled + 1 : 0;
      assert.ok(filled < 5, 'user data');
    }
  });

  it('come in snapshots while they change', () => {
    module._go_on();
    for (let i = 0; i < 3; ++i) {
      const snapshot = heap.takeHeapSnapshot();
      const { exact } = snapshot.heap.getHeapStatistics();
      const version = new DataView(snapshot.toBinary().buffer).getUint32(16, true);
      assert.equal(version, exact ? 1 : 2);
      assert.deepEqual(everything(new HeapReader(snapshot.toBinary())), everything(snapshot.heap));
      const spaces = snapshot.heap.getHeapSpaceStatistics();
      const total = spaces.reduce((sum, { space_size }) => sum + space_size, 0);
      assert.equal(total, snapshot.heap.memory_size);
      JSON.stringify(snapshot);
    }
    module._stand_still();
  });
});

describe('heaps of Wasm Workers', function () {
  this.timeout(600_000);
  it('are read as well', async () => {
    const file = await build('wasm-workers', [
      ...['-sWASM_WORKERS', '-sENVIRONMENT=node,worker', '-sINITIAL_MEMORY=1MB'],
    ]);
    const module = await instantiate(file);
    const heap = heapOf(module);
    const block = module._malloc(100);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 1);
    assert.equal(heap.getThreadStatistics().number_of_owned_pages, 1);
    module._free(block);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [], exact: true });
  });
});

describe('the layout record of a program with threads', function () {
  this.timeout(600_000);
  it('is not taken for one without', async () => {
    const { module, end } = await createThreaded();
    end();
    const image = imageOf(module);
    const { address, at } = findLayout({
      segments: [{ start: 0, end: image.length, view: new DataView(image.buffer) }],
      byteLength: image.length,
    });
    assert.ok(at.segments > 0 && at.run_map === undefined);
    new DataView(image.buffer).setUint32(address + 28, 0, true);
    assert.throws(() => new HeapReader(image), RecordMismatchError);
  });
});
