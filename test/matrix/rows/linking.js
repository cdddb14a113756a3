// linking.js — rows of programs in several modules, whose blocks cross the border.

/** @import { Row } from '../rows.js' */

const EXPORTS = '-sEXPORTED_FUNCTIONS=_side_take,_side_grow,_side_free';

/** How the side module is built. @param {string} optimisation @param {...string} more */
const side = (optimisation, ...more) => [
  ...['emcc', '{matrix}/side.c', optimisation, '-fPIC', ...more],
  ...['{port}', '-o', '{here}/side.wasm'],
];

/** @type {Row[]} */
export const linking = [
  {
    name: '-sMAIN_MODULE=1, a side module linked',
    flags: [
      ...['-O1', '-sMAIN_MODULE=1', '-DWITH_SIDE', '{matrix}/side_main.c', '{here}/side.wasm'],
      '-sAUTOLOAD_DYLIBS=1',
    ],
    before: [side('-O1', '-sSIDE_MODULE=1')],
  },
  {
    name: '-sMAIN_MODULE=2, a side module linked',
    flags: ['-O2', '-sMAIN_MODULE=2', '-DWITH_SIDE', '{matrix}/side_main.c', '{here}/side.wasm'],
    before: [side('-O2', '-sSIDE_MODULE=2', EXPORTS)],
  },
  {
    name: '-sMAIN_MODULE=1 and dlopen',
    flags: [
      '-O1',
      '-sMAIN_MODULE=1',
      '-DWITH_SIDE',
      '-DOPEN',
      '{matrix}/side_main.c',
      '--embed-file',
      '{here}/side.wasm@side.wasm',
    ],
    before: [side('-O1', '-sSIDE_MODULE=1')],
  },
  {
    name: '-sMAIN_MODULE=2 and dlopen',
    flags: [
      '-O2',
      '-sMAIN_MODULE=2',
      '-DWITH_SIDE',
      '-DOPEN',
      '{matrix}/side_main.c',
      '-sEXPORTED_FUNCTIONS=_main,_malloc,_realloc,_free',
      '--embed-file',
      '{here}/side.wasm@side.wasm',
    ],
    before: [side('-O2', '-sSIDE_MODULE=2', EXPORTS)],
  },
];
