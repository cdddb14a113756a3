import assert from 'node:assert/strict';
import { heapOf } from '../../js/index.js';
import { layoutAt } from '../../js/layout.js';
import { liveSource } from '../../js/memory.js';
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

  it('know the short run that a class begins with, and the long ones after it', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const { memory, record } = module.gharialHeap();
    const { k, ...layout } = layoutAt(liveSource(memory).open(), record);
    const classes = Array.from({ length: k.size_classes }, (_, i) => i + 1);
    /** What one class has: MiniPages and blocks. @param {number} size_class */
    const cutOf = (size_class) => {
      const { number_of_mini_pages, number_of_blocks } =
        heap.getSizeClassStatistics()[size_class - 1];
      return [number_of_mini_pages, number_of_blocks];
    };
    let live = 0;
    for (const c of classes) {
      const bytes = layout.class_bytes[c];
      assert.ok(bytes > (layout.class_bytes[c - 1] ?? 0), 'classes are in the order of their size');
      const [first, further] = [layout.class_first_mini_pages[c], layout.class_mini_pages[c]];
      const [few, many] = [first, further].map((length) => Math.floor((length * 2048) / bytes));
      assert.ok(few >= 2 && (first === 1 || (first - 1) * 2048 < 2 * bytes));
      const take = () => ptr(module._malloc(bytes));
      const [begin] = Array.from({ length: few }, take);
      assert.deepEqual(cutOf(c), [first, few], `${bytes}`);
      const begun = take();
      assert.deepEqual(cutOf(c), [first + further, few + many], `${bytes}`);
      live += few + 1;
      /** @type {import('../../js/index.js').Block[][]} */
      const seen = [begin, begun].map((run) => {
        const blocks = [];
        heap.visitBlocks((block) => void blocks.push(block), { run: run / 2048 });
        return blocks;
      });
      assert.deepEqual(
        seen.map((blocks) => blocks.length),
        [few, many],
      );
      for (const [i, run] of [begin, begun].entries())
        for (const [number, { address, size }] of seen[i].entries())
          assert.deepEqual([address, size], [run + number * bytes, bytes]);
    }
    assert.ok(classes.some((c) => layout.class_first_mini_pages[c] !== layout.class_mini_pages[c]));
    assert.equal(layout.class_bytes[k.size_classes], k.class_max);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    assertAgree(heap, module, live);
    assertLedger(heap, module);
  });

  it('begin with the heap, where others took memory before it', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    module._sbrk(100 * 2 ** 20 + 1000);
    const blocks = [10, 600, 5000, 100_000, 10 * 2 ** 20].map((bytes) => {
      return { address: ptr(module._malloc(bytes)), bytes };
    });
    for (const checked of [heap, heap.takeHeapSnapshot().heap]) {
      const { first_mini_page, mapped_pages, map_size } = checked.getGlobalMetaPage();
      assert.ok(first_mini_page >= 50 * 1024, `${first_mini_page}`);
      // the run map alone would be larger if it began with address 0
      assert.ok(map_size < mapped_pages * 32 * 8, `${map_size} bytes for ${mapped_pages} pages`);
      assert.deepEqual(checked.validateHeap(), { ok: true, errors: [] });
      assertShadow(checked, blocks);
    }
    assertLedger(heap, module);
    assertAgree(heap, module, blocks.length);
    for (const { address } of blocks) module._free(address);
    assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
    assert.equal(module._gharial_validate(), 0);
  });

  it('know large blocks to the MiniPage', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const least = ptr(module._malloc(8705)); // one byte more than the largest class has
    const middle = ptr(module._malloc(20_000)); // 10 MiniPages
    const large = ptr(module._malloc(2 * 65_536 + 5_000)); // 2 heap pages and 3 MiniPages
    const found = [];
    heap.visitBlocks((block) => found.push(block), { space: 'mini' });
    assert.deepEqual(found, []);
    heap.visitBlocks((block) => found.push(block), { space: 'large' });
    const sizes = [
      [least, 5 * 2048],
      [middle, 10 * 2048],
      [large, 2 * 65_536 + 3 * 2048],
    ];
    assert.deepEqual(
      found,
      sizes
        .sort(([a], [b]) => a - b)
        .map(([address, size]) => ({
          address,
          size,
          state: 'live',
          size_class: 0,
          space: 'large',
          page_index: Math.floor(address / 65_536),
        })),
    );
    const first = Math.floor(large / 65_536);
    const parts = heap
      .getPageStatistics({ start: first, end: first + 3 })
      .flatMap(({ mini_pages }) =>
        mini_pages.filter(({ block_size }) => block_size === 2 * 65_536 + 3 * 2048),
      );
    assert.ok(parts.every(({ kind }) => kind === 'large'));
    assert.equal(sum(parts.map(({ length }) => length)), 2 * 32 + 3);
    assert.deepEqual(
      parts.map(({ begins, number_of_blocks }) => [begins, number_of_blocks]),
      [[true, 1], [false, 0], ...(parts.length > 2 ? [[false, 0]] : [])],
    );
    assert.equal(heap.getHeapStatistics().number_of_mini_pages, 5 + 10 + 2 * 32 + 3);
  });

  it('know a large block in every heap page in which it lies', async () => {
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
        ...[part.kind, part.begins, part.block_size, part.used_size, part.free_size],
        ...[part.number_of_used_blocks, part.number_of_free_blocks],
      ]);
    const lengths = parts().map(({ length }) => length);
    assert.equal(sum(lengths), 20);
    const used = lengths.map((length) => length * 2048);
    assert.deepEqual(states(), [
      ['large', true, 40_960, used[0], 0, 1, 0],
      ['large', false, 40_960, used[1], 0, 0, 0],
    ]);
    const cells = () =>
      heap
        .getPageStatistics({ start, end: start + 2 })
        .map((page) => rowOf(page).cells.filter(({ kind }) => kind === 'large').length);
    const before = cells();
    module._free(block);
    // it is never at hand
    for (const [kind, , block_size, used_size, free_size, ...blocks] of states()) {
      assert.deepEqual([kind, block_size, used_size, ...blocks], ['free', 0, 0, 0, 0]);
      assert.ok(free_size > 0);
    }
    assert.deepEqual(
      cells(),
      before.map((count, i) => count - lengths[i]),
    );
    assert.equal(heap.getHeapStatistics().number_of_cached_blocks, 0);
    heap.visitBlocks(({ address }) => assert.notEqual(address, block));
  });

  it('know free runs of every length, and their bins', async () => {
    const module = await instantiate(file);
    const heap = heapOf(module);
    const lengths = [5, 6, 16, 26, 27, 28, 31, 32, 33, 40, 41, 63, 64, 65, 129, 2000, 6400];
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
    for (const kind of ['small', 'large', 'free', 'metadata', 'external', 'static'])
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
    const used = parts.filter(({ kind }) => ['small', 'large'].includes(kind));
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
