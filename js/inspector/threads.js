// threads.js — the heaps of threads: the table of them, what is on its way between them, and their colours in the map. Plain
// data in, elements out. Assumes a heap number stays a thread heap's own, as getThreadStatistics says.
import { CELL_KINDS } from '../heap_map.js';
import { el } from './dom.js';
import { count, hex } from './format.js';
import { css, mix, oklch, pixel } from './palette.js';

/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('../thread_statistics.js').ThreadStatistics} ThreadStatistics */
/** @typedef {import('./palette.js').Palette} Palette */
/** @typedef {'all' | number | undefined} Owners what the map shows of owners: each in its colour, one alone, nothing */

/** @type {Record<string, string>} */
const STATE_WORDS = {
  attached: 'runs',
  orphan: 'ended',
  quarantined: 'terminated',
};
const STATE_TITLES = {
  attached: 'A thread has it.',
  orphan: 'Its thread ended: the next one that starts adopts it, with its pages.',
  quarantined: 'Its worker was terminated in the middle of a change: nobody uses it again.',
};
const GOLDEN_ANGLE = 137.508; // neighbours in number are far apart in hue

/** The colour of a heap, by its number. @param {Palette} palette @param {number} heap */
export const ownerColour = ({ theme }, heap) =>
  theme === 'dark'
    ? oklch(0.74, 0.14, 250 + GOLDEN_ANGLE * (heap - 1))
    : oklch(0.56, 0.16, 250 + GOLDEN_ANGLE * (heap - 1));

/** What a person reads of an owner. @param {ThreadStatistics} threads @param {number} heap */
export function ownerWords({ heaps }, heap) {
  const found = heaps.find((one) => one.heap === heap);
  if (found === undefined) return `heap ${heap}`;
  return `heap ${heap}, of thread ${hex(found.thread)}${found.state === 'attached' ? '' : `, which ${found.state === 'orphan' ? 'ended' : 'was terminated'}`}`;
}

/** Pages in the colours of their owners, darker where blocks are; the rest is pale. @param {HeapMap} map @param {Palette} palette @param {Owners} owners @returns {import('./raster.js').Shade} */
export function ownersShade(map, palette, owners) {
  const pale = pixel(mix(palette.kind.free, palette.page, 0.6));
  const in_use = CELL_KINDS.indexOf('small');
  /** @type {Map<number, [free: number, used: number]>} */
  const colours = new Map();
  for (const heap of new Set(map.owners)) {
    const colour = ownerColour(palette, heap);
    const shown = heap !== 0 && (owners === 'all' || owners === heap);
    const [free, used] = [0.35, 1].map((share) => pixel(mix(colour, palette.page, share)));
    colours.set(heap, shown ? [free, used] : [pale, pale]);
  }
  return (i) => {
    const [free, used] = colours.get(map.owners[Math.floor(i / map.per_page)]) ?? [pale, pale];
    return map.kind[i] >= in_use && map.fill[i] > 0 ? used : free;
  };
}

/** @param {ThreadStatistics} threads @param {Palette} palette @param {Owners} shown @param {(owners: Owners) => void} show */
export function threadsPanel(threads, palette, shown, show) {
  const { heaps } = threads;
  if (heaps.length === 0) return el('p.hint', {}, 'No thread has allocated yet.');
  /** @param {Owners} owners */
  const toggle = (owners) => () => show(shown === owners ? undefined : owners);
  const head = [
    ['heap', 'Each thread has a heap of its own'],
    ['thread', 'pthread_self, or the number of a Wasm Worker'],
    ['pages', 'Heap pages that it owns'],
    ['free', 'Of these, pages without a block'],
    ['at hand', 'Free blocks that its next calls of malloc take'],
    ['returned', 'Blocks that other threads freed, and it has not taken in yet'],
  ];
  return el(
    'section',
    {},
    el(
      'p',
      {},
      el(
        'button',
        { 'aria-pressed': String(shown === 'all'), onclick: toggle('all') },
        'Colour pages by owner',
      ),
    ),
    el(
      'table.threads',
      {},
      el(
        'thead',
        {},
        el('tr', {}, ...head.map(([name, title]) => el('th', { scope: 'col', title }, name))),
      ),
      el(
        'tbody',
        {},
        ...heaps.map((one) =>
          el(
            'tr',
            {},
            el(
              'th',
              { scope: 'row' },
              el(
                'button.class',
                {
                  'aria-pressed': String(shown === one.heap),
                  'aria-label': `Heap ${one.heap}: show its pages in the map`,
                  title: 'Show its pages in the map',
                  onclick: toggle(one.heap),
                },
                el('i.swatch', { style: { background: css(ownerColour(palette, one.heap)) } }),
                String(one.heap),
              ),
            ),
            el(
              'td',
              { title: one.state === undefined ? '' : STATE_TITLES[one.state] },
              el('code', {}, hex(one.thread)),
              el(
                'small',
                {},
                STATE_WORDS[one.state ?? ''] ?? 'unknown',
                one.realtime ? ', real-time' : '',
              ),
            ),
            el('td', {}, count(one.number_of_pages)),
            el(
              'td.dim',
              {
                title:
                  one.number_of_reserved_pages > 0
                    ? `${count(one.number_of_reserved_pages)} reserved`
                    : '',
              },
              count(one.number_of_free_pages),
            ),
            el('td.dim', {}, count(one.number_of_cached_blocks)),
            el('td', {}, count(one.number_of_pending_blocks)),
          ),
        ),
      ),
    ),
    el(
      'p.hint',
      {},
      'Returned: freed by another thread, and not yet taken in by the owner of the page. Click a heap to see its pages.',
    ),
    el('h3', {}, 'Between threads'),
    el(
      'dl.facts',
      {},
      ...facts(threads).flatMap(([name, value, title]) => [
        el('dt', { title }, name),
        el('dd', {}, count(value)),
      ]),
    ),
  );
}

/** @param {ThreadStatistics} threads @returns {[string, number, string][]} */
const facts = (threads) => [
  ['blocks returned', threads.number_of_pending_blocks, 'On their way to the heap that owns them'],
  [
    'blocks deferred',
    threads.number_of_deferred_blocks,
    'Large blocks, freed while the lock was held: the next holder frees them',
  ],
  ['pages owned', threads.number_of_owned_pages, 'Heap pages that a heap owns'],
  [
    'pages orphaned',
    threads.number_of_orphaned_pages,
    'Of threads that ended: the next thread that starts adopts them',
  ],
  [
    'pages quarantined',
    threads.number_of_quarantined_pages,
    'Of workers that were terminated in the middle of a change: lost',
  ],
  ['waits for the lock', threads.number_of_lock_waits, 'Times a thread went to sleep for it'],
  ['refusals', threads.number_of_refusals, 'Times a real-time thread got no memory'],
];
