// report.js — the heap as text for a terminal: where memory is, what was re-used, size classes, stacks of heap pages, and a
// map with one character per MiniPage. Pure: gets a reader, gives a string.
import { hueOf, legendLines, mapLines, paint, size } from './render.js';

/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */
/**
 * @typedef {object} ReportOptions
 * @property {boolean} [colour] ANSI, 256 colours; without it, whether this process writes to a terminal that has them
 * @property {number} [columns] width, 72 to 160; without it the terminal's, or 80
 * @property {number} [max_map_lines] of the map of heap pages: 48 unless told
 */
/** @typedef {(text: string, colour: number) => string} Ink */

const MOST_HEAPS = 32; // of the threads, one to a line
const TITLE = 255;
const DIM = 245;
const BAR = 74;
const SPACE_COLOURS = {
  static: 244,
  stack: 244,
  meta: 177,
  mini: 83,
  large: 204,
  free: 240,
  external: 196,
  unclaimed: 238,
};
const SPACE_WORDS = {
  static: 'static data',
  stack: 'stack of the program',
  meta: 'maps and meta-pages',
  mini: 'small blocks',
  large: 'large blocks',
  free: 'free runs',
  external: "others' (sbrk)",
  unclaimed: 'not asked for yet',
};

/** @param {HeapReader} heap @param {ReportOptions} [options] @returns {string} lines, the last one ended */
export function renderReport(heap, options = {}) {
  // Threads go on: every section is to be of one moment.
  return render(heap.has_threads ? heap.takeHeapSnapshot().heap : heap, heap, options);
}

