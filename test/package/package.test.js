// The package as a stranger gets it: the tarball alone, checked by publint and by TypeScript's eyes, built with emcc and with
// Vite, and read in Node and in Chromium. No file of the repository is used by what is built here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { launch, open, serve } from '../browser/support.js';
import { BUILD_TIMEOUT } from '../support/build.js';

const root = new URL('../..', import.meta.url).pathname;
const toolchain = join(root, 'emscripten-port/toolchain/run');
const npm = join(root, 'emscripten-port/toolchain/with-node');

describe('the packed package', function () {
  this.timeout(BUILD_TIMEOUT);
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-consumer-'));
  const consumer = join(scratch, 'app');
  let tarball = '';
  /** @type {string[]} */
  let files = [];

  /** @param {string[]} command @param {string} [cwd] */
  function works(command, cwd = consumer) {
    const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), {
      cwd,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    assert.equal(status, 0, `${command.join(' ')}\n${stderr}${stdout}`);
    return stdout;
  }

  before(() => {
    const packed = JSON.parse(
      works([npm, 'npm', 'pack', '--json', '--pack-destination', scratch], root),
    );
    tarball = join(scratch, packed[0].filename);
    files = packed[0].files.map((/** @type {{ path: string }} */ file) => file.path);
    mkdirSync(consumer);
    writeFileSync(
      join(consumer, 'package.json'),
      '{ "name": "app", "private": true, "type": "module" }\n',
    );
    works([npm, 'npm', 'install', '--no-audit', '--no-fund', '--offline', tarball]);
    writeFileSync(
      join(consumer, 'app.c'),
      '#include <gharial.h>\n#include <stdlib.h>\nstatic void *kept[50];\nint main(void) {\n  for (int i = 0; i < 50; ++i) kept[i] = malloc(1000);\n  return gharial_validate();\n}\n',
    );
    const flags = '$(node node_modules/gharial/js/cli/gharial.js flags)';
    works([
      toolchain,
      'sh',
      '-c',
      `emcc app.c -O2 -fno-builtin ${flags} -sMODULARIZE -sEXPORT_ES6 -sALLOW_MEMORY_GROWTH -o app.mjs && emcc app.c -O2 -fno-builtin ${flags} -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web -o web.mjs`,
    ]);
    writeFileSync(
      join(consumer, 'threads.c'),
      '#include <pthread.h>\n#include <stdlib.h>\nstatic void *kept[50];\nstatic void *work(void *end) {\n  for (int i = 0; i < 50; ++i) kept[i] = malloc(1000);\n  return end;\n}\nint main(void) {\n  pthread_t thread;\n  return pthread_create(&thread, 0, work, 0) || pthread_join(thread, 0);\n}\n',
    );
    works([
      toolchain,
      'sh',
      '-c',
      `emcc threads.c -O2 -fno-builtin -pthread ${flags} -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker -sPTHREAD_POOL_SIZE=1 -o threads.mjs`,
    ]);
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it('holds what it needs and no more', () => {
    for (const file of [
      'js/index.js',
      'js/inspector/inspector.html',
      'js/types/export.d.ts',
      'src/all.cpp',
      'emscripten-port/gharial.py',
      'bench/trace/player.c',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ])
      assert.ok(files.includes(file), file);
    const odd = files.filter(
      (file) =>
        !/^(?:js|src|docs|emscripten-port|cmake)\/|^bench\/trace\/(?:format|recorder)\.js$|^bench\/trace\/(?:player|recorder)\.c$|^(?:README|CHANGELOG|CONTRIBUTING)\.md$|^LICENSE$|^package\.json$/.test(
          file,
        ),
    );
    assert.deepEqual(odd, []);
    assert.deepEqual(
      files.filter((file) => /\.(?:a|wasm|pyc|gharialheap)$|^test|node_modules/.test(file)),
      [],
    );
    assert.ok(readFileSync(tarball).length < 1_500_000, `${readFileSync(tarball).length} bytes`);
    const installed = JSON.parse(
      readFileSync(join(consumer, 'node_modules/gharial/package.json'), 'utf8'),
    );
    assert.equal(installed.dependencies, undefined);
    assert.ok(!('postinstall' in installed.scripts || 'install' in installed.scripts));
  });

  it('satisfies publint', async () => {
    const { messages } = await publint({
      pkgDir: join(consumer, 'node_modules/gharial'),
      pack: false,
      strict: true,
    });
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(
      messages.map((message) => formatMessage(message, manifest)),
      [],
    );
  });

  it('has types that resolve from every kind of project (arethetypeswrong)', () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    // ES modules only, but for ./paths: CommonJS projects import() them; ./port is no code.
    works(
      [
        process.execPath,
        attw,
        tarball,
        '--format',
        'ascii',
        '--no-color',
        '--profile',
        'esm-only',
        '--exclude-entrypoints',
        './port',
        './package.json',
      ],
      root,
    );
  });

  it('is read in Node', () => {
    writeFileSync(
      join(consumer, 'read.mjs'),
      `
      import { heapOf } from 'gharial';
      import { toPrometheus } from 'gharial/export';
      import 'gharial/inspector';
      import paths from 'gharial/paths';
      import create from './app.mjs';
      const heap = heapOf(await create());
      const { number_of_live_allocations: blocks } = heap.getHeapStatistics();
      console.log(blocks >= 50, heap.validateHeap().ok, toPrometheus(heap).includes('gharial_memory_size_bytes'), paths.port.includes('node_modules'));`,
    );
    assert.equal(works([process.execPath, 'read.mjs']), 'true true true true\n');
  });

  it('type-checks in a project of its own', () => {
    writeFileSync(
      join(consumer, 'typed.ts'),
      `
      import { heapOf, diffHeapSnapshots, type HeapStatistics } from 'gharial';
      import { toPprof } from 'gharial/export';
      import { attachInspector, GharialInspector } from 'gharial/inspector';
      import { port } from 'gharial/paths';
      declare const Module: object;
      const heap = heapOf(Module);
      const statistics: HeapStatistics = heap.getHeapStatistics();
      const bytes: Uint8Array = toPprof(heap.profiler.profile());
      const path: string = port;
      const { inspector }: { inspector: GharialInspector } = attachInspector(Module, { theme: 'dark' });
      for (const { delta_size } of diffHeapSnapshots(heap, heap.takeHeapSnapshot()).size_classes) delta_size.toFixed();
      // @ts-expect-error there is no such field
      statistics.no_such_field;
      export { bytes, inspector, path };`,
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: 'es2023',
      module: 'nodenext',
      types: [],
    };
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['typed.ts'] }),
    );
    works([process.execPath, tsc, '-p', '.']);
  });

  const PAGE =
    '<!doctype html><title>app</title><style>html, body { height: 100% }</style><script type="module" src="/main.js"></script>';

  /** A page that shows a program's heap. @param {string} program */
  const mainOf = (program) => `
      import { heapOf } from 'gharial';
      import 'gharial/inspector';
      import create from './${program}';
      const heap = heapOf(await create());
      const inspector = document.createElement('gharial-inspector');
      document.body.append(inspector);
      inspector.heap = heap;
      globalThis.threads = heap.getThreadStatistics();
      globalThis.statistics = heap.getHeapStatistics();`;

  /** Opens what was built, and lets the page say what it read. @param {string} directory */
  async function readIn(directory) {
    const server = await serve(join(consumer, directory)); // with COOP and COEP, as threads need
    const browser = await launch();
    try {
      const { page, errors } = await open(browser, `${server.origin}/index.html`);
      await page.waitForFunction('globalThis.statistics').catch((error) => {
        throw new Error(`${error}\n${errors.join('\n')}`);
      });
      assert.ok(Number(await page.evaluate('statistics.number_of_live_allocations')) >= 50);
      await page.locator('gharial-inspector .numbers dd').first().waitFor();
      assert.deepEqual(errors, []);
      return /** @type {import('../../js/index.js').ThreadStatistics} */ (
        await page.evaluate('threads')
      );
    } finally {
      await browser.close();
      await server.close();
    }
  }

  it('the page of getting-started is built by Vite, and shows the heap', async () => {
    const guide = join(consumer, 'node_modules/gharial/docs/getting-started.md');
    const [, page] = /^```html\n(.*?)^```/ms.exec(readFileSync(guide, 'utf8')) ?? [];
    assert.ok(page !== undefined);
    writeFileSync(join(consumer, 'index.html'), `<!doctype html>\n${page}`);
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const args = ['--logLevel', 'error', '--target', 'esnext', '--outDir', 'vite-page'];
    works([process.execPath, vite, 'build', ...args]);
    const server = await serve(join(consumer, 'vite-page'));
    const browser = await launch();
    try {
      const { page, errors } = await open(browser, `${server.origin}/index.html`);
      await page.locator('gharial-inspector .numbers dd').first().waitFor();
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
      await server.close();
    }
  });

  // webpack reads what Emscripten writes for Node as well, and does not know of node:module: web.mjs is for pages alone.
  for (const [program, packed] of [
    ['app.mjs', 'web.mjs'],
    ['threads.mjs', 'threads.mjs'],
  ]) {
    const threads = program === 'threads.mjs';
    it(`${program} is built by Vite for a page, which reads the heap in Chromium`, async () => {
      writeFileSync(join(consumer, 'index.html'), PAGE);
      writeFileSync(join(consumer, 'main.js'), mainOf(program));
      const vite = join(root, 'node_modules/vite/bin/vite.js');
      const args = ['--logLevel', 'error', '--target', 'esnext', '--outDir', `vite-${program}`];
      works([process.execPath, vite, 'build', ...args]);
      assert.ok(
        readdirSync(join(consumer, `vite-${program}/assets`)).some((name) => /\.wasm$/.test(name)),
        'Vite found the wasm file',
      );
      assert.equal((await readIn(`vite-${program}`)).number_of_heaps > 0, threads);
    });

    it(`${packed} is built by webpack for a page, which reads the heap in Chromium`, async () => {
      const out = join(consumer, `webpack-${program}`);
      writeFileSync(join(consumer, 'main.js'), mainOf(packed));
      writeFileSync(
        join(consumer, 'webpack.config.js'),
        `export default {
        mode: 'production',
        devtool: false,
        entry: './main.js',
        output: { path: ${JSON.stringify(out)}, filename: 'main.js', module: true },
        experiments: { outputModule: true },
      };`,
      );
      works([process.execPath, join(root, 'test/package/webpack.js'), consumer]);
      writeFileSync(join(out, 'index.html'), PAGE);
      assert.ok(
        readdirSync(out).some((name) => name.endsWith('.wasm')),
        'webpack found the wasm file',
      );
      assert.equal((await readIn(`webpack-${program}`)).number_of_heaps > 0, threads);
    });
  }
});
