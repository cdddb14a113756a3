import assert from 'node:assert/strict';
import { heapOf, renderReport } from '../../js/index.js';
import { cellsText, mapLines, rowOf, size } from '../../js/render.js';
import { variedHeap } from './support/heaps.js';
import { growing, instantiate } from './support/modules.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const ANSI = /\x1b\[[\d;]*m/g;

/** @param {Partial<import('../../js/index.js').MiniPageStatistics>} part */
const part = (part) => ({
  index: 0,
  length: 1,
  kind: /** @type {const} */ ('free'),
  begins: false,
  fresh: false,
  size_class: 0,
  block_size: 0,
  number_of_blocks: 0,
  number_of_used_blocks: 0,
  number_of_free_blocks: 0,
  used_size: 0,
  free_size: 0,
  ...part,
});
/** @param {number} page_index @param {any[]} mini_pages @returns {import('../../js/index.js').PageStatistics} */
const page = (page_index, mini_pages) => ({
  page_index,
  address: page_index * 65_536,
  kind: 'mixed',
  meta_page: 0,
  owner: 0,
  used_size: 0,
  free_size: 0,
  mini_pages,
});
const small = (block_size, used, blocks, length = 1) =>
  part({
    kind: 'small',
    size_class: 1,
    block_size,
    length,
    number_of_blocks: blocks,
    number_of_used_blocks: used,
    number_of_free_blocks: blocks - used,
    used_size: used * block_size,
    free_size: (blocks - used) * block_size,
  });

describe('the report', function () {
  this.timeout(600_000);

  it('shows every kind of MiniPage by a character of its own', () => {
    const parts = [
      ...[small(8, 3, 9), small(8, 9, 9), small(9, 3, 9), small(16_384, 1, 1, 8)],
      // what lies of a run in the next page, where no block of it begins
      part({ kind: 'small', size_class: 1, block_size: 4000, used_size: 2000 }),
      part({ kind: 'small', size_class: 1, block_size: 9000, used_size: 2000 }),
      ...[
        part({ kind: 'large', length: 2 }),
        part({ kind: 'large', begins: true, length: 3 }),
        part({ kind: 'large', begins: true, length: 2 }),
      ],
      ...[
        part({ length: 2 }),
        part({ fresh: true, length: 2 }),
        part({ kind: 'metadata' }),
        part({ kind: 'external' }),
        part({ kind: 'static' }),
        part({ kind: 'unclaimed' }),
      ],
    ];
    assert.equal(cellsText(rowOf(page(5, parts)).cells, false), 'aAbLLLLLLLLJL==[==[=..  %x:_');
    const coloured = cellsText(rowOf(page(5, parts)).cells, true);
    assert.equal(coloured.replace(ANSI, ''), '▃█▃████████████▐██▐█··  ▒╳░_');
  });

  it('puts as many heap pages on a line as fit, and tells repetition as a count', () => {
    const full = (index) => page(index, [part({ kind: 'large', length: 32 })]);
    const pages = [
      page(1, [part({ length: 32 })]),
      ...Array.from({ length: 99 }, (_, i) => full(i + 2)),
    ];
    const lines = mapLines(pages, { colour: false, columns: 80, max_lines: 40 });
    assert.equal(lines.length, 3);
    assert.match(lines[0], /^ {3}1 │\.{32}│ {4}2 │={32}│$/);
    assert.match(lines[1], /^ {3}3 │={32}│ {4}4 │={32}│$/);
    assert.match(lines[2], /┊ 96 more heap pages like these/);
    assert.equal(mapLines(pages, { colour: false, columns: 60, max_lines: 40 })[0].length, 39);
    const different = Array.from({ length: 200 }, (_, i) =>
      page(i + 1, [part({ length: i % 32 }), part({ fresh: true, length: 32 - (i % 32) })]),
    );
    const short = mapLines(different, { colour: false, columns: 80, max_lines: 11 });
    assert.equal(short.length, 11);
    assert.match(short[5], /180 heap pages left out/);
  });

  it('fits its columns and says the same with and without colour', async () => {
    const { heap } = await variedHeap();
    for (const columns of [72, 80, 132]) {
      for (const colour of [false, true]) {
        const text = renderReport(heap, { colour, columns });
        assert.equal(ANSI.test(text), colour);
        for (const line of text.replace(ANSI, '').split('\n'))
          assert.ok([...line].length <= columns, `${columns}: ${line}`);
      }
    }
    const text = renderReport(heap, { colour: false, columns: 80 });
    const statistics = heap.getHeapStatistics();
    assert.ok(
      text.includes(`${statistics.number_of_live_allocations.toLocaleString('en-US')} blocks`),
    );
    for (const { space_name } of heap.getHeapSpaceStatistics())
      assert.match(text, new RegExp(`^ {2}${space_name} `, 'm'));
    for (const { block_size, number_of_blocks } of heap.getSizeClassStatistics())
      assert.equal(
        new RegExp(`^ +${block_size.toLocaleString('en-US')} B `, 'm').test(text),
        number_of_blocks > 0,
      );
    assert.ok(text.includes('The heap is sound'));
    assert.equal(text.at(-1), '\n');
  });

  it('is short before the first allocation', async () => {
    const text = renderReport(heapOf(await instantiate(await growing())), { colour: false });
    assert.match(text, /0 B live in 0 blocks/);
    assert.ok(!text.includes('Heap pages'));
  });

  it('writes sizes as people do', () => {
    assert.deepEqual([0, 1023, 1024, 1536, 2 ** 20 * 12.34, 2 ** 32].map(size), [
      '0 B',
      '1023 B',
      '1 KiB',
      '1.50 KiB',
      '12.3 MiB',
      '4 GiB',
    ]);
  });
});
