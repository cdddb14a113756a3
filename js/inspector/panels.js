// panels.js — what stands beside the map, as elements: a run and its blocks, size classes, stacks, the ledger. Each function
// gets plain data and gives elements; what is clicked is told to whoever asked.
import { CELL_KINDS } from '../heap_map.js';
import { el } from './dom.js';
import { count, hex, percent, size } from './format.js';
import { css, mix } from './palette.js';
import { ownerColour, ownerWords } from './threads.js';

/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('../heap_reader.js').HeapReader} HeapReader */
/** @typedef {import('./palette.js').Palette} Palette */

/** What a person calls it. @type {Record<import('../heap_map.js').MapCellKind, string>} */
export const KIND_WORDS = {
  unclaimed: 'above the heap',
  static: 'static data',
  external: 'taken by others (sbrk)',
  free: 'free, was used',
  fresh: 'fresh, never used',
  metadata: "gharial's metadata",
  small: 'small blocks',
  large: 'large block',
  changing: 'just changed by a thread',
};

/** @param {HeapMap} map @param {number} i place in the map */
export function placeWords(map, i) {
  const kind = CELL_KINDS[map.kind[i]];
  const owner = map.owners[Math.floor(i / 32)];
  const where = `heap page ${map.first_page + Math.floor(i / 32)}${owner === 0 ? '' : ` of heap ${owner}`}, MiniPage ${i % 32}`;
  const bytes = map.class_bytes[map.size_class[i]];
  const share = percent(map.fill[i] / 255);
  if (kind === 'small') return `${where}: blocks of ${size(bytes)}, ${share} live`;
  return `${where}: ${KIND_WORDS[kind]}${kind === 'metadata' && map.fill[i] === 0 ? ', free' : ''}`;
}

/** Colour of a MiniPage at its fullest. @param {HeapMap} map @param {Palette} palette @param {number} i */
export function colourAt(map, palette, i) {
  const kind = CELL_KINDS[map.kind[i]];
  return kind === 'small' ? palette.size(map.class_bytes[map.size_class[i]]) : palette.kind[kind];
}

