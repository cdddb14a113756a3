// compiler.js — rows of languages and of instructions: what the compiler, not the link, is told.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const cxx = [
  {
    name: '-fno-exceptions -fno-rtti',
    flags: ['-O2', '-fno-exceptions', '-fno-rtti'],
    cxx: true,
  },
  {
    name: '-fexceptions',
    flags: ['-O2', '-fexceptions'],
    cxx: true,
    exceptions: true,
    quick: true,
  },
  { name: '-fwasm-exceptions', flags: ['-O2', '-fwasm-exceptions'], cxx: true, exceptions: true },
  {
    name: '-fwasm-exceptions -sWASM_LEGACY_EXCEPTIONS=0',
    runs: '24.0.0',
    flags: ['-O2', '-fwasm-exceptions', '-sWASM_LEGACY_EXCEPTIONS=0'],
    node: ['--experimental-wasm-exnref'],
    cxx: true,
    exceptions: true,
    since: '4.0.0',
  },
  {
    name: '-sSUPPORT_LONGJMP=wasm',
    flags: ['-O2', '-fwasm-exceptions', '-sSUPPORT_LONGJMP=wasm'],
    cxx: true,
    exceptions: true,
  },
  {
    name: '-sDISABLE_EXCEPTION_CATCHING=0',
    flags: ['-O2', '-sDISABLE_EXCEPTION_CATCHING=0'],
    cxx: true,
    exceptions: true,
  },
  { name: '-std=c++23 -O3', flags: ['-O3'], cxx: true },
];

/** @type {Row[]} */
export const instructions = [
  { name: '-msimd128', flags: ['-O3', '-msimd128'] },
  { name: '-mrelaxed-simd', flags: ['-O3', '-mrelaxed-simd'] },
  { name: '-mtail-call', flags: ['-O2', '-mtail-call'] },
  {
    name: '-mcpu=mvp',
    flags: ['-O2', '-mcpu=mvp'],
    note: 'of the program; gharial is built for the SDK’s default',
  },
];
