// The commands that look at the SDK or run it: init, doctor, install, uninstall, record, replay.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../bench/trace/index.js';
import { copyOfSdk } from '../port/support.js';
import { BUILD_TIMEOUT } from '../support/build.js';
import { gharial, program, root } from './support.js';

const toolchain = join(root, 'emscripten-port/toolchain/run');

describe('gharial, on builds', function () {
  this.timeout(BUILD_TIMEOUT);
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-builds-'));
  before(() => {
    mkdirSync(join(scratch, 'node_modules/.bin'), { recursive: true });
    symlinkSync(root, join(scratch, 'node_modules/gharial'));
    symlinkSync(program, join(scratch, 'node_modules/.bin/gharial'));
    writeFileSync(
      join(scratch, 'app.c'),
      '#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv) {\n  void *volatile kept = malloc(argc * 100);\n  for (int i = 0; i < 500; ++i) free(realloc(malloc(10), 1000));\n  puts("done");\n  return kept == NULL;\n}\n',
    );
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** A line of shell with the SDK; `npx gharial` is the program here. @param {string} line */
  function shell(line) {
    const npx = `npx() { [ "$1" = gharial ] && shift; node ${JSON.stringify(program)} "$@"; }; `;
    const { status, stdout, stderr } = spawnSync(toolchain, ['bash', '-c', npx + line], {
      cwd: scratch,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }
  /** @param {string} line */
  function works(line) {
    const { status, stdout, stderr } = shell(line);
    assert.equal(status, 0, `${line}\n${stdout}${stderr}`);
    return stdout;
  }

  it('init make gives a Makefile that builds with gharial', () => {
    writeFileSync(
      join(scratch, 'Makefile'),
      gharial(['init', 'make']).stdout.replace('npx gharial', `node ${program}`),
    );
    works('make app.js');
    assert.ok(readFileSync(join(scratch, 'app.js'), 'utf8').includes('gharialHeap'));
  });

  it('init cmake gives a CMakeLists.txt that builds with gharial', () => {
    const lines = gharial(['init', 'cmake']).stdout.replace('npx gharial', `node ${program}`);
    writeFileSync(
      join(scratch, 'CMakeLists.txt'),
      `cmake_minimum_required(VERSION 3.19)\nproject(app C)\n${lines}\nadd_executable(made app.c)\n`,
    );
    works('emcmake cmake -B out . >/dev/null && cmake --build out');
    assert.ok(readFileSync(join(scratch, 'out/made.js'), 'utf8').includes('gharialHeap'));
  });

  it('init meson prints what meson.build takes; others are refused', () => {
    assert.match(
      gharial(['init', 'meson']).stdout,
      /run_command\('npx', 'gharial', 'flags', check: true\)/,
    );
    assert.equal(
      gharial(['init', 'bazel']).stderr,
      'gharial: init: there is no `bazel`; there are make, cmake, meson\n',
    );
  });

  it('doctor builds and reads a program', () => {
    const said = works('npx gharial doctor');
    assert.match(
      said,
      /^ok +Node \d.*\nok +the package is complete .*\nok +Emscripten \d+\.\d+\.\d+\nok +a program was built, run, and its heap read\n$/,
    );
    assert.equal(JSON.parse(works('npx gharial doctor --quick --json')).length, 3);
  });

  it('doctor says what is missing or too old, and ends with 1', () => {
    const bin = join(scratch, 'bin');
    mkdirSync(bin);
    const { status, stdout } = spawnSync(process.execPath, [program, 'doctor'], {
      encoding: 'utf8',
      env: { PATH: bin },
    });
    assert.equal(status, 1);
    assert.match(
      stdout,
      /BAD +emcc does not run \(ENOENT\): put Emscripten on PATH, or set EMSDK\n$/,
    );
    writeFileSync(join(bin, 'emcc'), '#!/bin/sh\necho "emcc 1.39.0"\n', { mode: 0o755 });
    const old = spawnSync(process.execPath, [program, 'doctor'], {
      encoding: 'utf8',
      env: { PATH: bin },
    });
    assert.equal(old.status, 1);
    assert.match(
      old.stdout,
      /BAD +Emscripten 1\.39\.0: \d+\.\d+\.\d+ or newer is needed \(emsdk install latest\)\n$/,
    );
  });

  it('install makes -sMALLOC=gharial enough, uninstall undoes it', () => {
    const sdk = copyOfSdk();
    try {
      works(`npx gharial install ${sdk}`);
      works(`python3 ${sdk}/emcc.py app.c -sMALLOC=gharial -o installed.js`);
      assert.ok(readFileSync(join(scratch, 'installed.js'), 'utf8').includes('gharialHeap'));
      works(`npx gharial uninstall ${sdk}`);
      assert.ok(!existsSync(join(sdk, 'tools/ports/gharial.py')));
      const { status, stderr } = shell(`npx gharial install ${scratch}`);
      assert.equal(status, 1);
      assert.match(stderr, /^gharial: .*\n$/);
    } finally {
      rmSync(sdk, { recursive: true, force: true });
    }
  });

  it('record makes a trace of a program, replay plays it on allocators', () => {
    works('emcc app.c -O1 -fno-builtin $(npx gharial record --flags) -o app.mjs');
    assert.match(
      works('npx gharial record app.mjs -o a.trace -- one two'),
      /^done\na\.trace: [\d,]+ calls, at most [\d,]+ bytes at once\n$/,
    );
    const trace = decode(readFileSync(join(scratch, 'a.trace')));
    assert.ok(trace.count >= 1501 && trace.name === 'app', `${trace.count}`);
    works('npx gharial record app.mjs --output=b.trace >/dev/null');
    assert.ok(existsSync(join(scratch, 'b.trace')));
    works('npx gharial record app.mjs >/dev/null');
    assert.ok(
      readFileSync(join(scratch, 'app.trace.br')).length <
        readFileSync(join(scratch, 'a.trace')).length,
    );
    const results = JSON.parse(
      works('npx gharial replay app.trace.br --malloc=gharial,emmalloc --json'),
    );
    assert.deepEqual(
      results.map((/** @type {any} */ r) => [r.allocator, r.calls, r.refused, r.damaged]),
      [
        ['gharial', trace.count, 0, 0],
        ['emmalloc', trace.count, 0, 0],
      ],
    );
    for (const { nanoseconds_per_call: time, peak_heap_size: peak } of results)
      assert.ok(time > 0 && peak > 1000 && peak < 1e6, JSON.stringify(results));
  });

  it('record and replay say what is wrong with what they are given', () => {
    /** @type {[string, RegExp][]} */
    const cases = [
      ['record nothing.mjs', /^gharial: nothing\.mjs does not exist\n$/],
      ['record', /^gharial: record: which program\?/],
      ['record app.c', /^gharial: app\.c cannot be loaded as an ES module: /],
      ['replay app.c', /^gharial: app\.c is no trace: /],
      [
        'replay app.trace.br --malloc=jemalloc',
        /there is no allocator `jemalloc`; there are gharial, dlmalloc/,
      ],
    ];
    for (const [words, line] of cases) {
      const { status, stderr } = shell(`npx gharial ${words}`);
      assert.ok(status === 1 || status === 2, words);
      assert.match(stderr, line);
    }
    works('emcc app.c -sMODULARIZE -sEXPORT_ES6 -o plain.mjs');
    assert.match(
      shell('npx gharial record plain.mjs').stderr,
      /linked without the recorder: add what `gharial record --flags` prints/,
    );
  });
});
