// beyond_4gib.mjs — run by the SDK's node, which has wasm64: fills a heap of more than 4 GiB, verifies every block from C and
// the whole heap from JavaScript, and prints what it found as JSON. Pages are reserved; only the ends of blocks are touched.
import { createHash } from 'node:crypto';
import { HeapReader, renderReport } from '../../js/index.js';
import { threads } from './build.js';
import { createHeap, GiB, KiB, loadApi, MiB, PAGE } from './heap.js';

const heap = await createHeap(await loadApi(), 8 * GiB);
const ends = (/** @type {number} */ block, /** @type {number} */ bytes) => {
  const length = Math.min(Math.floor(bytes / 2), 8 * KiB);
  return [
    [block, length],
    [block + bytes - length, length],
  ];
};

/** @type {{ block: number, bytes: number, seed: number }[]} */
const taken = [];
const take = (/** @type {number} */ bytes, /** @type {number} */ alignment = 0) => {
  const block = alignment > 0 ? heap.memalign(alignment, bytes) : heap.take(bytes);
  const seed = taken.length;
  for (const [at, length] of ends(block, bytes)) heap.call('fill', at, length, seed);
  taken.push({ block, bytes, seed });
  return block;
};
/** Blocks that do not hold what was written. */
const damaged = () =>
  taken.filter(({ block, bytes, seed }) =>
    ends(block, bytes).some(
      ([at, length]) => heap.call('first_difference', at, length, seed) !== length,
    ),
  ).length;

// 4.3 GiB of large blocks; what is free below them, where shorter maps lay, is filled, so that blocks of every kind then lie
// above 4 GiB.
while (taken.reduce((sum, { bytes }) => sum + bytes, 0) < 4.3 * GiB) take(64 * MiB);
for (let bytes = 32 * MiB; bytes >= 2 * KiB; bytes /= 2) while (take(bytes) < 4 * GiB);
const before = taken.length;
for (let i = 0; i < 4000; ++i) take([8, 40, 300, 1500, 5000, 30 * KiB, 90 * KiB][i % 7] + (i % 8));
for (let shift = 4; shift <= 20; ++shift) take(1000 * shift, 2 ** shift);
const live = taken.reduce((sum, { bytes }) => sum + bytes, 0);
const { stats, reader } = heap;
const above = taken.slice(before).filter(({ block }) => block > 4 * GiB).length;
const highest = Math.max(...taken.map(({ block }) => block));
/** @type {Set<number>} */
const seen = new Set();
reader.visitBlocks(({ address, state }) => {
  if (state === 'live') seen.add(address);
});
const snapshot = reader.takeHeapSnapshot();
const again = new HeapReader(snapshot.toBinary());
const digest = (/** @type {HeapReader} */ from) =>
  createHash('sha256')
    .update(JSON.stringify([from.getPageStatistics(), from.getGlobalMetaPage()]))
    .digest('hex');

/** @type {Record<string, unknown>} */
const found = {
  live,
  above,
  highest,
  memory: heap.memory_bytes,
  damaged: damaged(),
  invariant: heap.call('gharial_validate'),
  errors: reader.validateHeap().errors,
  spaces: reader.getHeapSpaceStatistics().reduce((sum, { space_size }) => sum + space_size, 0),
  used: stats.used_heap_size,
  limit: stats.heap_size_limit,
  metadata: stats.metadata_size,
  blocks: stats.number_of_live_allocations,
  all_seen: taken.every(({ block }) => seen.has(block)) && seen.size === taken.length,
  last_page: reader.getPageStatistics().at(-1)?.address,
  snapshot_bytes: snapshot.toBinary().length,
  snapshot_agrees: digest(again) === digest(reader) && again.validateHeap().ok,
  report: renderReport(reader).includes('GiB live in'),
};

// Grow across 4 GiB in place and away, shrink, and give every second block back.
const some = taken.splice(0, 1)[0];
const moved = heap.realloc(some.block, 70 * MiB);
found.moved_intact =
  ends(some.block, 8 * KiB).length === 2 &&
  heap.call('first_difference', moved, 8 * KiB, some.seed) === 8 * KiB;
found.moved_above = moved > 4 * GiB;
heap.free(moved);
for (let i = taken.length - 1; i >= 0; i -= 2) heap.free(taken.splice(i, 1)[0].block);
found.damaged_later = damaged();
found.errors_later = reader.validateHeap().errors;
for (const { block } of taken) heap.free(block);
heap.assertEmpty();

// One block that is longer than 32 bits can say, zeroed where it is fresh, and what has no chance.
const fresh = await createHeap(await loadApi(), 8 * GiB);
// With threads the maps stay where memory ended when they were made: behind what the block grows to.
if (threads) fresh.free(fresh.take(6.5 * GiB));
const front = threads ? PAGE : 0; // which others have used
const huge = threads ? fresh.malloc(5 * GiB) : fresh.calloc((5 * GiB) / 8, 8);
found.huge = fresh.usable(huge);
found.huge_zero = [front, 4 * GiB - 4096, 5 * GiB - 8192].every(
  (offset) => fresh.call('first_nonzero', huge + offset, 8192) === 8192,
);
fresh.call('fill', huge + 4 * GiB - 4096, 8192, 5);
const larger = fresh.realloc(huge, 6 * GiB + 3);
found.huge_grown = [larger === huge, fresh.usable(larger)];
found.huge_intact = fresh.call('first_difference', larger + 4 * GiB - 4096, 8192, 5) === 8192;
found.refused = [3 * GiB, 2 ** 40, 2 ** 52].map((bytes) => {
  fresh.errno = 0;
  return [fresh.malloc(bytes), fresh.errno];
});
fresh.free(larger);
fresh.assertEmpty();
console.log(JSON.stringify(found));
