/**
 * index.js — the allocators that are compared, and the words of emcc that choose each. Assumes nothing about gharial but
 * where its port lies, so that another checkout can be measured.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Allocator
 * @property {string} name
 * @property {string} title for people
 * @property {'subject' | 'peer' | 'reference' | 'variant'} role references bound the comparison, and are in none; variants
 *   of the subject are measured where they are asked for
 * @property {(port: string) => string[]} flags of emcc
 * @property {string[]} sources linked in beside the pattern
 * @property {boolean} frees whether memory that was freed is ever used again
 */

/** @param {string} name */
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const defaultPort = here('../../emscripten-port/gharial.py');

// sbrk lies in the allocators' libraries: of this one nothing else is linked, as all other names are there already.
const SBRK_ONLY = ['-sMALLOC=emmalloc'];

/** @param {string} name @returns {Allocator} */
const peer = (name) => ({
  name,
  title: name,
  role: 'peer',
  flags: () => [`-sMALLOC=${name}`],
  sources: [],
  frees: true,
});

/** Every one, variants included. @type {Allocator[]} */
const known = [
  {
    name: 'gharial',
    title: 'gharial',
    role: 'subject',
    // Without statistics for JavaScript: what who wants speed and size links, and what the peers have no counterpart of.
    flags: (port) => ['-sMALLOC=gharial', `--use-port=${port}:stats=0`],
    sources: [],
    frees: true,
  },
  peer('dlmalloc'),
  peer('emmalloc'),
  peer('mimalloc'),
  {
    name: 'bump',
    title: 'bump (no free)',
    role: 'reference',
    flags: () => SBRK_ONLY,
    sources: [here('bump.c')],
    frees: false,
  },
  {
    name: 'stub',
    title: 'stub (the loop)',
    role: 'reference',
    flags: () => [...SBRK_ONLY, '-sINITIAL_MEMORY=64MB'],
    sources: [here('stub.c')],
    frees: false,
  },
];

{
  /** A variant of gharial that is built for what it finds. @param {string} name @param {string} options of the port */
  const variant = (name, options) =>
    known.push({
      name,
      title: `gharial, ${options.replaceAll(':', ', ')}`,
      role: 'variant',
      flags: (port) => ['-sMALLOC=gharial', `--use-port=${port}:${options}:stats=0`],
      sources: [],
      frees: true,
    });
  variant('hardened', 'hardened=1');
  variant('checked', 'checked=1');
}

/** Those that are compared. @type {Allocator[]} */
export const allocators = known.filter(({ role }) => role !== 'variant');

export const peers = allocators.filter(({ role }) => role === 'peer').map(({ name }) => name);

/** @param {string} name @returns {Allocator} */
export const allocatorNamed = (name) => {
  const allocator = known.find((each) => each.name === name);
  if (!allocator)
    throw new RangeError(
      `there is no allocator '${name}'; there are ${allocators.map((each) => each.name).join(', ')}.`,
    );
  return allocator;
};

/** Whether an allocator has memory enough for a pattern. @param {string} allocator @param {{ needsFree?: boolean }} pattern */
export const canRun = (allocator, { needsFree }) => allocator !== 'bump' || !needsFree;

/**
 * A hash of what an allocator is made of here. The SDK's own belong to the SDK's version.
 * @param {Allocator} allocator @param {string} port
 */
export const fingerprint = (allocator, port) => {
  const hash = createHash('sha256').update(JSON.stringify(allocator.flags('port')));
  const files = [...allocator.sources];
  if (allocator.role === 'subject' || allocator.role === 'variant') {
    const source = join(dirname(port), '..', 'src');
    const inside = readdirSync(source, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name));
    files.push(port, ...inside.sort());
  }
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
};
