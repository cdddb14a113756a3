// The flat map says of every MiniPage and in sum what the slower statistics say.
import assert from 'node:assert/strict';
import { CELL_KINDS } from '../../js/heap_map.js';
import { HeapReader, heapOf } from '../../js/index.js';
import { imageOf, variedHeap } from './support/heaps.js';
import { growing, instantiate, ptr } from './support/modules.js';
import { syntheticDump } from './support/synthetic.js';
import { createThreaded, standStillWithPending } from './support/threads.js';

/** @param {HeapReader} heap */
function assertAgrees(heap) {
  const map = heap.getHeapMap();
  const statistics = heap.getHeapStatistics();
  assert.equal(map.live_blocks, statistics.number_of_live_allocations);
  assert.equal(map.live_bytes, statistics.used_heap_size);
  assert.equal(map.cached_blocks, statistics.number_of_cached_blocks);
  for (const { space_name, space_size } of heap.getHeapSpaceStatistics())
    assert.equal(map.spaces[space_name], space_size, space_name);
  for (const c of heap.getSizeClassStatistics()) {
    assert.equal(map.class_live[c.size_class], c.number_of_used_blocks, `${c.block_size}`);
    assert.equal(map.class_blocks[c.size_class], c.number_of_blocks, `${c.block_size}`);
    assert.equal(map.class_mini_pages[c.size_class], c.number_of_mini_pages, `${c.block_size}`);
  }
  for (const page of heap.getPageStatistics())
    for (const part of page.mini_pages) {
      const at = (page.page_index - map.first_page) * map.per_page + part.index;
      for (let i = at; i < at + part.length; ++i) {
        const kind = CELL_KINDS[map.kind[i]];
        assert.equal(kind, part.fresh ? 'fresh' : part.kind, `MiniPage ${i}`);
        assert.equal(map.size_class[i], part.size_class);
      }
      if (['small', 'large'].includes(part.kind))
        assert.equal(map.begins[at] === 1, part.begins, `MiniPage ${at} begins`);
    }
  return map;
}

describe('getHeapMap', () => {
  it('agrees with the statistics, attached and detached', async () => {
    const { heap, module } = await variedHeap();
    const map = assertAgrees(heap);
    assert.deepEqual(assertAgrees(heap.takeHeapSnapshot().heap), map);
    assert.deepEqual(assertAgrees(new HeapReader(imageOf(module))), map);
    const live = map.fill.filter((fill, i) => CELL_KINDS[map.kind[i]] === 'large' && fill !== 255);
    assert.equal(live.length, 0);
  });

  it('agrees on heaps of other layouts and widths', () => {
    for (const word of /** @type {const} */ ([4, 8]))
      assertAgrees(new HeapReader(syntheticDump(word, 64).dump));
  });

  it('agrees where threads share memory, and is whole while they change it', async function () {
    this.timeout(600_000);
    const { module, end } = await createThreaded();
    const heap = heapOf(module);
    module._malloc(100);
    assert.equal(module._start(2), 0);
    let torn = 0;
    for (let i = 0, end = Date.now() + 30_000; i < 20 || (torn === 0 && Date.now() < end); ++i) {
      const map = heap.getHeapMap();
      if (map.mini_pages[CELL_KINDS.indexOf('changing')] > 0) torn += 1;
      for (const number of [...map.class_live, ...Object.values(map.spaces)])
        assert.ok(number >= 0);
      const total = Object.values(map.spaces).reduce((a, b) => a + b, 0);
      assert.ok(total <= heap.memory_size);
      for (const [page, owner] of map.owners.entries()) assert.ok(owner <= 3, `page ${page}`);
    }
    assert.ok(torn > 0, 'a look saw a change that was going on');
    await standStillWithPending(module, heap);
    const map = assertAgrees(heap);
    assert.deepEqual(assertAgrees(heap.takeHeapSnapshot().heap), map);
    assert.equal(map.exact, true);
    for (const { page_index, owner } of heap.getPageStatistics())
      assert.equal(map.owners[page_index - map.first_page], owner);
    end();
  });

  it('finds where the run of a MiniPage begins, and visitBlocks shows that run alone', async () => {
    const module = await instantiate(await growing());
    const heap = heapOf(module);
    module._malloc(10);
    const large = ptr(module._malloc(500_000));
    const map = heap.getHeapMap();
    const inside = Math.floor((large + 300_000) / 2048);
    assert.equal(map.runOf(inside), large / 2048);
    /** @type {import('../../js/index.js').Block[]} */
    const seen = [];
    heap.visitBlocks((block) => void seen.push(block), { run: map.runOf(inside) });
    assert.deepEqual(
      seen.map(({ address, space }) => [address, space]),
      [[large, 'large']],
    );
  });

  it('of a heap that was never used is empty', async () => {
    const map = heapOf(await instantiate(await growing())).getHeapMap();
    assert.equal(map.live_blocks, 0);
  });
});
