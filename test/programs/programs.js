// programs.js — the real programs that gharial is tried on: where their sources are, how they are built, what they read,
// and facts about their output that were found out in another way than by running them.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} title what it is, for people
 * @property {string} stresses which part of an allocator it works hardest
 * @property {string[]} sources absolute paths, unmodified; drivers of our own only where there is no main that does the job
 * @property {'emcc' | 'em++'} compiler
 * @property {string[]} compileFlags
 * @property {string[]} linkFlags
 * @property {Record<string, string>} files name in the program's file system → file on disk
 * @property {string[]} args
 * @property {(output: string) => string} normalise takes out what differs from run to run
 * @property {(output: string) => [what: string, found: unknown, expected: unknown][]} facts
 * @property {(output: string) => { atLeast: number, atMost: number }} liveAllocations what the heap must hold at the end
 */

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const root = resolve(here('../..'));
export const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'gharial',
  'programs',
);
const luaSource = join(cache, 'lua', 'src');
const expatSource = join(cache, 'expat', 'expat', 'lib');
const quickjsSource = join(cache, 'quickjs');
const yyjsonSource = join(cache, 'yyjson', 'src');
const sqliteSource = join(cache, 'sqlite', 'extsrc');
const xml = join(cache, 'expat', 'testdata', 'largefiles', 'recset.xml');

// Everything but luac.c, which is another program.
const luaFiles = `
  lapi lauxlib lbaselib lcode lcorolib lctype ldblib ldebug ldo ldump lfunc lgc linit liolib llex lmathlib lmem loadlib
  lobject lopcodes loslib lparser lstate lstring lstrlib ltable ltablib ltm lua lundump lutf8lib lvm lzio`
  .trim()
  .split(/\s+/);

// Everything that makes qjs, the command, but its prompt: that is compiled from JavaScript by another program.
const quickjsFiles = [
  'qjs',
  'quickjs',
  'quickjs-libc',
  'cutils',
  'dtoa',
  'libregexp',
  'libunicode',
];

/** @param {string} output @param {RegExp} pattern @returns {number} NaN when the output does not say */
const numberIn = (output, pattern) => Number(pattern.exec(output)?.[1] ?? NaN);

/** @param {string} text @param {RegExp} pattern */
const count = (text, pattern) => text.match(pattern)?.length ?? 0;

/** @param {bigint} n */
const factorial = (n) => {
  let product = 1n;
  for (let i = 2n; i <= n; ++i) product *= i;
  return product.toString();
};

/** What versions.c does to its records, without JSON. @param {number} versions @returns {number[]} the numbers that stay */
const idsAfter = (versions) => {
  let ids = Array.from({ length: 20_000 }, (_, id) => id);
  let next = ids.length;
  for (let version = 0; version < versions; ++version) {
    const kept = ids.filter((id) => id % 10 !== version);
    const come = ids.length - kept.length;
    ids = [...kept, ...Array.from({ length: come }, () => next++)];
  }
  return ids;
};

