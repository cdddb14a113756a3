// What a program with threads executes more than one without on the way of most calls: an own heap is found through a thread-local word,
// and a block's page is asked for its owner.
import assert from 'node:assert/strict';
import { countPattern } from '../../bench/measure/count.js';
import { BUILD_TIMEOUT } from '../support/build.js';

/** Times as many instructions as without threads, at most. */
const LIMITS = {
  pair: 1.15,
  'churn-10k': 1.15,
  'bulk-in-order': 1.15,
  'bulk-in-reverse': 1.15,
  'bulk-shuffled': 1.15,
};

describe('instructions with threads', function () {
  this.timeout(BUILD_TIMEOUT);

  for (const [pattern, limit] of Object.entries(LIMITS))
    it(`${pattern}: no more than ${limit} times those without`, async () => {
      const without = await countPattern('gharial', pattern);
      const with_threads = await countPattern('gharial', pattern, { threads: true });
      const ratio = with_threads.instructions / without.instructions;
      assert.ok(without.instructions > 1, 'something was counted');
      assert.ok(
        ratio <= limit,
        `${with_threads.instructions} instead of ${without.instructions}: ${ratio}`,
      );
    });
});
