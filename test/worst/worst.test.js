// The worst case: what searches found is still the bound (`make golden` rewrites worst.json), and the search itself works.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { pack } from '../../bench/trace/format.js';
import { KIND } from '../../bench/trace/index.js';
import { Costs } from '../../bench/worst/costs.js';
import { generate, mutate } from '../../bench/worst/generator.js';
import { ASIDE, ENTRIES, execute, heaps } from '../../bench/worst/heap.js';
import { profileCall } from '../../bench/worst/profile.js';
import { Random } from '../../bench/worst/random.js';
import { replay, sequences } from '../../bench/worst/replay.js';
import { search, shorten } from '../../bench/worst/search.js';
import { BUILD_TIMEOUT, emccVersion } from '../support/build.js';

const GOLDEN = fileURLToPath(new URL('worst.json', import.meta.url));
const writing = process.env.GHARIAL_GOLDEN === 'write';
const OTHER_SDK_TOLERANCE = 0.02;

describe('the worst case', function () {
  this.timeout(BUILD_TIMEOUT);

  it('of each entry point costs what worst.json says, on the sequences that were found', async () => {
    const instructions = await replay('gharial');
    const emcc = emccVersion();
    if (writing) writeFileSync(GOLDEN, `${JSON.stringify({ emcc, instructions }, null, 2)}\n`);
    const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
    assert.ok(sequences().length >= ENTRIES.length, 'bench/worst/found has a sequence for each');
    if (golden.emcc === emcc) {
      assert.deepEqual(
        instructions,
        golden.instructions,
        'review the difference, then run `make golden`',
      );
      return;
    }
    for (const [entry, cost] of Object.entries(instructions))
      assert.ok(
        cost <= golden.instructions[entry] * (1 + OTHER_SDK_TOLERANCE),
        `${entry}: ${cost}, ${golden.instructions[entry]} with emcc ${golden.emcc} (this is ${emcc})`,
      );
  });

  it('is found again by the same seed, and profiled', async () => {
    const how = { calls: 100_000, seed: 3, length: 1000 };
    const [first, second] = [await search('gharial', how), await search('gharial', how)];
    for (const entry of ENTRIES) {
      assert.ok(first[entry].costs.calls > 0, entry);
      assert.equal(first[entry].costs.max, second[entry].costs.max);
      assert.deepEqual(first[entry].worst, second[entry].worst);
    }
    const worst = /** @type {NonNullable<typeof first.malloc.worst>} */ (first.malloc.worst);
    const shares = await profileCall('gharial', worst.ops, worst.index);
    const sum = shares.reduce((total, { instructions }) => total + instructions, 0);
    assert.ok(Math.abs(sum - worst.cost) <= worst.cost * 0.2, `${sum} of ${worst.cost}`);
    const short = await shorten('gharial', worst, 'malloc', { tries: 60 });
    assert.ok(short.cost >= worst.cost && short.ops.length <= worst.ops.length);
  });

  it('leaves out what makes no sense, and tells growth apart', async () => {
    const heap = await (await heaps('dlmalloc'))();
    const ops = [
      ...[pack(KIND.free, 1), 0, pack(KIND.malloc, 1), 10, pack(KIND.malloc, 1), 20],
      ...[pack(KIND.realloc, 2), 5, pack(KIND.free, 1), 0, pack(KIND.freeNull, 0), 0],
      ...[pack(KIND.malloc, 4), 2 ** 20],
    ];
    /** @type {[number, boolean][]} */
    const seen = [];
    const done = execute(heap, Uint32Array.from(ops), (index, entry, cost, aside) => {
      assert.equal(index, seen.length);
      assert.ok(cost > 0);
      seen.push([entry, aside === ASIDE.growth]);
    });
    assert.equal(done.length / 2, 4);
    assert.deepEqual(
      seen.map(([entry]) => ENTRIES[entry]),
      ['malloc', 'free', 'free', 'malloc'],
    );
    assert.equal(seen[1][1], false);
    assert.equal(seen[3][1], true);
  });

  it('counts nothing of what is cleared or copied for the user', async () => {
    for (const allocator of ['gharial', 'dlmalloc', 'emmalloc']) {
      const heap = await (await heaps(allocator))();
      const ops = [
        ...[pack(KIND.malloc, 0), 2 ** 20, pack(KIND.free, 0), 0],
        ...[pack(KIND.calloc, 1), 900_000, pack(KIND.malloc, 2), 40_000],
        ...[pack(KIND.realloc, 1), 100_000, pack(KIND.calloc, 3), 500],
      ];
      execute(heap, Uint32Array.from(ops), (index, entry, cost, aside) => {
        assert.ok(
          aside !== ASIDE.no || cost < 5000,
          `${allocator}: operation ${index}, ${ENTRIES[entry]}: ${cost}`,
        );
      });
    }
  });

  it('makes the same sequences from the same seed, within their length', () => {
    for (const entry of ENTRIES) {
      const ops = generate(new Random(5), 1000, entry);
      assert.deepEqual(ops, generate(new Random(5), 1000, entry));
      assert.ok(ops.length >= 2000 && ops.length <= 8000);
      fc.assert(
        fc.property(fc.nat(), fc.nat(999), (seed, worst) => {
          const changed = mutate(new Random(seed), ops, worst, ops, 1000, entry);
          assert.ok(changed.length % 2 === 0 && changed.length <= 8000);
        }),
      );
    }
  });

  it('knows percentiles', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { minLength: 1 }),
        fc.constantFrom(50, 90, 99, 100),
        (all, p) => {
          const costs = new Costs();
          for (const cost of all) costs.add(cost);
          const sorted = all.toSorted((a, b) => a - b);
          assert.equal(costs.percentile(p), sorted[Math.ceil((all.length * p) / 100) - 1]);
          assert.equal(costs.max, sorted.at(-1));
        },
      ),
    );
  });
});
