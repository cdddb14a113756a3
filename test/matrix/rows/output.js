// output.js — rows of what comes out: ES modules, one file, the minimal runtime, standalone wasm, and so on.

/** @import { Row } from '../rows.js' */

const noJavaScript = {
  'checked=1': /checked=1 reports misuse through JavaScript/,
  'hardened=1': /hardened=1 reports misuse through JavaScript/,
  'profile=1': /profile=1 takes samples through JavaScript/,
};
const noWasm = { 'profile=1': /profile=1 does not work in JavaScript that stands for wasm/ };

/** @type {Row[]} */
export const output = [
  { name: '-sMODULARIZE', flags: ['-O2', '-sMODULARIZE'], drive: 'factory' },
  {
    name: '-sMODULARIZE --closure 1',
    flags: ['-O2', '-sMODULARIZE', '--closure', '1'],
    drive: 'factory',
  },
  {
    name: '-sEXPORT_ES6',
    flags: ['-O2', '-sMODULARIZE', '-sEXPORT_ES6'],
    drive: 'module',
    quick: true,
  },
  {
    name: '-sEXPORT_ES6 --closure 1',
    flags: ['-O2', '-sMODULARIZE', '-sEXPORT_ES6', '--closure', '1'],
    drive: 'module',
  },
  {
    name: '-sMODULARIZE=instance',
    flags: ['-O2', '-sMODULARIZE=instance'],
    drive: 'instance',
    since: '4.0.0',
    quick: true,
  },
  { name: '-sSINGLE_FILE', flags: ['-O2', '-sSINGLE_FILE'], quick: true },
  {
    name: '-sWASM=0',
    refusedWith: noWasm,
    flags: ['-O2', '-sWASM=0'],
    note: 'JavaScript instead of wasm',
  },
  { name: '-sWASM=2', refusedWith: noWasm, flags: ['-O2', '-sWASM=2'] },
  { name: '-sWASM_ASYNC_COMPILATION=0', flags: ['-O2', '-sWASM_ASYNC_COMPILATION=0'] },
  { name: '-sMINIMAL_RUNTIME', flags: ['-O2', '-sMINIMAL_RUNTIME'], quick: true },
  {
    name: '-sMINIMAL_RUNTIME -sMODULARIZE --closure 1',
    flags: ['-O2', '-sMINIMAL_RUNTIME', '-sMODULARIZE', '--closure', '1'],
    drive: 'factory',
  },
  { name: '-sMINIMAL_RUNTIME=2', flags: ['-O2', '-sMINIMAL_RUNTIME=2'] },
  {
    name: '-sSTANDALONE_WASM',
    refusedWith: noJavaScript,
    flags: ['-O2', '-sSTANDALONE_WASM'],
    drive: 'wasi',
    note: 'run by Node’s WASI',
    quick: true,
  },
  {
    name: '-sSTANDALONE_WASM with growth',
    refusedWith: noJavaScript,
    flags: ['-O2', '-sSTANDALONE_WASM', '-sALLOW_MEMORY_GROWTH', '-DGROW'],
    drive: 'wasi',
  },
  {
    name: '-sPURE_WASI',
    refusedWith: noJavaScript,
    flags: ['-O2', '-sPURE_WASI', '-sSTANDALONE_WASM'],
    drive: 'wasi',
  },
  {
    name: '-sSTANDALONE_WASM with JavaScript',
    refusedWith: noJavaScript,
    flags: ['-O2', '-sSTANDALONE_WASM'],
  },
  {
    name: '-sSPLIT_MODULE',
    flags: ['-O2', '-sSPLIT_MODULE'],
    note: 'the instrumented module is run',
  },
  { name: '-sEXPORT_ALL', flags: ['-O1', '-sEXPORT_ALL'] },
  { name: '-sMIN_NODE_VERSION=180300', flags: ['-O2', '-sMIN_NODE_VERSION=180300'] },
  { name: '-sWASM_BIGINT=0', flags: ['-O2', '-sWASM_BIGINT=0'] },
];
