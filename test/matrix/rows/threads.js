// threads.js — rows of threads, and of memory that is shared.

/** @import { Row } from '../rows.js' */

const noThreads = {
  'hardened=1': /hardened=1 is not built for threads yet/,
  'profile=1': /profile=1 does not go together with threads/,
};
const pthreads = ['{matrix}/threads.c', '-DWITH_PTHREADS', '-sPTHREAD_POOL_SIZE=3'];
const workers = ['{matrix}/threads.c', '-DWITH_WORKERS'];

/** @type {Row[]} */
export const threads = [
  {
    name: '-pthread',
    flags: ['-O2', '-pthread', '-sEXIT_RUNTIME', ...pthreads],
    refusedWith: noThreads,
    quick: true,
  },
  {
    name: '-pthread with growth',
    flags: [
      ...['-O2', '-pthread', '-sEXIT_RUNTIME', '-sALLOW_MEMORY_GROWTH', '-DGROW', ...pthreads],
      '-Wno-pthreads-mem-growth',
    ],
    refusedWith: noThreads,
  },
  {
    name: '-pthread -sPROXY_TO_PTHREAD',
    flags: ['-O2', '-pthread', '-sPROXY_TO_PTHREAD', '-sEXIT_RUNTIME', ...pthreads],
    refusedWith: noThreads,
    later: true,
  },
  {
    name: '-pthread -sMEMORY64',
    flags: ['-O2', '-pthread', '-sMEMORY64', '-sEXIT_RUNTIME', ...pthreads],
    since: '4.0.0',
    runs: '24.0.0',
    refusedWith: noThreads,
  },
  {
    name: '-pthread -sMEMORY64 with growth',
    flags: [
      ...['-O2', '-pthread', '-sMEMORY64', '-sEXIT_RUNTIME', '-sALLOW_MEMORY_GROWTH', '-DGROW'],
      ...['-sMAXIMUM_MEMORY=8GB', '-Wno-pthreads-mem-growth', ...pthreads],
    ],
    since: '4.0.0',
    runs: '24.0.0',
    refusedWith: noThreads,
  },
  {
    name: '-sWASM_WORKERS',
    flags: ['-O2', '-sWASM_WORKERS', ...workers],
    refusedWith: noThreads,
  },
  {
    name: '-sWASM_WORKERS -sMEMORY64',
    flags: ['-O2', '-sWASM_WORKERS', '-sMEMORY64', ...workers],
    since: '4.0.0',
    runs: '24.0.0',
    refusedWith: noThreads,
  },
  {
    name: '-sWASM_WORKERS -pthread',
    flags: [
      ...['-O2', '-sWASM_WORKERS', '-pthread', '-sEXIT_RUNTIME', ...pthreads],
      '-DWITH_WORKERS',
    ],
    refusedWith: noThreads,
  },
  {
    name: '-sAUDIO_WORKLET -sWASM_WORKERS',
    flags: ['-O2', '-sAUDIO_WORKLET', '-sWASM_WORKERS', ...workers],
    refusedWith: noThreads,
    note: 'Node has no worklet; `test/browser/worklet.test.js` runs one in Chromium',
  },
  { name: '-sSHARED_MEMORY', refused: /-sSHARED_MEMORY alone is not supported/ },
];
