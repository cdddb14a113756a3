// The patterns: the same blocks and contents with every allocator, counts that repeat, and instructions that add up.
import assert from 'node:assert/strict';
import { allocators, canRun } from '../../bench/allocators/index.js';
import { countPattern } from '../../bench/measure/count.js';
import { measureMemory } from '../../bench/measure/memory.js';
import { measureSize } from '../../bench/measure/size.js';
import { patternNamed, patterns } from '../../bench/patterns/index.js';
import { BUILD_TIMEOUT } from '../support/build.js';

// One of each C function, and of the sizes the ends: the others differ in numbers only.
const NAMES = [
  ...['pair', 'churn-10k', 'bulk-in-order', 'bulk-in-reverse', 'bulk-shuffled', 'churn-medium'],
  ...['trees', 'growth-quarters', 'growth-constant', 'growth-side', 'calloc', 'memalign'],
  ...[
    'waves',
    'mixed-300',
    'mixed-growing',
    'fragmentation',
    'first-ten',
    'live-4k+8',
    'live-32k+1',
  ],
];
const holding = allocators.filter(({ frees }) => frees).map(({ name }) => name);

describe('patterns of the benchmark', function () {
  this.timeout(BUILD_TIMEOUT);

  for (const name of NAMES)
    it(`${name}: the same result with every allocator`, async () => {
      /** @type {Record<string, unknown>} */
      const results = {};
      for (const allocator of holding) {
        const { failures, mistakes, checksum, peakLive, peakBreak, byteLength } =
          await measureMemory(allocator, name);
        assert.deepEqual({ failures, mistakes }, { failures: 0, mistakes: 0 }, allocator);
        assert.ok(peakBreak >= peakLive, `${allocator}: ${peakBreak} for ${peakLive} live bytes`);
        assert.ok(byteLength >= peakLive, allocator);
        results[allocator] = { checksum, peakLive };
      }
      const [first, ...others] = Object.values(results);
      for (const other of others) assert.deepEqual(other, first);
    });

  it('notice blocks that overlap, and calloc that does not clear', async () => {
    // The stub does both, once it has been round its region.
    for (const name of ['churn-200k', 'calloc'])
      assert.ok((await measureMemory('stub', name)).mistakes > 1000, name);
  });

  it('count the same twice, and the loop alone less than any allocator', async () => {
    for (const name of ['pair', 'churn-10k', 'calloc', 'first-ten']) {
      const loop = await countPattern('stub', name);
      for (const { name: allocator } of allocators.filter((each) => each.name !== 'stub')) {
        const counts = await countPattern(allocator, name);
        assert.deepEqual(await countPattern(allocator, name), counts);
        assert.ok(counts.instructions > loop.instructions, `${allocator}, ${name}`);
      }
    }
  });

  it('count operations, not steps or calls', async () => {
    // The loops of cheap patterns have a few dozen instructions, and are driven in few calls.
    for (const name of ['pair', 'bulk-in-order', 'bulk-in-reverse', 'trees', 'churn-10k']) {
      const { instructions } = await countPattern('stub', name);
      assert.ok(instructions > 40 && instructions < 100, `${name}: ${instructions}`);
    }
  });

  it('live blocks are counted exactly', async () => {
    const { peakLive } = await measureMemory('dlmalloc', 'live-4k+8');
    assert.equal(peakLive, 1000 * (4096 + 8));
    // A tree of pairs of pointers; nothing of it is live in the end.
    assert.equal((await measureMemory('dlmalloc', 'trees')).peakLive, (2 ** 18 - 1) * 8);
  });

  it('have names of their own, and chunks that never straddle two phases', () => {
    assert.equal(new Set(patterns.map(({ name }) => name)).size, patterns.length);
    for (const { run, chunk, parameters } of patterns)
      if (/^bulk|^fragmentation/.test(run)) assert.equal(parameters[0] % chunk, 0);
  });

  it('know what cannot be done without free', () => {
    assert.equal(canRun('bump', patternNamed('churn-large')), false);
    assert.equal(canRun('bump', patternNamed('pair')), true);
    assert.equal(canRun('gharial', patternNamed('churn-large')), true);
    assert.throws(() => patternNamed('nothing'), /there is no pattern 'nothing'/);
  });

  it('sizes: bump is the floor, and compression does not grow them', async () => {
    const rows = await measureSize({
      ...{ patterns: [], allocators: ['gharial', 'dlmalloc', 'bump'] },
    });
    const size = (/** @type {string} */ allocator, /** @type {string} */ metric) =>
      rows.find(
        (row) =>
          row.pattern === 'malloc-free' && row.allocator === allocator && row.metric === metric,
      )?.value ?? Number.NaN;
    for (const allocator of ['gharial', 'dlmalloc']) {
      assert.ok(size(allocator, 'brotli') < size(allocator, 'raw'));
      assert.equal(
        size(allocator, 'raw beyond bump'),
        size(allocator, 'raw') - size('bump', 'raw'),
      );
      assert.ok(size(allocator, 'raw beyond bump') > 0);
    }
    assert.equal(size('bump', 'raw beyond bump'), 0);
  });
});
