// rows.js — every mode of Emscripten that the matrix builds, as data, one file of rows/ for each kind. A row either works in
// every variant, or the port refuses it with the line that stands here; there is no third outcome. A row that the SDK itself
// cannot build says so and is proved by building it with dlmalloc, which has to fail as well.
import { cxx, instructions } from './rows/compiler.js';
import { libraries, suspending } from './rows/libraries.js';
import { linking } from './rows/linking.js';
import { memory } from './rows/memory.js';
import { optimisation } from './rows/optimisation.js';
import { output } from './rows/output.js';
import { otherAllocators, tools } from './rows/refused.js';
import { sanitizers } from './rows/sanitizers.js';
import { threads } from './rows/threads.js';

/**
 * @typedef {object} Row
 * @property {string} name what a person writes, as it stands in the table
 * @property {string[]} [flags] of emcc, if they are not the name itself
 * @property {boolean} [cxx] with the C++ part of the program
 * @property {boolean} [exceptions] which throws and catches
 * @property {'script' | 'factory' | 'module' | 'instance' | 'wasi'} [drive] how the product is started; a script by default
 * @property {string[]} [node] flags of node
 * @property {string[][]} [before] commands that come first; {here} is the row's own directory, {port} the port's flags
 * @property {Record<string, string>} [files] that the build reads, written to {here}
 * @property {RegExp} [refused] the line with which the port refuses it
 * @property {Record<string, RegExp>} [refusedWith] the same, of single variants, by name
 * @property {{ version: RegExp, reason: string }} [broken] SDKs in which it does not work with dlmalloc either
 * @property {string} [since] the first SDK that has it
 * @property {string} [runs] the first Node that runs it
 * @property {string} [note] for the table
 * @property {boolean} [quick] part of `make test`
 * @property {boolean} [later] after main the runtime allocates what it needs to end
 */

/** @type {Record<string, Row[]>} by heading, in the order of the page */
export const groups = {
  'Optimisation and debugging': optimisation,
  'What comes out': output,
  Memory: memory,
  'Linking at run time': linking,
  Suspending: suspending,
  'File systems and libraries': libraries,
  Sanitizers: sanitizers,
  'C++': cxx,
  Instructions: instructions,
  'Tools of Emscripten': tools,
  Threads: threads,
  'Another allocator beside it': otherAllocators,
};

/** @typedef {{ name: string, options: string, flags?: string[] }} Variant of the allocator, and flags of the program */
/** The columns of the table. @type {Variant[]} */
export const variants = [
  { name: 'default', options: '' },
  { name: 'checked=1', options: ':checked=1' },
  { name: 'hardened=1', options: ':hardened=1' },
  { name: 'profile=1', options: ':profile=1', flags: ['-DPROFILE'] },
];

/** @type {(Row & { group: string })[]} */
export const rows = Object.entries(groups).flatMap(([group, members]) =>
  members.map((row) => ({ ...row, group })),
);