/** @type {Program[]} */
export const programs = [
  {
    name: 'mujs',
    title: 'MuJS 1.3, a JavaScript interpreter',
    stresses: 'blocks up to 64 bytes, freed by mark and sweep',
    sources: ['one.c', 'main.c'].map((file) => join(cache, 'mujs', file)),
    compiler: 'emcc',
    compileFlags: [],
    linkFlags: ['-sSTACK_SIZE=1MB'], // its interpreter recurses
    files: { 'script.mujs': here('workloads/script.mujs') },
    args: ['script.mujs'],
    normalise: (output) => output,
    facts: (output) => [
      ['primes', /primes below 20000: (.*)/.exec(output)?.[1], '2262, the last is 19997'],
      ['tree', output.includes('tree: 2001 values, sorted: true'), true],
      ['JSON there and back', output.includes('same: true'), true],
      [
        '100!',
        /100! has (.*)/.exec(output)?.[1],
        `${factorial(100n).length} digits: ${factorial(100n).slice(0, 12)}...`,
      ],
    ],
    liveAllocations: () => ({ atLeast: 5000, atMost: 200000 }), // the tree alone: 2001 nodes and their functions
  },
  {
    name: 'lua',
    title: 'Lua 5.4',
    stresses: 'blocks up to 64 bytes and tables that grow by realloc, freed in bursts',
    sources: luaFiles.map((file) => join(luaSource, `${file}.c`)),
    compiler: 'emcc',
    compileFlags: [],
    linkFlags: ['-sSTACK_SIZE=1MB'],
    files: { 'script.lua': here('workloads/script.lua') },
    args: ['script.lua'],
    normalise: (output) => output,
    facts: (output) => [
      ['records', numberIn(output, /records: (\d+)/), 4000],
      ['queens', numberIn(output, /queens on 8 x 8: (\d+)/), 92],
      [
        '200!',
        /200! has (.*)/.exec(output)?.[1],
        `${factorial(200n).length} digits: ${factorial(200n).slice(0, 12)}...`,
      ],
      ['words', numberIn(output, /(\d+) words/), 3000],
    ],
    liveAllocations: () => ({ atLeast: 16000, atMost: 100000 }), // 4000 records of two tables with two parts each
  },
  {
    name: 'sqlite',
    title: 'SQLite 3.41 running its own speedtest1',
    stresses: 'blocks of 4 to 8 KiB (database pages) and many lifetimes side by side',
    sources: [join(sqliteSource, 'sqlite3.c'), join(cache, 'speedtest', 'test', 'speedtest1.c')],
    compiler: 'emcc',
    compileFlags: [
      `-I${sqliteSource}`,
      '-DSQLITE_THREADSAFE=0',
      '-DSQLITE_OMIT_LOAD_EXTENSION',
      '-DSQLITE_DEFAULT_MEMSTATUS=0',
    ],
    linkFlags: ['-sSTACK_SIZE=1MB'],
    files: {},
    args: ['--size', '5', '--memdb', '--verify'],
    normalise: (output) => output.replace(/ +\d+\.\d+s$/gm, ''), // its timings
    facts: (output) => [
      ['version', output.includes('SQLite 3.41'), true],
      ['tests run', count(output, /^ *\d+ - .*$/gm) > 30, true],
      ['no SQL error', /error/i.test(output), false],
      [
        'the rows of every answer hashed',
        /^Verification Hash: \d{6} [\da-f]{48}$/m.test(output),
        true,
      ],
    ],
    liveAllocations: () => ({ atLeast: 1, atMost: 50 }), // libc's own: speedtest1 closes its database
  },
  {
    name: 'expat',
    title: 'expat 2.5 reading 30 MB of XML into a tree',
    stresses: 'millions of blocks up to 32 bytes, half of them freed: a large heap with holes',
    sources: [
      ...['xmlparse', 'xmlrole', 'xmltok'].map((file) => join(expatSource, `${file}.c`)),
      here('workloads/dom.c'),
    ],
    compiler: 'emcc',
    compileFlags: [`-I${here('workloads')}`, `-I${expatSource}`],
    linkFlags: [],
    files: { 'recset.xml': xml },
    args: ['recset.xml'],
    normalise: (output) => output,
    facts: (output) => {
      const text = readFileSync(xml, 'latin1');
      const rows = count(text, /<z:row\b/g);
      return [
        ['elements', numberIn(output, /elements: (\d+)/), count(text, /<[a-z]/gi)],
        ['attributes', numberIn(output, /attributes: (\d+)/), count(text, /\s[\w:]+='/g)],
        ['removed', numberIn(output, /removed: (\d+)/), rows >> 1],
      ];
    },
    liveAllocations: (output) => {
      const blocks = numberIn(output, /live blocks: (\d+)/);
      return { atLeast: blocks, atMost: blocks + 20 }; // the tree, and what libc keeps for its streams
    },
  },
  {
    name: 'containers',
    title: 'libc++ containers: map, list, unordered_map, shared_ptr, string',
    stresses: 'nodes of many sizes up to 300 bytes, operator new and delete',
    sources: [here('workloads/containers.cpp')],
    compiler: 'em++',
    compileFlags: ['-std=c++20'],
    linkFlags: [],
    files: {},
    args: [],
    normalise: (output) => output,
    facts: (output) => [
      ['words', numberIn(output, /words: (\d+)/), 700],
      ['sorted words', numberIn(output, /sorted: (\d+)/), 700],
      ['shared documents outlive their entry', /(\d+) listed, (\d+) alive/.test(output), true],
    ],
    liveAllocations: (output) => {
      const blocks = numberIn(output, /live blocks: at least (\d+)/);
      return { atLeast: blocks, atMost: blocks + 5000 }; // up to 4000 arrays of references, and libc++'s own
    },
  },
  {
    name: 'quickjs',
    title: 'QuickJS 2025-04-26, a JavaScript interpreter',
    stresses:
      'blocks up to 128 bytes, freed one by one by reference counts; asks for the usable size of each',
    sources: [
      ...quickjsFiles.map((file) => join(quickjsSource, `${file}.c`)),
      here('workloads/quickjs_repl.c'),
    ],
    compiler: 'emcc',
    // It includes the header itself only on systems that it knows.
    compileFlags: ['-D_GNU_SOURCE', '-DCONFIG_VERSION="2025-04-26"', '-include', 'malloc.h'],
    linkFlags: ['-sSTACK_SIZE=1MB'],
    files: { 'script.qjs': here('workloads/script.qjs') },
    args: ['--std', 'script.qjs'],
    normalise: (output) => output,
    facts: (output) => [
      ['life', numberIn(output, /life: 0 cells after (\d+) generations/), 130],
      ['pi', output.includes('pi: 314159265358, places 91 to 100: 3421170679'), true],
      [
        'tree',
        output.includes('tree: 150 300 450 600 750 900 1050 1200 1350 1500, sorted: true'),
        true,
      ],
      ['log', output.includes('GET 500, PUT 500, POST 500, DELETE 500, same: true'), true],
      ['rings', output.includes('rings: 500 made, 0 left'), true],
      ['squares', numberIn(output, /1000 squares is (\d+)/), (1000 * 1001 * 2001) / 6],
    ],
    liveAllocations: () => ({ atLeast: 12000, atMost: 100000 }), // 2000 log entries of their four texts, the trees
  },
  {
    name: 'yyjson',
    title: 'yyjson 0.10, six versions of 20 000 records as JSON',
    stresses: 'a few hundred blocks up to 20 MB, and texts that grow by realloc',
    sources: [join(yyjsonSource, 'yyjson.c'), here('workloads/versions.c')],
    compiler: 'emcc',
    compileFlags: [`-I${yyjsonSource}`],
    linkFlags: [],
    files: {},
    args: [],
    normalise: (output) => output,
    facts: (output) => {
      const ids = idsAfter(6);
      return [
        ['versions read as written', count(output, /^version \d: .*, same: true$/gm), 6],
        ['records', numberIn(output, /records: (\d+)/), ids.length],
        ['ids', numberIn(output, /sum of ids: (\d+)/), ids.reduce((sum, id) => sum + id, 0)],
      ];
    },
    liveAllocations: (output) => {
      const blocks = numberIn(output, /live blocks: (\d+)/);
      return { atLeast: blocks, atMost: blocks + 20 }; // the records, the last texts, and libc's own
    },
  },
];

/** @param {string} name @returns {Program} */
export function programNamed(name) {
  const program = programs.find((candidate) => candidate.name === name);
  if (!program) {
    throw new Error(
      `there is no program '${name}'; there are ${programs.map((each) => each.name).join(', ')}.`,
    );
  }
  return program;
}
