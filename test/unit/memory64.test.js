// wasm64: the tests of wasm32 again with 64-bit addresses, and a heap beyond 4 GiB. Under the SDK's node, because this one may
// not have wasm64.
import assert from 'node:assert/strict';
import { build, inSdk, isOldSdk, root } from '../support/build.js';
import { ENOMEM, GiB, MEMORY64 } from '../support/heap.js';

/** Those that know no number of 32 bits but through heap.js. */
const FILES = [
  'test/model/model.test.js',
  ...['c_rules', 'foreign_sbrk', 'four_gib', 'metadata', 'out_of_memory', 'realloc'].map(
    (name) => `test/unit/${name}.test.js`,
  ),
  ...['run', 'size_class', 'small_run', 'unembedded'].map((name) => `test/unit/${name}.test.js`),
];
const settings = ['env', 'GHARIAL_MEMORY64=1'];

describe('memory64', function () {
  this.timeout(600_000); // the first program builds the C library for wasm64

  if (isOldSdk()) {
    it('is refused with an SDK that is too old for it', async () => {
      await assert.rejects(
        async () => build('wasm64', [`${root}/test/support/api.c`], ['-sMEMORY64']),
        /gharial: wasm64 needs/,
      );
    });
    return;
  }

  it('passes the tests of wasm32', () => {
    assert.ok(!MEMORY64);
    const runs = process.env.GHARIAL_RUNS ?? '30';
    const { status, stdout, stderr } = inSdk([
      ...[...settings, `GHARIAL_RUNS=${runs}`],
      ...['node', 'node_modules/mocha/bin/mocha.js', '--no-color', '--reporter', 'dot', ...FILES],
    ]);
    assert.equal(status, 0, stderr + stdout);
    const passing = Number(/(\d+) passing/.exec(stdout)?.[1]);
    assert.ok(passing > 130, `${passing} tests`);
    assert.doesNotMatch(stdout, /pending|failing/);
  });

  it('holds more than 4 GiB, every block intact, seen and validated from outside', () => {
    const { status, stdout, stderr } = inSdk([
      ...settings,
      ...['node', `${root}/test/support/beyond_4gib.mjs`],
    ]);
    assert.equal(status, 0, stderr + stdout);
    const found = JSON.parse(stdout);
    assert.ok(found.live > 4.3 * GiB && found.used >= found.live);
    assert.ok(found.highest > 4.3 * GiB, `the highest block is at ${found.highest}`);
    assert.ok(found.above > 3900, `${found.above} of the later blocks lie above 4 GiB`);
    assert.equal(found.damaged, 0);
    assert.equal(found.invariant, 0);
    assert.deepEqual(found.errors, []);
    assert.equal(found.spaces, found.memory, 'the spaces add up to the memory');
    assert.equal(found.limit, 16 * GiB);
    assert.ok(found.blocks > 4000 && found.all_seen, 'visitBlocks sees each block');
    assert.ok(found.last_page > 4 * GiB);
    assert.ok(found.snapshot_agrees && found.report);
    // Maps of 1.1 % (with room for a quarter more), and meta-pages for the little that is in small blocks.
    assert.ok(found.metadata < 0.012 * found.live, `${found.metadata} bytes of metadata`);
    assert.ok(found.moved_intact && found.moved_above);
    assert.equal(found.damaged_later, 0);
    assert.deepEqual(found.errors_later, []);
    assert.equal(found.huge, 5 * GiB);
    assert.ok(found.huge_zero && found.huge_intact);
    assert.deepEqual(found.huge_grown, [true, 6 * GiB + 2048]);
    assert.deepEqual(found.refused, Array(3).fill([0, ENOMEM]));
  });
});
