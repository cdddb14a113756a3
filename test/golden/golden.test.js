// How many bytes of wasm programs have with gharial, and what malloc and free consist of, compared with what was reviewed.
// `make golden` rewrites both files (it sets GHARIAL_GOLDEN=write). Another SDK generates other code: there 2 % are allowed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_TIMEOUT, build, emccVersion } from '../support/build.js';
import { countInstructions } from '../support/wasm_count.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const SIZES = join(here, 'size.json');
const FAST_PATH = join(here, 'fast-path.txt');
const writing = process.env.GHARIAL_GOLDEN === 'write';
const OTHER_SDK_TOLERANCE = 0.02;
const OTHER_SDK_COUNT = 3; // of instructions: 2 % of few are none

/** @param {string} name @param {string[]} sources @param {string} [options] */
const sizeOf = (name, sources, options) => {
  const files = sources.map((source) => join(here, source));
  const script = build(`golden-${name}`, files, ['-Oz', '-fno-builtin'], { options, suffix: 'js' });
  return readFileSync(script.replace(/js$/, 'wasm')).length;
};

const PROGRAMS = {
  'malloc and free, stats=0': () => sizeOf('plain', ['malloc_free.c'], ':stats=0'),
  'malloc and free, stats=1': () => sizeOf('stats', ['malloc_free.c']),
  'the whole C interface': () => sizeOf('whole', ['whole_api.c']),
  'C++ containers': () => sizeOf('containers', ['containers.cpp']),
};

/** @returns {string} */
function fastPath() {
  const flags = ['-O2', '-fno-builtin', '--profiling-funcs', '-sEXPORTED_FUNCTIONS=_main,_malloc,_free'];
  const script = build('golden-fast-path', [join(here, 'malloc_free.c')], flags, { suffix: 'js' });
  const counts = countInstructions(script.replace(/js$/, 'wasm'), ['malloc', 'free']);
  const lines = Object.entries(counts).map(([name, kinds]) => `${name}: ${asText(kinds)}`);
  return [`emcc ${emccVersion()} -O2, slow paths that were inlined included`, ...lines, ''].join('\n');
}
/** @param {Record<string, number>} kinds */
const asText = (kinds) =>
  Object.entries(kinds)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');

/**
 * Another SDK: every number in the text may be a little off; the words may not.
 * @param {string} actual @param {string} golden
 */
function assertClose(actual, golden) {
  const numbers = (/** @type {string} */ text) => [...text.matchAll(/\d+/g)].map(Number);
  const words = (/** @type {string} */ text) => text.replace(/\d+/g, '#');
  assert.equal(words(actual), words(golden));
  const expected = numbers(golden);
  for (const [i, number] of numbers(actual).entries())
    assert.ok(
      Math.abs(number - expected[i]) <= Math.max(OTHER_SDK_COUNT, expected[i] * OTHER_SDK_TOLERANCE),
      `${number} where ${expected[i]} is expected, in:\n${actual}\nThe golden was made with another SDK (${golden.split('\n', 1)[0]}): review the difference, then run \`make golden\``,
    );
}

describe('golden', function () {
  this.timeout(BUILD_TIMEOUT);

  it('bytes of wasm at -Oz', () => {
    const sizes = Object.fromEntries(Object.entries(PROGRAMS).map(([name, size]) => [name, size()]));
    const emcc = emccVersion();
    if (writing) writeFileSync(SIZES, `${JSON.stringify({ emcc, sizes }, null, 2)}\n`);
    const golden = JSON.parse(readFileSync(SIZES, 'utf8'));
    assert.deepEqual(Object.keys(sizes), Object.keys(golden.sizes));
    for (const [name, bytes] of Object.entries(sizes)) {
      const allowed = golden.emcc === emcc ? 0 : golden.sizes[name] * OTHER_SDK_TOLERANCE;
      assert.ok(
        Math.abs(bytes - golden.sizes[name]) <= allowed,
        `${name}: ${bytes} bytes, ${golden.sizes[name]} in size.json (emcc ${golden.emcc}; this is ${emcc}). ` +
          'Review the difference, then run `make golden`',
      );
    }
  });

  it('loads, stores, branches and calls of malloc and free', () => {
    const actual = fastPath();
    if (writing) writeFileSync(FAST_PATH, actual);
    const golden = readFileSync(FAST_PATH, 'utf8');
    const [version, ...counts] = actual.split('\n');
    const [goldenVersion, ...goldenCounts] = golden.split('\n');
    if (version === goldenVersion)
      assert.deepEqual(counts, goldenCounts, 'review the difference, then run `make golden`');
    else assertClose(counts.join('\n'), goldenCounts.join('\n'));
  });
});
