/**
 * csv.js — results as text: lines "# name: value" about the machine and the run, then a table (RFC 4180, but lines end in \n).
 */

export const COLUMNS = /** @type {const} */ ([
  ...['measure', 'pattern', 'allocator', 'metric', 'value', 'low', 'high', 'unit', 'samples'],
]);
/**
 * @typedef {object} Row
 * @property {string} measure instructions, time, memory, size
 * @property {string} pattern or program
 * @property {string} allocator
 * @property {string} metric
 * @property {number} value NaN where the allocator could not do it
 * @property {number} [low] end of the 95 % interval @property {number} [high] its other end
 * @property {string} unit
 * @property {number[]} [samples] what `value` was made from, in the order it was measured
 */
/** @typedef {{ about: Record<string, string>, rows: Row[] }} Results */

/** @param {string} text */
const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Seven digits are more than any of it is worth. @param {number | undefined} value */
const numeral = (value) =>
  value === undefined || Number.isNaN(value) ? '' : String(Number(value.toPrecision(7)));

/** @param {Results} results @returns {string} */
export const toCsv = ({ about, rows }) => {
  const head = Object.entries(about).map(([name, value]) => `# ${name}: ${value}`);
  const lines = rows.map((row) =>
    COLUMNS.map((column) => {
      if (column === 'samples') return (row.samples ?? []).map(numeral).join(' ');
      const cell = row[column];
      return typeof cell === 'string' ? quoted(cell) : numeral(cell);
    }).join(','),
  );
  return `${[...head, COLUMNS.join(','), ...lines].join('\n')}\n`;
};

/** @param {string} text without comments @returns {string[][]} */
const cells = (text) => {
  /** @type {string[][]} */
  const lines = [];
  /** @type {string[]} */
  let line = [];
  const cell = /("(?:[^"]|"")*"|[^",\n]*)(,|\n|$)/y;
  while (cell.lastIndex < text.length || line.length > 0) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (!found)
      throw new RangeError(
        `a quoted cell does not end, near ${JSON.stringify(text.slice(at, at + 20))}`,
      );
    const [, content, end] = found;
    line.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
};

/** @param {string} text @returns {Results} @throws {RangeError} for what toCsv did not write */
export const fromCsv = (text) => {
  /** @type {Record<string, string>} */
  const about = {};
  let rest = text;
  for (
    let found = /^# ([^:\n]+): (.*)\n/.exec(rest);
    found;
    found = /^# ([^:\n]+): (.*)\n/.exec(rest)
  ) {
    about[found[1]] = found[2];
    rest = rest.slice(found[0].length);
  }
  const [head, ...lines] = cells(rest);
  if (head?.join(',') !== COLUMNS.join(','))
    throw new RangeError('these are no results: the first line is not the one expected');
  const rows = lines.map((line, i) => {
    if (line.length !== COLUMNS.length)
      throw new RangeError(`row ${i + 1} has ${line.length} cells, not ${COLUMNS.length}`);
    const [measure, pattern, allocator, metric, value, low, high, unit, samples] = line;
    /** @type {Row} */
    const row = {
      measure,
      pattern,
      allocator,
      metric,
      value: value === '' ? Number.NaN : Number(value),
      unit,
    };
    if (low !== '') row.low = Number(low);
    if (high !== '') row.high = Number(high);
    if (samples !== '') row.samples = samples.split(' ').map(Number);
    return row;
  });
  return { about, rows };
};
