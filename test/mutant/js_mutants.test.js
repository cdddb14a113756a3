// The tests of js/ reject every mutant of it, and the copy of the project that they run in is sound.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsMutants } from './js_mutants.js';
import { applied } from './mutate.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const AT_ONCE = 2;

/** A copy of the project in which only js/ and its tests are its own: what they build is shared. */
function copyOf() {
  mkdirSync(join(root, 'build/mutant'), { recursive: true });
  mkdirSync(join(root, 'build/test-js'), { recursive: true });
  const copy = mkdtempSync(join(root, 'build/mutant/js-'));
  for (const name of ['js', 'test/js', 'test/support'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of ['package.json', '.mocharc.json']) cpSync(join(root, name), join(copy, name));
  mkdirSync(join(copy, 'build'));
  for (const name of ['src', 'bench', 'emscripten-port', 'node_modules', 'build/test-js'])
    symlinkSync(join(root, name), join(copy, name));
  return copy;
}

/** What fails in the copy; nothing: ''. @param {string} copy @param {string[]} suites */
async function failureIn(copy, suites) {
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const files = suites.map((name) => `test/js/${name}.test.js`);
  const child = spawn(process.execPath, [mocha, '--bail', '--exit', ...files], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000, // one that hangs is noticed as well
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const [status] = await once(child, 'exit');
  return status === 0 ? '' : output || 'ended without a word';
}

/** @param {import('./js_mutants.js').JsMutant | undefined} mutant @returns {Promise<string>} */
async function judged(mutant) {
  const copy = copyOf();
  try {
    if (mutant === undefined)
      return await failureIn(copy, [...new Set(jsMutants.map(({ suite }) => suite))]);
    const file = join(copy, 'js', mutant.file);
    writeFileSync(file, applied(readFileSync(file, 'utf8'), mutant, 'js', 'js_mutants.js'));
    return await failureIn(copy, [mutant.suite]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

describe('mutants of js/', function () {
  this.timeout(600_000);
  this.slow(60_000);
  /** @type {Promise<string>[]} */
  const verdicts = [];
  before(() => {
    const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve(''));
    for (const [i, mutant] of [undefined, ...jsMutants].entries()) {
      // The first builds what the others share.
      const after = i < AT_ONCE ? verdicts[0] : lanes[i % AT_ONCE];
      const verdict = Promise.resolve(after).then(() => judged(mutant));
      verdicts.push(verdict);
      lanes[i % AT_ONCE] = verdict.catch(() => '');
    }
    for (const verdict of verdicts) verdict.catch(() => {}); // awaited by the tests, one by one
  });

  it('the copy itself is not rejected', async () => assert.equal(await verdicts[0], ''));

  for (const [i, { file, breaks, suite, to }] of jsMutants.entries())
    it(`${file}: ${breaks}`, async () => {
      const failure = await verdicts[i + 1];
      assert.notEqual(failure, '', `test/js/${suite}.test.js does not notice '${to.trim()}'`);
      assert.match(failure, /AssertionError|Error:|Timeout|[1-9]\d* failing/, failure);
      assert.doesNotMatch(failure, /SyntaxError|Cannot find module/, 'the mutant is no program');
    });
});
