// diff.js — what changed between two moments of a heap: in all, by size class and, where both were profiled, by call stack.

/** @typedef {import('./snapshot.js').HeapSnapshot} HeapSnapshot */
/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */
/** @typedef {Pick<ReturnType<HeapSnapshot['toJSON']>, 'memory_size' | 'heap_statistics' | 'size_class_statistics' | 'profile'>} HeapState what toJSON() gave */
/** @typedef {{ before: number, after: number, delta: number }} Change */
/**
 * @typedef {object} SizeClassChange blocks of one size
 * @property {number} block_size 0: large blocks
 * @property {number} before live blocks
 * @property {number} after
 * @property {number} delta
 * @property {number} delta_size bytes
 */
/**
 * @typedef {object} SiteChange what one call stack holds, estimated from samples
 * @property {string[]} stack innermost first
 * @property {number} delta live blocks
 * @property {number} delta_size bytes
 */
/**
 * @typedef {object} HeapDifference
 * @property {Change} memory_size
 * @property {Change} total_heap_size
 * @property {Change} used_heap_size
 * @property {Change} metadata_size
 * @property {Change} free_heap_size
 * @property {Change} number_of_live_allocations
 * @property {SizeClassChange[]} size_classes those that changed, most bytes first
 * @property {SiteChange[]} sites most bytes first; empty unless both were profiled
 */

const TOTALS = /** @type {const} */ ([
  'total_heap_size',
  'used_heap_size',
  'metadata_size',
  'free_heap_size',
  'number_of_live_allocations',
]);

/**
 * From `a` to `b`, oldest first.
 * @param {HeapSnapshot | HeapReader | HeapState} a @param {HeapSnapshot | HeapReader | HeapState} b @returns {HeapDifference}
 */
export function diffHeapSnapshots(a, b) {
  const [before, after] = [stateOf(a), stateOf(b)];
  const totals = TOTALS.map((name) => [
    name,
    change(before.heap_statistics[name], after.heap_statistics[name]),
  ]);
  return {
    memory_size: change(before.memory_size, after.memory_size),
    .../** @type {Record<typeof TOTALS[number], Change>} */ (Object.fromEntries(totals)),
    size_classes: classChanges(before, after),
    sites: siteChanges(before.profile, after.profile),
  };
}

/** @param {number} before @param {number} after @returns {Change} */
const change = (before, after) => ({ before, after, delta: after - before });

/** @param {HeapSnapshot | HeapReader | HeapState} from @returns {HeapState} */
function stateOf(from) {
  if ('heap_statistics' in from) return from;
  const heap = 'heap' in from ? from.heap : from;
  return {
    memory_size: heap.memory_size,
    heap_statistics: heap.getHeapStatistics(),
    size_class_statistics: heap.getSizeClassStatistics(),
    profile: 'profile' in from ? from.profile : undefined,
  };
}

/** Live blocks and bytes by size; 0: large. @param {HeapState} state */
function liveBySize({ heap_statistics: all, size_class_statistics: classes }) {
  /** @type {Map<number, { blocks: number, bytes: number }>} */
  const live = new Map();
  let [blocks, bytes] = [all.number_of_live_allocations, all.used_heap_size];
  for (const { block_size, number_of_used_blocks: used } of classes) {
    live.set(block_size, { blocks: used, bytes: used * block_size });
    blocks -= used;
    bytes -= used * block_size;
  }
  return live.set(0, { blocks, bytes });
}

/** @param {HeapState} a @param {HeapState} b @returns {SizeClassChange[]} */
function classChanges(a, b) {
  const [before, after] = [liveBySize(a), liveBySize(b)];
  const none = { blocks: 0, bytes: 0 };
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((block_size) => {
      const [old, now] = [before.get(block_size) ?? none, after.get(block_size) ?? none];
      return {
        block_size,
        before: old.blocks,
        after: now.blocks,
        delta: now.blocks - old.blocks,
        delta_size: now.bytes - old.bytes,
      };
    })
    .filter(({ delta, delta_size }) => delta !== 0 || delta_size !== 0)
    .sort(byBytes);
}

/** @param {{ delta_size: number }} a @param {{ delta_size: number }} b */
const byBytes = (a, b) => Math.abs(b.delta_size) - Math.abs(a.delta_size);

/** @param {HeapState['profile']} a @param {HeapState['profile']} b @returns {SiteChange[]} */
function siteChanges(a, b) {
  if (a === undefined || b === undefined) return [];
  /** @type {Map<string, SiteChange>} */
  const sites = new Map();
  for (const [profile, sign] of /** @type {const} */ ([
    [a, -1],
    [b, 1],
  ]))
    for (const { stack, count, bytes } of profile.samples) {
      const key = stack.join('\n');
      const site = sites.get(key) ?? { stack, delta: 0, delta_size: 0 };
      site.delta += sign * count;
      site.delta_size += sign * bytes;
      sites.set(key, site);
    }
  return [...sites.values()].filter(({ delta_size }) => delta_size !== 0).sort(byBytes);
}
