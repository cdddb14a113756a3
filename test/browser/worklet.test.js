// An audio worklet that allocates in process() while the main thread churns and grows memory: no wait, no growth, no call above the
// bound, no deadlock, for half a minute.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { instrument } from '../../bench/count/instrument.js';
import { BUILD_TIMEOUT, build } from '../support/build.js';
import { launch, open, root, serve } from './support.js';

const SECONDS = 30;
/** What a malloc or free may execute, with the reading of the counter: the most that was seen in ten runs was 1 919. */
const BOUND = 3000;
const FLAGS = [
  ...['-O2', '-Wall', '-Werror', '-sAUDIO_WORKLET', '-sWASM_WORKERS', '-sALLOW_MEMORY_GROWTH'],
  ...['-sMEMORY_GROWTH_LINEAR_STEP=64KB', '-sINITIAL_MEMORY=8MB', '-sMAXIMUM_MEMORY=512MB'],
  ...['-sENVIRONMENT=web,worker,worklet', '-sEXPORTED_RUNTIME_METHODS=HEAPF64,wasmMemory'],
];
const SEEN = `processed reserved allocated freed refused most_of_malloc most_of_free grown broken churned`;

describe('an audio worklet that allocates', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    const product = build('worklet', [join(root, 'test/browser/worklet.c')], FLAGS, {
      suffix: 'js',
    });
    const folder = join(dirname(product), 'counted');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'program.js'), readFileSync(product));
    const wasm = readFileSync(product.replace(/js$/, 'wasm'));
    writeFileSync(join(folder, 'program.wasm'), instrument(wasm));
    server = await serve(folder, {
      '/index.html':
        '<!doctype html><link rel="icon" href="data:,"><title>worklet</title><script src="program.js"></script>',
    });
    browser = await launch(['--autoplay-policy=no-user-gesture-required']);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  it(`neither waits, nor grows memory, nor exceeds the bound in ${SECONDS} s`, async function () {
    this.timeout((SECONDS + 60) * 1000);
    const { page, errors, close } = await open(browser, `${server.origin}/index.html`);
    try {
      const waited = await page.waitForFunction(
        'globalThis.Module?.HEAPF64 && Module.HEAPF64[Module._what_was_seen() / 8] > 0',
      );
      await waited.dispose();
      const seen = await page.evaluate(
        async ([names, seconds]) => {
          const { Module } = /** @type {any} */ (globalThis);
          const end = performance.now() + Number(seconds) * 1000;
          while (performance.now() < end) {
            Module._churn(500);
            await new Promise((done) => setTimeout(done, 2));
          }
          const at = Module._what_was_seen() / 8;
          const values = String(names)
            .split(' ')
            .map((name, i) => [name, Module.HEAPF64[at + i]]);
          return {
            ...Object.fromEntries(values),
            waits: Module._waits_of_worklet(),
            grown_by_main: Module.wasmMemory.buffer.byteLength - 8 * 2 ** 20,
          };
        },
        [SEEN, SECONDS],
      );
      assert.deepEqual(errors, []);
      const what = JSON.stringify(seen);
      assert.equal(seen.reserved, 2 * 2 ** 20, what);
      // 128 frames at 44.1 or 48 kHz; a busy machine may drop some.
      assert.ok(seen.processed > SECONDS * 100, what);
      assert.ok(seen.allocated > 100_000 && seen.freed > 100_000 && seen.churned > 10_000, what);
      assert.ok(seen.grown_by_main > 0, what);
      assert.equal(seen.broken, 0, what);
      assert.equal(seen.refused, 0, what);
      assert.equal(seen.waits, 0, what);
      assert.equal(seen.grown, 0, what);
      assert.ok(seen.most_of_malloc <= BOUND && seen.most_of_free <= BOUND, what);
    } finally {
      await close();
    }
  });
});
