// diff.js — `gharial diff`: what changed between two heaps, and whether that is too much: a leak check for CI.
import { diffHeapSnapshots } from '../diff.js';
import { size } from '../render.js';
import { UsageError } from './errors.js';
import { heapOf, jsonOf } from './files.js';

const UNITS = /** @type {Record<string, number>} */ ({ '': 1, k: 1024, m: 2 ** 20, g: 2 ** 30 });

/** Bytes: 4096, 64k, 1.5M. @param {string} text */
function bytes(text) {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined)
    throw new UsageError(
      `diff: --fail-on-growth=${text} is no number of bytes; write 4096, 64k or 1M`,
    );
  return Number(number) * UNITS[unit.toLowerCase()];
}

/** @param {number} n @param {(n: number) => string} [words] */
const signed = (n, words = (n) => n.toLocaleString('en-US')) =>
  `${n < 0 ? '-' : '+'}${words(Math.abs(n))}`;

/** @param {string[][]} rows right-aligned but for the last */
function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    `  ${row.map((cell, i) => cell.padStart(widths[i])).join('  ')}`.trimEnd(),
  );
}

/** @type {import('./commands.js').Command} */
export const command = {
  usage: 'BEFORE AFTER [--fail-on-growth=BYTES] [--json]',
  help: `
Tells what changed from one heap to a later one: in all, by size of block and, where both are JSON of
snapshots taken while the profiler ran, by call stack. A leak check in CI: take a snapshot after warming
up, another one after doing the same work again, and

  npx gharial diff before.gharialheap after.gharialheap --fail-on-growth=64k

ends with status 1 if more than 64 KiB more are live.`,
  options: {
    'fail-on-growth': {
      type: 'string',
      value: 'BYTES',
      help: 'status 1 if live bytes grew by more (4096, 64k, 1M)',
    },
    json: { type: 'boolean', help: 'as JSON' },
  },
  operands: [2, 2],
  run({ values, operands, print, warn }) {
    const limit = values['fail-on-growth'];
    const most = typeof limit === 'string' ? bytes(limit) : Number.POSITIVE_INFINITY;
    const [a, b] = operands.map((file) => jsonOf(file) ?? heapOf(file));
    const diff = diffHeapSnapshots(a, b);
    if (values.json) print(JSON.stringify(diff, null, 2));
    else {
      /** @type {[string, import('../diff.js').Change, ((n: number) => string)?][]} */
      const totals = [
        ['live', diff.used_heap_size, size],
        ['live blocks', diff.number_of_live_allocations],
        ['heap', diff.total_heap_size, size],
        ['memory', diff.memory_size, size],
      ];
      const number = (/** @type {number} */ n) => n.toLocaleString('en-US');
      const head = ['', 'before', 'after', 'change'];
      for (const line of table([
        head,
        ...totals.map(([name, change, words = number]) => [
          name,
          words(change.before),
          words(change.after),
          signed(change.delta, words),
        ]),
      ]))
        print(line);
      if (diff.size_classes.length > 0) {
        print('\nBy size of block');
        const rows = diff.size_classes.map((c) => [
          c.block_size === 0 ? 'large' : size(c.block_size),
          number(c.before),
          number(c.after),
          signed(c.delta),
          signed(c.delta_size, size),
        ]);
        for (const line of table([['block', 'before', 'after', 'blocks', 'bytes'], ...rows]))
          print(line);
      }
      if (diff.sites.length > 0) {
        print('\nBy call stack, estimated from samples');
        for (const { stack, delta, delta_size } of diff.sites.slice(0, 20)) {
          print(
            `  ${signed(delta_size, (n) => size(Math.round(n)))} in ${signed(Math.round(delta))} blocks`,
          );
          for (const name of stack.slice(0, 12)) print(`      ${name}`);
        }
      }
    }
    if (diff.used_heap_size.delta <= most) return 0;
    warn(`${size(diff.used_heap_size.delta)} more are live, ${size(most)} are allowed`);
    return 1;
  },
};
