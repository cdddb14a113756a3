// Every command and every option that `--help` tells of is used by a test of the command line. Reads the tests themselves: a
// command line is an array of words, or what follows `npx gharial`.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../js/cli/commands.js';
import { gharial, root } from './support.js';

const directory = join(root, 'test/cli');
const sources = readdirSync(directory)
  .filter((name) => name.endsWith('.test.js') && name !== 'every.test.js')
  .map((name) => readFileSync(join(directory, name), 'utf8'));

/** Command lines that are expected to work: as words, the command first. @type {string[][]} */
const lines = sources.flatMap((source) => {
  const calls = [
    ...source.matchAll(/(?:ends\(\s*[01],|printed\(|works\(|gharial\(\[|'?program,)(.*?)[)\]]/gs),
  ];
  const words = calls.map(([, list]) =>
    [...list.matchAll(/['`]([^'`\n]+)['`]/g)].map(([, w]) => w),
  );
  const typed = [...source.matchAll(/(?:npx gharial |\['flags'\], |^)([a-z]+ [^'`|)>\n]*)/g)];
  return [...words, ...typed.map(([, line]) => line.trim().split(/\s+/))];
});

/** The options that help tells of. @param {string} name @returns {{ long: string, short: string | undefined, value: boolean }[]} */
function optionsOf(name) {
  const { stdout } = gharial([name, '--help']);
  return [...stdout.matchAll(/^ {2}(?:-(\w), )?--([a-z-]+)(=[A-Z]+)? {2}/gm)].map(
    ([, short, long, value]) => ({ long, short, value: value !== undefined }),
  );
}

describe('the tests of the command line', () => {
  for (const name of Object.keys(commands)) {
    it(`use ${name}, and each of its options`, () => {
      const own = lines.filter(([command]) => command === name);
      assert.ok(own.length > 0, `no test runs gharial ${name}`);
      const used = new Set(own.flat().map((word) => word.replace(/=.*/s, '')));
      const options = optionsOf(name).filter(({ long }) => long !== 'help');
      const unused = options.flatMap(({ long, short }) =>
        [`--${long}`, ...(short === undefined ? [] : [`-${short}`])].filter((o) => !used.has(o)),
      );
      assert.deepEqual(unused, []);
    });
  }

  it('help tells of every option that a command takes', async () => {
    for (const [name, { load }] of Object.entries(commands)) {
      const { options = {} } = (await load()).command;
      const told = optionsOf(name).map(({ long }) => long);
      assert.deepEqual(told.sort(), [...Object.keys(options), 'help'].sort(), name);
    }
  });
});
