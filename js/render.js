// render.js — heap pages as a picture: pure functions from page statistics to cells, one per MiniPage, and from cells to
// lines of text. Knows nothing of memory, files or terminals.

/** @typedef {import('./pages.js').PageStatistics} PageStatistics */
/** @typedef {import('./pages.js').MiniPageStatistics} MiniPageStatistics */
/** @typedef {'small' | 'large' | 'free' | 'fresh' | 'metadata' | 'external' | 'static' | 'unclaimed' | 'changing'} CellKind */
/**
 * @typedef {object} Cell one MiniPage
 * @property {CellKind} kind
 * @property {number} doubling of a small block's size: 0 up to 8 B, 1 up to 16 B, …; else 0
 * @property {number} level eighths of its blocks' bytes that are live, rounded up; 8: all
 * @property {boolean} begins a block or a run begins here
 */
/** @typedef {{ page_index: number, cells: Cell[] }} PageRow */

const PLAIN = {
  free: '.',
  fresh: ' ',
  metadata: '%',
  external: 'x',
  static: ':',
  unclaimed: '_',
  changing: '?',
};
const COLOURED = {
  free: '·',
  fresh: ' ',
  metadata: '▒',
  external: '╳',
  static: '░',
  unclaimed: '_',
  changing: '?',
};
const LEVELS = '▁▁▂▃▄▅▆▇█';
const SMALLEST = 8;
const COLOURS = {
  small: [33, 39, 45, 51, 49, 47, 83, 119, 155, 191, 227, 221],
  large: 204,
  free: 240,
  fresh: 240,
  metadata: 177,
  external: 196,
  static: 244,
  unclaimed: 240,
  changing: 240,
};
const BACKGROUND = 235; // of heap pages, so that fresh MiniPages show as room

/** @param {PageStatistics} page @returns {PageRow} */
export function rowOf({ page_index, mini_pages }) {
  return { page_index, cells: mini_pages.flatMap(cellsOf) };
}

/** @param {MiniPageStatistics} part @returns {CellKind} */
const cellKind = ({ kind, fresh }) => (kind === 'free' && fresh ? 'fresh' : kind);

/** @param {MiniPageStatistics} part @returns {Cell[]} */
function cellsOf(part) {
  const kind = cellKind(part);
  const doubling = kind === 'small' ? doublingOf(part.block_size) : 0;
  const bytes = part.used_size + part.free_size;
  const level = bytes === 0 ? 0 : Math.ceil((8 * part.used_size) / bytes);
  return Array.from({ length: part.length }, (_, i) => ({
    kind,
    doubling,
    level: level === 8 && part.free_size > 0 ? 7 : level,
    begins: i === 0 && part.begins,
  }));
}

/** @param {number} block_size */
export const doublingOf = (block_size) => Math.max(0, Math.ceil(Math.log2(block_size / SMALLEST)));

/** Without colour the character alone tells: letters by size of the blocks, capital when none is free. @param {Cell} cell */
export function plainCell({ kind, doubling, level, begins }) {
  switch (kind) {
    case 'small': {
      const letter = String.fromCharCode(97 + doubling);
      return level === 8 ? letter.toUpperCase() : letter;
    }
    case 'large':
      return begins ? '[' : '=';
    default:
      return PLAIN[kind];
  }
}

/** Colour of small blocks of this size. @param {number} block_size */
export const hueOf = (block_size) => hue(doublingOf(block_size));
/** @param {number} doubling */
const hue = (doubling) => COLOURS.small[Math.min(doubling, COLOURS.small.length - 1)];

/** With colour the hue tells the size of the blocks, the height how many are live. @param {Cell} cell */
export function colouredCell({ kind, doubling, level, begins }) {
  switch (kind) {
    case 'small':
      return {
        text: LEVELS[level],
        colour: hue(doubling),
      };
    case 'large':
      return { text: begins ? '▐' : '█', colour: COLOURS[kind] };
    default:
      return { text: COLOURED[kind], colour: COLOURS[kind] };
  }
}

/** @param {string} text @param {number} colour of the 256 @param {number} [background] */
export function paint(text, colour, background) {
  return `\x1b[38;5;${colour}${background === undefined ? '' : `;48;5;${background}`}m${text}\x1b[0m`;
}

/** Cells as text; neighbours of one colour share an escape sequence. @param {Cell[]} cells @param {boolean} colour */
export function cellsText(cells, colour) {
  if (!colour) return cells.map(plainCell).join('');
  /** @type {{ text: string, colour: number }[]} */
  const spans = [];
  for (const cell of cells) {
    const next = colouredCell(cell);
    const last = spans.at(-1);
    if (last?.colour === next.colour) last.text += next.text;
    else spans.push(next);
  }
  return spans.map((span) => paint(span.text, span.colour, BACKGROUND)).join('');
}

/**
 * The map: as many heap pages to a line as fit, lines that only repeat told as a count, the middle of a long heap left out.
 * @param {PageStatistics[]} pages @param {{ colour: boolean, columns: number, max_lines: number }} options @returns {string[]}
 */
