/**
 * search.js — looks for the most expensive single call of each entry point: sequences that gave one are changed, and kept
 * when they give a more expensive one (an evolution with the cost as fitness). Repeatable: the seed decides everything.
 *
 *   emscripten-port/toolchain/run node bench/worst/search.js --allocator gharial --calls 1e7
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allocatorNamed, defaultPort, peers } from '../allocators/index.js';
import { encode, KINDS, kindOf, logAlignmentOf, traceOf, WORDS } from '../trace/format.js';
import { Costs } from './costs.js';
import { generate, mutate } from './generator.js';
import { ASIDE, ENTRIES, execute, heaps } from './heap.js';
import { profileCall } from './profile.js';
import { Random } from './random.js';

/** @typedef {import('./heap.js').Entry} Entry */
/**
 * @typedef {object} Candidate a sequence and what it gave
 * @property {Uint32Array} ops @property {number} index of the worst call @property {number} cost
 */
/**
 * @typedef {object} Found about one entry point
 * @property {Costs} costs of calls that did not grow memory
 * @property {Costs} growing of those that did
 * @property {Costs} flushing of those that avoided it by sending home all that lay at hand
 * @property {Candidate | null} worst
 */
/** @typedef {Record<string, Found>} Result by entry point */

const ELITE = 10;
const PERCENTILES = [50, 90, 99, 99.9];

/**
 * @param {string} allocator
 * @param {{ port?: string, calls: number, seed?: number, entries?: readonly Entry[], length?: number, seconds?: number,
 *           begin?: Uint32Array[], onProgress?: (calls: number, result: Result) => void }} how
 * @returns {Promise<Result>}
 */
export const search = async (allocator, how) => {
  const { port, calls: wanted, seed = 1, entries = ENTRIES, begin = [] } = how;
  const { length = 12_000, seconds = Infinity, onProgress = () => {} } = how;
  const makeHeap = await heaps(allocator, { port });
  const random = new Random(seed);
  /** @type {Result} */
  const result = {};
  /** @type {Record<string, Candidate[]>} */
  const elites = {};
  for (const entry of ENTRIES) {
    result[entry] = {
      costs: new Costs(),
      growing: new Costs(),
      flushing: new Costs(),
      worst: null,
    };
    elites[entry] = [];
  }
  const waiting = [...begin];
  const until = performance.now() + seconds * 1000;
  let calls = 0;
  for (let round = 0; calls < wanted && performance.now() < until; round++) {
    const entry = entries[round % entries.length];
    const elite = elites[entry];
    let ops = waiting.pop();
    if (!ops) {
      if (elite.length < ELITE || random.chance(0.25)) ops = generate(random, length, entry);
      else {
        // The better ones more often.
        const parent = elite[Math.min(random.below(ELITE), random.below(ELITE))];
        const other = random.pick(elites[random.pick(entries)]) ?? parent;
        ops = mutate(random, parent.ops, parent.index, other.ops, length, entry);
      }
    }
    /** @type {{ cost: number, index: number }[]} */
    const worst = ENTRIES.map(() => ({ cost: -1, index: 0 }));
    const done = execute(await makeHeap(), ops, (index, number, cost, aside) => {
      calls++;
      const { costs, growing, flushing } = result[ENTRIES[number]];
      if (aside !== ASIDE.no) {
        (aside === ASIDE.growth ? growing : flushing).add(cost);
        return;
      }
      costs.add(cost);
      if (cost > worst[number].cost) worst[number] = { cost, index };
    });
    for (const each of entries) {
      const { cost, index } = worst[ENTRIES.indexOf(each)];
      if (cost < 0) continue;
      const candidate = { ops: done, cost, index };
      if (cost > (result[each].worst?.cost ?? -1)) result[each].worst = candidate;
      keep(elites[each], candidate);
    }
    if (round % 50 === 0) onProgress(calls, result);
  }
  return result;
};

/** The elite stays sorted; of two alike the newer one stays, so that what is neutral may drift. @param {Candidate[]} elite @param {Candidate} candidate */
const keep = (elite, candidate) => {
  const alike = elite.filter(({ cost }) => cost === candidate.cost).length;
  if (alike > 2)
    elite.splice(
      elite.findLastIndex(({ cost }) => cost === candidate.cost),
      1,
    );
  const place = elite.findIndex(({ cost }) => cost <= candidate.cost);
  elite.splice(place < 0 ? elite.length : place, 0, candidate);
  if (elite.length > ELITE) elite.length = ELITE;
};

/**
 * The same worst call with fewer operations before it: pieces are left out as long as the cost stays.
 * @param {string} allocator @param {Candidate} candidate @param {Entry} entry @param {{ port?: string, tries?: number }} [how]
 * @returns {Promise<Candidate>}
 */