/** @param {HeapReader} heap @param {HeapReader} live where it may be looked at again @param {ReportOptions} options */
function render(heap, live, options) {
  const colour = options.colour ?? hasColour();
  const columns = Math.max(72, Math.min(options.columns ?? terminal()?.columns ?? 80, 160));
  /** @type {Ink} */
  const ink = colour ? paint : (text) => text;
  const pages = heap.getPageStatistics();
  const look = { colour, columns, max_lines: options.max_map_lines ?? 48 };
  const sections = [
    headline(heap, ink),
    ledger(heap, ink, columns),
    reuse(heap, ink, columns),
    sizeClasses(heap, ink, columns),
    stacks(heap, ink, columns),
    threads(heap, ink),
    pages.length === 0
      ? []
      : [
          title(ink, 'Heap pages', 'one character per MiniPage of 2 KiB, 32 to a heap page'),
          ...mapLines(pages, look),
          ...legendLines(pages, look),
        ],
    verdict(live, ink),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

/** @returns {{ isTTY?: boolean, columns?: number, hasColors?: (count: number) => boolean } | undefined} */
const terminal = () => globalThis.process?.stdout;

function hasColour() {
  const out = terminal();
  return out?.isTTY === true && !globalThis.process.env.NO_COLOR && out.hasColors?.(256) === true;
}

/** @param {Ink} ink @param {string} name @param {string} [note] */
const title = (ink, name, note = '') =>
  `${ink(name, TITLE)}${note === '' ? '' : `  ${ink(note, DIM)}`}`;

/** @param {number} n */
const count = (n) => n.toLocaleString('en-US');
/** @param {number} n @param {string} one @param {string} [many] */
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(share >= 0.9995 ? 0 : 1)} %`;

/** @param {HeapReader} heap @param {Ink} ink */
function headline(heap, ink) {
  const s = heap.getHeapStatistics();
  const limit =
    s.heap_size_limit > heap.memory_size ? `, may grow to ${size(s.heap_size_limit)}` : '';
  return [
    `${title(ink, `gharial ${heap.gharial_version}`)}  ${size(s.used_heap_size)} live in ${plural(s.number_of_live_allocations, 'block')}`,
    ink(
      `  heap ${size(s.total_heap_size)} in ${plural(s.number_of_pages, 'heap page')}, grown ${plural(s.number_of_heap_grows, 'time')}`,
      DIM,
    ),
    ink(
      `  memory ${size(heap.memory_size)}${limit}; most in use so far ${size(s.peak_used_heap_size)}`,
      DIM,
    ),
  ];
}

/** @param {HeapReader} heap @param {Ink} ink @param {number} columns */
function ledger(heap, ink, columns) {
  const total = heap.memory_size;
  const width = columns - 63;
  const lines = heap
    .getHeapSpaceStatistics()
    .map(({ space_name: name, space_size, space_used_size, space_available_size }) => {
      const share = total === 0 ? 0 : space_size / total;
      const detail =
        name === 'mini' || name === 'meta'
          ? `${size(space_used_size)} used, ${size(space_available_size)} free`
          : '';
      const label = `  ${name.padEnd(10)}${size(space_size).padStart(10)} ${percent(share).padStart(7)} `;
      const words = detail === '' ? SPACE_WORDS[name] : detail;
      return `${label} ${ink(words.padEnd(30), DIM)} ${ink(bar(share, width), SPACE_COLOURS[name])}`;
    });
  const sum = `  ${'total'.padEnd(10)}${size(total).padStart(10)}          ${ink(`${count(total)} bytes, every one in one line`, DIM)}`;
  return [title(ink, 'Memory'), ...lines, sum];
}

/** @param {number} share @param {number} width */
function bar(share, width) {
  const eighths = share > 0 ? Math.ceil(Math.min(1, share) * width * 8) : 0; // a damaged heap may count below 0
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'[rest - 1]);
}

/** @param {HeapReader} heap @param {Ink} ink @param {number} columns */
function reuse(heap, ink, columns) {
  const width = Math.min(20, columns - 67);
  const s = heap.getHeapStatistics();
  /** @param {string} name @param {number} fresh @param {number} reused */
  const line = (name, fresh, reused) => {
    const all = fresh + reused;
    const share = all === 0 ? '' : `${percent(reused / all)} re-used`;
    return `  ${name.padEnd(12)}${count(fresh).padStart(10)} fresh ${count(reused).padStart(10)} re-used   ${ink(bar(all === 0 ? 0 : reused / all, width).padEnd(width, '·'), BAR)} ${share}`;
  };
  return [
    title(ink, 'Handed out', 'for the first time since memory grew, or again'),
    line('MiniPages', s.fresh_mini_pages, s.reused_mini_pages),
    line('heap pages', s.fresh_pages, s.reused_pages),
  ];
}

/** @param {HeapReader} heap @param {Ink} ink @param {number} columns */
function sizeClasses(heap, ink, columns) {
  const used = heap
    .getSizeClassStatistics()
    .filter((c) => c.number_of_blocks > 0)
    .sort((a, b) => a.block_size - b.block_size);
  if (used.length === 0) return [];
  const width = Math.min(20, columns - 68);
  const head = ['block', 'MiniPages', 'blocks', 'used', 'free', 'pages with room'];
  const widths = [10, 10, 10, 10, 10, 16];
  /** @param {string[]} cells */
  const row = (cells) => cells.map((cell, i) => cell.padStart(widths[i])).join('');
  const lines = used.map((c) => {
    const share = c.number_of_used_blocks / c.number_of_blocks;
    const numbers = [
      c.number_of_mini_pages,
      c.number_of_blocks,
      c.number_of_used_blocks,
      c.number_of_free_blocks,
      c.number_of_pages_with_room,
    ];
    return `${row([`${count(c.block_size)} B`, ...numbers.map(count)])}  ${ink(bar(share, width), hueOf(c.block_size))}`;
  });
  return [
    title(ink, 'Size classes', 'in use; free: at home or kept at hand'),
    ink(`${row(head)}  live`, DIM),
    ...lines,
  ];
}

/** @param {HeapReader} heap @param {Ink} ink @param {number} columns */
function stacks(heap, ink, columns) {
  const global = heap.getGlobalMetaPage();
  const classes = global.size_class_stacks
    .filter(({ pages }) => pages.length > 0)
    .sort((a, b) => a.block_size - b.block_size);
  const runs = global.run_bins
    .flatMap((bin) => bin.runs)
    .sort((a, b) => b.number_of_mini_pages - a.number_of_mini_pages)
    .map(({ mini_page, number_of_mini_pages: n }) => `${n} at ${place(mini_page)}`);
  const own = global.own_page_lists.map(({ free_mini_pages: n, pages }) => {
    const indexes = pages.map(({ page_index }) => String(page_index));
    return `${n}: ${abridged(indexes, 4)}`;
  });
  /** @param {string} name @param {string[]} items */
  const group = (name, items) =>
    items.length === 0 ? [] : [`  ${name}`, ...flow(items, columns).map((line) => ink(line, DIM))];
  const lines = [
    ...group(
      'with a partly free run of the class',
      classes.map(
        ({ block_size, pages }) => `${size(block_size)}: ${abridged(pages.map(String), 4)}`,
      ),
    ),
    ...group('kept for small blocks, by the MiniPages that are free in a row', own),
    ...group('free runs, by MiniPages, and the heap page that each begins in', runs.slice(0, 24)),
    ...(runs.length > 24 ? [ink(`    and ${plural(runs.length - 24, 'shorter one')}`, DIM)] : []),
  ];
  return lines.length === 0
    ? []
    : [
        title(ink, 'Global meta-page', 'its stacks of heap pages, top first, and its free runs'),
        ...lines,
      ];
}

/** The heaps of threads; of a program without threads, nothing. @param {HeapReader} heap @param {Ink} ink */
function threads(heap, ink) {
  const all = heap.getThreadStatistics();
  if (all.number_of_heaps === 0) return [];
  const heads = ['heap', 'state', 'thread', 'pages', 'free', 'kept', 'at hand', 'on their way'];
  const widths = [6, 13, 12, 8, 7, 7, 9, 14];
  /** @param {(string | number)[]} cells */
  const row = (cells) =>
    cells
      .map((cell, i) => (typeof cell === 'number' ? count(cell) : cell).padStart(widths[i]))
      .join('');
  const shown = all.heaps.slice(0, MOST_HEAPS);
  const lines = shown.map((one) =>
    row([
      one.heap,
      one.state ?? '?',
      `0x${one.thread.toString(16)}`,
      one.number_of_pages,
      one.number_of_free_pages,
      one.number_of_reserved_pages,
      one.number_of_cached_blocks,
      one.number_of_pending_blocks,
    ]),
  );
  const rest = all.heaps.length - shown.length;
  return [
    title(ink, 'Threads', 'their heaps: heap pages owned, free, reserved; free blocks'),
    ink(row(heads), DIM),
    ...lines,
    ...(rest > 0 ? [ink(`    and ${plural(rest, 'heap')} more`, DIM)] : []),
    ink(
      `  ${plural(all.number_of_lock_waits, 'wait')} for the lock, ${plural(all.number_of_refusals, 'refusal')} to real-time threads`,
      DIM,
    ),
  ];
}

/** A MiniPage as its heap page and its number in it. @param {number} mini_page */
const place = (mini_page) => `${Math.floor(mini_page / 32)}.${mini_page % 32}`;

/** @param {string[]} items @param {number} shown */
const abridged = (items, shown) =>
  `${items.slice(0, shown).join(' ')}${items.length > shown ? ` +${count(items.length - shown)}` : ''}`;

/** Items side by side, as many as fit. @param {string[]} items @param {number} columns */
function flow(items, columns) {
  const lines = [];
  let line = '   ';
  for (const item of items) {
    if (line.length + 3 + item.length > columns && line.trim() !== '') {
      lines.push(line);
      line = '   ';
    }
    line += ` ${item}  `;
  }
  return [...lines, line];
}

/** @param {HeapReader} heap @param {Ink} ink */
function verdict(heap, ink) {
  const { ok, errors, exact } = heap.validateHeap();
  if (ok && exact === false)
    return [
      ink(
        'Threads changed the heap meanwhile: its numbers are approximate, nothing is broken.',
        DIM,
      ),
    ];
  if (ok) return [ink('The heap is sound: all eleven invariants hold.', DIM)];
  return [
    ink(`The heap is damaged: ${plural(errors.length, 'finding')}.`, 196),
    ...errors
      .slice(0, 8)
      .map(({ code, address, message }) => `  ${code} at 0x${address.toString(16)}: ${message}`),
  ];
}
