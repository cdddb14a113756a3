// The instruction counter: modules whose executed instructions can be counted by hand.
import assert from 'node:assert/strict';
import { BULK_BYTES, INSTRUCTIONS, instrument } from '../../bench/count/instrument.js';

/** @param {number} id @param {number[]} contents */
const section = (id, contents) => [id, contents.length, ...contents];
/** @param {string} text */
const name = (text) => [text.length, ...Buffer.from(text)];

/**
 * A module that exports one function, i32 → i32, as `f`, and a memory of one page.
 * @param {number[]} code its body without locals and without the last `end`
 * @param {{ types?: number[][], imports?: number[], locals?: number[] }} [parts]
 */
const moduleOf = (code, { types = [], imports = [], locals = [0] } = {}) => {
  const imported = imports.length > 0 ? 1 : 0;
  const body = [...locals, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1 + types.length, 0x60, 1, 0x7f, 1, 0x7f, ...types.flat()]),
    ...(imported ? section(2, [1, ...imports]) : []),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('f'), 0, imported, ...name('memory'), 2, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
};

/** @param {Uint8Array} bytes @param {WebAssembly.Imports} [imports] */
const run = (bytes, imports = {}) => {
  const module = new WebAssembly.Module(/** @type {BufferSource} */ (instrument(bytes)));
  const { exports } = new WebAssembly.Instance(module, imports);
  const f = /** @type {(n: number) => number} */ (exports.f);
  const counter = /** @type {{ value: bigint }} */ (/** @type {unknown} */ (exports[INSTRUCTIONS]));
  const bulk = /** @type {{ value: bigint }} */ (/** @type {unknown} */ (exports[BULK_BYTES]));
  return (/** @type {number} */ n) => {
    const [instructions, bytes] = [counter.value, bulk.value];
    const result = f(n);
    return {
      result,
      instructions: Number(counter.value - instructions),
      bulk: Number(bulk.value - bytes),
    };
  };
};

const [GET, SET, TEE, I32, ADD, SUB, EQZ] = [0x20, 0x21, 0x22, 0x41, 0x6a, 0x6b, 0x45];

describe('the instruction counter', () => {
  it('counts a straight piece of code', () => {
    const call = run(moduleOf([GET, 0, I32, 1, ADD]));
    assert.deepEqual(call(41), { result: 42, instructions: 3, bulk: 0 });
    assert.deepEqual(call(1), { result: 2, instructions: 3, bulk: 0 });
  });

  it('counts the branch that is taken', () => {
    // n ? 7 : 1 + 2 + 3; `else` and `end` do nothing
    const call = run(
      moduleOf([GET, 0, 0x04, 0x7f, I32, 7, 0x05, I32, 1, I32, 2, ADD, I32, 3, ADD, 0x0b]),
    );
    assert.deepEqual(call(1), { result: 7, instructions: 2 + 1, bulk: 0 });
    assert.deepEqual(call(0), { result: 6, instructions: 2 + 5, bulk: 0 });
  });

  it('counts every round of a loop', () => {
    // do { n -= 1 } while (n != 0); return n
    const loop = [0x03, 0x40, GET, 0, I32, 1, SUB, TEE, 0, 0x0d, 0, 0x0b, GET, 0];
    const call = run(moduleOf(loop));
    for (const n of [1, 2, 1000])
      assert.deepEqual(call(n), { result: 0, instructions: 5 * n + 1, bulk: 0 });
  });

  it('counts up to where a function returns early, or a br_table leads', () => {
    // if (n == 0) return 9; return n
    const early = run(moduleOf([GET, 0, EQZ, 0x04, 0x40, I32, 9, 0x0f, 0x0b, GET, 0]));
    assert.deepEqual(early(0), { result: 9, instructions: 5, bulk: 0 });
    assert.deepEqual(early(3), { result: 3, instructions: 4, bulk: 0 });
    // switch (n) { case 0: return 5; default: return 6 }
    const table = run(
      moduleOf([
        ...[0x02, 0x40, 0x02, 0x40, GET, 0, 0x0e, 1, 0, 1, 0x0b],
        ...[I32, 5, 0x0f, 0x0b, I32, 6],
      ]),
    );
    assert.deepEqual(table(0), { result: 5, instructions: 4, bulk: 0 });
    assert.deepEqual(table(8), { result: 6, instructions: 3, bulk: 0 });
  });

  it('keeps locals and globals where they were, and counts bulk bytes apart', () => {
    // a local of its own; memory.fill(0, 1, n); return the byte at n - 1
    const fill = [I32, 0, I32, 1, GET, 0, 0xfc, 11, 0];
    const call = run(
      moduleOf([...fill, GET, 0, I32, 1, SUB, SET, 1, GET, 1, 0x2d, 0, 0], {
        locals: [1, 1, 0x7f],
      }),
    );
    assert.deepEqual(call(700), { result: 1, instructions: 10, bulk: 700 });
    assert.deepEqual(call(3), { result: 1, instructions: 10, bulk: 3 });
  });

  it('counts on through calls to what is imported', () => {
    const types = [[0x60, 1, 0x7f, 1, 0x7f]];
    const imports = [...name('e'), ...name('g'), 0, 1];
    const bytes = moduleOf([GET, 0, 0x10, 0, I32, 1, ADD], { types, imports });
    const call = run(bytes, { e: { g: (/** @type {number} */ n) => n * 10 } });
    assert.deepEqual(call(4), { result: 41, instructions: 4, bulk: 0 });
  });

  it('refuses what is no module', () => {
    assert.throws(() => instrument(Uint8Array.from([1, 2, 3])), /not a valid WebAssembly module/);
  });
});
