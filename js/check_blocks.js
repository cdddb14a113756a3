// check_blocks.js — invariants inside cut pages and of single blocks: I1, I2, I8, I12 and the first half of I3 and I4.
import { hex } from './errors.js';
import { bit } from './heap_image.js';
import { blockStack, cursor, homeOf, miniRun } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */

/** @param {Findings} found @param {import('./walk.js').PageRun} run */
export function checkCutPage(found, run) {
  const { heap } = found;
  const meta = heap.metaPage(run.entry.meta);
  if (meta.page !== run.page) {
    found.add(
      'I9',
      meta.address,
      `the meta-page of heap page ${run.page} says that it describes page ${meta.page}`,
    );
    return;
  }
  found.meta.set(run.page, meta);
  /** @type {Map<number, import('./heap_image.js').MiniPageHeader>} */
  const heads = new Map();
  found.attempt(() => {
    for (let first = 0; first < heap.minis; ) {
      const part = miniRun(heap, meta, run.page, first);
      first += part.length;
      if (part.header === undefined) continue;
      found.used_mini_pages += part.length;
      heads.set(part.first, part.header);
      checkRunOfMiniPages(found, meta, part);
    }
  });
  for (let size_class = 1; size_class <= heap.layout.k.shared_classes; ++size_class)
    checkList(found, meta, size_class, heads);
}

/** I12, I1. @param {Findings} found @param {MetaPage} meta @param {import('./walk.js').MiniRun} part */
function checkRunOfMiniPages(found, meta, part) {
  const header = /** @type {import('./heap_image.js').MiniPageHeader} */ (part.header);
  const at = header.address;
  for (let i = part.first; i < part.first + part.length; ++i)
    if (((meta.touched_mask >>> i) & 1) === 0)
      found.add(
        'I12',
        at,
        `MiniPage ${i} of heap page ${meta.page} is in use and said to be fresh`,
      );
  for (let i = part.first + 1; i < part.first + part.length; ++i) {
    if (((meta.free_mask >>> i) & 1) !== 0)
      found.add(
        'I12',
        meta.address,
        `MiniPage ${i} of heap page ${meta.page} is free and in a run`,
      );
  }
  if (part.kind === 'large_tail')
    found.expect(
      part.first === 0,
      'I12',
      at,
      `a large tail at MiniPage ${part.first} of heap page ${meta.page}, not at 0`,
    );
  else checkClassRun(found, part, header);
}

/** I1. @param {Findings} found @param {import('./walk.js').MiniRun} part @param {import('./heap_image.js').MiniPageHeader} header */
function checkClassRun(found, part, header) {
  const { heap, class_runs } = found;
  const { class_bytes } = heap.layout;
  const { size_class, block_bytes, capacity, address: at } = header;
  const bytes = part.length * heap.mini_bytes;
  if (
    size_class === 0 ||
    block_bytes !== class_bytes[size_class] ||
    capacity !== Math.floor(bytes / block_bytes)
  ) {
    found.add(
      'I1',
      at,
      `the run at ${hex(part.address)}: class ${size_class} has no ${capacity} blocks of ${block_bytes} bytes`,
    );
    return;
  }
  for (let i = capacity; i < header.free.length * 32; ++i) {
    if (!bit(header.free, i)) continue;
    found.add(
      'I1',
      at,
      `the run at ${hex(part.address)} has ${capacity} blocks, but free bit ${i} is set`,
    );
    break;
  }
  const reciprocal = heap.memory.u32(at + heap.layout.k.header_reciprocal);
  found.expect(
    reciprocal === Math.floor(0xffffffff / block_bytes) + 1,
    'I1',
    at,
    `the run at ${hex(part.address)} has ${reciprocal} for 2^32 / ${block_bytes}`,
  );
  const home = homeOf(header);
  const is_current = heap.current(size_class) === at;
  found.expect(
    is_current
      ? header.countdown > capacity
      : header.countdown === (home === 0 ? 1 : capacity - home),
    'I1',
    at,
    `the run at ${hex(part.address)} counts down from ${header.countdown}, with ${home} of ${capacity} blocks home`,
  );
  const mini_page = part.address / heap.mini_bytes;
  const mapped = capacity === 1 ? 1 : part.length;
  for (let i = 0; i < mapped; ++i)
    class_runs.set(mini_page + i, {
      size_class,
      header,
      address: part.address,
      length: part.length,
    });
}

