// wasm_count.js — what a function of a built module consists of: loads, stores, branches and calls, counted in the text that
// the SDK's wasm-dis prints. The function is found by its export, because an alias has no name of its own.
import assert from 'node:assert/strict';
import { outputInSdk } from './build.js';

const KINDS = {
  loads: /\((?:[if]\d\d|v128)\.(?:atomic\.)?load/g,
  stores: /\((?:[if]\d\d|v128)\.(?:atomic\.)?store/g,
  branches: /\((?:if|br_if|br_table)\b/g,
  calls: /\(call(?:_indirect)?\b/g,
  bulk: /\(memory\.(?:fill|copy)\b/g,
};
/** @typedef {Record<keyof typeof KINDS, number>} Counts */

/**
 * @param {string} module a file with function names (--profiling-funcs)
 * @param {string[]} exported names @returns {Record<string, Counts>}
 */
export function countInstructions(module, exported) {
  const text = outputInSdk(['wasm-dis', module, '-o', '-']);
  return Object.fromEntries(exported.map((name) => [name, countIn(functionOf(text, name))]));
}

/** @param {string} text @returns {Counts} */
export function countIn(text) {
  const counts = Object.entries(KINDS).map(([kind, pattern]) => [
    kind,
    [...text.matchAll(pattern)].length,
  ]);
  return /** @type {Counts} */ (Object.fromEntries(counts));
}

/** The text of one function. @param {string} text @param {string} name */
export function functionOf(text, name) {
  const exported = text.split('\n').find((line) => line.startsWith(` (export "${name}" (func `));
  assert.ok(exported, `the module exports no function ${name}`);
  const symbol = exported.slice(` (export "${name}" (func `.length, -2);
  const begin = text.indexOf(`\n (func ${symbol} `) + 1;
  assert.ok(begin > 0, `the module has no function ${symbol}`);
  const end = text.indexOf('\n )', begin); // wasm-dis indents by one blank per level
  return text.slice(begin, end);
}
