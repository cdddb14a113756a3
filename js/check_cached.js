// check_cached.js — I8: what lies at hand, on free-block stacks and in cursors, is in one place only.
import { hex } from './errors.js';
import { bit } from './heap_image.js';
import { onTheirWay } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./front.js').Front} Front */

const CURSOR_BITS = 64; // what a cursor holds: one word of a run's free bits

/** I8: every cached block, and the stacks and cursors they are in. @param {Findings} found */
export function checkCached(found) {
  const { heap } = found;
  /** @type {Set<number>} */
  const seen = new Set();
  for (const front of heap.fronts) {
    found.expect(
      front.is_open || heap.end === 0,
      'I8',
      front.topAddress(1),
      `there is a heap, but no free-block stack${whose(front)}`,
    );
    for (let size_class = 1; size_class <= heap.layout.k.size_classes; ++size_class) {
      found.attempt(() => checkStack(found, front, size_class, seen));
      found.attempt(() => checkCursor(found, front, size_class, seen));
    }
    found.attempt(() => checkFirstCursor(found, front));
  }
  for (const run of heap.layout.shared ? found.small_runs.values() : [])
    found.attempt(() => {
      for (const block of onTheirWay(heap, run))
        checkBlock(found, run.size_class, block, seen, 'set of blocks on their way');
    });
}

/** @param {Front} front */
const whose = ({ number }) => (number === 0 ? '' : ` of heap ${number}`);

/** @param {Findings} found @param {Front} front @param {number} size_class @param {Set<number>} seen */
function checkStack(found, front, size_class, seen) {
  const { heap } = found;
  const { memory, layout } = heap;
  const { entries, start, top, end } = front.blockStack(size_class);
  const name = `the free-block stack of class ${size_class}${whose(front)}`;
  if (entries === undefined) {
    found.add(
      'I8',
      front.topAddress(size_class),
      `${name} has its top at ${hex(top)}, outside of it`,
    );
    return;
  }
  found.expect(memory.word(start) === 0, 'I8', start, `${name} does not begin with 0`);
  const closed = end - layout.word_bytes;
  found.expect(
    !front.is_open || memory.word(closed) === 1,
    'I8',
    closed,
    `${name} does not end with 1`,
  );
  for (const block of entries)
    checkBlock(found, size_class, block, seen, `free-block stack${whose(front)}`);
}

/** @param {Findings} found @param {Front} front @param {number} size_class @param {Set<number>} seen */
function checkCursor(found, front, size_class, seen) {
  const { heap } = found;
  const { address, base, block_bytes, blocks } = front.cursor(size_class);
  const current = front.current(size_class);
  const run = found.small_runs.get(current);
  const owner = run === undefined ? 0 : heap.ownerOf(heap.pageOf(run.first));
  if (current !== 0 && (run?.size_class !== size_class || owner !== front.number)) {
    found.add(
      'I8',
      address,
      `the current run of class ${size_class}${whose(front)}, ${hex(current)}, is none of that class${whose(front)}`,
    );
    return;
  }
  if (blocks.length === 0) return;
  if (block_bytes !== heap.layout.class_bytes[size_class]) {
    found.add('I8', address, `the cursor of class ${size_class} steps by ${block_bytes} bytes`);
    return;
  }
  const words = run === undefined ? 0 : (base - run.address) / (block_bytes * CURSOR_BITS);
  found.expect(
    Number.isInteger(words) && words >= 0,
    'I8',
    address,
    `the cursor of class ${size_class} begins at ${hex(base)}, where no word of free bits does`,
  );
  for (const block of blocks) {
    checkBlock(found, size_class, block, seen, `cursor${whose(front)}`);
    found.expect(
      run !== undefined && found.class_runs.get(heap.miniPageOf(block)) === run,
      'I8',
      block,
      `the cursor of class ${size_class} holds ${hex(block)}, which is not in the class's current run`,
    );
  }
}

/** That of large blocks, which have runs of their own: always empty. @param {Findings} found @param {Front} front */
function checkFirstCursor(found, front) {
  const { address, blocks } = front.cursor(0);
  found.expect(
    blocks.length === 0,
    'I8',
    address,
    `the cursor${whose(front)} of large blocks is not empty`,
  );
}

/** @param {Findings} found @param {number} size_class @param {number} block @param {Set<number>} seen @param {string} where */
function checkBlock(found, size_class, block, seen, where) {
  const { heap } = found;
  const what = `the ${where} of class ${size_class} holds ${hex(block)}`;
  const run = found.class_runs.get(heap.miniPageOf(block));
  if (run === undefined || run.size_class !== size_class) {
    found.add('I8', block, `${what}, which is in no run of that class`);
    return;
  }
  const number = (block - run.address) / heap.layout.class_bytes[size_class];
  const { free, capacity } = /** @type {import('./meta_page.js').MiniPageHeader} */ (run.header);
  if (!Number.isInteger(number) || number >= capacity)
    found.add('I8', block, `${what}, where no block begins`);
  else if (bit(free, number)) found.add('I8', block, `${what}, which is home as well`);
  if (seen.has(block)) found.add('I8', block, `${what}, which is cached twice`);
  seen.add(block);
}
