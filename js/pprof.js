// pprof.js — a heap profile as a pprof profile (profile.proto, uncompressed): `go tool pprof`, Pyroscope, Parca, speedscope.
// The few wire types that it needs are written here, so that the package needs no other.

/** @typedef {import('./profiler.js').HeapProfile} HeapProfile */

/** Bytes of one message. */
class Message {
  /** @type {number[]} */ bytes = [];

  /** @param {number} n a whole number from 0 up */
  #varint(n) {
    let rest = n;
    while (rest >= 128) {
      this.bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.bytes.push(rest);
  }

  /** @param {number} field @param {number} value */
  number(field, value) {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  /** @param {number} field @param {ArrayLike<number>} bytes */
  part(field, bytes) {
    this.#varint(field * 8 + 2);
    this.#varint(bytes.length);
    for (let i = 0; i < bytes.length; ++i) this.bytes.push(bytes[i]);
    return this;
  }

  /** @param {number} field @param {number[]} values */
  packed(field, values) {
    const inner = new Message();
    for (const value of values) inner.#varint(value);
    return this.part(field, inner.bytes);
  }
}

/**
 * @param {HeapProfile} profile @param {{ time?: number }} [options] time: ms since the epoch
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function toPprof({ sample_interval, samples }, { time = Date.now() } = {}) {
  const strings = [''];
  /** @type {Map<string, number>} */
  const places = new Map([['', 0]]);
  const string = (/** @type {string} */ text) => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, strings.length);
    return strings.push(text) - 1;
  };
  const type = (/** @type {string} */ name, /** @type {string} */ unit) =>
    new Message().number(1, string(name)).number(2, string(unit)).bytes;
  const profile = new Message();
  profile.part(1, type('inuse_objects', 'count')).part(1, type('inuse_space', 'bytes'));
  /** @type {Map<string, number>} function and location of a name share their number */
  const functions = new Map();
  const location = (/** @type {string} */ name) => {
    const known = functions.get(name);
    if (known !== undefined) return known;
    functions.set(name, functions.size + 1);
    return functions.size;
  };
  for (const { stack, count, bytes } of samples)
    profile.part(
      2,
      new Message().packed(1, stack.map(location)).packed(2, [Math.round(count), Math.round(bytes)])
        .bytes,
    );
  for (const id of functions.values())
    profile.part(4, new Message().number(1, id).part(4, new Message().number(1, id).bytes).bytes);
  for (const [name, id] of functions)
    profile.part(
      5,
      new Message().number(1, id).number(2, string(name)).number(3, string(name)).bytes,
    );
  const period = type('space', 'bytes');
  const encoder = new TextEncoder();
  for (const text of strings) profile.part(6, encoder.encode(text));
  profile
    .number(9, time * 1e6)
    .part(11, period)
    .number(12, Math.round(sample_interval));
  return new Uint8Array(profile.bytes);
}
