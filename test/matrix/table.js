// table.js — what the matrix found, as docs/compatibility.md: one table for each group of rows, a column for each variant.
import { groups, variants } from './rows.js';

/** @import { Result } from './matrix.js' */
/** @typedef {{ sdk: string, node: string, cells: Record<string, Result[]> }} Found results of a row's variants, by its name */

const SIGNS = {
  works: 'works',
  refused: 'refused',
  broken: 'not in this SDK',
  absent: 'not in this SDK',
};

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/** @param {import('./rows.js').Row} row @param {Result[]} results */
function line({ name, note }, results) {
  // What is refused or broken says why, once.
  const reasons = results.filter(({ outcome }) => outcome !== 'works').map(({ detail }) => detail);
  const remarks = [note, ...new Set(reasons)];
  const remark = remarks.filter((text) => text !== undefined && text !== '').join('; ');
  return `| \`${cell(name)}\` | ${results.map(({ outcome }) => SIGNS[outcome]).join(' | ')} | ${cell(remark)} |`;
}

/** @param {Found} found */
function counts({ cells }) {
  const all = Object.values(cells).flat();
  const of = (/** @type {string} */ wanted) =>
    all.filter(({ outcome }) => SIGNS[outcome] === wanted).length;
  return {
    all: all.length,
    works: of('works'),
    refused: of('refused'),
    sdk: of('not in this SDK'),
  };
}

/** @param {Found} found @returns {string} the page */
export function page(found) {
  const { all, works, refused, sdk } = counts(found);
  const head = `| mode | ${variants.map(({ name }) => name).join(' | ')} | |\n|---|${variants.map(() => '---|').join('')}---|`;
  const tables = Object.entries(groups).map(
    ([title, rows]) =>
      `## ${title}\n\n${head}\n${rows.map((row) => line(row, found.cells[row.name])).join('\n')}\n`,
  );
  return `# Compatibility

<!-- Made by \`make test-matrix\`; do not edit. -->

Emscripten ${found.sdk}, Node ${found.node}. ${all} programs: ${works} work, the port refuses ${refused}, ${sdk} cannot be built with this SDK, whatever the allocator.

Each program calls the whole C interface (with C++: every \`operator new\`, containers, exceptions), checks what it got, and counts gharial's live blocks around every call,
so that it cannot pass on another allocator. **Works** means: it was built, it ran, and afterwards \`heapOf(Module)\` of the package saw the same live blocks, a sound heap and
spaces that add up to the memory's size. **Refused** means that the port ends the link with the one line that stands there. Columns are variants of the allocator.
\`test/matrix/rows\` has the exact flags of each row.

${tables.join('\n')}`;
}
