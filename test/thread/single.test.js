// What one thread may expect, in the variant for threads: the tests of programs without threads, linked with -pthread. `make test-threads`
// plays more of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { BUILD_TIMEOUT, root } from '../support/build.js';

const UNITS = [
  ...['c_rules', 'foreign_sbrk', 'limits', 'metadata', 'names', 'out_of_memory', 'realloc'],
  ...['run', 'size_class', 'small_run', 'unembedded'],
];

describe('one thread in a program with threads', function () {
  this.timeout(BUILD_TIMEOUT);

  it('finds what it finds in one without', () => {
    const files = ['model/model', ...UNITS.map((name) => `unit/${name}`)];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['node_modules/mocha/bin/mocha.js', '--no-color', '--reporter', 'dot'],
        ...files.map((name) => `test/${name}.test.js`),
      ],
      {
        cwd: root,
        encoding: 'utf8',
        env: {
          ...process.env,
          GHARIAL_THREADS: '1',
          GHARIAL_RUNS: process.env.GHARIAL_RUNS ?? '30',
        },
      },
    );
    assert.equal(status, 0, stderr + stdout);
    const passing = Number(/(\d+) passing/.exec(stdout)?.[1]);
    assert.ok(passing > 150, `${passing} tests`);
    assert.doesNotMatch(stdout, /pending|failing/);
  });
});