/**
 * I2: the page's list of a class, in both directions.
 * @param {Findings} found @param {MetaPage} meta @param {number} size_class
 * @param {Map<number, import('./heap_image.js').MiniPageHeader>} heads
 */
function checkList(found, meta, size_class, heads) {
  const { heap } = found;
  const { k } = heap.layout;
  const current = heap.current(size_class);
  const listed = new Set();
  let before = k.no_mini_page;
  const first = heap.list(meta, size_class);
  for (let i = first; i !== k.no_mini_page; ) {
    const header = heads.get(i);
    if (
      header === undefined ||
      header.kind !== k.run_small ||
      header.size_class !== size_class ||
      listed.has(i)
    ) {
      found.add(
        'I2',
        meta.address,
        `the list of class ${size_class} of heap page ${meta.page} leads to MiniPage ${i}, which does not belong there`,
      );
      break;
    }
    found.expect(
      header.prev === before,
      'I2',
      header.address,
      `links of the list of class ${size_class} of heap page ${meta.page} do not agree`,
    );
    listed.add(i);
    before = i;
    i = header.next;
  }
  if (first !== k.no_mini_page)
    found.listed.set(size_class, (found.listed.get(size_class) ?? 0) + 1);
  for (const [i, header] of heads) {
    if (header.kind !== k.run_small || header.size_class !== size_class) continue;
    const home = homeOf(header);
    if (home === header.capacity && header.address !== current)
      found.add(
        'I2',
        header.address,
        `every block of MiniPage ${i} of heap page ${meta.page} is home, so its run should be free`,
      );
    const should = home > 0 && header.address !== current;
    if (should !== listed.has(i) || should !== (header.prev !== k.unlisted))
      found.add(
        'I2',
        header.address,
        `MiniPage ${i} of heap page ${meta.page} is ${should ? 'not on' : 'on'} the list of class ${size_class} ` +
          `with ${home} free blocks${header.address === current ? ', being the current run' : ''}`,
      );
  }
}

/** I8: every cached block, and the stacks and cursors they are in. @param {Findings} found */
export function checkCached(found) {
  const { heap } = found;
  /** @type {Set<number>} */
  const seen = new Set();
  for (let size_class = 1; size_class <= heap.layout.k.size_classes; ++size_class) {
    found.attempt(() => checkStack(found, size_class, seen));
    found.attempt(() => checkCursor(found, size_class, seen));
  }
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
    heap.end_page === 0 || memory.word(closed) === 1,
    'I8',
    closed,
    `the free-block stack of class ${size_class} does not end with 1`,
  );
  for (const block of entries) checkBlock(found, size_class, block, seen, 'free-block stack');
}

/** @param {Findings} found @param {number} size_class @param {Set<number>} seen */
function checkCursor(found, size_class, seen) {
  const { heap } = found;
  const { address, block_bytes, blocks } = cursor(heap, size_class);
  if (blocks.length === 0) return;
  if (block_bytes !== heap.layout.class_bytes[size_class]) {
    found.add('I8', address, `the cursor of class ${size_class} steps by ${block_bytes} bytes`);
    return;
  }
  for (const block of blocks) checkBlock(found, size_class, block, seen, 'cursor');
}

/** @param {Findings} found @param {number} size_class @param {number} block @param {Set<number>} seen @param {string} where */
function checkBlock(found, size_class, block, seen, where) {
  const { heap } = found;
  const what = `the ${where} of class ${size_class} holds ${hex(block)}`;
  const run = found.class_runs.get(Math.floor(block / heap.mini_bytes));
  if (run === undefined || run.size_class !== size_class) {
    found.add('I8', block, `${what}, which is in no run of that class`);
    return;
  }
  const number = (block - run.address) / run.header.block_bytes;
  if (!Number.isInteger(number) || number >= run.header.capacity)
    found.add('I8', block, `${what}, where no block begins`);
  else if (bit(run.header.free, number)) found.add('I8', block, `${what}, which is home as well`);
  if (seen.has(block)) found.add('I8', block, `${what}, which is cached twice`);
  seen.add(block);
}
