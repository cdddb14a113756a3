// libraries.js — rows of what else is linked: file systems, embind, and what lets a program wait.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const suspending = [
  { name: '-sASYNCIFY', flags: ['-O2', '-sASYNCIFY'], quick: true },
  {
    name: '-sJSPI',
    runs: '24.0.0',
    flags: ['-O2', '-sJSPI'],
    node: ['--experimental-wasm-jspi', '--experimental-wasm-stack-switching'],
    since: '4.0.0',
  },
];

/** @type {Row[]} */
export const libraries = [
  { name: '-sWASMFS', flags: ['-O2', '-sWASMFS'] },
  { name: '-sFORCE_FILESYSTEM', flags: ['-O2', '-sFORCE_FILESYSTEM'] },
  { name: '-sNODERAWFS', flags: ['-O2', '-sNODERAWFS'] },
  {
    name: '--embed-file',
    flags: ['-O2', '--embed-file', '{here}/data.txt@data.txt'],
    files: { 'data.txt': 'some data\n' },
  },
  {
    name: '--preload-file',
    flags: ['-O2', '--preload-file', '{here}/data.txt@data.txt'],
    files: { 'data.txt': 'some data\n' },
  },
  { name: '-lembind', flags: ['-O2', '-lembind'], cxx: true },
];
