// Every block of code in every page is run by a test, or says here why it is not. Those of getting-started and cookbook are run
// by pages.test.js, whatever they are; the others have their line in BLOCKS, in order. A new block without one fails.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
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
import { instantiate } from '../js/support/modules.js';
import { BUILD_TIMEOUT, port, root } from '../support/build.js';

const toolchain = join(root, 'emscripten-port/toolchain/run');
/** @param {string} file */
const text = (file) => readFileSync(join(root, file), 'utf8');
const HELLO = '#include <gharial.h>\nint main(void) { return gharial_validate(); }\n';

/** A directory with the package in it. @type {string} */
let scratch;
/** @param {string} name */
function fresh(name) {
  const place = join(scratch, name);
  mkdirSync(join(place, 'node_modules/.bin'), { recursive: true });
  symlinkSync(root, join(place, 'node_modules/gharial'));
  symlinkSync(join(root, 'js/cli/gharial.js'), join(place, 'node_modules/.bin/gharial'));
  mkdirSync(join(place, 'bin'));
  const npx = '#!/bin/sh\nexec node_modules/.bin/"$@"\n'; // the network's is not needed
  writeFileSync(join(place, 'bin/npx'), npx, { mode: 0o755 });
  writeFileSync(join(place, 'app.c'), HELLO);
  return place;
}

/** @param {string} place @param {string} script */
function works(place, script) {
  const { MAKEFLAGS, ...env } = process.env; // those of our own make
  const npx = 'PATH=$PWD/bin:$PATH; ';
  const { status, stdout, stderr } = spawnSync(toolchain, ['bash', '-ec', npx + script], {
    cwd: place,
    encoding: 'utf8',
    env,
  });
  assert.equal(status, 0, `${script}\n${stdout}${stderr}`);
  return stdout;
}

/** That gharial is what the program was linked with. @param {string} file */
const isLinked = (file) => assert.ok(readFileSync(file, 'utf8').includes('gharialHeap'), file);

/** A page's block is run in another test, which reads it from the page. @param {string} file @param {string} how what it says there */
const elsewhere = (file, how) => () => assert.ok(text(file).includes(how), `${file}: ${how}`);
/** @param {string} why */
const not = (why) => ({ why });

/** @param {string} code */
const compiled = (code) => {
  const place = fresh(`c-${Math.random()}`);
  writeFileSync(join(place, 'snippet.c'), code);
  works(place, 'emcc -c -pthread -Wall -Werror snippet.c $(npx gharial flags --compile)');
};

