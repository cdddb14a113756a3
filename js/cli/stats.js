// stats.js — `gharial stats`: the report of a heap.
import { renderReport } from '../report.js';
import { heapOf } from './files.js';

/** @type {import('./commands.js').Command} */
export const command = {
  usage: 'FILE [--json]',
  help: `
Prints the report of a heap: where every byte is, size classes, a map. FILE is what writeHeapSnapshot()
wrote, or a raw image of a memory. Colours where the terminal has them and NO_COLOR is not set.

  npx gharial stats Heap-20261123.gharialheap`,
  options: { json: { type: 'boolean', help: 'every number, as JSON' } },
  operands: [1, 1],
  run({ values, operands: [file], print }) {
    const heap = heapOf(file);
    print(
      values.json ? JSON.stringify(heap.takeHeapSnapshot(), null, 2) : renderReport(heap).trimEnd(),
    );
    return 0;
  },
};
