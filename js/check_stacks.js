// check_stacks.js — invariants between heap pages: the global stacks (I3, I4), the bins of free runs (I6), the metadata
// pages and who uses their slots (I10).
import { hex } from './errors.js';
import { popcount } from './memory.js';
import { binOf } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */

/**
 * Walks a doubly linked stack of heap pages as far as it goes. `belongs` says whether a page may be on it, and why not.
 * @param {Findings} found @param {string} code @param {string} name @param {number} top
 * @param {(page: number) => { next: number, prev: number } | undefined} links of a page; undefined: it does not belong there
 */
function walkStack(found, code, name, top, links) {
  const pages = new Set();
  let before = 0;
  for (let page = top; page !== 0; ) {
    const here = pages.has(page) ? undefined : links(page);
    if (here === undefined) {
      found.add(
        code,
        found.heap.addressOf(page),
        `${name} leads to heap page ${page}, which does not belong there`,
      );
      break;
    }
    if (here.prev !== before)
      found.add(
        code,
        found.heap.addressOf(page),
        `links of ${name} do not agree at heap page ${page}`,
      );
    pages.add(page);
    before = page;
    page = here.next;
  }
  return pages;
}

/** I3. @param {Findings} found */
export function checkClassStacks(found) {
  const { heap } = found;
  const { no_mini_page, shared_classes } = heap.layout.k;
  for (let size_class = 1; size_class <= shared_classes; ++size_class) {
    found.attempt(() => {
      const name = `the stack of heap pages of class ${size_class}`;
      const pages = walkStack(found, 'I3', name, heap.classStack(size_class), (page) => {
        const meta = found.meta.get(page);
        if (meta === undefined || heap.list(meta, size_class) === no_mini_page) return undefined;
        return heap.classLinks(meta, size_class);
      });
      const expected = found.listed.get(size_class) ?? 0;
      found.expect(
        pages.size === expected,
        'I3',
        heap.layout.at.global,
        `${name} has ${pages.size} pages, ${expected} have room`,
      );
    });
  }
}

/** I4. @param {Findings} found */
export function checkRoomStacks(found) {
  const { heap } = found;
  const { room_stacks } = heap.layout.k;
  /** @type {number[]} */
  const expected = new Array(room_stacks).fill(0);
  for (const [page, meta] of found.meta) {
    const longest = longestRun(meta.free_mask, heap.minis);
    const room = longest === heap.minis ? 0 : longest;
    found.expect(
      (longest === heap.minis) === (page === heap.warm_page),
      'I4',
      meta.address,
      `heap page ${page} is ${page === heap.warm_page ? 'the warm page and in use' : 'whole and not the warm page'}`,
    );
    found.expect(
      meta.room === room,
      'I4',
      meta.address,
      `heap page ${page} has ${longest} free MiniPages together, its meta-page says ${meta.room}`,
    );
    expected[room] += 1;
  }
  if (heap.warm_page !== 0)
    found.expect(
      found.meta.has(heap.warm_page),
      'I4',
      heap.layout.at.global,
      `the warm page ${heap.warm_page} is no cut page`,
    );
  for (let room = 1; room < room_stacks; ++room) {
    const name = `the stack of heap pages with room for ${room} MiniPages`;
    const top = heap.roomStack(room);
    const pages = walkStack(found, 'I4', name, top, (page) => {
      const meta = found.meta.get(page);
      return meta?.room === room ? heap.roomLinks(meta) : undefined;
    });
    found.expect(
      pages.size === expected[room],
      'I4',
      heap.layout.at.global,
      `${name} has ${pages.size} pages, ${expected[room]} have that room`,
    );
    found.expect(
      (((heap.room_mask >>> room) & 1) !== 0) === (top !== 0),
      'I4',
      heap.layout.at.global,
      `the mask of room stacks is wrong about stack ${room}`,
    );
  }
}

/** I4: large blocks by the spare MiniPages of their last page. @param {Findings} found */
export function checkSpareStacks(found) {
  const { heap } = found;
  const { room_stacks } = heap.layout.k;
  const large = new Map(
    found.runs.filter(({ kind }) => kind === 'large').map(({ page, entry }) => [page, entry]),
  );
  /** @type {number[]} */
  const expected = new Array(room_stacks).fill(0);
  for (const [page, { address, spare, tail }] of large) {
    found.expect(
      spare < room_stacks && (spare === 0 || tail === 0),
      'I4',
      address,
      `the large block at heap page ${page} has a tail of ${tail} MiniPages and ${spare} spare ones`,
    );
    if (spare < room_stacks) expected[spare] += 1;
  }
  for (let spare = 1; spare < room_stacks; ++spare) {
    const name = `the stack of large blocks with ${spare} spare MiniPages`;
    const top = heap.spareStack(spare);
    const pages = walkStack(found, 'I4', name, top, (page) => {
      const entry = large.get(page);
      return entry?.spare === spare ? entry : undefined;
    });
    found.expect(
      pages.size === expected[spare],
      'I4',
      heap.layout.at.global,
      `${name} has ${pages.size} blocks, ${expected[spare]} have them`,
    );
    found.expect(
      (((heap.spare_mask >>> spare) & 1) !== 0) === (top !== 0),
      'I4',
      heap.layout.at.global,
      `the mask of spare stacks is wrong about stack ${spare}`,
    );
  }
}

