// explore.js — every order of steps of a few processes that share memory: a search over all states that can be reached. Every read, write
// or read-modify-write of shared memory is one step, as in WebAssembly, whose atomics have one order that all threads see.
// A protocol is small enough that all of its states are looked at: what is not found does not happen.

/**
 * @typedef {Record<string, any>} State plain data, copied for each step
 * @typedef {{ name: string, step: (state: State) => State[] | null }} Process the states that its next step may lead to; null:
 *   it waits or is done. It may change the state that it is given, which is its own copy.
 * @typedef {{ start: State, processes: Process[], wrong: (state: State) => string, unfinished: (state: State) => string }} Protocol
 *   what is wrong in a state, and in one in which no process can go on; '' if nothing
 */

/** A step that must not happen. */
export class Violation extends Error {}

/** @param {string} what @param {boolean} holds */
export function must(what, holds) {
  if (!holds) throw new Violation(what);
}

/**
 * Looks at every state. Depth first, so that a broken protocol is found soon.
 * @param {Protocol} protocol
 * @returns {{ states: number, violation: string, steps: string[] }} steps that lead to the violation, if there is one
 */
export function explore({ start, processes, wrong, unfinished }) {
  /** @typedef {{ text: string, step: string, before: Node | null }} Node */
  const seen = new Set();
  /** @type {Node[]} */
  const open = [{ text: JSON.stringify(start), step: '', before: null }];
  seen.add(open[0].text);
  /** @param {string} violation @param {Node | null} node @param {string} [last] */
  const found = (violation, node, last) => {
    const steps = last ? [last] : [];
    for (; node?.before; node = node.before) steps.unshift(node.step);
    return { states: seen.size, violation, steps };
  };
  for (let node = open.pop(); node; node = open.pop()) {
    let moves = 0;
    for (const { name, step } of processes) {
      let next;
      try {
        next = step(JSON.parse(node.text));
      } catch (error) {
        if (error instanceof Violation) return found(error.message, node, name);
        throw error;
      }
      for (const state of next ?? []) {
        moves++;
        const violation = wrong(state);
        if (violation !== '') return found(violation, node, name);
        const text = JSON.stringify(state);
        if (seen.has(text)) continue;
        seen.add(text);
        open.push({ text, step: name, before: node });
      }
    }
    if (moves === 0) {
      const violation = unfinished(JSON.parse(node.text));
      if (violation !== '') return found(violation, node);
    }
  }
  return { states: seen.size, violation: '', steps: [] };
}
