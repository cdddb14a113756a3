// optimisation.js — rows of optimisation and debugging.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const optimisation = [
  { name: '-O0' },
  { name: '-O1' },
  { name: '-O2' },
  { name: '-O3' },
  { name: '-Os' },
  { name: '-Oz', quick: true },
  { name: '-O0 -g' },
  { name: '-O2 -g3' },
  { name: '-O2 -gsource-map' },
  { name: '-O2 --profiling' },
  { name: '-O2 --emit-symbol-map' },
  { name: '-sASSERTIONS=2' },
  { name: '-O2 -sASSERTIONS=2' },
  { name: '-O1 -sSAFE_HEAP=1', quick: true },
  { name: '-O1 -sSAFE_HEAP=1 -sALLOW_MEMORY_GROWTH' },
  { name: '-O1 -sSTACK_OVERFLOW_CHECK=2' },
  { name: '-O2 --closure 1', quick: true },
  { name: '-O3 --closure 1 -sALLOW_MEMORY_GROWTH' },
  { name: '-O2 -sEVAL_CTORS=1' },
  { name: '-O2 -sEVAL_CTORS=2', cxx: true },
  { name: '-O2 -sSTRICT' },
  {
    name: '-O2 -flto',
    cxx: true,
    note: 'gharial itself is never bitcode',
    broken: {
      version: /^6\.0\./,
      reason:
        'Debian’s LLVM 21 and this libc++ do not fit: `__cxa_increment_exception_refcount` is missing',
    },
  },
  {
    name: '-O2 -flto=thin',
    cxx: true,
    broken: { version: /^6\.0\./, reason: 'as `-flto`' },
  },
  { name: '-O2 -fno-builtin' },
];
