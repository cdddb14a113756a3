// support.js — random traces for properties.
import fc from 'fast-check';
import { KIND, TraceBuilder } from '../../bench/trace/index.js';

const bytes = fc.oneof(fc.nat(300), fc.nat(2 ** 20), fc.nat(2 ** 32 - 1));
const command = fc.record({
  kind: fc.nat(6),
  pick: fc.nat(),
  bytes,
  log: fc.nat(31),
});

/** Traces in which everything is possible that a program can do. */
export const anyTrace = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.array(command, { maxLength: 200 }))
  .map(([name, commands]) => {
    const builder = new TraceBuilder();
    /** @type {number[]} */
    const live = [];
    for (const [id, { kind, pick, bytes, log }] of commands.entries()) {
      const at = pick % (live.length || 1);
      if (kind === KIND.freeNull) builder.freeNull();
      else if (kind === KIND.free || kind === KIND.realloc) {
        if (live.length === 0) continue;
        if (kind === KIND.realloc) builder.resize(live[at], bytes);
        else builder.free(live.splice(at, 1)[0]);
      } else {
        builder.allocate(kind, id, bytes, kind === KIND.memalign ? log : 0);
        live.push(id);
      }
    }
    return builder.build(name);
  });
