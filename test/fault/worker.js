// worker.js — runs faults one after the other, each in an instance of its own, and says how each ended.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { program, names } = /** @type {{ program: string, names: string[] }} */ (workerData);
const { default: create } = await import(pathToFileURL(program).href);
const module = new WebAssembly.Module(readFileSync(program.replace(/mjs$/, 'wasm')));

/** What a stop says: whether the allocator meant it. A check of its own is a trap or abort; anything else is an accident. */
const stopped = (/** @type {unknown} */ error) => {
  const said = error instanceof Error ? error.message : String(error);
  return { said, meant: /^gharial: |^unreachable|^Aborted\(/.test(said) };
};

/** @typedef {import('./faults.js').Outcome} Outcome */
/** @param {string} name @param {number} first how the judge proceeds @returns {Promise<Outcome>} */
async function tried(name, first) {
  const instance = await create({
    instantiateWasm(
      /** @type {WebAssembly.Imports} */ imports,
      /** @type {(instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown} */ done,
    ) {
      const made = new WebAssembly.Instance(module, imports);
      done(made, module);
      return made.exports;
    },
    print() {},
    printErr() {},
  });
  instance._prepare();
  try {
    instance[`_fault_${name}`]();
  } catch (error) {
    const { said, meant } = stopped(error);
    return { ending: meant ? 'caught' : 'corrupts', said };
  }
  try {
    const found = instance._judge(first);
    if (found === 0) return { ending: 'harmless', said: '' };
    const what = [
      '',
      'a block lost bytes',
      'two blocks overlap',
      'memory is lost',
      'calloc does not clear',
      'a block outside the heap',
    ];
    return { ending: 'corrupts', said: what[found] };
  } catch (error) {
    const { said, meant } = stopped(error);
    return { ending: meant ? 'later' : 'corrupts', said };
  }
}

/** From harmless to harmful; who catches a fault at once does so whatever follows. */
const ORDER = ['caught', 'harmless', 'later', 'corrupts'];
/** The worse of two ways to carry on. @param {string} name @returns {Promise<Outcome>} */
async function outcomeOf(name) {
  const [a, b] = [await tried(name, 0), await tried(name, 25)];
  return ORDER.indexOf(a.ending) > ORDER.indexOf(b.ending) ? a : b;
}

for (const name of names) parentPort?.postMessage({ name, outcome: await outcomeOf(name) });
