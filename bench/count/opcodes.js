/**
 * opcodes.js — how long each WebAssembly instruction is: a reader that steps over one instruction at a time.
 * Assumes a valid module (WebAssembly.validate has seen it). Covers WebAssembly 3.0 as Emscripten emits it: MVP, sign
 * extension, saturating conversion, bulk memory, reference types, SIMD, threads, tail calls, exceptions (old and new), 64-bit memory.
 * Source: WebAssembly Core Specification 3.0, §5.4 "Instructions" (binary format).
 */

/** A place in a module's bytes that moves forward. */
export class Cursor {
  /** @param {Uint8Array} bytes @param {number} [at] @param {number} [end] */
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte() {
    if (this.at >= this.end) throw new RangeError(`module ends early, at byte ${this.at}`);
    return this.bytes[this.at++];
  }

  /** Unsigned LEB128 of up to 32 bits. */
  u32() {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
  }

  /** Steps over a LEB128 of any width and sign. */
  skipLeb() {
    while (this.byte() >= 0x80);
  }

  /** @param {number} count */
  skip(count) {
    this.at += count;
  }
}

/** @param {Cursor} c */
const leb = (c) => c.skipLeb();
/** @param {Cursor} c */
const twoLebs = (c) => {
  c.skipLeb();
  c.skipLeb();
};
/** Alignment and offset, and the memory's index where bit 6 of the alignment says so. @param {Cursor} c */
const memarg = (c) => {
  if (c.u32() & 0x40) c.skipLeb();
  c.skipLeb();
};
/** Zero or one value type, or a type index: all a LEB128, but for references that name a heap type. @param {Cursor} c */
const valueType = (c) => {
  const first = c.bytes[c.at];
  c.skipLeb();
  if (first === 0x63 || first === 0x64) c.skipLeb();
};
/** @param {Cursor} c @param {(c: Cursor) => void} item */
const vector = (c, item) => {
  for (let n = c.u32(); n > 0; n--) item(c);
};
/** @type {(...readers: ((c: Cursor) => void)[]) => (c: Cursor) => void} */
const sequence =
  (...readers) =>
  (c) => {
    for (const reader of readers) reader(c);
  };
/** @type {(count: number) => (c: Cursor) => void} */
const raw = (count) => (c) => c.skip(count);
/** @param {Cursor} c */
const catchClause = (c) => {
  if (c.byte() < 2) c.skipLeb();
  c.skipLeb();
};

/** Immediates of the one-byte instructions that have any. @type {Map<number, (c: Cursor) => void>} */
const immediates = new Map([
  [0x02, valueType], // block
  [0x03, valueType], // loop
  [0x04, valueType], // if
  [0x06, valueType], // try
  [0x07, leb], // catch
  [0x08, leb], // throw
  [0x09, leb], // rethrow
  [0x0c, leb], // br
  [0x0d, leb], // br_if
  [0x0e, sequence((c) => vector(c, leb), leb)], // br_table
  [0x10, leb], // call
  [0x11, twoLebs], // call_indirect
  [0x12, leb], // return_call
  [0x13, twoLebs], // return_call_indirect
  [0x14, leb], // call_ref
  [0x15, leb], // return_call_ref
  [0x18, leb], // delegate
  [0x1c, (c) => vector(c, valueType)], // select t
  [0x1f, sequence(valueType, (c) => vector(c, catchClause))], // try_table
  [0x3f, leb], // memory.size
  [0x40, leb], // memory.grow
  [0x41, leb], // i32.const
  [0x42, leb], // i64.const
  [0x43, raw(4)], // f32.const
  [0x44, raw(8)], // f64.const
  [0xd0, leb], // ref.null
  [0xd2, leb], // ref.func
  [0xd5, leb], // br_on_null
  [0xd6, leb], // br_on_non_null
]);
for (let op = 0x20; op <= 0x26; op++) immediates.set(op, leb); // local.*, global.*, table.get, table.set
for (let op = 0x28; op <= 0x3e; op++) immediates.set(op, memarg); // loads and stores

/** After 0xfc. @param {Cursor} c @param {number} op */
const miscellaneous = (c, op) => {
  if (op === 8 || op === 10 || op === 12 || op === 14)
    twoLebs(c); // memory.init, memory.copy, table.init, table.copy
  else if (op === 9 || op === 11 || op === 13 || (op >= 15 && op <= 17)) leb(c);
};
/** After 0xfd. @param {Cursor} c @param {number} op */
const vectorInstruction = (c, op) => {
  if (op <= 11 || op === 92 || op === 93) memarg(c);
  else if (op === 12 || op === 13)
    c.skip(16); // v128.const, i8x16.shuffle
  else if (op >= 21 && op <= 34)
    c.skip(1); // extract and replace lane
  else if (op >= 84 && op <= 91) sequence(memarg, raw(1))(c); // load and store lane
};
/** After 0xfe. @param {Cursor} c @param {number} op */
const atomic = (c, op) => (op === 3 ? c.skip(1) : memarg(c));

/**
 * Steps over one instruction.
 * @param {Cursor} c
 * @returns {number} its opcode; prefixed ones as prefix * 0x1000 + opcode
 */
export const instruction = (c) => {
  const op = c.byte();
  if (op >= 0xfc && op <= 0xfe) {
    const sub = c.u32();
    (op === 0xfc ? miscellaneous : op === 0xfd ? vectorInstruction : atomic)(c, sub);
    return op * 0x1000 + sub;
  }
  if (op === 0xfb) throw new RangeError('instructions of the GC proposal cannot be counted');
  immediates.get(op)?.(c);
  return op;
};

export const OP = Object.freeze({
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  delegate: 0x18,
  catch_all: 0x19,
  try_table: 0x1f,
  memory_copy: 0xfc00a,
  memory_fill: 0xfc00b,
});
