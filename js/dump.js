// dump.js — the container that a heap snapshot is kept in (docs/dump-format.md): the ranges of memory that a reader needs,
// and none that holds the program's own data. What is cut short or changed is a DumpError.
import { DumpError } from './errors.js';
import { fnv1a, segmentOf } from './memory.js';

/**
 * @typedef {object} DumpContents
 * @property {{ address: number, bytes: Uint8Array }[]} ranges in order of address, none overlapping
 * @property {number} memory_bytes size of the memory they are from
 * @property {number} heap_size_limit 0: not known
 * @property {number} record address of the layout record
 * @property {boolean} [settled] false: threads changed the heap's structure while it was copied
 * @property {boolean} [exact] false: they changed something of it
 */

const MAGIC = new TextEncoder().encode('gharial dump\r\n\x1a\n');
const VERSION = 1; // of a heap that stood still
const MOVED_VERSION = 2; // threads changed it meanwhile: the same, and `moved` in front of the ranges
const MOVED = { blocks: 1, structure: 2 };
const MOVED_BYTES = 8;
const CHECKSUM_AT = 48;
const HEAD_BYTES = 56;
const RANGE_BYTES = 16;
const MAX_MEMORY = 2 ** 40; // what the maps can describe

/** @param {Uint8Array} bytes */
export const isDump = (bytes) => MAGIC.every((byte, i) => bytes[i] === byte);

/** Of every byte but its own. @param {Uint8Array} bytes */
const checksumOf = (bytes) =>
  fnv1a(bytes.subarray(CHECKSUM_AT + 4), fnv1a(bytes.subarray(0, CHECKSUM_AT)));

/** @param {DumpContents} contents @returns {Uint8Array<ArrayBuffer>} */
export function encodeDump({
  ranges,
  memory_bytes,
  heap_size_limit,
  record,
  settled = true,
  exact = true,
}) {
  const moved = (exact ? 0 : MOVED.blocks) + (settled ? 0 : MOVED.structure);
  const table = HEAD_BYTES + (moved === 0 ? 0 : MOVED_BYTES);
  const payload = ranges.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const dump = new Uint8Array(table + ranges.length * RANGE_BYTES + payload);
  const view = new DataView(dump.buffer);
  dump.set(MAGIC);
  view.setUint32(16, moved === 0 ? VERSION : MOVED_VERSION, true);
  view.setUint32(20, ranges.length, true);
  view.setBigUint64(24, BigInt(memory_bytes), true);
  view.setBigUint64(32, BigInt(heap_size_limit), true);
  view.setBigUint64(40, BigInt(record), true);
  view.setUint32(52, dump.length, true);
  if (moved !== 0) view.setUint32(HEAD_BYTES, moved, true);
  let at = table + ranges.length * RANGE_BYTES;
  for (const [i, { address, bytes }] of ranges.entries()) {
    view.setBigUint64(table + i * RANGE_BYTES, BigInt(address), true);
    view.setBigUint64(table + i * RANGE_BYTES + 8, BigInt(bytes.length), true);
    dump.set(bytes, at);
    at += bytes.length;
  }
  view.setUint32(CHECKSUM_AT, checksumOf(dump), true);
  return dump;
}

/** @param {Uint8Array} dump @returns {import('./memory.js').MemorySource} */
export function dumpSource(dump) {
  if (dump.length < HEAD_BYTES)
    throw new DumpError(`the dump is cut short: it has ${dump.length} bytes`);
  const view = new DataView(dump.buffer, dump.byteOffset, dump.byteLength);
  const version = view.getUint32(16, true);
  if (version !== VERSION && version !== MOVED_VERSION)
    throw new DumpError(
      `the dump has format version ${version}, this reader knows ${VERSION} and ${MOVED_VERSION}`,
    );
  const length = view.getUint32(52, true);
  if (length !== dump.length)
    throw new DumpError(
      `the dump is cut short or longer than written: ${dump.length} bytes of ${length}`,
    );
  if (checksumOf(dump) !== view.getUint32(CHECKSUM_AT, true))
    throw new DumpError('the dump is damaged: its checksum does not match');
  const number = (/** @type {number} */ at) => Number(view.getBigUint64(at, true));
  const count = view.getUint32(20, true);
  const byteLength = number(24);
  if (byteLength > MAX_MEMORY)
    throw new DumpError(`the dump is damaged: it is said to be of ${byteLength} bytes of memory`);
  const table = HEAD_BYTES + (version === VERSION ? 0 : MOVED_BYTES);
  if (table > dump.length) throw new DumpError('the dump is damaged: its head is too short');
  const moved = version === VERSION ? 0 : view.getUint32(HEAD_BYTES, true);
  let at = table + count * RANGE_BYTES;
  let end = 0;
  /** @type {import('./memory.js').Segment[]} */
  const segments = [];
  for (let i = 0; i < count; ++i) {
    if (table + (i + 1) * RANGE_BYTES > dump.length)
      throw new DumpError('the dump is damaged: its table of ranges is too long');
    const start = number(table + i * RANGE_BYTES);
    const bytes = number(table + i * RANGE_BYTES + 8);
    if (start < end || bytes > dump.length - at || start + bytes > byteLength)
      throw new DumpError(`the dump is damaged: range ${i} does not fit`);
    segments.push(segmentOf(start, dump.subarray(at, at + bytes)));
    at += bytes;
    end = start + bytes;
  }
  const limit = number(32);
  return {
    open: () => ({
      segments,
      byteLength,
      settled: (moved & MOVED.structure) === 0,
      exact: (moved & MOVED.blocks) === 0,
    }),
    recordAddress: number(40),
    limit: limit === 0 ? undefined : limit,
  };
}