/** @param {[string, string | Node][]} rows */
const facts = (rows) =>
  el('dl.facts', {}, ...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

/**
 * The run at a place, and its blocks.
 * @param {HeapReader} heap @param {HeapMap} map @param {Palette} palette @param {number} i @param {number | undefined} address that was searched
 */
export function selectionPanel(heap, map, palette, i, address) {
  if (i < 0)
    return el(
      'p.hint',
      {},
      'Click a MiniPage, or press the arrow keys in the map, to see its blocks. Double click or Enter brings you here.',
    );
  const kind = CELL_KINDS[map.kind[i]];
  const run = map.runOf(map.first_mini_page + i);
  const start = run - map.first_mini_page;
  let end = i + 1;
  while (end < map.kind.length && map.begins[end] === 0 && map.kind[end] === map.kind[i]) end += 1;
  const page = map.first_page + Math.floor(i / 32);
  const colour = colourAt(map, palette, i);
  const bytes = (end - start) * map.mini_page_bytes;
  const title = el(
    'h3',
    {},
    el('i.swatch', { style: { background: css(colour) } }),
    kind === 'small'
      ? `Blocks of ${size(map.class_bytes[map.size_class[i]])}`
      : sentence(KIND_WORDS[kind]),
  );
  const rows = /** @type {[string, string | Node][]} */ ([
    ['heap page', `${count(page)} · MiniPage ${i % 32}`],
    ['address', el('code', {}, hex((map.first_mini_page + i) * map.mini_page_bytes))],
  ]);
  const owner = map.owners[Math.floor(i / 32)];
  if (owner !== 0)
    rows.push([
      'owner',
      el(
        'span',
        {},
        el('i.swatch', { style: { background: css(ownerColour(palette, owner)) } }),
        ownerWords(heap.getThreadStatistics(), owner),
      ),
    ]);
  const is_run = kind === 'small' || kind === 'large';
  if (is_run || kind === 'free' || kind === 'fresh')
    rows.push([
      'run',
      `${size(bytes)}, ${count(end - start)} MiniPage${end - start === 1 ? '' : 's'} from ${hex(start * map.mini_page_bytes + map.first_mini_page * map.mini_page_bytes)}`,
    ]);
  if (!is_run) return el('section', {}, title, facts(rows));
  /** @type {import('../blocks.js').Block[]} */
  const blocks = [];
  heap.visitBlocks((block) => void blocks.push(block), { run });
  const live = blocks.filter(({ state }) => state === 'live').length;
  const kept = blocks.filter(({ state }) => state === 'cached').length;
  rows.push([
    'blocks',
    `${live} live${kept > 0 ? `, ${kept} at hand` : ''}${live + kept < blocks.length ? `, ${blocks.length - live - kept} free` : ''}`,
  ]);
  rows.push([
    'live',
    `${size(live * (blocks[0]?.size ?? 0))} of ${size(bytes)} (${percent((live * (blocks[0]?.size ?? 0)) / bytes)})`,
  ]);
  return el('section', {}, title, facts(rows), ...blockGrid(blocks, palette, colour, address));
}

/** @param {string} words */
const sentence = (words) => words[0].toUpperCase() + words.slice(1);

/** @param {import('../blocks.js').Block[]} blocks @param {Palette} palette @param {import('./palette.js').Rgb} colour @param {number | undefined} address */
function blockGrid(blocks, palette, colour, address) {
  const words = el(
    'p.block-words',
    { 'aria-live': 'polite' },
    `${blocks.length} block${blocks.length === 1 ? '' : 's'}, in order of address`,
  );
  const columns =
    blocks.length > 128
      ? 16
      : blocks.length > 32
        ? 12
        : blocks.length > 8
          ? 8
          : Math.max(1, blocks.length);
  let chosen = -1;
  /** @param {number} i */
  const choose = (i) => {
    if (i < 0 || i >= blocks.length) return;
    grid.children[chosen]?.setAttribute('aria-selected', 'false');
    chosen = i;
    const cell = grid.children[i];
    cell.setAttribute('aria-selected', 'true');
    grid.setAttribute('aria-activedescendant', cell.id);
    words.replaceChildren(
      el('code', {}, hex(blocks[i].address)),
      ` ${size(blocks[i].size)}, ${STATE_WORDS[blocks[i].state]}`,
    );
  };
  const grid = el(
    'div.blocks',
    {
      role: 'listbox',
      'aria-label': 'Blocks of the run',
      tabindex: 0,
      style: { '--columns': columns },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[
          event.key
        ];
        if (step === undefined) return;
        event.preventDefault();
        choose(chosen < 0 ? 0 : chosen + step);
      },
    },
    ...blocks.map((block, i) =>
      el(`i.${block.state}`, {
        id: `block-${i}`,
        role: 'option',
        'aria-selected': 'false',
        'aria-label': `${hex(block.address)}, ${size(block.size)}, ${STATE_WORDS[block.state]}`,
        title: `${hex(block.address)}  ${size(block.size)}, ${STATE_WORDS[block.state]}`,
        style: { '--full': css(colour), '--faint': css(mix(colour, palette.page, palette.faint)) },
        onclick: () => choose(i),
      }),
    ),
  );
  const found =
    address === undefined
      ? -1
      : blocks.findIndex(
          (block) => address >= block.address && address < block.address + block.size,
        );
  if (found >= 0) choose(found);
  const legend = el(
    'p.block-legend',
    {},
    ...['live', 'cached', 'free'].flatMap((state) => [
      el(`i.${state}`, {
        style: { '--full': css(colour), '--faint': css(mix(colour, palette.page, palette.faint)) },
      }),
      STATE_WORDS[/** @type {'live'} */ (state)],
    ]),
  );
  return [grid, words, legend];
}

