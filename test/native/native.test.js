// The core's C++ tests on the host, one `it` for each: release and checked, under AddressSanitizer and UBSan.
import assert from 'node:assert/strict';
import { buildNative, namesOfTests, runNative, sanitizers } from './build.js';

for (const checked of [false, true]) {
  describe(`native: ${checked ? 'checked' : 'release'} variant`, function () {
    this.timeout(600_000);

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

// The hardened variant, alone and with all that it can do besides. Those options keep freed blocks back and fill them, so only the
// model fits both.
const OPTIONS = ['POISON', 'QUARANTINE', 'SHUFFLE'].map((name) => `-DGHARIAL_${name}=1`);
for (const { title, suite, options, checked } of /** @type {const} */ ([
  { title: 'hardened variant', suite: 'hardened', options: [], checked: false },
  {
    title: 'hardened variant, checked, with options',
    suite: 'model',
    options: OPTIONS,
    checked: true,
  },
]))
  describe(`native: ${title}`, function () {
    this.timeout(600_000);

    /** @type {string} */
    let program;
    before(async () => {
      program = await buildNative('test/native/hardened.cpp', {
        flags: ['-O1', ...sanitizers, '-DGHARIAL_HARDENED=1', ...options],
        checked,
      });
    });

    for (const name of namesOfTests(suite))
      it(name, async () => {
        const { status, output } = await runNative(program, [name], { seconds: 200 });
        assert.equal(status, 0, `${output.slice(-4000)}\nto repeat: ${program} '${name}'`);
      });
  });

describe('native: the test program', function () {
  this.timeout(600_000);

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
