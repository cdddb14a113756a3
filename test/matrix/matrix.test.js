// A dozen rows of the matrix, one of each kind; `make test-matrix` runs all of them and writes docs/compatibility.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusedIn, root, theSdk, tryCell } from './matrix.js';
import { groups, rows, variants } from './rows.js';

describe('matrix', function () {
  this.timeout(600_000); // the first program of a mode may build the C library in that mode

  /** @type {{ version: string, node: string }} */
  let sdk;
  const quick = rows.filter((row) => row.quick || row.refused);
  /** @type {Map<string, Promise<import('./matrix.js').Result>>} */
  const results = new Map();
  before(async () => {
    sdk = await theSdk();
    // Two at a time, while the tests below wait for one after another.
    const lanes = [Promise.resolve(), Promise.resolve()];
    for (const [i, row] of quick.entries()) {
      const result = lanes[i % 2].then(() => tryCell(row, variants[0], sdk));
      results.set(row.name, result);
      lanes[i % 2] = result.then(
        () => {},
        () => {},
      );
    }
  });

  for (const { name, refused } of quick)
    it(`${name} ${refused ? 'is refused in one line' : 'works: built, run, and its heap read from outside'}`, async () => {
      const { outcome, detail } = /** @type {import('./matrix.js').Result} */ (
        await results.get(name)
      );
      assert.equal(outcome, refused ? 'refused' : 'works', detail);
    });

  it('notices a row that does not work, and one that is refused with another line', async () => {
    const [row] = rows;
    const broken = await tryCell({ ...row, flags: ['-O1', '-Dmalloc=missing'] }, variants[0], sdk);
    assert.equal(broken.outcome, 'FAILED');
    const other = { name: 'a program with another malloc', flags: ['-O1', '-DPEER'] };
    assert.match((await tryCell(other, variants[0], sdk)).detail, /JavaScript sees another heap/);
    const refused = { name: '-sMALLOC=emmalloc', refused: /a line that nobody says/ };
    assert.equal((await tryCell(refused, variants[0], sdk)).outcome, 'FAILED');
    assert.equal((await tryCell({ ...row, refused: /./ }, variants[0], sdk)).outcome, 'FAILED');
  });

  it('docs/compatibility.md has every row, and the outcome that the row stands for', () => {
    const page = readFileSync(join(root, 'docs', 'compatibility.md'), 'utf8');
    const told = [...page.matchAll(/^\| `(.*?)` \| (.*)$/gm)].map(([, name, rest]) => ({
      name,
      outcomes: rest.split(' | ').slice(0, variants.length),
    }));
    assert.deepEqual(
      told.map(({ name }) => name),
      rows.map(({ name }) => name),
      'run `make test-matrix`',
    );
    for (const [i, row] of rows.entries())
      for (const [k, outcome] of told[i].outcomes.entries()) {
        const works = row.broken ? 'not in this SDK' : 'works';
        assert.equal(outcome, refusedIn(row, variants[k].name) ? 'refused' : works, row.name);
      }
    for (const title of Object.keys(groups)) assert.ok(page.includes(`## ${title}\n`), title);
  });
});
