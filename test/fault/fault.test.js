// How every fault ends under every allocator, and what noticing costs: docs/security.md says what is measured here. `make golden`
// writes it there anew.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT, emccVersion } from '../support/build.js';
import { instructionRatios, memoryRatios, sizes } from './cost.js';
import { tableOfBytes, tableOfFaults, tableOfInstructions, write, written } from './document.js';
import { configurations, faults, outcomesOf, peers } from './faults.js';

/** The SDK that the tables were made with: another has other peers and generates other code. */
const SDK = '6.0.5';
const writing = process.env.GHARIAL_GOLDEN === 'write';

/** @param {string} part @param {string} text */
function assertWritten(part, text) {
  if (writing) write(part, text);
  if (emccVersion() === SDK)
    assert.equal(
      written(part),
      text,
      'docs/security.md is stale: review the difference, then run `make golden`',
    );
}

describe('faults', function () {
  this.timeout(BUILD_TIMEOUT);

  /** @type {Record<string, Record<string, import('./faults.js').Outcome>>} */
  const outcomes = {};
  before(async () => {
    for (const configuration of configurations)
      outcomes[configuration.name] = await outcomesOf(configuration);
  });

  for (const { name } of configurations)
    it(`${name} does not complain about a program without faults`, () => {
      assert.deepEqual(outcomes[name].none, { ending: 'harmless', said: '' });
    });

  it('hardened never corrupts where a peer catches', () => {
    for (const [fault, title] of faults) {
      const caught = peers.some(({ name }) =>
        ['caught', 'later'].includes(outcomes[name][fault].ending),
      );
      for (const name of ['hardened', 'with options'])
        assert.ok(!caught || outcomes[name][fault].ending !== 'corrupts', `${name}: ${title}`);
    }
  });

  it('hardened never corrupts, but where the memory has a new owner; with quarantine not even there', () => {
    for (const [fault, title] of faults) {
      const { ending, said } = outcomes.hardened[fault];
      if (fault !== 'twice_handed_out') assert.notEqual(ending, 'corrupts', `${title}: ${said}`);
      const withOptions = outcomes['with options'][fault];
      assert.notEqual(withOptions.ending, 'corrupts', `${title}: ${withOptions.said}`);
    }
  });

  it('what hardened catches it names in a sentence', () => {
    for (const name of ['hardened', 'with options'])
      for (const [fault, title] of faults) {
        const { ending, said } = outcomes[name][fault];
        if (ending === 'caught' || ending === 'later')
          assert.match(said, /^gharial: .*\b0x[0-9a-f]+\b.*\.$|^gharial: /, `${title}: ${said}`);
      }
  });

  it('docs/security.md has the table', () => assertWritten('faults', tableOfFaults(outcomes)));
});

describe('cost of the hardened variant', function () {
  this.timeout(BUILD_TIMEOUT);

  it('at most 1.5 times the instructions in the geometric mean, 2 times in any pattern', async () => {
    const instructions = await instructionRatios('hardened');
    assert.ok(instructions.mean <= 1.5, `${instructions.mean}`);
    for (const { name, ratio } of instructions.ratios) assert.ok(ratio <= 2, `${name}: ${ratio}`);
    assertWritten('instructions', tableOfInstructions(instructions));
  });

  it('at most 2 kB of code in a program of malloc and free; memory as written', async () => {
    const code = await sizes('hardened');
    const more = code.mallocFree.variant - code.mallocFree.release;
    assert.ok(more <= 2048, `${more} bytes`);
    assertWritten('bytes', tableOfBytes(code, await memoryRatios('hardened')));
  });
});
