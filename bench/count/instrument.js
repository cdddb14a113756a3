/**
 * instrument.js — a module that counts the instructions it executes: every straight piece of code first adds its own
 * length to a global. Exact and repeatable, whatever the machine does meanwhile.
 * Not counted, as they do nothing: block, loop, else, end, try, nop. memory.copy and memory.fill count one each; the
 * bytes they move are counted apart, since eight of them are worth an instruction only in metadata.
 */
import { Cursor, instruction, OP } from './opcodes.js';

/** Names under which the two counters (mutable i64 globals) are exported. */
export const INSTRUCTIONS = 'gharial_counted_instructions';
export const BULK_BYTES = 'gharial_counted_bulk_bytes';
/** The counter of one function, when they are split. @param {number} index of the function, imports included */
export const instructionsOf = (index) => `gharial_counted_function_${index}`;

/** @param {number | bigint} value @returns {number[]} */
const unsigned = (value) => {
  const out = [];
  let rest = BigInt(value);
  do {
    const more = rest >> 7n;
    out.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest = more;
  } while (rest);
  return out;
};
/** @param {number} value @returns {number[]} */
const signed = (value) => {
  const out = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return [...out, low];
    out.push(low | 0x80);
  }
};
/** @param {string} text @returns {number[]} */
const name = (text) => [...unsigned(text.length), ...Buffer.from(text)];

const STRUCTURE = new Set([OP.nop, OP.block, OP.loop, OP.else, OP.end, OP.try, OP.try_table]);
/** After one of these another path may begin. */
const ENDS_PIECE = new Set([
  ...[OP.unreachable, OP.block, OP.loop, OP.if, OP.else, OP.try, OP.catch, OP.end, OP.br],
  ...[OP.br_if, OP.br_table, OP.return, OP.delegate, OP.catch_all, OP.try_table],
]);

/**
 * One function body with its counting.
 * @param {Uint8Array} bytes the module @param {number} at where the body's locals begin @param {number} end
 * @param {number} parameters of the function's type
 * @param {{ instructions: number, bulkBytes: number, is64: boolean }} counters indexes of the globals
 * @returns {number[]}
 */
const countedBody = (bytes, at, end, parameters, counters) => {
  const c = new Cursor(bytes, at, end);
  const groups = c.u32();
  const groupsAt = c.at;
  let locals = 0;
  for (let i = 0; i < groups; i++) {
    locals += c.u32();
    const type = bytes[c.at];
    c.skipLeb();
    if (type === 0x63 || type === 0x64) c.skipLeb();
  }
  const addressType = counters.is64 ? 0x7e : 0x7f;
  const scratch = unsigned(parameters + locals);
  const out = [...unsigned(groups + 1), ...bytes.subarray(groupsAt, c.at)];
  out.push(1, addressType);
  const global = unsigned(counters.instructions);
  const bulk = unsigned(counters.bulkBytes);
  /** @type {number[]} */
  let piece = [];
  let count = 0;
  const flush = () => {
    if (count > 0) out.push(0x23, ...global, 0x42, ...signed(count), 0x7c, 0x24, ...global);
    for (const byte of piece) out.push(byte);
    piece = [];
    count = 0;
  };
  while (c.at < end) {
    const from = c.at;
    const op = instruction(c);
    if (!STRUCTURE.has(op)) count++;
    if (op === OP.memory_copy || op === OP.memory_fill)
      piece.push(
        0x22,
        ...scratch,
        0x23,
        ...bulk,
        0x20,
        ...scratch,
        ...(counters.is64 ? [] : [0xad]),
        0x7c,
        0x24,
        ...bulk,
      );
    for (let i = from; i < c.at; i++) piece.push(bytes[i]);
    if (ENDS_PIECE.has(op)) flush();
  }
  flush();
  return out;
};

/** @typedef {{ id: number, at: number, end: number }} Section contents without id and size */

/** @param {Uint8Array} bytes @returns {Section[]} */
const sectionsOf = (bytes) => {
  const c = new Cursor(bytes, 8);
  const sections = [];
  while (c.at < bytes.length) {
    const id = c.byte();
    const size = c.u32();
    sections.push({ id, at: c.at, end: c.at + size });
    c.skip(size);
  }
  return sections;
};

/** Number of parameters of every function type. @param {Cursor} c @returns {number[]} */
const parametersOfTypes = (c) => {
  const types = [];
  const valueTypes = () => {
    const count = c.u32();
    for (let i = 0; i < count; i++) {
      const first = c.byte();
      if (first === 0x63 || first === 0x64) c.skipLeb();
    }
    return count;
  };
  for (let n = c.u32(); n > 0; n--) {
    if (c.byte() !== 0x60) throw new RangeError('only function types can be counted');
    const parameters = valueTypes();
    valueTypes();
    types.push(parameters);
  }
  return types;
};

