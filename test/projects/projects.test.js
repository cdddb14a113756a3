// Example projects for every build system, built as a stranger builds them: from the packed tarball, with no file of this
// repository, in a directory whose name has a space (but Automake's, which refuses such names). Each is a program with a static
// library in C and C++; the heap is read from JavaScript afterwards.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

describe('projects built from the packed package', function () {
  this.timeout(600_000);
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-projects-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  let tarball = '';
  before(() => {
    const told = execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    tarball = join(scratch, JSON.parse(told)[0].filename);
  });

  /** A project with the package in it, and nothing else of ours. @param {string} kind @param {string} name of its directory */
  function project(kind, name) {
    const place = join(scratch, name);
    cpSync(join(here, kind), place, { recursive: true });
    cpSync(join(here, 'source'), join(place, 'source'), { recursive: true });
    writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-save', tarball], {
      cwd: place,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    assert.ok(!existsSync(join(place, 'node_modules/gharial/test')), 'the tarball is small');
    return place;
  }

  /** @param {string} place @param {string} script */
  function typed(place, script) {
    const { status, stdout, stderr } = spawnSync(toolchain, ['bash', '-ec', script], {
      cwd: place,
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${script}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs the program and reads its heap. @param {string} place @param {string} product */
  function assertWorks(place, product) {
    writeFileSync(join(place, 'see.mjs'), SEE.replace('__PRODUCT__', `./${product}`));
    const [said, seen] = typed(place, 'node see.mjs').trim().split('\n');
    assert.equal(said, 'name 99, 500 words, 101 live blocks, invariant 0');
    assert.equal(seen, '101 seen, sound');
  }

  for (const generator of ['Unix Makefiles', 'Ninja'])
    it(`CMake, ${generator}: include(…/gharial.cmake) and one target`, () => {
      const place = project('cmake', `with cmake, ${generator}`);
      typed(place, `emcmake cmake -B build -G '${generator}' -DCMAKE_BUILD_TYPE=Release`);
      typed(place, 'cmake --build build --parallel 2');
      assertWorks(place, 'build/app.mjs');
    });

  it('CMake: options of the port, and what is wrong with them', () => {
    const place = project('cmake', 'cmake options');
    typed(place, 'emcmake cmake -B build -DGHARIAL_OPTIONS="checked=1;stats=1"');
    typed(place, 'cmake --build build');
    assertWorks(place, 'build/app.mjs');
    assert.match(readFileSync(join(place, 'build/app.mjs'), 'utf8'), /is already free/);
    const { status, stderr } = spawnSync(
      toolchain,
      ['emcmake', 'cmake', '-B', 'build', '-DGHARIAL_OPTIONS=checked'],
      { cwd: place, encoding: 'utf8' },
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /GHARIAL_OPTIONS has `checked`: write name=0 or name=1/);
    const native = spawnSync(toolchain, ['cmake', '-B', 'native', '-DCMAKE_C_COMPILER=true'], {
      cwd: place,
      encoding: 'utf8',
    });
    assert.notEqual(native.status, 0, 'a build without Emscripten is refused');
  });

  it('plain make', () => {
    const place = project('make', 'with make');
    typed(place, 'emmake make -j2');
    assertWorks(place, 'app.mjs');
  });

  it('Meson', () => {
    const place = project('meson', 'with meson');
    typed(place, 'meson setup --cross-file emscripten.ini build && meson compile -C build');
    assertWorks(place, 'build/app.mjs');
  });

  it('Autoconf and Automake', () => {
    const place = project('autotools', 'with-autotools');
    typed(
      place,
      `autoreconf -i
       emconfigure ./configure LDFLAGS="$(node_modules/.bin/gharial flags)" CPPFLAGS="-isystem $(node_modules/.bin/gharial path include)"
       emmake make -j2`,
    );
    const [product] = readdirSync(place).filter((name) => /^app(\.m?js)?$/.test(name));
    cpSync(join(place, product), join(place, 'app.mjs'));
    assertWorks(place, 'app.mjs');
  });
});
