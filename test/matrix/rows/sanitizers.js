// sanitizers.js — rows of sanitizers, which allocate through an allocator of their own.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const sanitizers = [
  {
    name: '-fsanitize=undefined',
    flags: ['-O1', '-fsanitize=undefined'],
    cxx: true,
    quick: true,
  },
  {
    name: '-fsanitize=undefined -fsanitize-minimal-runtime',
    flags: ['-O1', '-fsanitize=undefined', '-fsanitize-minimal-runtime'],
  },
  {
    name: '-fsanitize=address',
    flags: ['-O1', '-fsanitize=address', '-DBUILTIN'],
    note: 'the sanitizer’s allocator serves the program; gharial serves the runtime below it',
  },
  {
    name: '-fsanitize=leak',
    flags: ['-O1', '-fsanitize=leak', '-DBUILTIN'],
    note: 'likewise',
  },
];
