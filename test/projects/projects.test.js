// Example projects for every build system, built as a stranger builds them: from the packed tarball, with no file of this
// repository, in a directory whose name has a space (but Automake's, which refuses such names). Each is a program with a static
// library in C and C++; the heap is read from JavaScript afterwards.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const toolchain = join(root, 'emscripten-port', 'toolchain', 'run');

const SEE = `
import { heapOf } from 'gharial';
import create from '__PRODUCT__';
const heap = heapOf(await create());
const { number_of_live_allocations: live } = heap.getHeapStatistics();
console.log(live + ' seen, ' + (heap.validateHeap().ok ? 'sound' : 'broken'));
`;

/** What is typed, and what comes out of it. @type {Record<string, { kind: string, script: string, product: string }>} */
const builds = {
  'CMake, Unix Makefiles, Release': {
    kind: 'cmake',
    script: `emcmake cmake -B build -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=Release
      cmake --build build --parallel 2`,
    product: 'build/app.mjs',
  },
  'CMake, Ninja, Debug, with an option of the port': {
    kind: 'cmake',
    script: `emcmake cmake -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DGHARIAL_OPTIONS=checked=1
      cmake --build build`,
    product: 'build/app.mjs',
  },
  'plain make': { kind: 'make', script: 'emmake make -j2', product: 'app.mjs' },
  Meson: {
    kind: 'meson',
    script: 'meson setup --cross-file emscripten.ini build && meson compile -C build',
    product: 'build/app.mjs',
  },
  'Autoconf and Automake': {
    kind: 'autotools',
    script: `autoreconf -i
      emconfigure ./configure LDFLAGS="$(node_modules/.bin/gharial flags)" CPPFLAGS="-isystem $(node_modules/.bin/gharial path include)"
      emmake make -j2
      cp app app.mjs # Automake's programs have no ending, and node wants one`,
    product: 'app.mjs',
  },
};

describe('projects built from the packed package', function () {
  this.timeout(600_000);
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-projects-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  let tarball = '';
  /** @type {Map<string, Promise<Output>>} */
  const built = new Map();

  before(() => {
    const told = execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    tarball = join(scratch, JSON.parse(told)[0].filename);
    // Two at a time: most of a configure step is waiting for one small program after another.
    const lanes = [Promise.resolve(), Promise.resolve()];
    for (const [i, [name, { kind, script }]] of Object.entries(builds).entries()) {
      const result = lanes[i % 2].then(() => typed(project(kind, name), script));
      built.set(name, result);
      lanes[i % 2] = result.then(
        () => {},
        () => {},
      );
    }
  });

  /** A directory of its own; Automake refuses spaces. @param {string} name */
  const placeOf = (name) =>
    join(scratch, builds[name]?.kind === 'autotools' ? 'with-automake' : `with ${name}`);

  /** A project with the package in it, and nothing else of ours. @param {string} kind @param {string} name */
  function project(kind, name) {
    const place = placeOf(name);
    cpSync(join(here, kind), place, { recursive: true });
    cpSync(join(here, 'source'), join(place, 'source'), { recursive: true });
    writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-save', tarball], {
      cwd: place,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    assert.ok(!existsSync(join(place, 'node_modules/gharial/test')), 'tests are not shipped');
    return place;
  }

  /** @typedef {{ status: number, stdout: string, stderr: string }} Output */
  /** @param {string} place @param {string} script @returns {Promise<Output>} */
  const typed = (place, script) =>
    new Promise((resolve) =>
      execFile(toolchain, ['bash', '-ec', script], { cwd: place }, (error, stdout, stderr) =>
        resolve({ status: error ? Number(error.code) || 1 : 0, stdout, stderr }),
      ),
    );

  for (const [name, { product }] of Object.entries(builds))
    it(`${name}: it builds, runs, and its heap is seen`, async () => {
      const { status, stdout, stderr } = /** @type {Output} */ (await built.get(name));
      assert.equal(status, 0, `${stdout}${stderr}`);
      const place = placeOf(name);
      writeFileSync(join(place, 'see.mjs'), SEE.replace('__PRODUCT__', `./${product}`));
      const ran = await typed(place, 'node see.mjs');
      assert.equal(ran.status, 0, ran.stderr);
      const [said, seen] = ran.stdout.trim().split('\n');
      assert.equal(said, 'name 99, 500 words, 101 live blocks, invariant 0');
      assert.equal(seen, '101 seen, sound');
      const checked = /is already free/.test(readFileSync(join(place, product), 'utf8'));
      assert.equal(checked, name.includes('option'), 'the variant that was asked for');
    });

  it('CMake: an option that is none, and a build without Emscripten, are refused', async () => {
    const place = project('cmake', 'cmake refused');
    const wrong = await typed(place, 'emcmake cmake -B build -G Ninja -DGHARIAL_OPTIONS=checked');
    assert.notEqual(wrong.status, 0);
    assert.match(wrong.stderr, /GHARIAL_OPTIONS has `checked`: write name=0 or name=1/);
    writeFileSync(
      join(place, 'CMakeLists.txt'),
      `cmake_minimum_required(VERSION 3.16)
project(native NONE)
include(node_modules/gharial/cmake/gharial.cmake)
`,
    );
    const native = await typed(place, 'cmake -B native -G Ninja');
    assert.notEqual(native.status, 0);
    assert.match(native.stderr, /configure with `emcmake\s+cmake …`,\s+or\s+include/);
  });
});
