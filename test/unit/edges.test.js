// Memory at its edges: heaps of one or two pages, the break at the limit, the last byte of memory, and the end of the program.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { BUILD_TIMEOUT, build, outputInSdk, root } from '../support/build.js';
import {
  createHeap,
  ENOMEM,
  GiB,
  KiB,
  loadApi,
  MINI_PAGE,
  MiB,
  PAGE,
  SIZE_MAX,
} from '../support/heap.js';

describe('edges', function () {
  this.timeout(300_000);
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });

  /** Takes blocks of one size until there are none. @param {import('../support/heap.js').Heap} heap @param {number} bytes */
  function fill(heap, bytes) {
    const blocks = [];
    for (;;) {
      heap.errno = 0;
      const block = heap.malloc(bytes);
      if (block === 0) break;
      assert.ok(block + bytes <= heap.memory_bytes, `${bytes} bytes at ${block}`);
      heap.call('fill', block, bytes, blocks.length);
      blocks.push(block);
    }
    assert.equal(heap.errno, ENOMEM);
    for (const [i, block] of blocks.entries())
      assert.equal(heap.call('first_difference', block, bytes, i), bytes);
    return blocks;
  }

  describe('a heap of few pages that may not grow', () => {
    for (const pages of [1, 2, 3])
      for (const bytes of [1, 16, 100, 1024, 5000, 20 * KiB])
        it(`${pages} beside those of the program, filled with ${bytes} bytes and given back, three times`, async () => {
          const own = await createHeap(factory, 3 * PAGE);
          const memory = Math.ceil(own.sbrk(0) / PAGE + pages) * PAGE;
          const heap = await createHeap(factory, memory, memory);
          const counts = [1, 2, 3].map(() => {
            const blocks = fill(heap, bytes);
            heap.assertSoundFromOutside();
            assert.equal(heap.memory_bytes, memory);
            for (const block of blocks) heap.free(block);
            heap.trim();
            heap.assertSoundFromOutside();
            return blocks.length;
          });
          assert.ok(counts[0] > 0, 'a page is room for a block');
          // Metadata takes part of the first page; the rest is the program's.
          const room = (pages - 1) * PAGE;
          const taken = counts[0] * Math.max(bytes, 8);
          assert.ok(taken >= 0.45 * room - bytes, `${counts[0]} blocks`);
          assert.ok(counts[1] >= counts[0] && counts[2] >= counts[1], `${counts}: nothing is lost`);
        });
  });

  describe('sbrk at the limit', () => {
    for (const maximum of [4 * MiB, 4 * GiB])
      it(`takes memory of ${maximum / MiB} MiB to its last byte, and no more`, async () => {
        const heap = await createHeap(factory, maximum);
        const block = heap.take(1000);
        heap.call('fill', block, 1000, 1);
        // On wasm32 the last page of 4 GiB is never given out: the address behind it would be 0.
        const end = heap.stats.heap_size_limit;
        const last = Math.min(maximum, end);
        const old = heap.sbrk(0);
        assert.equal(heap.sbrk(last - old), old);
        assert.equal(heap.sbrk(0), last);
        heap.bytes(last - 1, 1)[0] = 77;
        assert.equal(heap.bytes(last - 1, 1)[0], 77);
        for (const more of [1, 8, PAGE, last]) {
          heap.errno = 0;
          assert.equal(heap.sbrk(more), SIZE_MAX, `sbrk(${more})`);
          assert.equal(heap.errno, ENOMEM);
        }
        assert.equal(heap.sbrk(0), last, 'a refusal moves nothing');
        heap.errno = 0;
        assert.equal(heap.malloc(MiB), 0);
        assert.equal(heap.errno, ENOMEM);
        const more = heap.malloc(1000);
        assert.ok(more !== 0, 'what is free below still serves');
        assert.equal(heap.call('first_difference', block, 1000, 1), 1000);
        assert.equal(heap.bytes(last - 1, 1)[0], 77);
        heap.assertSoundFromOutside();
        // Given back, it is the heap's to grow into.
        heap.call('lower_break', last - old);
        assert.equal(heap.sbrk(0), old);
        assert.notEqual(heap.malloc(MiB), 0);
        heap.assertSoundFromOutside();
      });

    it('a block reaches the last MiniPage of 4 GiB, and the heap recovers all of it', async () => {
      const heap = await createHeap(factory, 4 * GiB);
      const large = [];
      for (let bytes = GiB; bytes >= MINI_PAGE; bytes /= 2)
        for (let block = heap.malloc(bytes); block !== 0; block = heap.malloc(bytes))
          large.push({ block, bytes });
      const highest = Math.max(...large.map(({ block, bytes }) => block + bytes));
      const end = heap.sbrk(0);
      assert.ok(end > 4 * GiB - 2 * PAGE, `the break is at ${end}`);
      assert.ok(end - highest < PAGE, `the last block ends ${end - highest} bytes below the break`);
      for (const { block, bytes } of large) {
        heap.bytes(block, 1)[0] = 1;
        heap.bytes(block + bytes - 1, 1)[0] = 2;
      }
      heap.assertSoundFromOutside();
      for (const { block, bytes } of large) {
        assert.equal(heap.bytes(block, 1)[0], 1);
        assert.equal(heap.bytes(block + bytes - 1, 1)[0], 2);
      }
      const before = large.length;
      for (const { block } of large) heap.free(block);
      heap.assertEmpty();
      let again = 0;
      for (let bytes = GiB; bytes >= MINI_PAGE; bytes /= 2)
        while (heap.malloc(bytes) !== 0) ++again;
      assert.ok(again >= before - 20, `${again} blocks after ${before}`);
      heap.assertSoundFromOutside();
    });
  });

  it('the end of a program: handlers and destructors allocate, in the order that C++ prescribes', function () {
    this.timeout(BUILD_TIMEOUT);
    const source = join(root, 'test/support/at_exit.cpp');
    for (const options of ['', ':checked=1']) {
      const program = build('at-exit', [source], ['-O2', '-sEXIT_RUNTIME'], {
        options,
        suffix: 'cjs',
      });
      const lines = outputInSdk(['node', program]).trim().split('\n');
      const last = lines.pop();
      assert.deepEqual(lines, [
        'main',
        ...['handler two', 'handler three', 'handler one'],
        '~local has 100',
        '200 calls',
        '~first has 100',
      ]);
      assert.match(last ?? '', /^last: invariant 0, 0, [0-9] live blocks$/);
    }
  });
});
