// The fuzzer over the core for a minute (FUZZ_SECONDS overrides): no input breaks a promise of the heap.
import assert from 'node:assert/strict';
import { fuzz, howToReplay, whatBroke } from './fuzz.js';

describe('fuzz', function () {
  const seconds = Number(process.env.FUZZ_SECONDS ?? 60);
  this.timeout((seconds + 240) * 1000);
  this.slow((seconds + 60) * 1000);

  // The hardened variants take a quarter of the time: they stand around the same heap.
  for (const [variant, share] of /** @type {const} */ ([
    ['checked', 1 / 2],
    ['hardened', 1 / 8],
    ['hardened, with poison, quarantine and shuffle', 1 / 8],
    ['threads', 1 / 4],
  ]))
    it(`finds nothing in the ${variant} variant`, async () => {
      assert.ok(seconds > 0, 'FUZZ_SECONDS must be a number of seconds');
      const result = await fuzz(Math.ceil(seconds * share), variant);
      assert.equal(result.status, 0, `${howToReplay(result)}\n${whatBroke(result)}`);
      // The corpus at least, on the busiest machine.
      assert.ok(result.executions > 20, `only ${result.executions} executions`);
      console.log(`      ${result.executions} executions, coverage ${result.coverage}`);
    });
});
