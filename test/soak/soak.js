// soak.js — many calls in epochs, and what the heap is like after each. Assumes soak.c.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { build, load, root } from '../support/build.js';
import { STATS_FIELDS } from '../support/heap.js';

const FLAGS = [
  ...[
    '-O2',
    '-fno-builtin-malloc',
    '--no-entry',
    '-sMODULARIZE',
    '-sEXPORT_ES6',
    '-sENVIRONMENT=node',
  ],
  ...['-sALLOW_MEMORY_GROWTH', '-sABORTING_MALLOC=0', '-sEXPORTED_RUNTIME_METHODS=HEAPU32'],
  '-sEXPORTED_FUNCTIONS=_gharial_validate',
];

/**
 * @typedef {object} Epoch after so many calls
 * @property {number} calls @property {number} asked bytes that are asked for now @property {number} heap bytes of the heap
 * @property {number} peak highest bytes in use so far @property {number} largest_free @property {number} verified
 */

/**
 * @param {number} operations @param {number} epochs @param {string} options of the port
 * @param {(epoch: Epoch) => void} [show]
 */
export async function soak(operations, epochs, options, show = () => {}) {
  const product = build('soak', [join(root, 'test/soak/soak.c')], FLAGS, { options });
  const program = await (await load(product))();
  /** @type {Epoch[]} */
  const seen = [];
  const each = Math.ceil(operations / epochs);
  for (let epoch = 1; epoch <= epochs; ++epoch) {
    const wrong = program._soak(each) >>> 0;
    assert.equal(
      wrong,
      0,
      `call ${(epoch - 1) * each + wrong} found no memory, or a block that lost its bytes`,
    );
    const broken = program._gharial_validate();
    assert.equal(broken, 0, `invariant I${broken} after ${epoch * each} calls`);
    const at = program._stats() >>> 2;
    const stats = Object.fromEntries(
      STATS_FIELDS.map((name, i) => [name, program.HEAPU32[at + i]]),
    );
    const now = {
      calls: epoch * each,
      asked: program._asked_for() >>> 0,
      heap: stats.heap_bytes,
      peak: stats.peak_used_bytes,
      largest_free: stats.largest_free_bytes,
      verified: program._verified_so_far() >>> 0,
    };
    seen.push(now);
    show(now);
  }
  // After a fifth of the calls the heap has its size, if they are many; from there on only the rarest of draws make it grow. And what is
  // not in use, though it once was, is never more than a third of it.
  const settled = seen[Math.ceil(epochs / 5) - 1];
  const last = seen[epochs - 1];
  assert.ok(
    last.heap <= settled.heap * (operations >= 1e8 ? 1.1 : 1.5) && last.heap <= last.peak * 1.5,
    `the heap drifts: ${settled.heap} bytes, then ${last.heap}, of which ${last.peak} were in use at most`,
  );
  program._finish();
  const at = program._stats() >>> 2;
  assert.equal(program.HEAPU32[at + STATS_FIELDS.indexOf('live_blocks')], 0);
  assert.equal(program._gharial_validate(), 0);
  return seen;
}
