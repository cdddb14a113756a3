import assert from 'node:assert/strict';
import { HeapReader } from '../../js/index.js';
import { syntheticDump } from './support/synthetic.js';

const PAGE = 65_536;
const MINI = 2048;

describe('a heap of another layout', () => {
  for (const [word_bytes, first] of /** @type {[4 | 8, number][]} */ ([
    [4, 64],
    [4, 64_000],
    [8, 64],
    [8, 65_600],
  ])) {
    it(`is read by what its record says: ${8 * word_bytes}-bit addresses, heap at ${(first * PAGE) / 2 ** 20} MiB`, () => {
      const { dump, mapPages } = syntheticDump(word_bytes, first);
      const heap = new HeapReader(dump);
      assert.equal(heap.gharial_version, 'synthetic');
      assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });

      const statistics = heap.getHeapStatistics();
      const live = (37 + 84) * 48 + 125 * 16 + MINI + 62 * MINI;
      assert.equal(statistics.number_of_live_allocations, 37 + 84 + 125 + 2);
      assert.equal(statistics.number_of_cached_blocks, 4);
      assert.equal(statistics.used_heap_size, live);
      assert.equal(statistics.number_of_pages, 9 + mapPages);
      assert.equal(statistics.number_of_free_pages, 6);
      assert.equal(statistics.number_of_mini_pages, 1 + 2 + 1 + 62 + 1);
      const [, of48] = heap.getSizeClassStatistics();
      assert.deepEqual([of48.number_of_mini_pages, of48.number_of_blocks], [1 + 2, 42 + 85]);
      assert.equal(statistics.largest_free_size, 208 * MINI);
      assert.equal(statistics.free_heap_size, (208 + 6) * MINI + 2 * 48 + 3 * 16);
      assert.equal(statistics.metadata_size, 2 * MINI + mapPages * PAGE);
      assert.equal(statistics.external_memory, 5 * MINI + 4096 + first * PAGE - 0xc000);
      assert.equal(statistics.fresh_reused_ratio, 4);
      const spaces = heap.getHeapSpaceStatistics();
      assert.equal(
        spaces.reduce((sum, { space_size }) => sum + space_size, 0),
        (first + 9 + mapPages + 1) * PAGE,
      );
      assert.equal(spaces.find(({ space_name }) => space_name === 'stack')?.space_size, 0x2000);

      /** @type {Record<string, number[]>} */
      const states = { live: [], cached: [], free: [] };
      heap.visitBlocks(({ address, state }) => states[state].push(address), { page_index: first });
      const run = first * PAGE + 8 * MINI;
      assert.deepEqual(states.free, [run, run + 5 * 48]);
      assert.deepEqual(states.cached, [
        ...[6, 7, 8].map((i) => run + i * 48),
        run + MINI + 84 * 48,
      ]);
      assert.deepEqual(states.live.slice(-2), [run + 3 * MINI, run + 4 * MINI]);

      const global = heap.getGlobalMetaPage();
      assert.deepEqual(
        global.size_class_stacks.map(({ pages }) => pages),
        [[first + 2], [], [], [], []],
      );
      assert.deepEqual(global.run_bins, [
        { bin: 5, runs: [{ mini_page: first * 32 + 2, number_of_mini_pages: 6 }] },
        { bin: 30, runs: [{ mini_page: first * 32 + 80, number_of_mini_pages: 208 }] },
      ]);

      const [page, middle, third] = heap.getPageStatistics({ start: first, end: first + 3 });
      assert.deepEqual([page.kind, middle.kind, third.kind], ['mixed', 'large', 'mixed']);
      assert.deepEqual(
        third.mini_pages.map(({ kind, index, length, begins }) => [kind, index, length, begins]),
        [
          ['large', 0, 10, false],
          ['small', 10, 1, true],
          ['external', 11, 5, true],
          ['free', 16, 16, true],
        ],
      );
      assert.equal(page.used_size, 2 * MINI + (37 + 84) * 48 + MINI + 20 * MINI);
      assert.equal(page.free_size, 6 * MINI + (5 + 1) * 48);
      assert.ok(page.meta_page > 0 && middle.meta_page === 0 && third.meta_page > 0);
    });
  }

  it('has no run of other lengths than its classes have', () => {
    for (const further of [1, 3]) {
      const { errors } = new HeapReader(syntheticDump(4, 64, { further }).dump).validateHeap();
      assert.equal(errors[0]?.code, 'I1');
      assert.match(errors[0].message, /run of 2 MiniPages .* described as one of 2 /);
    }
  });
});
