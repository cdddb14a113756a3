// A short soak, so that `make soak` is known to work: two million calls with each variant.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { soak } from './soak.js';

describe('soak', function () {
  this.timeout(BUILD_TIMEOUT);
  for (const options of ['', ':hardened=1'])
    it(`two million calls do not make the heap drift${options}`, async () => {
      const epochs = await soak(2e6, 10, options);
      assert.equal(epochs.length, 10);
      assert.ok(epochs[9].verified > 20_000);
    });
});
