// The ways in which builds hand flags and files to emcc: one program, whatever wrote the command line.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOldSdk } from '../support/build.js';
import {
  allocatorOf,
  assertGharial,
  copyOfProject,
  hello,
  helloObject,
  link,
  output,
  play,
  port,
  root,
  scratch,
} from './support.js';

const use = `--use-port=${port}`;

describe('port: build', function () {
  this.timeout(600_000); // some links build an archive each, on a busy machine

  it('EMCC_CFLAGS names the port for every command of a build, which may name it again', () => {
    const variables = { EMCC_CFLAGS: use };
    const object = join(scratch, 'from-cflags.o');
    output(['emcc', '-c', hello, '-O1', '-o', object], variables);
    for (const flags of [[], [use], ['-sMALLOC=gharial']]) {
      const program = link(['-O1', ...flags], { inputs: [object], variables });
      assertGharial(program);
      assert.equal(play(program), 'hello\n');
    }
  });

  it('response files, with a path in quotes', () => {
    const place = join(scratch, 'a place with spaces');
    mkdirSync(place, { recursive: true });
    const copy = copyOfProject();
    cpSync(copy, join(place, "gharial's copy"), { recursive: true });
    const spaced = join(place, "gharial's copy/emscripten-port/gharial.py");
    const response = join(place, 'flags.rsp');
    writeFileSync(response, `-O1\n-sMALLOC=gharial\n"--use-port=${spaced}:checked=1"\n`);
    const program = link([`@${response}`]);
    assert.match(allocatorOf(program), /^libgharial-checked-/);
    assert.equal(play(program), 'hello\n');
  });

  it('sources, objects and products in directories with spaces', () => {
    const place = join(scratch, 'my sources (1)');
    mkdirSync(place, { recursive: true });
    const source = join(place, 'hello world.c');
    const object = join(place, 'hello world.o');
    cpSync(hello, source);
    output(['emcc', '-c', source, '-O1', use, '-o', object]);
    const program = link(['-O1', use], { inputs: [object] });
    assertGharial(program);
    const script = join(place, 'hello world.js');
    output(['emcc', object, '-O1', use, '-o', script]);
    assert.equal(output(['node', script]), 'hello\n');
  });

  it('static archives in any order, in a group, whole, and with libc named before them', () => {
    const sources = {
      main: 'int twice(int); int main(void) { return twice(0); }',
      twice:
        '#include <stdlib.h>\nvoid *keep(int); int twice(int n) { free(keep(n)); return 2 * n; }',
      keep: '#include <stdlib.h>\n#include <stdio.h>\nvoid *keep(int n) { puts("kept"); return malloc(n + 9); }',
    };
    const [main, twice, keep] = Object.entries(sources).map(([name, text]) => {
      const source = join(scratch, `order-${name}.c`);
      const object = join(scratch, `order-${name}.o`);
      writeFileSync(source, `${text}\n`);
      output(['emcc', '-c', source, '-O1', '-fno-builtin', '-o', object]);
      if (name === 'main') return object;
      const archive = join(scratch, `liborder-${name}.a`);
      output(['emar', 'rcs', archive, object]);
      return archive;
    });
    for (const inputs of [
      [main, twice, keep],
      [keep, twice, main],
      ['-Wl,--start-group', keep, twice, '-Wl,--end-group', main],
      ['-Wl,--whole-archive', keep, twice, '-Wl,--no-whole-archive', main],
      ['-lc', twice, keep, main],
    ]) {
      const program = link(['-O1', use], { inputs });
      // There the first libc has the sbrk, which serves as well: it refuses to lower the break.
      assertGharial(program, !(inputs[0] === '-lc' && isOldSdk()));
      assert.equal(play(program), 'kept\n');
    }
  });

  it('four links at once that find no archive make one, and all are whole', async () => {
    const copy = copyOfProject();
    appendFileSync(join(copy, 'src/all.cpp'), `// race ${process.pid}\n`);
    const copied = join(copy, 'emscripten-port/gharial.py');
    const object = helloObject();
    const cache = join(scratch, 'race-cache');
    const toolchain = join(root, 'emscripten-port/toolchain/run');
    // Frozen: each builds for itself, without Emscripten's lock, and the last one to finish wins.
    for (const settings of [['EM_FROZEN_CACHE=1', `XDG_CACHE_HOME=${cache}`], []]) {
      const scripts = ['a', 'b', 'c', 'd'].map((name) => join(scratch, `race-${name}.js`));
      const command = ['env', ...settings, 'emcc', object, '-O1', `--use-port=${copied}`, '-o'];
      await Promise.all(
        scripts.map(
          (script) =>
            new Promise((resolve, reject) =>
              execFile(toolchain, [...command, script], { cwd: scratch }, (error) =>
                error ? reject(error) : resolve(undefined),
              ),
            ),
        ),
      );
      for (const script of scripts) assert.equal(output(['node', script]), 'hello\n');
    }
    const archives = readdirSync(join(cache, 'gharial/lib/wasm32-emscripten'));
    assert.equal(archives.length, 1, `${archives}: no half an archive is left`);
  });

  it('gharial upgraded in place: the next link has the new one, in the same cache', () => {
    const copy = copyOfProject();
    const copied = join(copy, 'emscripten-port/gharial.py');
    const old = link(['-O1', `--use-port=${copied}`]);
    appendFileSync(join(copy, 'src/malloc.cpp'), `// upgraded ${process.pid}\n`);
    const upgraded = link(['-O1', `--use-port=${copied}`]);
    assert.notEqual(allocatorOf(upgraded), allocatorOf(old));
    assert.equal(play(upgraded), 'hello\n');
  });
});
