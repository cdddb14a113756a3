// Threads in WebAssembly: programs with pthreads and with Wasm Workers, in Node. Each scenario is a run of its own; in the release
// variant, and checked.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_TIMEOUT, build, root } from '../support/build.js';

const here = dirname(fileURLToPath(import.meta.url));
const run = join(root, 'emscripten-port', 'toolchain', 'run');

const COMMON = [
  '-O2',
  '-fno-builtin',
  '-sENVIRONMENT=node,worker',
  '-sALLOW_MEMORY_GROWTH',
  '-sMAXIMUM_MEMORY=512MB',
  '-sMEMORY_GROWTH_LINEAR_STEP=64KB',
  '-Wno-pthreads-mem-growth',
  `-I${here}`,
];
const PTHREADS = ['-pthread', '-sPROXY_TO_PTHREAD', '-sEXIT_RUNTIME', '-sPTHREAD_POOL_SIZE=5'];
const headers = [join(here, 'shadow.h')];
const WASM_WORKERS = ['-sWASM_WORKERS'];

/**
 * A program that is run by its name; the project's own .js files are modules.
 * @param {string} source @param {string[]} flags @param {string} options of the port
 */
function buildProgram(source, flags, options) {
  const files = [join(here, `${source}.c`)];
  const program = build(source, files, [...COMMON, ...flags], { options, suffix: 'js', headers });
  writeFileSync(join(dirname(program), 'package.json'), '{ "type": "commonjs" }\n');
  return program;
}

/**
 * @param {string} program @param {string} scenario
 * @returns {Promise<{ status: number | string, output: string }>}
 */
const play = (program, scenario) =>
  new Promise((resolve) => {
    execFile(
      run,
      ['node', program, scenario],
      { timeout: 120_000, killSignal: 'SIGKILL', cwd: root },
      (error, stdout, stderr) =>
        resolve({ status: error?.code ?? error?.signal ?? 0, output: stdout + stderr }),
    );
  });

/** @param {string} program @param {string} scenario @param {string} [said] */
async function assertPlays(program, scenario, said = 'done\n') {
  const { status, output } = await play(program, scenario);
  assert.deepEqual({ status, output }, { status: 0, output: said });
}

for (const [variant, options] of Object.entries({ release: '', checked: ':checked=1' })) {
  describe(`pthreads: ${variant} variant`, function () {
    this.timeout(BUILD_TIMEOUT);
    /** @type {string} */
    let program;
    before(() => {
      program = buildProgram('pthreads', PTHREADS, options);
    });

    it('four threads beside shadows, with blocks that change hands', () =>
      assertPlays(program, 'churn'));
    it('every block is freed by another thread, and memory stays', () =>
      assertPlays(program, 'elsewhere'));
    it('a thousand threads that come and go need the memory of one', () =>
      assertPlays(program, 'thousand'));
    it('malloc where threads end, are cancelled, and where the program ends', () =>
      assertPlays(program, 'ends', 'done\ndone at exit\n'));
    it('memory that two threads need at once, and somebody else takes', () =>
      assertPlays(program, 'growth'));
    it('a lock whose holder is stopped: others wait, and are counted, free does not', () =>
      assertPlays(program, 'lock'));
    it('a real-time thread lives on its reserve', () => assertPlays(program, 'real-time'));
  });

  describe(`Wasm Workers: ${variant} variant`, function () {
    this.timeout(BUILD_TIMEOUT);
    /** @type {string} */
    let program;
    before(() => {
      program = buildProgram('wasm_workers', WASM_WORKERS, options);
    });

    it('three workers and the main thread beside shadows', () => assertPlays(program, 'churn'));
    it('one that is terminated at rest leaves a heap, which the next one adopts', () =>
      assertPlays(program, 'rest'));
    it('workers that are terminated at any instruction do not stop the others', () =>
      assertPlays(program, 'anywhere'));
  });
}