/** Counts the imported functions and globals, and tells whether an imported memory is 64-bit. @param {Cursor} c */
const readImports = (c) => {
  let functions = 0;
  let globals = 0;
  let is64 = false;
  for (let n = c.u32(); n > 0; n--) {
    c.skip(c.u32());
    c.skip(c.u32());
    const kind = c.byte();
    if (kind === 0) {
      functions++;
      c.skipLeb();
    } else if (kind === 3) {
      globals++;
      c.skip(2);
    } else if (kind === 4) {
      c.skip(1);
      c.skipLeb();
    } else {
      if (kind === 1) c.skip(1);
      const flags = c.u32();
      c.skipLeb();
      if (flags & 1) c.skipLeb();
      if (kind === 2) is64 = (flags & 4) !== 0;
    }
  }
  return { functions, globals, is64 };
};

/** @param {Uint8Array} bytes @param {Section} section a vector @param {number[]} items @param {number} added */
const withAppended = (bytes, section, items, added) => {
  const c = new Cursor(bytes, section.at, section.end);
  const count = c.u32();
  return [...unsigned(count + added), ...bytes.subarray(c.at, section.end), ...items];
};

/**
 * The same module, counting. It behaves as before, and exports the two counters.
 * @param {Uint8Array} bytes a valid module
 * @param {{ split?: boolean | number[] }} [how] `split`: these functions (true: all) have a counter of their own, and the common one counts the others
 * @returns {Uint8Array}
 * @throws {RangeError} for what is no module, or uses the GC proposal
 */
export const instrument = (bytes, { split = false } = {}) => {
  if (!WebAssembly.validate(/** @type {BufferSource} */ (bytes)))
    throw new RangeError('not a valid WebAssembly module');
  const sections = sectionsOf(bytes);
  /** @param {number} id */
  const find = (id) => sections.find((section) => section.id === id);
  /** @param {number} id */
  const cursor = (id) => {
    const section = find(id);
    return section && new Cursor(bytes, section.at, section.end);
  };
  const types = cursor(1);
  const parameters = types ? parametersOfTypes(types) : [];
  const imports = cursor(2);
  const imported = imports ? readImports(imports) : { functions: 0, globals: 0, is64: false };
  const memory = cursor(5);
  if (memory && memory.u32() > 0) imported.is64 = (memory.u32() & 4) !== 0;
  const functions = cursor(3);
  const typeOf = functions ? Array.from({ length: functions.u32() }, () => functions.u32()) : [];
  const first = imported.globals + (cursor(6)?.u32() ?? 0);
  const counters = { instructions: first, bulkBytes: first + 1, is64: imported.is64 };

  const zero = [0x7e, 1, 0x42, 0, 0x0b]; // (mut i64) (i64.const 0)
  const globals = [...zero, ...zero];
  const exports = [
    ...[...name(INSTRUCTIONS), 3, ...unsigned(counters.instructions)],
    ...[...name(BULK_BYTES), 3, ...unsigned(counters.bulkBytes)],
  ];
  /** @type {Map<number, number>} global of a function that is counted apart */
  const apart = new Map();
  for (let i = 0; i < typeOf.length; i++) {
    const index = imported.functions + i;
    if (Array.isArray(split) ? !split.includes(index) : !split) continue;
    apart.set(i, first + 2 + apart.size);
    globals.push(...zero);
    exports.push(...name(instructionsOf(index)), 3, ...unsigned(apart.get(i) ?? 0));
  }
  const added = 2 + apart.size;
  const code = () => {
    const c = /** @type {Cursor} */ (cursor(10));
    const count = c.u32();
    const out = unsigned(count);
    for (let i = 0; i < count; i++) {
      const size = c.u32();
      const own = { ...counters, instructions: apart.get(i) ?? counters.instructions };
      const body = countedBody(bytes, c.at, c.at + size, parameters[typeOf[i]], own);
      for (const byte of unsigned(body.length)) out.push(byte);
      for (const byte of body) out.push(byte);
      c.skip(size);
    }
    return out;
  };

  /** @type {number[][]} */
  const made = [];
  /** @param {number} id @param {ArrayLike<number>} contents */
  const section = (id, contents) =>
    made.push([id, ...unsigned(contents.length)], Array.from(contents));
  // Sections come in this order whatever their ids (Core Specification §5.5.16); custom ones keep their place in front.
  const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
  for (const id of order) {
    const old = find(id);
    if (id === 6)
      section(6, old ? withAppended(bytes, old, globals, added) : [...unsigned(added), ...globals]);
    else if (id === 7)
      section(7, old ? withAppended(bytes, old, exports, added) : [...unsigned(added), ...exports]);
    else if (id === 10 && old) section(10, code());
    else if (old) section(id, bytes.subarray(old.at, old.end));
  }
  const total = made.reduce((sum, part) => sum + part.length, 8);
  const result = new Uint8Array(total);
  result.set(bytes.subarray(0, 8));
  let at = 8;
  for (const part of made) {
    result.set(part, at);
    at += part.length;
  }
  return result;
};
