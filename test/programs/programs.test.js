// Programs nobody here wrote: gharial has to do for them what dlmalloc does, and its heap must be readable afterwards.

import assert from 'node:assert/strict';
import { heapOf } from '../../js/index.js';
import { build, fetchSources, run, twoAtATime } from './build.js';
import { programs } from './programs.js';

/** @typedef {import('./build.js').Run} Run */

const allocators = ['dlmalloc', 'gharial', 'gharial:checked=1'];

/**
 * @param {{ space_name: string, space_size: number }[]} spaces
 * @param {string[]} [names] of which spaces, all when not given
 */
const sum = (spaces, names) =>
  spaces.reduce(
    (total, { space_name, space_size }) =>
      names && !names.includes(space_name) ? total : total + space_size,
    0,
  );

describe('real programs', function () {
  this.timeout(120_000);

  before('sources and builds', async function () {
    this.timeout(600_000); // a first build makes the SDK's own libraries as well
    await fetchSources();
    const builds = programs.flatMap((program) =>
      allocators.map((allocator) => ({ program, allocator })),
    );
    await twoAtATime(builds, ({ program, allocator }) => build(program, allocator));
  });

  for (const program of programs) {
    describe(program.title, () => {
      /** @type {Run} */
      let expected;
      /** @type {Run} */
      let found;

      before(async () => {
        expected = await run(program, await build(program, 'dlmalloc'));
        found = await run(program, await build(program, 'gharial'));
      });
      after(() => {
        // Mocha keeps every closure; a heap of 90 MB need not stay with it.
        expected = found = /** @type {any} */ (undefined);
      });

      it('prints with gharial what it prints with dlmalloc', () => {
        assert.equal(expected.status, 0, `with dlmalloc: ${expected.errors}`);
        assert.equal(found.status, 0, `with gharial: ${found.errors}`);
        assert.equal(program.normalise(found.output), program.normalise(expected.output));
        assert.equal(found.errors, expected.errors);
      });

      it('prints the right thing', () => {
        for (const [what, value, right] of program.facts(found.output)) {
          assert.equal(value, right, what);
        }
      });

      it('leaves a heap that adds up to the memory and keeps every invariant', () => {
        const heap = heapOf(found.module);
        const size = found.module.wasmMemory.buffer.byteLength;
        const spaces = heap.getHeapSpaceStatistics();
        assert.equal(sum(spaces), size, 'the ledger');
        assert.equal(
          sum(spaces, ['meta', 'mini', 'large', 'free']),
          heap.getHeapStatistics().total_heap_size,
        );
        assert.deepEqual(heap.validateHeap(), { ok: true, errors: [] });
      });

      it('holds as many blocks as the program still uses', () => {
        const { atLeast, atMost } = program.liveAllocations(found.output);
        const live = heapOf(found.module).getHeapStatistics().number_of_live_allocations;
        assert.ok(live >= atLeast && live <= atMost, `${live} is not in ${atLeast}…${atMost}`);
      });

      it('runs the same in the checked variant', async () => {
        const checked = await run(program, await build(program, 'gharial:checked=1'));
        assert.equal(checked.status, 0, checked.errors);
        assert.equal(program.normalise(checked.output), program.normalise(expected.output));
      });
    });
  }
});
