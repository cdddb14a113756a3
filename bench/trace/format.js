/**
 * format.js — allocation traces as bytes, described in docs/traces.md, and as operations of two words each. Owns the one
 * place where an operation is packed. Assumes nothing about any allocator.
 */
import { crc32 } from 'node:zlib';

/** What an operation does. */
export const KIND = /** @type {const} */ ({
  malloc: 0,
  free: 1,
  realloc: 2,
  calloc: 3,
  memalign: 4,
  reallocNull: 5,
  freeNull: 6,
});
export const KINDS = /** @type {(keyof typeof KIND)[]} */ (Object.keys(KIND));
/** Words that each operation takes in memory. */
export const WORDS = 2;
export const MAX_SLOTS = 2 ** 23;

/**
 * @typedef {object} Trace
 * @property {string} name of the program
 * @property {Uint32Array} ops two words each: kind, alignment's logarithm and slot; bytes
 * @property {number} count of operations
 * @property {number} slots that a player's table needs: the most blocks that are live at once
 * @property {number} peakBytes the most bytes asked for that are live at once
 */

/** Bytes that are no trace, or a trace that cannot happen. */
export class TraceError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'TraceError';
  }
}

/** The first word of an operation. @param {number} kind @param {number} slot @param {number} [logAlignment] */
export const pack = (kind, slot, logAlignment = 0) =>
  (kind | (logAlignment << 4) | (slot << 9)) >>> 0;
/** @param {number} word */
export const kindOf = (word) => word & 15;
/** @param {number} word */
export const logAlignmentOf = (word) => (word >>> 4) & 31;
/** @param {number} word */
export const slotOf = (word) => word >>> 9;

/** @param {number} kind */
export const allocates = (kind) =>
  kind === KIND.malloc ||
  kind === KIND.calloc ||
  kind === KIND.memalign ||
  kind === KIND.reallocNull;

/** Slots as a player's table has them: the one given up last is the next one taken. */
class Slots {
  #free = /** @type {number[]} */ ([]);
  #bytes = /** @type {number[]} */ ([]);
  count = 0;
  liveBytes = 0;
  peakBytes = 0;

  /** @param {number} bytes @returns {number} the slot */
  take(bytes) {
    const slot = this.#free.pop() ?? this.count++;
    if (slot >= MAX_SLOTS) throw new TraceError(`more than ${MAX_SLOTS} blocks are live at once.`);
    this.#bytes[slot] = -1;
    this.resize(slot, bytes);
    return slot;
  }
  /** @param {number} slot @param {number} bytes */
  resize(slot, bytes) {
    this.liveBytes += bytes - Math.max(this.#bytes[slot], 0);
    this.#bytes[slot] = bytes;
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
  }
  /** @param {number} slot */
  giveUp(slot) {
    this.liveBytes -= this.#bytes[slot];
    this.#bytes[slot] = -1;
    this.#free.push(slot);
  }
  /** @param {number} slot */
  isLive(slot) {
    return slot < this.count && this.#bytes[slot] >= 0;
  }
}

/** Collects operations on blocks that have any names, such as addresses, and gives the blocks slots. */
export class TraceBuilder {
  #words = new Uint32Array(1024);
  #count = 0;
  #slots = new Slots();
  /** @type {Map<number, number>} */
  #slotOf = new Map();

  /** @param {number} first @param {number} bytes */
  #push(first, bytes) {
    if (this.#count * WORDS === this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#count * WORDS] = first;
    this.#words[this.#count * WORDS + 1] = bytes;
    this.#count++;
  }
  /** @param {number} block */
  #live(block) {
    const slot = this.#slotOf.get(block);
    if (slot === undefined)
      throw new TraceError(`operation ${this.#count}: block ${block} is not live.`);
    return slot;
  }

