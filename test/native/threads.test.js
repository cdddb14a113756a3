// The core of shared memory on the host, one `it` for each test: under ThreadSanitizer, and, checked, under AddressSanitizer and
// UBSan.
import assert from 'node:assert/strict';
import { buildNative, namesOfTests, runNative, sanitizers, shared } from './build.js';

const VARIANTS = [
  {
    title: 'under ThreadSanitizer',
    flags: ['-O1', '-g', '-fsanitize=thread', ...shared],
    checked: false,
  },
  { title: 'checked variant', flags: ['-O1', ...sanitizers, ...shared], checked: true },
];

for (const { title, flags, checked } of VARIANTS)
  describe(`native threads: ${title}`, function () {
    this.timeout(600_000);

    /** @type {string} */
    let program;
    before(async () => {
      program = await buildNative('test/native/threads.cpp', { flags, checked });
    });

    for (const name of namesOfTests('threads'))
      it(name, async () => {
        const { status, output } = await runNative(program, [name], { seconds: 200 });
        assert.equal(status, 0, `${output.slice(-6000)}\nto repeat: ${program} '${name}'`);
      });
  });
