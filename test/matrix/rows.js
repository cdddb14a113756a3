// rows.js — every mode of Emscripten that the matrix builds, as data. A row either works in every variant, or the port refuses
// it with the line that stands here; there is no third outcome. A row that the SDK itself cannot build says so and is proved by
// building it with dlmalloc, which has to fail as well.

/**
 * @typedef {object} Row
 * @property {string} name what a person writes, as it stands in the table
 * @property {string[]} [flags] of emcc, if they are not the name itself
 * @property {boolean} [cxx] with the C++ part of the program
 * @property {boolean} [exceptions] which throws and catches
 * @property {'script' | 'factory' | 'module' | 'instance' | 'wasi'} [drive] how the product is started; a script by default
 * @property {string[]} [node] flags of node
 * @property {string[][]} [before] commands that come first; {here} is the row's own directory, {port} the port's flags
 * @property {Record<string, string>} [files] that the build reads, written to {here}
 * @property {RegExp} [refused] the line with which the port refuses it
 * @property {RegExp} [refusedChecked] the same, of checked=1 alone
 * @property {{ version: RegExp, reason: string }} [broken] SDKs in which it does not work with dlmalloc either
 * @property {string} [since] the first SDK that has it
 * @property {string} [runs] the first Node that runs it
 * @property {string} [note] for the table
 * @property {boolean} [quick] part of `make test`
 * @property {boolean} [silent] nothing is there to read the heap from JavaScript
 */

const noJavaScript = /checked=1 reports misuse through JavaScript/;

/** @type {Record<string, Row[]>} by heading */
export const groups = {
  'Optimisation and debugging': [
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
  ],
  'What comes out': [
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
    { name: '-sWASM=0', flags: ['-O2', '-sWASM=0'], note: 'JavaScript instead of wasm' },
    { name: '-sWASM=2', flags: ['-O2', '-sWASM=2'] },
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
      refusedChecked: noJavaScript,
      flags: ['-O2', '-sSTANDALONE_WASM'],
      drive: 'wasi',
      note: 'run by Node’s WASI',
      quick: true,
    },
    {
      name: '-sSTANDALONE_WASM with growth',
      refusedChecked: noJavaScript,
      flags: ['-O2', '-sSTANDALONE_WASM', '-sALLOW_MEMORY_GROWTH', '-DGROW'],
      drive: 'wasi',
    },
    {
      name: '-sPURE_WASI',
      refusedChecked: noJavaScript,
      flags: ['-O2', '-sPURE_WASI', '-sSTANDALONE_WASM'],
      drive: 'wasi',
    },
    {
      name: '-sSTANDALONE_WASM with JavaScript',
      refusedChecked: noJavaScript,
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
  ],
  Memory: [
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
  ],
  'Linking at run time': [
    {
      name: '-sMAIN_MODULE=1, a side module linked',
      flags: [
        ...['-O1', '-sMAIN_MODULE=1', '-DWITH_SIDE', '{matrix}/side_main.c', '{here}/side.wasm'],
        '-sAUTOLOAD_DYLIBS=1',
      ],
      before: [
        [
          'emcc',
          '{matrix}/side.c',
          '-O1',
          '-fPIC',
          '-sSIDE_MODULE=1',
          '{port}',
          '-o',
          '{here}/side.wasm',
        ],
      ],
    },
    {
      name: '-sMAIN_MODULE=2, a side module linked',
      flags: ['-O2', '-sMAIN_MODULE=2', '-DWITH_SIDE', '{matrix}/side_main.c', '{here}/side.wasm'],
      before: [
        [
          'emcc',
          '{matrix}/side.c',
          '-O2',
          '-fPIC',
          '-sSIDE_MODULE=2',
          '-sEXPORTED_FUNCTIONS=_side_take,_side_grow,_side_free',
          '{port}',
          '-o',
          '{here}/side.wasm',
        ],
      ],
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
      before: [
        [
          'emcc',
          '{matrix}/side.c',
          '-O1',
          '-fPIC',
          '-sSIDE_MODULE=1',
          '{port}',
          '-o',
          '{here}/side.wasm',
        ],
      ],
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
      before: [
        [
          'emcc',
          '{matrix}/side.c',
          '-O2',
          '-fPIC',
          '-sSIDE_MODULE=2',
          '-sEXPORTED_FUNCTIONS=_side_take,_side_grow,_side_free',
          '{port}',
          '-o',
          '{here}/side.wasm',
        ],
      ],
    },
  ],
  Suspending: [
    { name: '-sASYNCIFY', flags: ['-O2', '-sASYNCIFY'], quick: true },
    {
      name: '-sJSPI',
      runs: '24.0.0',
      flags: ['-O2', '-sJSPI'],
      node: ['--experimental-wasm-jspi', '--experimental-wasm-stack-switching'],
      since: '4.0.0',
    },
  ],
  'File systems and libraries': [
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
  ],
  Sanitizers: [
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
  ],
  'C++': [
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
  ],
  Instructions: [
    { name: '-msimd128', flags: ['-O3', '-msimd128'] },
    { name: '-mrelaxed-simd', flags: ['-O3', '-mrelaxed-simd'] },
    { name: '-mtail-call', flags: ['-O2', '-mtail-call'] },
    {
      name: '-mcpu=mvp',
      flags: ['-O2', '-mcpu=mvp'],
      note: 'of the program; gharial is built for the SDK’s default',
    },
  ],
  'Tools of Emscripten': [
    { name: '--memoryprofiler', refused: /--memoryprofiler and --tracing are not supported/ },
    { name: '--tracing', refused: /--memoryprofiler and --tracing are not supported/ },
  ],
  Threads: [
    { name: '-pthread', flags: ['-O2', '-pthread'], quick: true },
    { name: '-sWASM_WORKERS', flags: ['-O2', '-sWASM_WORKERS'] },
    { name: '-sSHARED_MEMORY', refused: /-sSHARED_MEMORY alone is not supported/ },
  ],
  'Another allocator beside it': ['dlmalloc', 'emmalloc', 'mimalloc', 'none'].map((name) => ({
    name: `-sMALLOC=${name}`,
    refused: new RegExp(`-sMALLOC=${name} .*each choose an allocator`),
  })),
};

/** Builds of the allocator: the columns of the table. @type {{ name: string, options: string }[]} */
export const variants = [
  { name: 'default', options: '' },
  { name: 'checked=1', options: ':checked=1' },
];

/** @type {(Row & { group: string })[]} */
export const rows = Object.entries(groups).flatMap(([group, members]) =>
  members.map((row) => ({ ...row, group })),
);
