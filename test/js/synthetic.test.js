import assert from 'node:assert/strict';
import { HeapReader } from '../../js/index.js';
import { syntheticDump } from './support/synthetic.js';

const PAGE = 65_536;

describe('a heap of another layout', () => {
  for (const [word_bytes, first] of /** @type {[4 | 8, number][]} */ ([
    [4, 64],
    [4, 65_280],
    [8, 64],
    [8, 6 * 16_384],
  ])) {
    it(`is read by what its record says: ${8 * word_bytes}-bit addresses, heap at ${(first * PAGE) / 2 ** 20} MiB`, () => {
      const heap = new HeapReader(syntheticDump(word_bytes, first));
      assert.equal(heap.gharial_version, 'synthetic');
      assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });

      const statistics = heap.getHeapStatistics();
      const live_small = 42 - 5;
      assert.equal(statistics.number_of_live_allocations, live_small + 2);
      assert.equal(statistics.number_of_cached_blocks, 3);
      assert.equal(statistics.used_heap_size, live_small * 48 + 2 * 2048 + 2 * PAGE + 3 * 2048);
      assert.equal(statistics.number_of_pages, 9);
      assert.equal(statistics.number_of_free_pages, 4);
      assert.equal(statistics.number_of_mini_pages, 3 + 64 + 3);
      assert.equal(statistics.largest_free_size, 4 * PAGE);
      assert.equal(statistics.metadata_size, 8 * 2048);
      assert.equal(statistics.fresh_reused_ratio, 4);
      const spaces = heap.getHeapSpaceStatistics();
      assert.equal(
        spaces.reduce((sum, { space_size }) => sum + space_size, 0),
        (first + 10) * PAGE,
      );
      assert.equal(spaces.find(({ space_name }) => space_name === 'stack')?.space_size, 0x2000);

      /** @type {Record<string, number[]>} */
      const states = { live: [], cached: [], free: [] };
      heap.visitBlocks(({ address, state }) => states[state].push(address), {
        page_index: first + 1,
      });
      const run = (first + 1) * PAGE;
      assert.deepEqual(states.free, [run, run + 5 * 48]);
      assert.deepEqual(
        states.cached,
        [6, 7, 8].map((i) => run + i * 48),
      );
      assert.equal(states.live.at(-1), run + 2048);

      const global = heap.getGlobalMetaPage();
      assert.deepEqual(
        global.room_stacks.filter(({ pages }) => pages.length > 0),
        [{ room: 29, pages: [first + 1, first + 4] }],
      );
      assert.deepEqual(global.run_bins, [
        { bin: 3, runs: [{ page_index: first + 5, number_of_pages: 4 }] },
      ]);
    });
  }
});