const STATE_WORDS = { live: 'live', cached: 'free, at hand', free: 'free' };

/** @param {HeapMap} map @param {Palette} palette @param {number | undefined} chosen size class @param {(size_class: number | undefined) => void} choose */
export function classesPanel(map, palette, chosen, choose) {
  const classes = map.class_bytes
    .map((block_size, size_class) => ({
      size_class,
      block_size,
      live: map.class_live[size_class],
      blocks: map.class_blocks[size_class],
    }))
    .filter(({ blocks }) => blocks > 0)
    .sort(
      (a, b) =>
        (a.block_size || Number.POSITIVE_INFINITY) - (b.block_size || Number.POSITIVE_INFINITY),
    );
  if (classes.length === 0) return el('p.hint', {}, 'No block was ever handed out.');
  return el(
    'section',
    {},
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...['block', 'live', 'of', 'in use', 'MiniPages'].map((name) =>
            el('th', { scope: 'col' }, name),
          ),
        ),
      ),
      el(
        'tbody',
        {},
        ...classes.map(({ size_class, block_size, live, blocks }) => {
          const colour = size_class === 0 ? palette.kind.large : palette.size(block_size);
          const share = blocks === 0 ? 0 : live / blocks;
          return el(
            'tr',
            { 'aria-selected': String(chosen === size_class) },
            el(
              'th',
              { scope: 'row' },
              el(
                'button.class',
                {
                  'aria-pressed': String(chosen === size_class),
                  title: 'Show only these in the map',
                  onclick: () => choose(chosen === size_class ? undefined : size_class),
                },
                el('i.swatch', { style: { background: css(colour) } }),
                size_class === 0 ? 'large' : size(block_size),
              ),
            ),
            el('td', {}, count(live)),
            el('td.dim', {}, count(blocks)),
            el(
              'td',
              {},
              el('span.bar', {
                title: percent(share),
                style: { '--share': share, '--ink': css(colour) },
              }),
            ),
            el(
              'td.dim',
              {},
              count(
                size_class === 0
                  ? map.spaces.large / map.mini_page_bytes
                  : map.class_mini_pages[size_class],
              ),
            ),
          );
        }),
      ),
    ),
    el(
      'p.hint',
      {},
      'A class with many MiniPages and a short bar is fragmented. Click a size to see where its blocks are.',
    ),
  );
}

