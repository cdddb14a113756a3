// The tests reject every mutant, and the project itself passes them.
import assert from 'node:assert/strict';
import { mutants } from './mutants.js';
import { applied, judgeAll } from './mutate.js';

describe('mutants', function () {
  this.timeout(600_000);
  this.slow(60_000);

  /** @type {Promise<import('./mutate.js').Verdict>[]} */
  let verdicts;
  before(() => {
    verdicts = judgeAll([undefined, ...mutants]);
    for (const verdict of verdicts) verdict.catch(() => {}); // awaited by the tests, one by one
  });

  it('the project itself is not rejected', async () => {
    assert.deepEqual(await verdicts[0], { by: 'nothing', reason: '' });
  });

  for (const [i, mutant] of mutants.entries())
    it(`${mutant.file}: ${mutant.breaks}`, async () => {
      const { by } = await verdicts[i + 1];
      assert.notEqual(by, 'nothing', `no test notices '${mutant.to.trim()}'`);
    });

  it('a mutant whose line is not there is an error', () => {
    assert.throws(
      () => applied('one\n', { breaks: '', file: 'x.cpp', from: 'two', to: '' }),
      /src\/x\.cpp has 0 places like 'two'/,
    );
    assert.throws(
      () => applied('one one\n', { breaks: '', file: 'x.cpp', from: 'one', to: '' }),
      /has 2 places/,
    );
  });
});
