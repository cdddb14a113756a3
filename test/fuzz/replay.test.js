// The fuzzer's corpus in wasm, with every variant: what libFuzzer found on the host once is looked at where programs run.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_TIMEOUT, buildPlain, load, root } from '../support/build.js';

const CORPUS = join(root, 'test/fuzz/corpus');
const VARIANTS = {
  release: ['-DGHARIAL_CHECKED=0'],
  checked: ['-DGHARIAL_CHECKED=1'],
  hardened: ['-DGHARIAL_CHECKED=0', '-DGHARIAL_HARDENED=1'],
};

describe('the corpus in wasm', function () {
  this.timeout(BUILD_TIMEOUT);
  const files = readdirSync(CORPUS).sort();
  assert.ok(files.length > 0);

  for (const [name, defines] of Object.entries(VARIANTS))
    describe(name, () => {
      /** @type {any} */
      let program;
      /** @type {string[]} */
      const printed = [];
      before(async () => {
        const product = buildPlain(
          `replay-${name}`,
          [join(root, 'test/fuzz/replay.cpp'), join(root, 'test/native/core.cpp')],
          [
            ...['-std=c++20', '-O2', '-fno-exceptions', '-Wall', '-Wextra', '-Werror', ...defines],
            // Before the SDK's own headers: its mmap cannot map at an address.
            ...['-I', join(root, 'test/fuzz/wasm'), '-isystem', join(root, 'src/include')],
            ...[
              '-sINITIAL_MEMORY=288MB',
              '-sSTACK_SIZE=1MB',
              '--no-entry',
              '-sMODULARIZE',
              '-sEXPORT_ES6',
            ],
            ...[
              '-sENVIRONMENT=node',
              '-sEXPORTED_RUNTIME_METHODS=HEAPU8',
              '-sSUPPORT_LONGJMP=wasm',
            ],
          ],
        );
        program = await (await load(product))({
          printErr: (/** @type {string} */ line) => printed.push(line),
        });
      });

      for (const file of files)
        it(file, () => {
          const bytes = readFileSync(join(CORPUS, file));
          const at = program._room_for(bytes.length) >>> 0;
          program.HEAPU8.set(bytes, at);
          try {
            program._replay(at, bytes.length);
          } catch (error) {
            assert.fail(`${printed.join('\n')}\n${error}`);
          }
        });
    });
});
