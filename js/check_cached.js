// check_cached.js — I8: what lies at hand, on free-block stacks and in cursors, is in one place only.
import { hex } from './errors.js';
import { bit } from './heap_image.js';
import { blockStack, cursor } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */

const CURSOR_BITS = 64; // what a cursor holds: one word of a run's free bits

/** I8: every cached block, and the stacks and cursors they are in. @param {Findings} found */
export function checkCached(found) {
  const { heap } = found;
  /** @type {Set<number>} */
  const seen = new Set();
  for (let size_class = 1; size_class <= heap.layout.k.size_classes; ++size_class) {
    found.attempt(() => checkStack(found, size_class, seen));
    if (size_class <= heap.layout.k.shared_classes)
      found.attempt(() => checkCursor(found, size_class, seen));
  }
  found.attempt(() => checkLastCursor(found));
}

/** @param {Findings} found @param {number} size_class @param {Set<number>} seen */
function checkStack(found, size_class, seen) {
  const { heap } = found;
  const { memory, layout } = heap;
  const { entries, start, top, end } = blockStack(heap, size_class);
  if (entries === undefined) {
    found.add(
      'I8',
      layout.at.tops + size_class * layout.word_bytes,
      `the free-block stack of class ${size_class} has its top at ${hex(top)}, outside of it`,
    );
    return;
  }
  found.expect(
    memory.word(start) === 0,
    'I8',
    start,
    `the free-block stack of class ${size_class} does not begin with 0`,
  );
  const closed = end - layout.word_bytes;
  found.expect(
    heap.end === 0 || memory.word(closed) === 1,
    'I8',
    closed,
    `the free-block stack of class ${size_class} does not end with 1`,
  );
  for (const block of entries) checkBlock(found, size_class, block, seen, 'free-block stack');
}

/** @param {Findings} found @param {number} size_class @param {Set<number>} seen */
function checkCursor(found, size_class, seen) {
  const { heap } = found;
  const { address, base, block_bytes, blocks } = cursor(heap, size_class);
  const current = heap.current(size_class);
  const run = found.small_runs.get(current);
  if (current !== 0 && run?.size_class !== size_class) {
    found.add(
      'I8',
      address,
      `the current run of class ${size_class}, ${hex(current)}, is none of that class`,
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
    checkBlock(found, size_class, block, seen, 'cursor');
    found.expect(
      run !== undefined && found.class_runs.get(heap.miniPageOf(block)) === run,
      'I8',
      block,
      `the cursor of class ${size_class} holds ${hex(block)}, which is not in the class's current run`,
    );
  }
}

/** That of the classes whose blocks have a run of their own: always empty. @param {Findings} found */
function checkLastCursor(found) {
  const { heap } = found;
  const { address, blocks } = cursor(heap, heap.layout.k.shared_classes + 1);
  found.expect(
    blocks.length === 0,
    'I8',
    address,
    'the cursor of the blocks that have a run of their own is not empty',
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
  const blocks = run.header?.capacity ?? 1;
  if (!Number.isInteger(number) || number >= blocks)
    found.add('I8', block, `${what}, where no block begins`);
  else if (run.header !== undefined && bit(run.header.free, number))
    found.add('I8', block, `${what}, which is home as well`);
  if (seen.has(block)) found.add('I8', block, `${what}, which is cached twice`);
  seen.add(block);
}