  get count() {
    return this.#count;
  }
  /** @param {number} block */
  isLive(block) {
    return this.#slotOf.has(block);
  }
  /** malloc, calloc, memalign or reallocNull. @param {number} kind @param {number} block @param {number} bytes @param {number} [logAlignment] */
  allocate(kind, block, bytes, logAlignment = 0) {
    if (this.#slotOf.has(block))
      throw new TraceError(`operation ${this.#count}: block ${block} is live already.`);
    const slot = this.#slots.take(bytes);
    this.#slotOf.set(block, slot);
    this.#push(pack(kind, slot, logAlignment), bytes);
  }
  /** @param {number} block @param {number} bytes @param {number} [moved] its name from now on */
  resize(block, bytes, moved = block) {
    const slot = this.#live(block);
    this.#slots.resize(slot, bytes);
    this.#slotOf.delete(block);
    this.#slotOf.set(moved, slot);
    this.#push(pack(KIND.realloc, slot), bytes);
  }
  /** @param {number} block */
  free(block) {
    const slot = this.#live(block);
    this.#slots.giveUp(slot);
    this.#slotOf.delete(block);
    this.#push(pack(KIND.free, slot), 0);
  }
  freeNull() {
    this.#push(pack(KIND.freeNull, 0), 0);
  }
  /** @param {string} name @returns {Trace} */
  build(name) {
    return {
      name,
      ops: this.#words.slice(0, this.#count * WORDS),
      count: this.#count,
      slots: this.#slots.count,
      peakBytes: this.#slots.peakBytes,
    };
  }
}

/**
 * A trace of operations whose slots are anyhow: they are given anew.
 * @param {string} name @param {Uint32Array} ops @returns {Trace}
 */
export const traceOf = (name, ops) => {
  const builder = new TraceBuilder();
  for (let i = 0; i < ops.length; i += WORDS) {
    const kind = kindOf(ops[i]);
    const slot = slotOf(ops[i]);
    if (allocates(kind)) builder.allocate(kind, slot, ops[i + 1], logAlignmentOf(ops[i]));
    else if (kind === KIND.realloc) builder.resize(slot, ops[i + 1]);
    else if (kind === KIND.free) builder.free(slot);
    else if (kind === KIND.freeNull) builder.freeNull();
    else throw new TraceError(`operation ${i / WORDS}: there is no kind ${kind}.`);
  }
  return builder.build(name);
};

const MAGIC = [0x47, 0x48, 0x54, 0x52]; // GHTR
export const VERSION = 1;
const CHECKSUM_BYTES = 4;

/** @param {Trace} trace @returns {Uint8Array} */
export const encode = ({ name, ops, count, slots, peakBytes }) => {
  const title = new TextEncoder().encode(name);
  const out = new Uint8Array(64 + title.length + count * 12);
  let at = 0;
  /** @param {number} value */
  const varint = (value) => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
    out[at++] = rest;
  };
  out.set([...MAGIC, VERSION]);
  at = MAGIC.length + 1;
  varint(title.length);
  out.set(title, at);
  at += title.length;
  for (const value of [count, slots, peakBytes]) varint(value);
  for (let i = 0; i < count * WORDS; i += WORDS) {
    const kind = kindOf(ops[i]);
    const bytes = ops[i + 1];
    if (kind === KIND.realloc) {
      varint(kind + slotOf(ops[i]) * 8);
      varint(bytes);
    } else if (kind === KIND.free) varint(kind + slotOf(ops[i]) * 8);
    else if (kind === KIND.freeNull) varint(kind);
    else {
      varint(kind + bytes * 8);
      if (kind === KIND.memalign) varint(logAlignmentOf(ops[i]));
    }
  }
  new DataView(out.buffer).setUint32(at, crc32(out.subarray(0, at)), true);
  return out.slice(0, at + CHECKSUM_BYTES);
};

/** Reads numbers, and throws where the bytes end. */
class Reader {
  /** @param {Uint8Array} bytes @param {number} at @param {number} end */
  constructor(bytes, at, end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }
  /** @param {number} limit the number is below it @param {string} what */
  varint(limit, what) {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= this.end) throw new TraceError(`the bytes end inside of ${what}.`);
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (value >= limit) throw new TraceError(`${what} is ${value}, which is too much.`);
      if (byte < 128) return value;
      if (scale > limit) throw new TraceError(`${what} has too many digits.`);
    }
  }
}

/**
 * @param {Uint8Array} bytes @returns {Trace}
 * @throws {TraceError} for anything but a whole, undamaged trace
 */
export const decode = (bytes) => {
  if (bytes.length < MAGIC.length || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new TraceError('this is no allocation trace: it does not begin with GHTR.');
  const version = bytes[MAGIC.length];
  if (version !== undefined && version !== VERSION)
    throw new TraceError(`the trace has version ${version}; this program reads ${VERSION}.`);
  const end = bytes.length - CHECKSUM_BYTES;
  if (end <= MAGIC.length) throw new TraceError('the trace is cut off.');
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
  if (stored !== crc32(bytes.subarray(0, end)))
    throw new TraceError('the trace is damaged or cut off: its checksum is another.');

  const reader = new Reader(bytes, MAGIC.length + 1, end);
  const titleBytes = reader.varint(2 ** 16, 'the length of the name');
  if (titleBytes > end - reader.at) throw new TraceError('the bytes end inside of the name.');
  const name = new TextDecoder().decode(bytes.subarray(reader.at, reader.at + titleBytes));
  reader.at += titleBytes;
  const count = reader.varint(2 ** 32, 'the number of operations');
  const slotCount = reader.varint(MAX_SLOTS + 1, 'the number of slots');
  const peakBytes = reader.varint(2 ** 53, 'the peak of live bytes');
  if (count > end - reader.at) throw new TraceError('there are fewer operations than announced.');

  const ops = new Uint32Array(count * WORDS);
  const slots = new Slots();
  for (let i = 0; i < count; i++) {
    const what = `operation ${i}`;
    const tag = reader.varint(2 ** 35, what);
    const kind = tag % 8;
    const value = Math.floor(tag / 8);
    if (allocates(kind)) {
      const logAlignment = kind === KIND.memalign ? reader.varint(32, what) : 0;
      ops[i * WORDS] = pack(kind, slots.take(value), logAlignment);
      ops[i * WORDS + 1] = value;
    } else if (kind === KIND.free || kind === KIND.realloc) {
      if (!slots.isLive(value)) throw new TraceError(`${what}: slot ${value} holds no block.`);
      ops[i * WORDS] = pack(kind, value);
      if (kind === KIND.free) slots.giveUp(value);
      else {
        ops[i * WORDS + 1] = reader.varint(2 ** 32, what);
        slots.resize(value, ops[i * WORDS + 1]);
      }
    } else if (tag === KIND.freeNull) ops[i * WORDS] = pack(kind, 0);
    else throw new TraceError(`${what}: there is no kind ${kind}.`);
  }
  if (reader.at !== end) throw new TraceError('there are more operations than announced.');
  if (slots.count !== slotCount || slots.peakBytes !== peakBytes)
    throw new TraceError('the header does not fit the operations.');
  return { name, ops, count, slots: slotCount, peakBytes };
};
