// run.js — `make test-matrix`: every row in every variant, and docs/compatibility.md made from what came out. With an SDK other
// than the one that gharial installs the page is left alone and goes to build/. Ends with 1 if a cell failed; then nothing is written.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root, theSdk, tryCell } from './matrix.js';
import { rows, variants } from './rows.js';
import { page } from './table.js';

const wanted = process.argv[2] ?? '';
const sdk = await theSdk();
const work = rows
  .filter(({ name }) => name.includes(wanted))
  .flatMap((row) => variants.map((variant, column) => ({ row, variant, column })))
  .sort((a, b) => a.column - b.column);
/** @type {Record<string, import('./matrix.js').Result[]>} */
const cells = {};
mkdirSync(join(root, 'build'), { recursive: true });
let failures = 0;
let next = 0;

async function worker() {
  while (next < work.length) {
    const number = ++next;
    const { row, variant, column } = work[number - 1];
    const result = await tryCell(row, variant, sdk);
    cells[row.name] ??= [];
    cells[row.name][column] = result;
    // All that is known, for whoever has to interrupt this.
    writeFileSync(join(root, `build/matrix-${sdk.version}.json`), JSON.stringify(cells, null, 1));
    const title = `${number}/${work.length} ${row.group}: ${row.name}, ${variant.name}: ${result.outcome}`;
    process.stdout.write(`${title}\n`);
    if (result.outcome !== 'FAILED') continue;
    failures += 1;
    process.stdout.write(`${result.detail.replace(/^/gm, '    ')}\n`);
  }
}
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));

if (failures > 0) {
  process.stderr.write(`${failures} of ${work.length} failed\n`);
  process.exit(1);
}
if (wanted !== '') process.exit(0);
const own = process.env.GHARIAL_SUITE === undefined;
const file = join(root, own ? 'docs/compatibility.md' : `build/compatibility-${sdk.version}.md`);
writeFileSync(file, page({ sdk: sdk.version, node: sdk.node, cells }));
process.stdout.write(`${work.length} cells; written: ${file}\n`);
