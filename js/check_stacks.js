// check_stacks.js — invariants between heap pages: the global stacks (I3), the bins of free runs and the lists of own pages (I6), the runs in
// which meta-pages lie (I10).
import { hex } from './errors.js';
import { binOf } from './walk.js';

/** @typedef {import('./check.js').Findings} Findings */

/**
 * Walks a linked stack as far as it goes.
 * @param {Findings} found @param {string} code @param {string} name @param {number} top @param {string} unit of what is linked
 * @param {(at: number) => { next: number, prev?: number } | undefined} links undefined: it does not belong there
 */
function walkStack(found, code, name, top, unit, links) {
  const seen = new Set();
  const where = found.heap.layout.at.global;
  let before = 0;
  for (let at = top; at !== 0; ) {
    const here = seen.has(at) ? undefined : links(at);
    if (here === undefined) {
      found.add(code, where, `${name} leads to ${unit} ${at}, which does not belong there`);
      break;
    }
    if (here.prev !== undefined && here.prev !== before)
      found.add(code, where, `links of ${name} do not agree at ${unit} ${at}`);
    seen.add(at);
    before = at;
    at = here.next;
  }
  return seen;
}

/** I3. @param {Findings} found */
export function checkClassStacks(found) {
  const { heap } = found;
  const { end_of_list, size_classes } = heap.layout.k;
  for (let size_class = 1; size_class <= size_classes; ++size_class) {
    found.attempt(() => {
      const name = `the stack of heap pages of class ${size_class}`;
      let pages = 0;
      for (const front of heap.fronts) {
        const of = front.number === 0 ? name : `${name} of heap ${front.number}`;
        const top = front.classStack(heap, size_class);
        pages += walkStack(found, 'I3', of, top, 'heap page', (page) => {
          const meta = found.meta.get(page);
          const belongs =
            meta !== undefined &&
            heap.list(meta, size_class) !== end_of_list &&
            heap.heapNumber(meta.owner) === front.number;
          return belongs ? heap.classLinks(meta, size_class) : undefined;
        }).size;
      }
      const expected = found.listed.get(size_class) ?? 0;
      found.expect(
        pages === expected,
        'I3',
        heap.layout.at.global,
        `${name} has ${pages} pages, ${expected} have room`,
      );
    });
  }
}

/** I6. @param {Findings} found */
export function checkBins(found) {
  const { heap } = found;
  const { k } = heap.layout;
  const free = new Map(
    found.runs
      .filter(({ kind, is_own }) => kind === 'free' && !is_own)
      .map((run) => [run.first, run]),
  );
  let binned = 0;
  for (let bin = 0; bin < k.run_bins; ++bin) {
    const name = `bin ${bin} of free runs`;
    const top = heap.free_runs.bin(bin);
    const members = walkStack(found, 'I6', name, top, 'MiniPage', (at) => {
      const run = free.get(at);
      return run !== undefined && binOf(heap, run.length) === bin ? run.entry : undefined;
    });
    binned += members.size;
    const mask = heap.free_runs.masks[bin >>> 5] >>> (bin & 31);
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

/** I6, of own pages: those with room are on the list for it, and on no other. @param {Findings} found */
export function checkOwnLists(found) {
  const { heap, meta } = found;
  for (const lists of heap.own_lists) {
    let listed = 0;
    const whose = lists.owner === 0 ? '' : ` of heap ${lists.owner}`;
    for (let list = 0; list <= lists.last; ++list) {
      const name = `list ${list} of own pages${whose}`;
      listed += walkStack(found, 'I6', name, lists.top(heap, list), 'heap page', (page) => {
        const own = meta.get(page);
        const belongs =
          own?.is_own &&
          heap.heapNumber(own.owner) === lists.owner &&
          list !== 0 &&
          lists.listFor(own.free) === list;
        return belongs ? heap.classLinks(own, 0) : undefined;
      }).size;
    }
    const with_room = [...meta.values()].filter(
      ({ is_own, free, owner }) => is_own && free !== 0 && heap.heapNumber(owner) === lists.owner,
    ).length;
    found.expect(
      listed === with_room,
      'I6',
      heap.layout.at.global,
      `the lists of own pages${whose} hold ${listed}, ${with_room} have room`,
    );
  }
}

/** I10. @param {Findings} found */
export function checkMetaRuns(found) {
  const { heap, meta } = found;
  const { meta_page_bytes } = heap.layout.k;
  const bytes = (heap.layout.shared ? 2 : 1) * meta_page_bytes; // and its remote words
  const runs = new Map(
    found.runs.filter(({ kind }) => kind === 'meta').map((run) => [run.address, run]),
  );
  for (const [page, { address }] of meta) {
    const run = runs.get(address);
    found.expect(
      run !== undefined && run.length * heap.mini_bytes === bytes,
      'I10',
      address,
      `the meta-page of heap page ${page} lies in no run of its own at ${hex(address)}`,
    );
    runs.delete(address);
    if (found.full) return;
  }
  for (const address of runs.keys())
    found.add('I10', address, `the meta-page at ${hex(address)} is that of no heap page`);
}
