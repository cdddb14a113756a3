// check_small_runs.js — invariants of small runs and of the lists that they are on: I1, I2, I7, that each has a meta-page
// (I4) and the first half of I3.
import { hex } from './errors.js';
import { bit } from './heap_image.js';
import { homeOf } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */
/** @typedef {import('./heap_image.js').MiniPageHeader} MiniPageHeader */

/** I4, I7, I1. @param {Findings} found @param {import('./walk.js').Run} run */
export function checkSmallRun(found, run) {
  const { heap, class_runs, small_runs } = found;
  const { layout } = heap;
  const header = /** @type {MiniPageHeader} */ (run.header);
  const { size_class, capacity, address: at } = header;
  const page = heap.pageOf(run.first);
  const meta = found.meta.get(page);
  if (meta === undefined) {
    found.add(
      'I4',
      run.entry.address,
      `a small run begins at ${hex(run.address)}, but heap page ${page} has no meta-page`,
    );
    return;
  }
  if (at !== heap.headerAddress(meta, run.first)) {
    found.add('I7', run.entry.address, `the run at ${hex(run.address)} has a header at ${hex(at)}`);
    return;
  }
  const { class_first_mini_pages: first, class_mini_pages: further } = layout;
  const is_cut_so = [first[size_class], further[size_class]].includes(run.length);
  if (header.base !== run.address % 2 ** 32 || header.mini_pages !== run.length || !is_cut_so) {
    found.add(
      'I1',
      at,
      `the run of ${run.length} MiniPages at ${hex(run.address)} is described as one of ${header.mini_pages} at ${hex(header.base)} of class ${size_class}`,
    );
    return;
  }
  small_runs.set(at, run);
  const block_bytes = layout.class_bytes[size_class];
  for (let i = 0; i < run.length; ++i) {
    const begin = i * heap.mini_bytes;
    if (Math.ceil(begin / block_bytes) * block_bytes >= begin + heap.mini_bytes) continue;
    class_runs.set(run.first + i, run);
    const entry = heap.entry(run.first + i);
    found.expect(
      entry.header === at,
      'I7',
      entry.address,
      `MiniPage ${i} of the run at ${hex(run.address)} names the header ${hex(entry.header)}, not ${hex(at)}`,
    );
  }
  checkHeader(found, run.address, header, capacity, block_bytes);
}

/** I1. @param {Findings} found @param {number} run @param {MiniPageHeader} header @param {number} capacity @param {number} block_bytes */
function checkHeader(found, run, header, capacity, block_bytes) {
  const at = header.address;
  for (let i = capacity; i < header.free.length * 32; ++i) {
    if (!bit(header.free, i)) continue;
    found.add('I1', at, `the run at ${hex(run)} has ${capacity} blocks, but free bit ${i} is set`);
    break;
  }
  found.expect(
    header.reciprocal === Math.floor(0xffffffff / block_bytes) + 1,
    'I1',
    at,
    `the run at ${hex(run)} has ${header.reciprocal} for 2^32 / ${block_bytes}`,
  );
  const home = homeOf(header);
  if (!found.has_states) return;
  const is_current = found.heap.isCurrent(header.size_class, at);
  found.expect(
    is_current
      ? header.countdown > capacity
      : header.countdown === (home === 0 ? 1 : capacity - home),
    'I1',
    at,
    `the run at ${hex(run)} counts down from ${header.countdown}, with ${home} of ${capacity} blocks home`,
  );
}

/** I2: the lists of a page. @param {Findings} found @param {MetaPage} meta */
export function checkLists(found, meta) {
  const { heap, small_runs } = found;
  const heads = new Map();
  for (let i = 0; i < heap.minis; ++i) {
    const run = small_runs.get(heap.headerAddress(meta, i));
    if (run !== undefined) heads.set(i, run.header);
  }
  for (let size_class = 1; size_class <= heap.layout.k.size_classes; ++size_class)
    checkList(found, meta, size_class, heads);
}

/**
 * The page's list of a class, in both directions.
 * @param {Findings} found @param {MetaPage} meta @param {number} size_class @param {Map<number, MiniPageHeader>} heads
 */
function checkList(found, meta, size_class, heads) {
  const { heap } = found;
  const { k } = heap.layout;
  const listed = new Set();
  let before = k.end_of_list;
  const first = heap.list(meta, size_class);
  for (let i = first; i !== k.end_of_list; ) {
    const header = heads.get(i);
    if (header === undefined || header.size_class !== size_class || listed.has(i)) {
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
  if (first !== k.end_of_list)
    found.listed.set(size_class, (found.listed.get(size_class) ?? 0) + 1);
  if (!found.has_states) return;
  for (const [i, header] of heads) {
    if (header.size_class !== size_class) continue;
    const home = homeOf(header);
    const is_current = heap.isCurrent(size_class, header.address);
    if (home === header.capacity && !is_current)
      found.add(
        'I2',
        header.address,
        `every block of MiniPage ${i} of heap page ${meta.page} is home, so its run should be free`,
      );
    const should = home > 0 && !is_current;
    if (should !== listed.has(i) || should !== (header.prev !== k.unlisted))
      found.add(
        'I2',
        header.address,
        `MiniPage ${i} of heap page ${meta.page} is ${should ? 'not on' : 'on'} the list of class ${size_class} ` +
          `with ${home} free blocks${is_current ? ', being the current run' : ''}`,
      );
  }
}
