// replay_worker.js — the process of one allocator: plays a trace, the second time with a clock, and prints what it saw.
// Arguments: the player (a file URL), the trace. The player that checks says more, and its time says nothing.
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { format } from './trace.js';

const { decode, WORDS } = await format();
const [, , program, file] = process.argv;
const bytes = readFileSync(file);
const trace = decode(
  file.endsWith('.br') ? brotliDecompressSync(bytes, { maxOutputLength: 2 ** 28 }) : bytes,
);
const { wasmExports: player, wasmMemory: memory } = await (await import(program)).default();

function play() {
  const at = player.player_operations() >>> 0;
  const chunk = player.player_chunk();
  for (let i = 0; i < trace.count; i += chunk) {
    const count = Math.min(chunk, trace.count - i);
    new Uint32Array(memory.buffer, at, count * WORDS).set(
      trace.ops.subarray(i * WORDS, (i + count) * WORDS),
    );
    player.player_run(count);
  }
}

const checks = 'player_highest_break' in player;
let nanoseconds = Number.POSITIVE_INFINITY;
for (let round = 0; round < (checks ? 1 : 4); ++round) {
  const begun = process.hrtime.bigint();
  play();
  nanoseconds = Math.min(nanoseconds, Number(process.hrtime.bigint() - begun));
  if (!checks) player.player_clear(trace.slots);
}
const seen = checks
  ? {
      peak: (player.player_highest_break() >>> 0) - (player.player_heap_base() >>> 0),
      failures: player.player_failures() >>> 0,
      faults: player.player_faults() >>> 0,
    }
  : { failures: 0 };
console.log(JSON.stringify({ nanoseconds, ...seen }));
