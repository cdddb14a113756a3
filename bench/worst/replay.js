/** replay.js — the sequences that searches found, played again: what their most expensive calls cost today. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTrace } from '../trace/index.js';
import { ASIDE, ENTRIES, execute, heaps } from './heap.js';

/** Where sequences are kept: NAME.trace, whatever allocator they were found with. */
export const found = fileURLToPath(new URL('found', import.meta.url));

/** The kept sequences as operations, by name. */
export const sequences = () =>
  readdirSync(found)
    .filter((file) => file.endsWith('.trace'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.trace$/, ''),
      ops: readTrace(join(found, file)).ops,
    }));

/**
 * The most expensive call of each entry point, over all sequences; growth and flushes aside.
 * @param {string} allocator @param {{ port?: string }} [how]
 * @returns {Promise<Record<string, number>>}
 */
export const replay = async (allocator, { port } = {}) => {
  const makeHeap = await heaps(allocator, { port });
  /** @type {Record<string, number>} */
  const worst = Object.fromEntries(ENTRIES.map((entry) => [entry, 0]));
  for (const { ops } of sequences())
    execute(await makeHeap(), ops, (_index, entry, cost, aside) => {
      if (aside === ASIDE.no) worst[ENTRIES[entry]] = Math.max(worst[ENTRIES[entry]], cost);
    });
  return worst;
};
