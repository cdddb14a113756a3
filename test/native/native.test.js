// The core's C++ tests on the host, one `it` for each: release and checked, under AddressSanitizer and UBSan.
import assert from 'node:assert/strict';
import { buildNative, namesOfTests, runNative, sanitizers } from './build.js';

for (const checked of [false, true]) {
  describe(`native: ${checked ? 'checked' : 'release'} variant`, function () {
    this.timeout(240_000);

    /** @type {string} */
    let program;
    before(async () => {
      program = await buildNative('test/native/native.cpp', {
        flags: [checked ? '-O1' : '-O2', ...sanitizers],
        checked,
      });
    });

    for (const name of namesOfTests())
      it(name, async () => {
        const { status, output } = await runNative(program, [name], { seconds: 200 });
        assert.equal(status, 0, `${output.slice(-4000)}\nto repeat: ${program} '${name}'`);
      });
  });
}

describe('native: the test program', function () {
  this.timeout(240_000);

  it('refuses a name that no test has', async () => {
    const program = await buildNative('test/native/native.cpp', {
      flags: ['-O1', ...sanitizers],
      checked: true,
    });
    const { status, output } = await runNative(program, ['no such test'], { seconds: 60 });
    assert.equal(status, 2);
    assert.match(output, /no test of this name/);
  });
});
