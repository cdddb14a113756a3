// The format of traces: what is written is read again, and what is damaged is not.
import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  decode,
  encode,
  KIND,
  TraceBuilder,
  TraceError,
  traceOf,
} from '../../bench/trace/index.js';
import { anyTrace } from './support.js';

/** The same bytes with a checksum that fits. @param {Uint8Array} bytes */
const sealed = (bytes) => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(crc32(copy.subarray(0, -4)), copy.length - 4);
  return copy;
};
/** @param {number[]} contents after magic and version */
const bytesOf = (contents) =>
  sealed(Uint8Array.from([0x47, 0x48, 0x54, 0x52, 1, ...contents, 0, 0, 0, 0]));

describe('the trace format', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        assert.deepEqual(decode(encode(trace)), trace);
      }),
    );
  });

  it('is what docs/traces.md says', () => {
    const builder = new TraceBuilder();
    builder.allocate(KIND.malloc, 100, 24);
    builder.allocate(KIND.memalign, 101, 300, 6);
    builder.resize(100, 48);
    builder.free(100);
    builder.freeNull();
    builder.allocate(KIND.calloc, 102, 5);
    const expected = bytesOf([
      ...[1, 0x78], // the name, x
      ...[6, 2, 0xdc, 2], // 6 operations, 2 slots, 48 + 300 bytes at the peak
      ...[0xc0, 1], // malloc(24), gets slot 0: 24 * 8
      ...[0xe4, 0x12, 6], // memalign(64, 300), slot 1: 300 * 8 + 4
      ...[2, 48], // realloc(slot 0, 48)
      1, // free(slot 0)
      6, // free(NULL)
      0x2b, // calloc(5), slot 0 again: 5 * 8 + 3
    ]);
    const trace = builder.build('x');
    assert.deepEqual(Buffer.from(encode(trace)), expected);
    assert.deepEqual([trace.slots, trace.peakBytes], [2, 348]);
  });

  it('rejects every truncation and every damaged byte', () => {
    fc.assert(
      fc.property(anyTrace, fc.nat(), fc.integer({ min: 1, max: 255 }), (trace, at, change) => {
        const bytes = encode(trace);
        const damaged = bytes.slice();
        damaged[at % bytes.length] ^= change;
        assert.throws(() => decode(damaged), TraceError);
        assert.throws(() => decode(bytes.subarray(0, at % bytes.length)), TraceError);
      }),
    );
  });

  it('reads or rejects anything that has the right checksum', () => {
    fc.assert(
      fc.property(anyTrace, fc.nat(), fc.nat(255), (trace, at, byte) => {
        const bytes = encode(trace);
        bytes[5 + (at % (bytes.length - 5))] = byte;
        try {
          const read = decode(sealed(bytes));
          assert.equal(read.ops.length, read.count * 2);
        } catch (error) {
          assert.ok(error instanceof TraceError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says what is wrong', () => {
    const cases = /** @type {[Uint8Array, RegExp][]} */ ([
      [Uint8Array.of(), /GHTR/],
      [Uint8Array.of(0x47, 0x48, 0x54, 0x52, 9, 0, 0, 0, 0, 0), /version 9/],
      [bytesOf([0, 1, 0, 0, 1]), /slot 0 holds no block/],
      [bytesOf([0, 1, 0, 0, 7]), /no kind 7/],
      [bytesOf([0, 3, 0, 0, 6]), /fewer operations/],
      [bytesOf([0, 1, 0, 0, 6, 6]), /more operations/],
      [bytesOf([0, 1, 2, 8, 64]), /header/],
      [bytesOf([0, 1, 0, 0, 0x80]), /end inside/],
      [
        bytesOf([0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]),
        /digits|much/,
      ],
      [bytesOf([9, 0]), /end inside of the name/],
    ]);
    for (const [bytes, message] of cases) assert.throws(() => decode(bytes), message);
  });

  it('gives the slot that was given up last to the next block', () => {
    const pack = (/** @type {number} */ kind, /** @type {number} */ slot) => kind + slot * 512;
    const ops = [KIND.malloc, 7, 10, KIND.malloc, 3, 20, KIND.free, 7, 0, KIND.malloc, 900, 30];
    const words = [];
    for (let i = 0; i < ops.length; i += 3) words.push(pack(ops[i], ops[i + 1]), ops[i + 2]);
    const trace = traceOf('', Uint32Array.from(words));
    assert.deepEqual([trace.slots, trace.peakBytes], [2, 50]);
    assert.deepEqual(
      [...trace.ops].filter((_, i) => i % 2 === 0).map((word) => word >>> 9),
      [0, 1, 0, 0],
    );
  });
});
