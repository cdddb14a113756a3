// Others may take memory from sbrk too, of any size, at any time, and give it back: their ranges are gaps in the heap, and
// what they wrote is no zeroed memory.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, itWithoutThreads } from '../support/build.js';
import { createHeap, GiB, KiB, loadApi, MINI_PAGE, MiB, PAGE, SIZE_MAX } from '../support/heap.js';

describe('sbrk by others', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  /** @type {{ at: number, bytes: number }[]} */
  let foreign;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });
  beforeEach(async () => {
    heap = await createHeap(factory, GiB);
    foreign = [];
  });

  const takeForeign = (/** @type {number} */ bytes) => {
    const at = heap.sbrk(bytes);
    assert.notEqual(at, SIZE_MAX);
    heap.call('fill', at, bytes, 4711);
    foreign.push({ at, bytes });
    return at;
  };
  const assertForeignIntact = () => {
    for (const { at, bytes } of foreign)
      assert.equal(heap.call('first_difference', at, bytes, 4711), bytes, `the range at ${at}`);
  };

  for (const bytes of [1, 8, 100, 2048, 5000, PAGE - 8, PAGE, PAGE + 8, 3 * PAGE, MiB + 24])
    it(`of ${bytes} bytes, again and again between allocations`, () => {
      takeForeign(bytes); // before the first one, too
      const blocks = [];
      for (let i = 0; i < 40; ++i) {
        for (const size of [100, 3000, 30 * KiB, 100 * KiB]) {
          const block = heap.calloc(size + i);
          assert.equal(heap.call('first_nonzero', block, size + i), size + i);
          heap.call('set_bytes', block, 0xff, heap.usable(block));
          blocks.push(block);
        }
        takeForeign(bytes);
        heap.assertSound();
      }
      heap.assertSoundFromOutside();
      assertForeignIntact();
      const { external_memory } = heap.stats;
      const taken = foreign.reduce((sum, range) => sum + range.bytes, 0);
      assert.ok(external_memory >= taken, `${external_memory} of ${taken} bytes are counted`);
      for (const block of blocks) heap.free(block);
      heap.assertEmpty();
      assertForeignIntact();
      assert.ok(heap.freeLengths.length > 1, 'no run reaches over a gap');
    });

  it('leaves a gap that is counted as external memory, MiniPage by MiniPage', () => {
    heap.take(100);
    const before = heap.stats.external_memory;
    takeForeign(5 * PAGE + 100);
    heap.take(MiB);
    assert.equal(heap.stats.external_memory, before + 5 * PAGE + MINI_PAGE);
    assert.equal(heap.counter('external_mini_pages'), 5 * 32 + 1);
    assert.deepEqual(
      heap.runs.filter(({ kind }) => kind === 'gap').map(({ mini_pages }) => mini_pages),
      [5 * 32 + 1],
    );
    const { space_size } =
      heap.reader.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'external') ??
      {};
    assert.equal(space_size, before + 5 * PAGE + MINI_PAGE);
  });

  for (const gap of [200 * MiB, 900 * MiB])
    it(`of ${gap / MiB} MiB makes the maps grow over them`, () => {
      const block = heap.take(1000);
      heap.call('fill', block, 1000, 1);
      const before = heap.mappedPages;
      const at = heap.sbrk(gap);
      assert.notEqual(at, SIZE_MAX);
      heap.call('fill', at, PAGE, 4711);
      heap.call('fill', at + gap - PAGE, PAGE, 4711);
      const blocks = Array.from({ length: 3000 }, (_, i) => heap.take(i));
      heap.assertSoundFromOutside();
      assert.ok(blocks.some((above) => above >= at + gap));
      assert.ok(heap.mappedPages > before && heap.mappedPages * PAGE >= at + gap);
      for (const [i, above] of blocks.entries()) heap.call('set_bytes', above, 1, i);
      assert.equal(heap.call('first_difference', at, PAGE, 4711), PAGE);
      assert.equal(heap.call('first_difference', at + gap - PAGE, PAGE, 4711), PAGE);
      assert.equal(heap.call('first_difference', block, 1000, 1), 1000);
      for (const one of [block, ...blocks]) heap.free(one);
      heap.assertEmpty();
    });

  for (const bytes of [3000, 20 * KiB, 52 * KiB, PAGE, 100 * KiB, MiB])
    it(`and back: calloc of ${bytes} bytes clears what the break was lowered over`, () => {
      heap.take(10);
      for (let round = 0; round < 4; ++round) {
        const at = heap.sbrk(2 * MiB + 5000);
        heap.call('set_bytes', at, 0xff, 2 * MiB + 5000);
        heap.call('lower_break', 2 * MiB + 5000);
        assert.equal(heap.sbrk(0), at);
        for (let taken = 0; taken < MiB; taken += bytes) {
          const block = heap.calloc(bytes);
          assert.equal(heap.call('first_nonzero', block, bytes), bytes, `round ${round}`);
        }
        heap.assertSoundFromOutside();
      }
    });

  it('and back, and up again by others: what calloc gets is zero', () => {
    heap.take(10);
    const at = heap.sbrk(4 * MiB);
    heap.call('set_bytes', at, 0xff, 4 * MiB);
    heap.call('lower_break', 3 * MiB);
    heap.sbrk(100); // a gap that ends inside of what was used
    for (let i = 0; i < 30; ++i) {
      const block = heap.calloc(200 * KiB);
      assert.equal(heap.call('first_nonzero', block, 200 * KiB), 200 * KiB, `block ${i}`);
    }
    heap.assertSoundFromOutside();
  });

  // With threads Emscripten's brk ends the program.
  itWithoutThreads('through brk', () => {
    const block = heap.take(100);
    const at = heap.sbrk(0);
    assert.equal(heap.call('brk', at + 300_000), 0);
    heap.call('fill', at, 300_000, 4711);
    foreign.push({ at, bytes: 300_000 });
    const large = heap.take(MiB);
    heap.call('set_bytes', large, 0xff, MiB);
    assertForeignIntact();
    heap.free(large);
    heap.free(block);
    heap.assertEmpty();
  });

  it('until memory is full: NULL, and the heap is whole', async () => {
    heap = await createHeap(factory, 4 * MiB);
    heap.take(100);
    const at = heap.sbrk(4 * MiB - heap.sbrk(0));
    assert.notEqual(at, SIZE_MAX);
    assert.equal(heap.malloc(MiB), 0);
    while (heap.malloc(1000) !== 0);
    heap.assertSoundFromOutside();
  });
});
