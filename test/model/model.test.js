// Any sequence of commands against the checked variant, in memories that are soon full. A failure prints the seed and the
// shortest sequence; GHARIAL_SEED=n runs the same sequences again, GHARIAL_RUNS=n more of them.
import fc from 'fast-check';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, loadApi, MiB } from '../support/heap.js';
import { commands } from './commands.js';
import { Shadow } from './shadow.js';

const { GHARIAL_SEED, GHARIAL_RUNS } = process.env;
const settings = {
  numRuns: Number(GHARIAL_RUNS ?? 75),
  seed: GHARIAL_SEED === undefined ? undefined : Number(GHARIAL_SEED),
  interruptAfterTimeLimit: undefined,
};
const COMMANDS = 240; // at most; half of it on average

describe('a heap and its shadow', function () {
  this.timeout(600_000);
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi({ checked: true });
  });

  for (const maximum of [4 * MiB, 32 * MiB])
    it(`agree after any commands, in a memory of ${maximum / MiB} MiB`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.commands(commands(maximum), { maxCommands: COMMANDS, size: 'max' }),
          async (sequence) => {
            const heap = await createHeap(factory, maximum);
            const shadow = new Shadow(heap, maximum);
            await fc.asyncModelRun(() => ({ model: shadow, real: heap }), sequence);
            shadow.assertAllFreeable();
          },
        ),
        settings,
      ));
});
