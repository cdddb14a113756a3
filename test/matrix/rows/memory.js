// memory.js — rows of how large memory is, how it grows, and of 64-bit addresses.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const memory = [
  { name: '-sALLOW_MEMORY_GROWTH', flags: ['-O2', '-sALLOW_MEMORY_GROWTH', '-DGROW'] },
  {
    name: '-sMEMORY_GROWTH_LINEAR_STEP',
    flags: ['-O2', '-sALLOW_MEMORY_GROWTH', '-sMEMORY_GROWTH_LINEAR_STEP=64KB', '-DGROW'],
  },
  {
    name: '-sMEMORY_GROWTH_GEOMETRIC_STEP',
    flags: [
      ...['-O2', '-sALLOW_MEMORY_GROWTH', '-sMEMORY_GROWTH_GEOMETRIC_STEP=2'],
      ...['-sMEMORY_GROWTH_GEOMETRIC_CAP=8MB', '-DGROW'],
    ],
  },
  {
    name: '-sMAXIMUM_MEMORY=4GB',
    flags: ['-O2', '-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB', '-DGROW'],
  },
  { name: '-sINITIAL_MEMORY, no growth', flags: ['-O2', '-sINITIAL_MEMORY=8MB'] },
  { name: '-sINITIAL_HEAP, no growth', flags: ['-O2', '-sINITIAL_HEAP=4MB'] },
  { name: '-sIMPORTED_MEMORY', flags: ['-O2', '-sIMPORTED_MEMORY'] },
  { name: '-sABORTING_MALLOC=0', flags: ['-O2', '-sABORTING_MALLOC=0'] },
  { name: '-sSTACK_SIZE=4MB', flags: ['-O2', '-sSTACK_SIZE=4MB'] },
  { name: '-sGLOBAL_BASE=1MB', flags: ['-O2', `-sGLOBAL_BASE=${1 << 20}`] },
  {
    name: '-sGROWABLE_ARRAYBUFFERS',
    runs: '24.0.0',
    flags: ['-O2', '-sALLOW_MEMORY_GROWTH', '-sGROWABLE_ARRAYBUFFERS=1', '-DGROW'],
    since: '4.0.18',
  },
  {
    name: '-sMEMORY64',
    since: '4.0.0',
    runs: '24.0.0',
    flags: ['-O2', '-sMEMORY64'],
    cxx: true,
    quick: true,
  },
  {
    name: '-m64 with growth',
    runs: '24.0.0',
    flags: ['-O2', '-m64', '-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=16GB', '-DGROW'],
    since: '4.0.0',
  },
  {
    name: '-sMEMORY64 -sEXPORT_ES6 --closure 1',
    since: '4.0.0',
    runs: '24.0.0',
    flags: ['-O2', '-sMEMORY64', '-sEXPORT_ES6', '-sMODULARIZE', '--closure', '1'],
    drive: 'module',
  },
  {
    name: '-sMEMORY64=2',
    since: '4.0.0',
    flags: ['-O2', '-sMEMORY64=2'],
    note: '64-bit C, lowered to a 32-bit memory',
  },
];
