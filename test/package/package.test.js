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
      `emcc app.c -O2 -fno-builtin ${flags} -sMODULARIZE -sEXPORT_ES6 -sALLOW_MEMORY_GROWTH -o app.mjs`,
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

  it('is built by Vite for a page, which reads the heap in Chromium', async () => {
    writeFileSync(
      join(consumer, 'index.html'),
      '<!doctype html><title>app</title><style>html, body { height: 100% }</style><script type="module" src="/main.js"></script>',
    );
    writeFileSync(
      join(consumer, 'main.js'),
      `
      import { heapOf } from 'gharial';
      import 'gharial/inspector';
      import create from './app.mjs';
      const heap = heapOf(await create());
      const inspector = document.createElement('gharial-inspector');
      document.body.append(inspector);
      inspector.heap = heap;
      globalThis.statistics = heap.getHeapStatistics();`,
    );
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    works([process.execPath, vite, 'build', '--logLevel', 'error', '--target', 'esnext']);
    assert.ok(
      readdirSync(join(consumer, 'dist/assets')).some((name) => name.endsWith('.wasm')),
      'Vite found the wasm file',
    );
    const server = await serve(join(consumer, 'dist'));
    const browser = await launch();
    try {
      const { page, errors } = await open(browser, `${server.origin}/index.html`);
      await page.waitForFunction('globalThis.statistics');
      assert.ok(Number(await page.evaluate('statistics.number_of_live_allocations')) >= 50);
      await page.locator('gharial-inspector .numbers dd').first().waitFor();
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
