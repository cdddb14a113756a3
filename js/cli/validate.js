// validate.js — `gharial validate`: is a heap sound?
import { hex } from '../errors.js';
import { heapOf } from './files.js';

/** @type {import('./commands.js').Command} */
export const command = {
  usage: 'FILE … [--json]',
  help: `
Checks the invariants of heaps. Exit status 0: all are sound, 1: one is damaged or cannot be read.

  npx gharial validate crash.gharialheap`,
  options: { json: { type: 'boolean', help: 'findings as JSON' } },
  operands: [1, Number.POSITIVE_INFINITY],
  run({ values, operands, print }) {
    const results = operands.map((file) => ({ file, ...heapOf(file).validateHeap() }));
    if (values.json) print(JSON.stringify(results, null, 2));
    else
      for (const { file, ok, errors } of results) {
        print(
          `${file}: ${ok ? 'sound' : `damaged, ${errors.length} finding${errors.length === 1 ? '' : 's'}`}`,
        );
        for (const { code, address, message } of errors)
          print(`  ${code} at ${hex(address)}: ${message}`);
      }
    return results.every(({ ok }) => ok) ? 0 : 1;
  },
};
