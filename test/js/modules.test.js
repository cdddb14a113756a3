import assert from 'node:assert/strict';
import { HeapReader, heapOf, NoRecordError, RecordMismatchError } from '../../js/index.js';
import { namesOf } from '../../js/layout.js';
import { isOldSdk } from '../support/build.js';
import { everything, imageOf } from './support/heaps.js';
import { build, growing, instantiate, ptr } from './support/modules.js';

describe('modules', function () {
  this.timeout(600_000);

  /** What every kind of module must be able to do. @param {any} module */
  const assertReadable = (module) => {
    const heap = heapOf(module);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 0);
    const block = ptr(module._malloc(1000));
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 1);
    const live = [];
    heap.visitBlocks(({ address, state }) => state === 'live' && live.push(address));
    assert.deepEqual(live, [block]);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    return heap;
  };

  it('are read across growth with one reader', async () => {
    const module = await instantiate(await growing());
    const heap = assertReadable(module);
    const size = heap.memory_size;
    for (let i = 0; i < 40; ++i) {
      module._malloc(100_000);
      assert.equal(heap.memory_size, module.gharialHeap().memory.buffer.byteLength);
      assert.equal(heap.getHeapStatistics().number_of_live_allocations, i + 2);
    }
    assert.ok(heap.memory_size > size);
    assert.ok(heap.getHeapStatistics().number_of_heap_grows > 10);
    // a visitor that makes memory grow
    let seen = 0;
    heap.visitBlocks(({ state }) => {
      if (state === 'live' && seen++ === 3) module._sbrk(10 * 65_536);
    });
    assert.equal(seen, 41);
  });

  it('are read when made with MODULARIZE as CommonJS, without growth, optimised, checked', async () => {
    assertReadable(
      await instantiate(await build('commonjs', ['-sALLOW_MEMORY_GROWTH'], { extension: 'cjs' })),
    );
    const fixed = assertReadable(
      await instantiate(await build('fixed', ['-O2', '-sINITIAL_MEMORY=4MB'])),
    );
    assert.equal(fixed.getHeapStatistics().heap_size_limit, 4 * 2 ** 20);
    assert.equal(fixed.memory_size, 4 * 2 ** 20);
    assertReadable(
      await instantiate(await build('checked', ['-O0', '-g'], { port: ':checked=1' })),
    );
  });

  it('are read above 2 GiB', async () => {
    const module = await instantiate(
      await build('four', ['-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB']),
    );
    const heap = heapOf(module);
    const blocks = Array.from({ length: 23 }, () => ptr(module._malloc(100 * 2 ** 20))); // never touched, so never backed
    assert.ok(blocks.every((block) => block !== 0) && blocks[22] > 2 ** 31);
    const small = Array.from({ length: 3000 }, () => ptr(module._malloc(40)));
    const live = new Set();
    heap.visitBlocks(({ address, state }) => state === 'live' && live.add(address));
    assert.equal(live.size, blocks.length + small.length);
    for (const block of [...blocks, ...small]) assert.ok(live.has(block));
    const statistics = heap.getHeapStatistics();
    assert.ok(statistics.used_heap_size > 2 ** 31);
    assert.ok(statistics.heap_size_limit > 4 * 2 ** 30 - 2 ** 20);
    assert.equal(
      heap.getHeapSpaceStatistics().reduce((sum, { space_size }) => sum + space_size, 0),
      heap.memory_size,
    );
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    const snapshot = heap.takeHeapSnapshot();
    assert.deepEqual(snapshot.heap.getHeapStatistics(), statistics);
    assert.ok(snapshot.toBinary().length < 4 * 2 ** 20);
    for (const block of [...blocks, ...small]) module._free(block);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 0);
  });

  it('are read through their memory alone', async () => {
    const module = await instantiate(await growing());
    const { memory, record } = module.gharialHeap();
    module._malloc(5000);
    const expected = everything(heapOf(module));
    const { limit } = module.gharialHeap();
    assert.deepEqual(everything(new HeapReader(memory, { limit })), expected);
    assert.deepEqual(everything(new HeapReader(memory, { limit, address: record })), expected);
    assert.deepEqual(everything(heapOf({ wasmMemory: memory }, { limit })), expected);
    assert.deepEqual(
      everything(heapOf({ HEAPU8: new Uint8Array(memory.buffer) }, { limit })),
      expected,
    );
  });

  it('without statistics, or with another allocator, are told so', async () => {
    const shown = ['-sEXPORTED_RUNTIME_METHODS=HEAPU8'];
    const silent = await instantiate(await build('silent', shown, { port: ':stats=0' }));
    assert.throws(
      () => heapOf(silent),
      (error) => error instanceof NoRecordError && /stats=1/.test(error.message),
    );
    const other = await instantiate(
      await build('other', shown, {
        port: 'none',
        program: '#include <stdlib.h>\nvoid* get(void) { return malloc(10); }\n',
        exports: ['malloc', 'get'],
      }),
    );
    assert.throws(
      () => heapOf(other),
      (error) => error instanceof NoRecordError && /-sMALLOC=gharial/.test(error.message),
    );
    const hidden = await instantiate(
      await build('hidden', ['-sASSERTIONS=2'], {
        port: 'none',
        program: '#include <stdlib.h>\nvoid* get(void) { return malloc(10); }\n',
        exports: ['get'],
      }),
    );
    // Older SDKs show the memory of every build with assertions.
    const said = isOldSdk() ? /-sMALLOC=gharial/ : /neither/;
    assert.throws(
      () => heapOf(hidden),
      (error) => error instanceof NoRecordError && said.test(error.message),
    );
  });

  it('that are none are told so', () => {
    assert.throws(() => heapOf(() => {}), /await createModule/);
    assert.throws(() => heapOf(Promise.resolve({})), /await createModule/);
    assert.throws(() => heapOf(/** @type {any} */ (null)), NoRecordError);
    assert.throws(() => heapOf({}), NoRecordError);
    // a debug build's getter for what was not exported would abort the program
    const trap = Object.defineProperty({}, 'HEAPU8', { get: () => assert.fail('touched') });
    assert.throws(() => heapOf(trap), NoRecordError);
  });

  it('of another version are told so', async () => {
    const module = await instantiate(await growing());
    const { record } = module.gharialHeap();
    /** @param {number} offset @param {RegExp} message */
    const rejects = (offset, message) => {
      const image = imageOf(module);
      image[record + offset] ^= 1;
      assert.throws(
        () => new HeapReader(image),
        (error) => error instanceof RecordMismatchError && message.test(error.message),
      );
    };
    rejects(20, /schema version/);
    rejects(32, /other names/);
    rejects(48 + 4 + namesOf(false).addresses.length * 4, /checksum/);
    rejects(48, /copy/);
  });
});