/** @typedef {((code: string) => unknown) | { why: string }} Fate */
/** @type {Record<string, Fate[]>} */
const BLOCKS = {
  'README.md': [
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'sh')"),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'text')"),
    (code) => assert.ok(text('docs/builds.md').includes(code), 'as in docs/builds.md, run below'),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'c')"),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'sh')"),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'js')"),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'text')"),
    elsewhere('test/browser/inspector.test.js', "join(root, 'README.md')"),
    elsewhere('test/docs/docs.test.js', "blocks(readme, 'c')"),
  ],
  'CONTRIBUTING.md': [
    async (code) => {
      const place = fresh('bug');
      const flags = '$(npx gharial flags) -sMODULARIZE -sEXPORT_ES6';
      works(place, `emcc app.c ${flags} -o app.mjs`);
      const create = "import create from './app.mjs';\nconst module = await create();\n";
      writeFileSync(join(place, 'bug.mjs'), create + code);
      assert.equal(works(place, 'node bug.mjs'), '[]\n');
      assert.ok(existsSync(join(place, 'bug.gharialheap')));
    },
  ],
  'docs/api.md': [
    (code) => {
      const place = fresh('api');
      const names = [...code.matchAll(/\{ (.*?) \}/g)].flatMap(([, list]) => list.split(', '));
      writeFileSync(
        join(place, 'api.mjs'),
        `${code}console.log([${names}].every((each) => typeof each === 'function'));`,
      );
      assert.equal(works(place, 'node api.mjs'), 'true\n');
      const all = `import * as a from 'gharial'; import * as b from 'gharial/export'; import * as c from 'gharial/inspector';
        console.log([a, b, c].flatMap((each) => Object.keys(each)).filter((each) => !/Error$/.test(each)).sort().join());`;
      writeFileSync(join(place, 'all.mjs'), all);
      assert.equal(works(place, 'node all.mjs').trim(), names.sort().join(), 'all of them');
    },
  ],
  'docs/benchmarks.md': [not('takes 13 minutes; docs.test.js knows that the targets exist')],
  'docs/builds.md': [
    (code) => {
      const place = fresh('cmake');
      const before =
        'cmake_minimum_required(VERSION 3.16)\nproject(app C)\nadd_executable(app app.c)\n';
      writeFileSync(join(place, 'CMakeLists.txt'), before + code);
      works(place, 'emcmake cmake -B build -G Ninja && cmake --build build && node build/app.js');
      isLinked(join(place, 'build/app.js'));
    },
    (code) => {
      const place = fresh('make');
      writeFileSync(join(place, 'Makefile'), `${code}app: app.o\n\t$(CC) $^ $(LDFLAGS) -o $@.js\n`);
      works(place, 'emmake make app && node app.js');
      isLinked(join(place, 'app.js'));
    },
    (code) => {
      const place = fresh('meson');
      const file = `project('app', 'c')\n${code}`;
      writeFileSync(join(place, 'meson.build'), file);
      cpSync(join(root, 'test/projects/meson/emscripten.ini'), join(place, 'emscripten.ini'));
      works(
        place,
        'meson setup --cross-file emscripten.ini build && meson compile -C build && node build/app.js',
      );
      isLinked(join(place, 'build/app.js'));
    },
    (code) => {
      // The project of Automake in test/projects is built with these lines.
      const built = text('test/projects/projects.test.js').replaceAll('node_modules/.bin/', 'npx ');
      for (const line of code.trim().split('\n')) assert.ok(built.includes(line), line);
    },
    (code) => {
      // The bundled programs of test/package are served with these headers.
      const server = text('test/browser/support.js');
      for (const line of code.trim().toLowerCase().split('\n')) {
        const [name, value] = line.split(': ');
        assert.ok(server.includes(`'${name}': '${value}'`), line);
      }
    },
  ],
  'docs/design.md': [not('a drawing of the heap'), not('a drawing of the way of malloc')],
  'docs/security.md': [
    async (code) => {
      const place = fresh('report');
      const source =
        '#include <stdlib.h>\nint main(void) { char *volatile block = malloc(32); free(block); free(block); return 0; }\n';
      writeFileSync(join(place, 'twice.c'), source);
      works(
        place,
        'emcc twice.c -fno-builtin $(npx gharial flags hardened=1) -sMODULARIZE -sEXPORT_ES6 -o twice.mjs',
      );
      const wanted = code.trim().replace(/0x[0-9a-f]+/, '0x…');
      await assert.rejects(instantiate(join(place, 'twice.mjs')), (error) => {
        assert.equal(String(error).replace(/0x[0-9a-f]+/, '0x…'), wanted);
        return true;
      });
    },
  ],
  'docs/threads.md': [compiled, compiled],
  'docs/traces.md': [
    (code) => {
      const place = fresh('traces');
      symlinkSync(join(root, 'bench'), join(place, 'bench'));
      writeFileSync(
        join(place, 'flags.mjs'),
        "import { recorderFlags } from './bench/trace/index.js';\nconsole.log(recorderFlags.join(' '));",
      );
      writeFileSync(
        join(place, 'app.c'),
        '#include <stdlib.h>\nint main(void) { for (int i = 0; i < 100; ++i) free(malloc(i)); return 0; }\n',
      );
      const flags =
        '-sMODULARIZE -sEXPORT_ES6 -sINVOKE_RUN=0 -sEXPORTED_RUNTIME_METHODS=callMain,wasmMemory -fno-builtin';
      works(place, `emcc app.c ${flags} $(node flags.mjs) -o app.mjs`);
      writeFileSync(
        join(place, 'run.mjs'),
        `import create from './app.mjs';\n${code}\nconsole.log(trace.name, trace.count);`,
      );
      assert.match(works(place, 'node run.mjs'), /^my program \d{3}\n$/);
    },
  ],
  'emscripten-port/README.md': [
    (code) => {
      const place = fresh('port');
      works(place, code.replace('path/to/emscripten-port/gharial.py', port));
      isLinked(join(place, 'app.js'));
    },
    not('changes the SDK; test/port/sdk.test.js does it to a copy, by emscripten-port/sdk.py'),
  ],
};
const RUN_WHOLE = ['docs/getting-started.md', 'docs/cookbook.md'];

describe('blocks of code in the pages', function () {
  this.timeout(BUILD_TIMEOUT);
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'gharial-blocks-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');

  for (const page of pages) {
    const blocks = [...text(page).matchAll(/^```[^\n]*\n(.*?)^```/gms)].map(([, code]) => code);
    if (RUN_WHOLE.includes(page)) {
      it(`${page}: pages.test.js runs it, with no block between`, () => {
        assert.ok(text('test/docs/pages.test.js').includes(`'${page.slice(5, -3)}'`));
        const indented = text(page).match(/^[ >]+```/gm);
        assert.equal(indented, null, 'a block that is indented would not be seen');
      });
      continue;
    }
    const fates = BLOCKS[page] ?? [];
    it(`${page}: a test or a reason for each of ${blocks.length}`, () => {
      const first = blocks[fates.length]?.split('\n', 1)[0] ?? '';
      assert.equal(fates.length, blocks.length, `BLOCKS knows nothing of this one: ${first}`);
      assert.equal(text(page).match(/^[ >]+```/gm), null, 'a block that is indented is not seen');
    });
    for (const [i, fate] of fates.entries())
      if (typeof fate === 'function')
        it(`${page}: ${(blocks[i] ?? '').split('\n', 1)[0].slice(0, 70)}`, () => fate(blocks[i]));
      else assert.ok(fate.why.length > 10);
  }
});
