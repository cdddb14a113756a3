// What the port cannot do, it refuses in one line that says what was wrong and what to do.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  copyOfProject,
  copyOfSdk,
  failure,
  failures,
  hello,
  helloObject,
  output,
  port,
  run,
  scratch,
} from './support.js';

/** @type {[string, string[], RegExp, string?][]} what, flags, the line, the options of the port */
const cases = [
  ...['dlmalloc', 'emmalloc', 'mimalloc', 'none'].map(
    (name) =>
      /** @type {[string, string[], RegExp]} */ ([
        `-sMALLOC=${name} beside it`,
        [`-sMALLOC=${name}`],
        new RegExp(`-sMALLOC=${name} .*each choose .*: remove --use-port`),
      ]),
  ),
  [
    'another -sMALLOC behind',
    ['-sMALLOC=gharial', '-sMALLOC=emmalloc'],
    /-sMALLOC=emmalloc .*each/,
  ],
  ['an allocator nobody knows', ['-sMALLOC=gharail'], /gharail .* write -sMALLOC=gharial$/],
  ['-sSHARED_MEMORY', ['-sSHARED_MEMORY'], /-sSHARED_MEMORY alone is not .*: .* use -pthread or/],
  [
    'the hardened variant with threads',
    ['-pthread'],
    /hardened=1 is not built for threads yet .*: build without it/,
    ':hardened=1',
  ],
  [
    'the profile variant with threads',
    ['-pthread'],
    /profile=1 does not go together with threads .* yet: leave out one/,
    ':profile=1',
  ],
  ...['0', '2'].map(
    (value) =>
      /** @type {[string, string[], RegExp, string]} */ ([
        `the profile variant with -sWASM=${value}`,
        [`-sWASM=${value}`],
        /profile=1 does not work in JavaScript that stands for wasm .*: leave it out, or link with -sWASM=1$/,
        ':profile=1',
      ]),
  ),
  ...['checked', 'hardened', 'profile'].map(
    (option) =>
      /** @type {[string, string[], RegExp, string]} */ ([
        `${option}=1 without JavaScript`,
        ['-sSTANDALONE_WASM'],
        new RegExp(
          `${option}=1 .* through JavaScript, which .* has not: build without ${option}=1, or`,
        ),
        `:${option}=1`,
      ]),
  ),
  [
    '--tracing',
    ['--tracing'],
    /--memoryprofiler and --tracing are not supported, .*heapOf\(Module\)/,
  ],
  [
    'an option that does not exist',
    [],
    /`fast` is not supported; available options are checked=0\|1, hardened=0\|1, .*, stats=0\|1, profile=0\|1, inspector=0\|1$/,
    ':fast=1',
  ],
  ...['2', 'yes', ''].map(
    (value) =>
      /** @type {[string, string[], RegExp, string]} */ ([
        `the value "${value}" of an option`,
        [],
        /checked is 0 or 1$/,
        `:checked=${value}`,
      ]),
  ),
  [
    'samples that nobody could see',
    [],
    /profile=1 shows its samples through stats=1: leave out stats=0$/,
    ':profile=1:stats=0',
  ],
  [
    'an inspector without its heap',
    [],
    /inspector=1 shows the heap through stats=1: leave out stats=0$/,
    ':inspector=1:stats=0',
  ],
  ['an option without a value', [], /`checked` is missing a value$/, ':checked'],
  ...['stacks', 'zero', 'poison', 'quarantine', 'shuffle'].map(
    (name) =>
      /** @type {[string, string[], RegExp, string]} */ ([
        `${name}=1 without hardened=1`,
        [],
        new RegExp(`\`${name}=1\` is a part of the hardened variant: write hardened=1:${name}=1$`),
        `:${name}=1`,
      ]),
  ),
  [
    'two ways to fill a freed block',
    [],
    /`zero=1` and `poison=1` each say what a freed block is filled with: choose one$/,
    ':hardened=1:zero=1:poison=1',
  ],
  ...['debug', 'tracing'].map(
    (name) =>
      /** @type {[string, string[], RegExp, string]} */ ([
        `the option ${name}, which is not built yet`,
        [],
        new RegExp(`\`${name}\` is not built yet; for now: `),
        `:${name}=1`,
      ]),
  ),
];

describe('port: refuse', function () {
  this.timeout(600_000); // many links, on a busy machine

  /** @type {(() => string)[]} */
  let lines;
  before(async () => {
    const object = helloObject();
    lines = await failures(
      cases.map(([, flags, , options = '']) => [
        'emcc',
        object,
        `--use-port=${port}${options}`,
        ...flags,
        '-o',
        'refused.js',
      ]),
    );
  });

  for (const [index, [title, , words]] of cases.entries())
    it(title, () => {
      assert.match(lines[index](), words);
    });

  it(':help names the options that exist and no other', () => {
    const text = output(['emcc', `--use-port=${port}:help`]);
    assert.deepEqual(
      [...text.matchAll(/^\* (\w+):/gm)].map(([, name]) => name),
      [
        'checked',
        'hardened',
        'stacks',
        'zero',
        'poison',
        'quarantine',
        'shuffle',
        'stats',
        'profile',
        'inspector',
      ],
    );
  });

  for (const file of [
    'src/all.cpp',
    'src/sbrk.c',
    'src/include/gharial.h',
    'emscripten-port/gharial_library.js',
    'emscripten-port/gharial_profile.js',
  ])
    it(`a project without ${file}`, () => {
      const copy = copyOfProject();
      rmSync(join(copy, file));
      const use = `--use-port=${join(copy, 'emscripten-port/gharial.py')}`;
      const line = failure(['emcc', helloObject(), use, '-o', 'refused.js']);
      assert.match(line, /is missing: this checkout or package is incomplete, fetch it again$/);
      assert.ok(line.includes(file.replace(/^.*\//, '')));
    });

  it('an SDK that is too old, and one without its sbrk.c', () => {
    const sdk = copyOfSdk();
    const emcc = [
      'python3',
      join(sdk, 'emcc.py'),
      helloObject(),
      `--use-port=${port}`,
      '-o',
      'refused.js',
    ];
    rmSync(join(sdk, 'system/lib/libc/sbrk.c'));
    assert.match(failure(emcc), /sbrk\.c is missing: the SDK is incomplete/);
    for (const version of ['3.1.53', '3.0.69', '3.1.9-git']) {
      writeFileSync(join(sdk, 'emscripten-version.txt'), `"${version}"\n`);
      // Its own cache: Emscripten empties one that another version made.
      assert.match(
        failure(emcc, { EM_CACHE: join(scratch, 'old-cache') }),
        new RegExp(`Emscripten ${version} is too old: 3\\.1\\.54 or newer is needed`),
      );
    }
    // An SDK that has the port's hooks, and yet a version before wasm64 works.
    const object = join(scratch, 'wide.o');
    output(['emcc', '-m64', '-c', hello, '-o', object]);
    writeFileSync(join(sdk, 'emscripten-version.txt'), '"3.1.69"\n');
    writeFileSync(join(sdk, 'system/lib/libc/sbrk.c'), '');
    const wide = ['python3', join(sdk, 'emcc.py'), '-m64', object, `--use-port=${port}`];
    // More than that line is said: Emscripten fills a cache of its own first.
    const cache = { EM_CACHE: join(scratch, 'old-cache') };
    assert.match(
      run([...wide, '-o', 'refused.js'], cache).stderr,
      /^\S+: error: gharial: wasm64 needs Emscripten 4\.0\.0 or newer, and this is 3\.1\.69: /m,
    );
    rmSync(sdk, { recursive: true });
  });
});