export function mapLines(pages, { colour, columns, max_lines }) {
  if (pages.length === 0) return [];
  const digits = Math.max(4, String(pages[pages.length - 1].page_index).length);
  const frame = digits + 3 + 32; // "  17│…│"
  const across = Math.max(1, Math.floor((columns + 1) / (frame + 1)));
  /** @type {{ text: string, key: string, first: number, pages: number }[]} */
  const lines = [];
  for (let i = 0; i < pages.length; i += across) {
    const rows = pages.slice(i, i + across).map(rowOf);
    const bodies = rows.map(({ cells }) => cellsText(cells, colour));
    const text = bodies
      .map((body, k) => `${String(rows[k].page_index).padStart(digits)} │${body}│`)
      .join(' ');
    lines.push({ text, key: bodies.join('\n'), first: rows[0].page_index, pages: rows.length });
  }
  return shorten(collapse(lines, digits), max_lines, digits);
}

/** @param {{ text: string, key: string, pages: number }[]} lines @param {number} digits @returns {{ text: string, pages: number }[]} */
function collapse(lines, digits) {
  const result = [];
  for (let i = 0; i < lines.length; ) {
    let same = i + 1;
    let pages = 0;
    while (same < lines.length && lines[same].key === lines[i].key) pages += lines[same++].pages;
    result.push({ text: lines[i].text, pages: lines[i].pages });
    if (same - i === 2) result.push({ text: lines[i + 1].text, pages });
    else if (same - i > 2)
      result.push({
        text: `${'┊'.padStart(digits + 2)} ${pages} more heap pages like these`,
        pages,
      });
    i = same;
  }
  return result;
}

/** @param {{ text: string, pages: number }[]} lines @param {number} max_lines @param {number} digits */
function shorten(lines, max_lines, digits) {
  if (lines.length <= max_lines) return lines.map(({ text }) => text);
  const head = Math.max(1, Math.ceil((max_lines - 1) / 2));
  const tail = Math.max(0, max_lines - 1 - head);
  const left_out = lines
    .slice(head, lines.length - tail)
    .reduce((sum, { pages }) => sum + pages, 0);
  return [
    ...lines.slice(0, head).map(({ text }) => text),
    `${'┊'.padStart(digits + 2)} ${left_out} heap pages left out`,
    ...lines.slice(lines.length - tail).map(({ text }) => text),
  ];
}

/**
 * What the characters of these pages mean.
 * @param {PageStatistics[]} pages @param {{ colour: boolean, columns: number }} options @returns {string[]}
 */
export function legendLines(pages, { colour, columns }) {
  /** @type {Map<number, Cell>} */
  const doublings = new Map();
  /** @type {Set<CellKind>} */
  const kinds = new Set();
  for (const page of pages)
    for (const cell of page.mini_pages.flatMap((part) => cellsOf({ ...part, length: 1 }))) {
      if (cell.kind === 'small') doublings.set(cell.doubling, { ...cell, level: colour ? 8 : 4 });
      else kinds.add(cell.kind);
    }
  const classes = [...doublings]
    .sort(([a], [b]) => a - b)
    .map(([doubling, cell]) => [cellsText([cell], colour), `≤${size(SMALLEST * 2 ** doubling)}`]);
  const others = LEGEND.filter(([kind]) => kinds.has(kind)).map(([kind, meaning]) => {
    const shown = [true, false].map((begins) => ({ kind, doubling: 0, level: 8, begins }));
    return [cellsText(kind === 'large' ? shown : shown.slice(1), colour), meaning];
  });
  const fill = colour ? 'blocks of (height: how many are live)' : 'blocks of (capital: none free)';
  return [
    ...wrap(classes.length > 0 ? [['', fill], ...classes] : [], columns),
    ...wrap(others, columns),
  ];
}

/** @type {[CellKind, string][]} */
const LEGEND = [
  ['large', 'large block'],
  ['free', 'free, was used'],
  ['fresh', 'blank: fresh'],
  ['metadata', "gharial's own"],
  ['external', "others' (sbrk)"],
  ['static', 'static data'],
  ['unclaimed', 'above the heap'],
  ['changing', 'changed meanwhile'],
];

/** @param {string[][]} items marks, maybe coloured, and words @param {number} columns */
function wrap(items, columns) {
  /** @type {string[]} */
  const lines = [];
  let width = columns;
  for (const [mark, words] of items) {
    const plain = (mark === '' ? 0 : 3) + words.length + 2;
    if (width + plain > columns) {
      lines.push(' ');
      width = 1;
    }
    lines[lines.length - 1] += ` ${mark === '' ? '' : `${mark} `}${words} `;
    width += plain;
  }
  return lines;
}

/** @param {number} bytes as people read them */
export function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let n = bytes;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(n) ? n : n.toFixed(n < 10 ? 2 : n < 100 ? 1 : 0)} ${units[unit]}`;
}