export const shorten = async (allocator, candidate, entry, { port, tries = 400 } = {}) => {
  const makeHeap = await heaps(allocator, { port });
  const number = ENTRIES.indexOf(entry);
  /** @param {Uint32Array} ops @returns {Promise<Candidate | null>} */
  const played = async (ops) => {
    let best = { cost: -1, index: 0 };
    const done = execute(await makeHeap(), ops, (index, entryNumber, cost, aside) => {
      if (entryNumber === number && aside === ASIDE.no && cost > best.cost) best = { cost, index };
    });
    if (best.cost < candidate.cost) return null;
    return { ops: done.slice(0, (best.index + 1) * WORDS), ...best };
  };
  let now = (await played(candidate.ops)) ?? candidate;
  let left = tries;
  for (let size = now.ops.length / WORDS / 2; size >= 1 && left > 0; size = Math.floor(size / 2)) {
    const piece = Math.floor(size);
    for (let from = 0; from < now.ops.length / WORDS - 1 && left > 0; ) {
      left--;
      const without = new Uint32Array([
        ...now.ops.subarray(0, from * WORDS),
        ...now.ops.subarray((from + piece) * WORDS),
      ]);
      const next = await played(without);
      if (next) now = next;
      else from += piece;
    }
  }
  return now;
};

/** @param {Candidate} candidate */
export const describeCall = ({ ops, index }) => {
  const word = ops[index * WORDS];
  const name = KINDS[kindOf(word)];
  const bytes = ops[index * WORDS + 1];
  if (name === 'free' || name === 'freeNull') return `operation ${index}: ${name}`;
  const alignment = name === 'memalign' ? `${2 ** logAlignmentOf(word)}, ` : '';
  return `operation ${index}: ${name}(${alignment}${bytes})`;
};

/** @param {string} allocator @param {Result} result @param {readonly string[]} entries */
const tableOf = (allocator, result, entries) => {
  const head = [
    '',
    'calls',
    ...PERCENTILES.map((p) => `${p} %`),
    'max',
    'growing',
    'the worst call',
  ];
  const rows = entries.map((entry) => {
    const { costs, growing, flushing, worst } = result[entry];
    const numbers = [costs.calls, ...PERCENTILES.map((p) => costs.percentile(p)), costs.max];
    const aside = [growing.max, flushing.max];
    return [entry, ...[...numbers, ...aside].map(String), worst ? describeCall(worst) : ''];
  });
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const last = head.length - 1;
  const lines = all.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === last ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  return `${allocator}: executed instructions of one call\n${lines.join('\n')}\n`;
};

const HELP = `Usage: node bench/worst/search.js [options]     (inside emscripten-port/toolchain/run)

  --allocator A,…  gharial (default), ${peers.join(', ')}
  --calls N        calls to try, for each allocator (default 1e6)
  --seconds N      stop earlier
  --entry E,…      ${ENTRIES.join(', ')}: what to look for (default: all)
  --port FILE      the gharial.py to search, of another checkout
  --seed N         another search (default 1)
  --length N       operations in a sequence, about (default 12000)
  --keep DIR       write the sequences that were found there, shortened, as traces
  --profile        what the functions have of each worst call
`;

const OPTIONS = /** @type {const} */ ({
  allocator: { type: 'string', default: 'gharial' },
  calls: { type: 'string', default: '1e6' },
  seconds: { type: 'string', default: 'Infinity' },
  entry: { type: 'string', default: ENTRIES.join(',') },
  port: { type: 'string' },
  seed: { type: 'string', default: '1' },
  length: { type: 'string', default: '12000' },
  keep: { type: 'string' },
  profile: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

/** @param {string} text @param {string} option */
const number = (text, option) => {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${option} takes a number, not '${text}'.`);
  return value;
};

/** @param {string[]} words */
const main = async (words) => {
  const { values } = parseArgs({ args: words, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const entries = /** @type {Entry[]} */ (values.entry.split(','));
  for (const entry of entries)
    if (!ENTRIES.includes(entry)) throw new RangeError(`there is no entry point '${entry}'.`);
  const port = values.port ? resolve(values.port) : defaultPort;
  for (const allocator of values.allocator.split(',')) {
    allocatorNamed(allocator);
    const began = performance.now();
    let shown = began;
    const result = await search(allocator, {
      ...{ port, entries, calls: number(values.calls, 'calls'), seed: number(values.seed, 'seed') },
      ...{ seconds: number(values.seconds, 'seconds'), length: number(values.length, 'length') },
      onProgress(calls, found) {
        if (performance.now() - shown < 10_000) return;
        shown = performance.now();
        const worst = entries.map((entry) => `${entry} ${found[entry].costs.max}`).join(', ');
        process.stderr.write(`${allocator}: ${calls} calls, ${worst}\n`);
      },
    });
    process.stdout.write(tableOf(allocator, result, entries));
    const seconds = (performance.now() - began) / 1000;
    process.stderr.write(`${allocator}: ${seconds.toFixed(0)} s\n`);
    for (const entry of entries) {
      const { worst } = result[entry];
      if (!worst) continue;
      if (values.profile) {
        const shares = await profileCall(allocator, worst.ops, worst.index, { port });
        const lines = shares.map(({ name, instructions }) => `  ${instructions} ${name}`);
        process.stdout.write(`\n${entry}, ${describeCall(worst)}\n${lines.join('\n')}\n`);
      }
      if (values.keep) {
        mkdirSync(values.keep, { recursive: true });
        const short = await shorten(allocator, worst, entry, { port });
        const name = `${allocator}-${entry}`;
        writeFileSync(join(values.keep, `${name}.trace`), encode(traceOf(name, short.ops)));
      }
    }
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}
