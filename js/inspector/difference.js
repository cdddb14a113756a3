// difference.js — snapshot A beside the heap as it is now: the table of what changed, and the colours of it in the map.
import { diffHeapSnapshots } from '../diff.js';
import { CELL_KINDS } from '../heap_map.js';
import { el } from './dom.js';
import { count, size } from './format.js';
import { mix, pixel } from './palette.js';

/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('../heap_reader.js').HeapReader} HeapReader */
/** @typedef {{ heap: HeapReader, map: HeapMap, taken: Date }} Kept */

/** @param {number} n @param {(n: number) => string} words */
const signed = (n, words) => (n === 0 ? '0' : `${n > 0 ? '+' : '−'}${words(Math.abs(n))}`);
/** @param {number} n */
const tone = (n) => (n > 0 ? '.more' : n < 0 ? '.less' : '.dim');

/** @param {Kept | undefined} a @param {HeapReader} heap @param {boolean} shown in the map @param {{ keep: () => void, show: (shown: boolean) => void }} act */
export function differencePanel(a, heap, shown, act) {
  const keep = el(
    'button',
    { onclick: act.keep },
    a === undefined ? 'Keep snapshot A' : 'Keep A again',
  );
  if (a === undefined)
    return el(
      'section',
      {},
      el(
        'p.hint',
        {},
        'Keep the heap as it is now, let the program work, and see what stays behind: a leak shows as a size that grows every time.',
      ),
      keep,
    );
  const diff = diffHeapSnapshots(a.heap, heap);
  const rows = /** @type {[string, import('../diff.js').Change, (n: number) => string][]} */ ([
    ['live', diff.used_heap_size, size],
    ['live blocks', diff.number_of_live_allocations, count],
    ['heap', diff.total_heap_size, size],
    ['metadata', diff.metadata_size, size],
    ['memory', diff.memory_size, size],
  ]);
  return el(
    'section',
    {},
    el(
      'p',
      {},
      `A was kept at ${a.taken.toLocaleTimeString()}. `,
      keep,
      ' ',
      el(
        'button',
        { 'aria-pressed': String(shown), onclick: () => act.show(!shown) },
        'Show in the map',
      ),
    ),
    el(
      'p.hint',
      {},
      el('span.more', {}, '■ more live than in A'),
      '   ',
      el('span.less', {}, '■ less'),
      '   the rest pale',
    ),
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el('tr', {}, ...['', 'A', 'now', 'change'].map((name) => el('th', { scope: 'col' }, name))),
      ),
      el(
        'tbody',
        {},
        ...rows.map(([name, { before, after, delta }, words]) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row' }, name),
            el('td.dim', {}, words(before)),
            el('td', {}, words(after)),
            el(`td${tone(delta)}`, {}, signed(delta, words)),
          ),
        ),
      ),
    ),
    el('h3', {}, 'By size of block'),
    diff.size_classes.length === 0
      ? el('p.dim', {}, 'No size has other blocks than in A.')
      : el(
          'table',
          {},
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              ...['block', 'A', 'now', 'blocks', 'bytes'].map((name) =>
                el('th', { scope: 'col' }, name),
              ),
            ),
          ),
          el(
            'tbody',
            {},
            ...diff.size_classes.map(({ block_size, before, after, delta, delta_size }) =>
              el(
                'tr',
                {},
                el('th', { scope: 'row' }, block_size === 0 ? 'large' : size(block_size)),
                el('td.dim', {}, count(before)),
                el('td', {}, count(after)),
                el(`td${tone(delta)}`, {}, signed(delta, count)),
                el(`td${tone(delta_size)}`, {}, signed(delta_size, size)),
              ),
            ),
          ),
        ),
  );
}

const FIRST_IN_USE = CELL_KINDS.indexOf('small');

/** Colours of what changed; the rest is pale. @param {HeapMap} a @param {HeapMap} b @param {import('./palette.js').Palette} palette @returns {import('./raster.js').Shade} */
export function differenceShade(a, b, palette) {
  const dark = palette.theme === 'dark';
  const [more, less] = dark
    ? [
        [240, 150, 60],
        [90, 160, 255],
      ]
    : [
        [217, 120, 20],
        [31, 98, 208],
      ];
  const steps = [more, less].map((rgb) =>
    Uint32Array.from({ length: 17 }, (_, i) =>
      pixel(
        mix(/** @type {import('./palette.js').Rgb} */ (rgb), palette.page, 0.4 + (0.6 * i) / 16),
      ),
    ),
  );
  const pale = pixel(mix(palette.kind.free, palette.page, 0.6));
  const nothing = pixel(palette.page);
  const offset = (b.first_page - a.first_page) * b.per_page;
  const fill = (/** @type {HeapMap} */ map, /** @type {number} */ i) =>
    map.kind[i] >= FIRST_IN_USE ? map.fill[i] : 0;
  return (i) => {
    if (b.kind[i] === 0) return nothing;
    const delta =
      fill(b, i) - (i + offset < a.kind.length && i + offset >= 0 ? fill(a, i + offset) : 0);
    const same_class =
      i + offset < a.kind.length &&
      a.size_class[i + offset] === b.size_class[i] &&
      a.kind[i + offset] === b.kind[i];
    if (delta === 0 && (same_class || fill(b, i) === 0)) return pale;
    return steps[delta >= 0 ? 0 : 1][delta === 0 ? 16 : Math.ceil((Math.abs(delta) * 16) / 255)];
  };
}