/** Length of the longest run of ones. @param {number} mask @param {number} width */
function longestRun(mask, width) {
  let longest = 0;
  let length = 0;
  for (let i = 0; i < width; ++i) {
    length = ((mask >>> i) & 1) !== 0 ? length + 1 : 0;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** I6. @param {Findings} found */
export function checkBins(found) {
  const { heap } = found;
  const { run_bins } = heap.layout.k;
  const free = new Map(
    found.runs.filter(({ kind }) => kind === 'free').map((run) => [run.page, run]),
  );
  let binned = 0;
  for (let bin = 0; bin < run_bins; ++bin) {
    const top = heap.bin(bin);
    const pages = walkStack(found, 'I6', `bin ${bin} of free runs`, top, (page) => {
      const run = free.get(page);
      return run !== undefined && binOf(heap, run.pages) === bin ? run.entry : undefined;
    });
    binned += pages.size;
    const mask = heap.bin_masks[bin >>> 5] >>> (bin & 31);
    found.expect(
      ((mask & 1) !== 0) === (top !== 0),
      'I6',
      heap.layout.at.global,
      `the mask of bins is wrong about bin ${bin}`,
    );
  }
  found.expect(
    binned === free.size,
    'I6',
    heap.layout.at.global,
    `the bins hold ${binned} free runs, the walk finds ${free.size}`,
  );
}

/** I10. @param {Findings} found */
export function checkMetadata(found) {
  const { heap } = found;
  const metadata = new Map(
    found.runs.filter(({ kind }) => kind === 'metadata').map((run) => [run.page, run.entry]),
  );
  const with_room = [...metadata.values()].filter(({ run_pages }) => run_pages !== 0).length;
  const pages = walkStack(
    found,
    'I10',
    'the stack of metadata pages',
    heap.metadata_stack,
    (page) => {
      const entry = metadata.get(page);
      return entry !== undefined && entry.run_pages !== 0 ? entry : undefined;
    },
  );
  found.expect(
    pages.size === with_room,
    'I10',
    heap.layout.at.global,
    `the stack of metadata pages has ${pages.size} pages, ${with_room} have free slots`,
  );
  const { meta_slot_bytes } = heap.layout.k;
  const slots_per_page = heap.page_bytes / meta_slot_bytes;
  for (const [page, { address, run_pages }] of metadata)
    found.expect(
      popcount(run_pages) < slots_per_page,
      'I10',
      address,
      `every slot of the metadata page ${page} is free, so it should be a free run`,
    );
  const users = new Map();
  for (const { at, slots, what } of slotUsers(found)) {
    for (let i = 0; i < slots; ++i) {
      const slot = Math.floor(at / meta_slot_bytes) + i;
      const address = slot * meta_slot_bytes;
      const page = Math.floor(address / heap.page_bytes);
      const free_slots = metadata.get(page)?.run_pages ?? 0;
      const bit = (address % heap.page_bytes) / meta_slot_bytes;
      if (((free_slots >>> bit) & 1) !== 0)
        found.add('I10', address, `the slot at ${hex(address)} is free, and in use for ${what}`);
      if (users.has(slot))
        found.add(
          'I10',
          address,
          `the slot at ${hex(address)} is in use for ${what} and for ${users.get(slot)}`,
        );
      users.set(slot, what);
      if (found.full) return;
    }
  }
}

/** Who uses slots. @param {Findings} found @returns {Generator<{ at: number, slots: number, what: string }>} */
function* slotUsers(found) {
  const { heap, meta } = found;
  const { meta_slot_bytes, meta_page_slots } = heap.layout.k;
  if (heap.end_page === 0) return;
  yield {
    at: heap.maps.at,
    slots: Math.floor(Math.min(heap.maps.bytes, heap.memory.byteLength) / meta_slot_bytes),
    what: 'the maps',
  };
  for (const [page, { address }] of meta)
    yield { at: address, slots: meta_page_slots, what: `the meta-page of heap page ${page}` };
}