/** @param {HeapReader} heap @param {HeapMap} map @param {Palette} palette @param {(mini_page: number) => void} go */
export function stacksPanel(heap, map, palette, go) {
  const global = heap.getGlobalMetaPage();
  const chip = (
    /** @type {number} */ mini_page,
    /** @type {string} */ text,
    title = 'Show in the map',
  ) => el('button.chip', { onclick: () => go(mini_page), title }, text);
  /**
   * What is on a stack, from the top on, as far as there is room for it.
   * @template T @param {(string | HTMLElement)[]} name @param {T[]} items @param {number} most @param {(item: T) => HTMLElement} shown
   */
  const stack = (name, items, most, shown) =>
    el(
      'div.stack',
      {},
      el('b', {}, ...name),
      el(
        'div',
        {},
        ...items.slice(0, most).map(shown),
        items.length > most ? el('span.dim', {}, `+${count(items.length - most)}`) : false,
      ),
    );
  const classes = global.size_class_stacks
    .filter(({ pages }) => pages.length > 0)
    .sort((a, b) => a.block_size - b.block_size);
  const bins = global.run_bins.filter(({ runs }) => runs.length > 0).reverse();
  return el(
    'section',
    {},
    el('h3', {}, 'Heap pages with room, by size class'),
    el(
      'p.hint',
      {},
      'The global stacks: malloc takes the page on top (first) when its own stack is empty.',
    ),
    ...classes.map(({ block_size, pages }) =>
      stack(
        [
          el('i.swatch', { style: { background: css(palette.size(block_size)) } }),
          size(block_size),
        ],
        pages,
        12,
        (page) => chip(page * map.per_page, String(page)),
      ),
    ),
    classes.length === 0 ? el('p.dim', {}, 'none') : false,
    el('h3', {}, 'Heap pages kept for small blocks, by free MiniPages in a row'),
    ...global.own_page_lists.map(({ free_mini_pages, pages }) =>
      stack(
        [String(free_mini_pages)],
        pages,
        12,
        ({ page_index: page, number_of_free_mini_pages: free }) =>
          chip(page * map.per_page, String(page), `${free} free MiniPages`),
      ),
    ),
    global.own_page_lists.length === 0 ? el('p.dim', {}, 'none') : false,
    el('h3', {}, 'Free runs, longest first'),
    ...bins
      .slice(0, 24)
      .map(({ runs }) =>
        stack(
          [size(runs[0].number_of_mini_pages * map.mini_page_bytes)],
          runs,
          8,
          ({ mini_page, number_of_mini_pages }) =>
            chip(
              mini_page,
              hex(mini_page * map.mini_page_bytes),
              `${number_of_mini_pages} MiniPages`,
            ),
        ),
      ),
    bins.length === 0 ? el('p.dim', {}, 'none') : false,
    el('h3', {}, 'Counters'),
    facts([
      ['MiniPages, fresh', count(global.counters.fresh_mini_pages)],
      [
        'MiniPages, re-used',
        count(global.counters.taken_mini_pages - global.counters.fresh_mini_pages),
      ],
      ['heap pages, fresh', count(global.counters.fresh_pages)],
      ['heap pages, re-used', count(global.counters.taken_pages - global.counters.fresh_pages)],
      ['growths', count(global.counters.heap_grows)],
      ['growths refused', count(global.counters.refused_grows)],
      ['most in use', size(global.counters.peak_used_mini_pages * map.mini_page_bytes)],
    ]),
  );
}

/** @type {{ name: import('../statistics.js').SpaceName, words: string }[]} */
const SPACES = [
  { name: 'static', words: 'static data' },
  { name: 'stack', words: 'stack' },
  { name: 'meta', words: 'metadata' },
  { name: 'mini', words: 'small' },
  { name: 'large', words: 'large' },
  { name: 'free', words: 'free runs' },
  { name: 'external', words: 'others (sbrk)' },
  { name: 'unclaimed', words: 'not asked for yet' },
];

/** Every byte of memory in one bar. @param {HeapMap} map @param {Palette} palette */
export function ledger(map, palette) {
  const total = Object.values(map.spaces).reduce((a, b) => a + b, 0);
  const dark = palette.theme === 'dark';
  /** @type {Record<string, import('./palette.js').Rgb>} */
  const colours = {
    static: palette.kind.static,
    stack: dark ? [98, 106, 124] : [148, 156, 172],
    meta: palette.kind.metadata,
    mini: palette.size(512),
    large: palette.kind.large,
    free: palette.kind.free,
    external: palette.kind.external,
    unclaimed: dark ? [28, 32, 41] : [236, 239, 244],
  };
  const parts = SPACES.filter(({ name }) => map.spaces[name] > 0);
  return el(
    'div.ledger',
    {},
    el(
      'div.stripe',
      {
        role: 'img',
        'aria-label': `Memory of ${size(total)}: ${parts.map(({ name, words }) => `${words} ${size(map.spaces[name])}`).join(', ')}`,
      },
      ...parts.map(({ name, words }) =>
        el('span', {
          title: `${words}: ${size(map.spaces[name])} (${percent(map.spaces[name] / total)})`,
          style: { 'flex-grow': map.spaces[name] / total, background: css(colours[name]) },
        }),
      ),
    ),
    el(
      'div.key',
      { 'aria-hidden': 'true' },
      ...parts.map(({ name, words }) =>
        el(
          'span',
          {},
          el('i.swatch', { style: { background: css(colours[name]) } }),
          `${words} `,
          el('b', {}, size(map.spaces[name])),
        ),
      ),
    ),
  );
}
