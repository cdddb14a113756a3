import assert from 'node:assert/strict';
import { heapOf } from '../../js/index.js';
import { rowOf } from '../../js/render.js';
import { numbers, variedHeap } from './support/heaps.js';
import { growing, instantiate, ptr } from './support/modules.js';

const sum = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0);

describe('statistics', () => {
  let file = '';
  before(async function () {
    this.timeout(600_000);
    file = await growing();
  });

  const assertLedger = (heap, module) => {
    const spaces = heap.getHeapSpaceStatistics();
    assert.deepEqual(
      spaces.map(({ space_name }) => space_name),
      ['static', 'stack', 'meta', 'mini', 'large', 'free', 'external', 'unclaimed'],
    );
    assert.equal(
      sum(spaces.map(({ space_size }) => space_size)),
      module.gharialHeap().memory.buffer.byteLength,
    );
    for (const { space_size, space_used_size, space_available_size } of spaces) {
      assert.ok(space_used_size >= 0 && space_available_size >= 0);
      assert.ok(space_used_size + space_available_size <= space_size);
    }
  };

  it('answer before the first allocation', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    assertLedger(heap, module);
    const statistics = heap.getHeapStatistics();
    assert.equal(statistics.total_heap_size, 0);
    assert.equal(statistics.used_heap_size, 0);
    assert.equal(statistics.number_of_pages, 0);
    assert.equal(statistics.fresh_reused_ratio, 0);
    assert.deepEqual(heap.getPageStatistics(), []);
    assert.deepEqual(heap.getGlobalMetaPage().run_bins, []);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    assert.equal(
      heap.visitBlocks(() => assert.fail('there is no block')),
      false,
    );
    assert.equal(heap.takeHeapSnapshot().heap.getHeapStatistics().total_heap_size, 0);
  });

  it('know 1000 blocks of 48 bytes', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const blocks = Array.from({ length: 1000 }, () => ptr(module._malloc(48)));
    const of48 = () => heap.getSizeClassStatistics().find(({ block_size }) => block_size === 48);
    assert.equal(of48().number_of_used_blocks, 1000);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 1000);
    assert.equal(heap.getHeapStatistics().used_heap_size, 48_000);
    // 42 blocks to a MiniPage of 2 KiB
    assert.equal(of48().number_of_mini_pages, 24);
    assert.equal(of48().number_of_blocks, 24 * 42);
    assert.equal(of48().number_of_free_blocks, 8);
    const seen = new Map();
    heap.visitBlocks(({ address, ...block }) => seen.set(address, block));
    for (const block of blocks) assert.equal(seen.get(block).state, 'live');

    for (const block of blocks.slice(0, 500)) module._free(block);
    assert.equal(of48().number_of_used_blocks, 500);
    assert.equal(
      of48().number_of_used_blocks + of48().number_of_free_blocks,
      of48().number_of_blocks,
    );
    assert.equal(
      of48().number_of_pages_with_room,
      heap.getGlobalMetaPage().size_class_stacks[of48().size_class - 1].pages.length,
    );
    for (const block of blocks.slice(500)) module._free(block);
    module._malloc_trim(0);
    assert.equal(heap.getHeapStatistics().number_of_live_allocations, 0);
    assert.equal(heap.getHeapStatistics().used_heap_size, 0);
    assertLedger(heap, module);
  });

  it('know medium and large blocks to the MiniPage', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const medium = ptr(module._malloc(20_000)); // 10 MiniPages
    const large = ptr(module._malloc(2 * 65_536 + 5_000)); // 2 heap pages and 3 MiniPages
    const found = [];
    heap.visitBlocks((block) => found.push(block), { space: 'mini' });
    assert.deepEqual(
      found.filter(({ state }) => state === 'live').map(({ address, size }) => [address, size]),
      [[medium, 10 * 2048]],
    );
    found.length = 0;
    heap.visitBlocks((block) => found.push(block), { space: 'large' });
    assert.deepEqual(found, [
      {
        address: large,
        size: 2 * 65_536 + 3 * 2048,
        state: 'live',
        size_class: 0,
        space: 'large',
        page_index: Math.floor(large / 65_536),
      },
    ]);
    const first = Math.floor(large / 65_536);
    const parts = heap
      .getPageStatistics({ start: first, end: first + 3 })
      .flatMap(({ mini_pages }) => mini_pages.filter(({ kind }) => kind === 'large'));
    assert.equal(sum(parts.map(({ length }) => length)), 2 * 32 + 3);
    assert.deepEqual(
      parts.map(({ begins, number_of_blocks }) => [begins, number_of_blocks]),
      [[true, 1], [false, 0], ...(parts.length > 2 ? [[false, 0]] : [])],
    );
    assert.equal(heap.getHeapStatistics().number_of_mini_pages, 10 + 2 * 32 + 3);
  });

  it('know a medium block at hand in every heap page in which it lies', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const crosses = (address) =>
      Math.floor(address / 65_536) !== Math.floor((address + 40_959) / 65_536);
    let block = 0;
    for (let i = 0; i < 8 && !crosses(block); ++i) block = ptr(module._malloc(40_960));
    assert.ok(crosses(block));
    const start = Math.floor(block / 65_536);
    const parts = () =>
      heap
        .getPageStatistics({ start, end: start + 2 })
        .map(({ address, mini_pages }) =>
          mini_pages.find(
            ({ index, length }) =>
              address + index * 2048 < block + 40_960 && address + (index + length) * 2048 > block,
          ),
        );
    const states = () =>
      parts().map((part) => [
        ...[part.kind, part.begins, part.cached, part.block_size],
        ...[part.number_of_used_blocks, part.number_of_free_blocks],
      ]);
    assert.deepEqual(states(), [
      ['medium', true, false, 40_960, 1, 0],
      ['medium', false, false, 40_960, 0, 0],
    ]);
    assert.equal(sum(parts().map(({ length }) => length)), 20);
    module._free(block);
    assert.deepEqual(states(), [
      ['medium', true, true, 40_960, 0, 1],
      ['medium', false, true, 40_960, 0, 0],
    ]);
    for (const page of heap.getPageStatistics({ start, end: start + 2 })) {
      const cells = rowOf(page).cells.filter(({ kind }) => kind === 'medium').length;
      const live = page.mini_pages.filter(({ kind, cached }) => kind === 'medium' && !cached);
      assert.equal(cells, sum(live.map(({ length }) => length)));
    }
  });

  it('know free runs of every length, and their bins', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const lengths = [27, 28, 31, 32, 33, 40, 41, 63, 64, 65, 129, 2000, 6400];
    const blocks = lengths.map((minis) => [
      ptr(module._malloc(minis * 2048)),
      ptr(module._malloc(60_000)), // keeps the runs apart
    ]);
    for (const [block] of blocks) module._free(block);
    const runs = heap.getGlobalMetaPage().run_bins.flatMap(({ runs }) => runs);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    for (const [i, [block]] of blocks.entries())
      assert.ok(
        runs.some(
          ({ mini_page, number_of_mini_pages: length }) =>
            mini_page <= block / 2048 && mini_page + length >= block / 2048 + lengths[i],
        ),
        `${lengths[i]}`,
      );
    const statistics = heap.getHeapStatistics();
    assert.equal(
      statistics.free_heap_size,
      sum(runs.map((run) => run.number_of_mini_pages)) * 2048,
    );
    assert.equal(
      statistics.largest_free_size,
      Math.max(...runs.map((run) => run.number_of_mini_pages)) * 2048,
    );
    const wholly = heap.getPageStatistics().filter(({ kind }) => kind === 'free');
    assert.equal(statistics.number_of_free_pages, wholly.length);
    assert.ok(wholly.length > 200);
    assertLedger(heap, module);
  });

  it('add up to the memory at every step, and agree with the allocator itself', async function () {
    this.timeout(60_000);
    const module = await instantiate(file);
    const heap = heapOf(module);
    const random = numbers(2026);
    /** @type {{ address: number, bytes: number }[]} what was asked for, and given */
    const live = [];
    for (let step = 0; step < 600; ++step) {
      if (live.length > 0 && random(100) < 40)
        module._free(live.splice(random(live.length), 1)[0].address);
      else if (random(100) < 3) module._sbrk(random(90_000));
      else {
        const bytes = random(8 * 2 ** random(16));
        live.push({ address: ptr(module._malloc(bytes)), bytes });
      }
      assertLedger(heap, module);
      if (step % 20 !== 0) continue;
      assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
      assert.equal(module._gharial_validate(), 0);
      assertAgree(heap, module, live.length);
      assertShadow(heap, live);
    }
  });

  /** The live blocks are those of the program, no two blocks share a byte, and every table adds them up alike. */
  const assertShadow = (heap, live) => {
    const asked = new Map(live.map(({ address, bytes }) => [address, bytes]));
    const totals = { live: 0, cached: 0, free: 0 };
    const used = new Map();
    let large = 0;
    let end = 0;
    heap.visitBlocks(({ address, size, state, size_class, space, page_index }) => {
      assert.ok(address >= end);
      end = address + size;
      assert.equal(page_index, Math.floor(address / 65_536));
      assert.equal(space === 'large', size_class === 0);
      totals[state] += size;
      if (state !== 'live') return;
      assert.ok(asked.get(address) <= size, `${asked.get(address)} bytes in ${size}`);
      asked.delete(address);
      if (space === 'large') large += size;
      else used.set(size_class, (used.get(size_class) ?? 0) + 1);
    });
    assert.equal(asked.size, 0);
    const statistics = heap.getHeapStatistics();
    assert.equal(statistics.used_heap_size, totals.live);
    const { run_bins, own_page_lists } = heap.getGlobalMetaPage();
    const bins = run_bins.flatMap(({ runs }) => runs).map((run) => run.number_of_mini_pages);
    const own = own_page_lists.flatMap(({ pages }) => pages);
    const free = sum([...bins, ...own.map((page) => page.number_of_free_mini_pages)]) * 2048;
    assert.equal(statistics.free_heap_size, free + totals.free);
    const spaces = new Map(heap.getHeapSpaceStatistics().map((space) => [space.space_name, space]));
    assert.equal(spaces.get('large').space_used_size, large);
    assert.equal(spaces.get('mini').space_used_size, totals.live - large);
    assert.equal(spaces.get('mini').space_available_size, totals.cached + totals.free);
    assert.equal(spaces.get('free').space_size, free);
    assert.equal(spaces.get('meta').space_used_size, statistics.metadata_size);
    for (const { size_class, number_of_used_blocks } of heap.getSizeClassStatistics())
      assert.equal(number_of_used_blocks, used.get(size_class) ?? 0);
  };

  const assertAgree = (heap, module, live) => {
    const ours = heap.getHeapStatistics();
    assert.equal(module._stats_get(), 0);
    const [heap_bytes, live_bytes, live_blocks, , cached_blocks] = [0, 1, 2, 3, 4].map((i) =>
      ptr(module._stats_field(i)),
    );
    assert.equal(ours.used_heap_size, live_bytes);
    assert.equal(ours.number_of_live_allocations, live_blocks);
    assert.equal(ours.number_of_live_allocations, live);
    assert.equal(ours.number_of_cached_blocks, cached_blocks);
    const parts = heap.getPageStatistics().flatMap(({ mini_pages }) => mini_pages);
    const gaps =
      sum(parts.filter(({ kind }) => kind === 'external').map(({ length }) => length)) * 2048;
    assert.equal(ours.total_heap_size + gaps, heap_bytes);
    module._visit_begin();
    const counts = { live: 0, cached: 0, free: 0 };
    const states = { live: 1, cached: 2, free: 3 };
    let hash = 0;
    heap.visitBlocks(({ address, size, state }) => {
      counts[state] += 1;
      hash = (Math.imul(hash, 31) + address + size * 7 + states[state]) >>> 0;
    });
    assert.deepEqual(
      [counts.live, counts.cached, counts.free],
      [1, 2, 3].map((i) => module._visit_field(i)),
    );
    assert.equal(hash, ptr(module._visit_field(0)));
  };

  it('describe every MiniPage of every heap page once', async () => {
    const { heap } = await variedHeap();
    const pages = heap.getPageStatistics();
    const { number_of_pages, total_heap_size } = heap.getHeapStatistics();
    assert.equal(pages.filter(({ kind }) => kind !== 'external').length, number_of_pages);
    assert.ok(total_heap_size <= number_of_pages * 65_536);
    for (const { mini_pages, used_size, free_size } of pages) {
      let next = 0;
      for (const { index, length } of mini_pages) {
        assert.equal(index, next);
        next += length;
      }
      assert.equal(next, 32);
      assert.ok(used_size + free_size <= 65_536);
      assert.equal(sum(mini_pages.map((part) => part.used_size)), used_size);
      assert.equal(sum(mini_pages.map((part) => part.free_size)), free_size);
    }
    const parts = pages.flatMap(({ mini_pages }) => mini_pages);
    for (const kind of ['small', 'medium', 'large', 'free', 'metadata', 'external', 'static'])
      assert.ok(
        parts.some((part) => part.kind === kind),
        kind,
      );
    for (const { kind, mini_pages } of pages) {
      const kinds = new Set(mini_pages.map((part) => part.kind));
      assert.equal(kind, kinds.size === 1 ? mini_pages[0].kind : 'mixed');
    }
    assert.ok(
      pages.some(({ kind }) => kind === 'large') && pages.some(({ kind }) => kind === 'mixed'),
    );
    const { used_heap_size, metadata_size, number_of_mini_pages } = heap.getHeapStatistics();
    assert.equal(sum(pages.map(({ used_size }) => used_size)), used_heap_size + metadata_size);
    const used = parts.filter(({ kind }) => ['small', 'medium', 'large'].includes(kind));
    assert.equal(sum(used.map(({ length }) => length)), number_of_mini_pages);
    // a block counts where it begins; its bytes, wherever they lie
    assert.ok(
      used.some((part) => part.number_of_blocks === 0 && part.used_size === part.length * 2048),
    );
    for (const { kind, length, used_size, free_size } of parts)
      if (kind === 'free') assert.deepEqual([used_size, free_size], [0, length * 2048]);
    const [third] = heap.getPageStatistics({
      start: pages[3].page_index,
      end: pages[3].page_index + 1,
    });
    assert.deepEqual(third, pages[3]);
  });

  it('let the visitor end the walk, and look at one heap page', async () => {
    const { heap } = await variedHeap();
    let seen = 0;
    assert.equal(
      heap.visitBlocks(() => ++seen === 10),
      true,
    );
    assert.equal(seen, 10);
    const pages = heap.getPageStatistics();
    const page = pages.find(
      ({ mini_pages }) => mini_pages.filter((part) => part.kind === 'small').length > 5,
    );
    assert.ok(page);
    let found = 0;
    heap.visitBlocks(
      ({ page_index, state }) => {
        assert.equal(page_index, page.page_index);
        if (state === 'live') found += 1;
      },
      { page_index: page.page_index },
    );
    assert.equal(found, sum(page.mini_pages.map((part) => part.number_of_used_blocks)));
    assert.ok(found > 0);
  });
});
