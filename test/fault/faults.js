// faults.js — every fault of faults.cpp under every allocator, and how it ended. A worker runs them, since some never end.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, buildPlain } from '../support/build.js';

/**
 * caught: the program stops at the call, with a diagnosis or not. later: it stops at a later call that is innocent, before
 * anything was lost. harmless: everything keeps its bytes. corrupts: a block loses bytes, two blocks overlap, memory is lost, the
 * program crashes somewhere or never comes back.
 * @typedef {'caught' | 'later' | 'harmless' | 'corrupts'} Ending
 * @typedef {{ ending: Ending, said: string }} Outcome
 */

/** @typedef {{ name: string, options?: string }} Configuration */
/** @type {Configuration[]} */
export const configurations = [
  { name: 'dlmalloc' },
  { name: 'emmalloc' },
  { name: 'mimalloc' },
  { name: 'gharial', options: '' },
  { name: 'hardened', options: ':hardened=1' },
  { name: 'with options', options: ':hardened=1:poison=1:quarantine=1' },
];
export const peers = configurations.filter(({ options }) => options === undefined);

/** Name of the function, and what a reader is told. @type {[string, string][]} */
export const faults = [
  ['twice', 'a small block freed twice'],
  ['twice_later', '… with another free between'],
  ['twice_much_later', '… with 300 others freed between'],
  ['twice_at_home', '… when so many were freed before that it does not stay at hand'],
  ['twice_joined', '… whose memory was joined with its neighbour'],
  ['twice_8k', 'a block of 8 kB freed twice'],
  ['twice_20k', 'a block of 20 kB freed twice'],
  ['twice_large', 'a block of 200 kB freed twice'],
  ['twice_handed_out', 'a block freed twice, when somebody else has its memory'],
  ['inside', 'a pointer into a block freed'],
  ['inside_odd', '… an odd one'],
  ['inside_large', '… into a block of 200 kB'],
  ['behind', 'a pointer behind a block freed'],
  ['on_stack', 'a stack address freed'],
  ['in_static_data', 'static data freed'],
  ['forged', '… that looks like a block with a header'],
  ['from_sbrk', 'memory from `sbrk` freed'],
  ['wild', 'a wild address freed'],
  ['realloc_freed', '`realloc` of a freed block'],
  ['realloc_freed_large', '… of 200 kB'],
  ['realloc_inside', '`realloc` of a pointer into a block'],
  ['overrun_terminator', '20 bytes and a terminator in 20 bytes, freed'],
  ['overrun_terminator_full', '64 bytes and a terminator in 64 bytes, freed'],
  ['overrun_8', 'an overrun of 8 bytes, freed'],
  ['overrun_64', 'an overrun of 64 bytes, freed'],
  ['overrun_large', 'an overrun of a block of 100 kB, freed'],
  ['overrun_realloc', 'an overrun, then `realloc`'],
  ['underrun_8', '8 bytes written before a block'],
  ['write_freed', 'a freed block written to'],
  ['link_freed', '… with a forged link'],
  ['write_freed_large', 'a freed block of 200 kB written to'],
  ['delete_as_smaller', 'deleted as a smaller type (sized `delete`)'],
  ['delete_as_larger', 'deleted as a larger type (sized `delete`)'],
  ['wild_write', 'a wild write over all that lies below the first block'],
];

const source = fileURLToPath(new URL('faults.cpp', import.meta.url));
const FLAGS = [
  ...['-O2', '-fno-builtin', '-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node,worker'],
  ...['-sALLOW_MEMORY_GROWTH', '-sABORTING_MALLOC=0', '--no-entry'],
];

/** The program, built once. @param {Configuration} configuration */
const programOf = ({ name, options }) =>
  options === undefined
    ? buildPlain(`faults-${name}`, [source], [...FLAGS, `-sMALLOC=${name}`])
    : build(`faults-${name.replace(' ', '-')}`, [source], FLAGS, { options });

/** Longer than any of them takes that ends at all. */
const PATIENCE_MS = 10_000;

/** @param {string} program @param {string[]} names @returns {Promise<Record<string, Outcome>>} */
async function runAll(program, names) {
  /** @type {Record<string, Outcome>} */
  const outcomes = {};
  while (Object.keys(outcomes).length < names.length) {
    const rest = names.filter((name) => !(name in outcomes));
    await new Promise((resolve, reject) => {
      const worker = new Worker(new URL('worker.js', import.meta.url), {
        workerData: { program, names: rest },
      });
      /** @type {NodeJS.Timeout} */
      let watchdog;
      const wait = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => {
          const [stuck] = names.filter((name) => !(name in outcomes));
          outcomes[stuck] = { ending: 'corrupts', said: 'never comes back' };
          worker.terminate();
        }, PATIENCE_MS);
      };
      worker.on('message', ({ name, outcome }) => {
        outcomes[name] = outcome;
        wait();
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        clearTimeout(watchdog);
        resolve(undefined);
      });
      wait();
    });
  }
  return outcomes;
}

/** How every fault ends under a configuration. @param {Configuration} configuration */
export const outcomesOf = (configuration) =>
  runAll(programOf(configuration), ['none', ...faults.map(([name]) => name)]);
