// doctor.js — `gharial doctor`: can this machine build with gharial? Each line says what was found and what to do.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import paths from '../paths.cjs';
import { Failure } from './errors.js';
import { minimumSdk, runEmcc } from './sdk.js';

/** @typedef {{ ok: boolean, what: string }} Finding */

/** @param {number[]} found @param {number[]} wanted */
const atLeast = (found, wanted) => {
  for (const [i, n] of wanted.entries()) if ((found[i] ?? 0) !== n) return (found[i] ?? 0) > n;
  return true;
};

/** @returns {Finding} */
function node() {
  const ok = atLeast(process.versions.node.split('.').map(Number), [20, 19]);
  return { ok, what: `Node ${process.versions.node}${ok ? '' : ': 20.19 or newer is needed'}` };
}

/** @returns {Finding} */
function packageFiles() {
  const missing = [paths.port, paths.js_library, join(paths.include_dir, 'gharial.h')].filter(
    (file) => !existsSync(file),
  );
  return {
    ok: missing.length === 0,
    what:
      missing.length === 0
        ? `the package is complete (${paths.root})`
        : `${missing.join(', ')} missing: install the package again`,
  };
}

/** @returns {Finding} */
function sdk() {
  const { stdout } = runEmcc(['--version']);
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? '0';
  const wanted = minimumSdk();
  const ok = atLeast(version.split('.').map(Number), wanted);
  return {
    ok,
    what: `Emscripten ${version}${ok ? '' : `: ${wanted.join('.')} or newer is needed (emsdk install latest)`}`,
  };
}

/** Builds, runs and reads a program. @returns {Finding} */
function build() {
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-doctor-'));
  try {
    writeFileSync(
      join(scratch, 'a.c'),
      '#include <stdlib.h>\nint main(void) { return malloc(100) == NULL; }\n',
    );
    writeFileSync(
      join(scratch, 'read.mjs'),
      `
      import create from './a.mjs';
      import { heapOf } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
      const heap = heapOf(await create());
      console.log(heap.validateHeap().ok, heap.getHeapStatistics().number_of_live_allocations > 0);`,
    );
    const flags = [
      ...paths.requiredConfig.flags,
      '-sMODULARIZE',
      '-sEXPORT_ES6',
      '-sENVIRONMENT=node',
    ];
    const { status, stderr } = runEmcc(['a.c', ...flags, '-o', 'a.mjs'], scratch);
    if (status !== 0)
      return { ok: false, what: `a program does not link: ${stderr.trim().split('\n').at(-1)}` };
    const { stdout, stderr: wrong } = spawnSync(process.execPath, ['read.mjs'], {
      cwd: scratch,
      encoding: 'utf8',
    });
    const ok = stdout.trim() === 'true true';
    return {
      ok,
      what: ok
        ? 'a program was built, run, and its heap read'
        : `a program was built, but its heap cannot be read: ${
            wrong
              .trim()
              .split('\n')
              .find((line) => /Error/.test(line)) ?? stdout.trim()
          }`,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[--quick] [--json]',
  help: `
Looks whether this machine can build with gharial: Node, the package, Emscripten, and a program that is
built, run and read. Exit status 0: all is well.`,
  options: {
    quick: { type: 'boolean', help: 'builds no program' },
    json: { type: 'boolean', help: 'findings as JSON' },
  },
  run({ values, print, warn }) {
    /** @type {Finding[]} */
    const findings = [];
    const checks = [node, packageFiles, sdk, ...(values.quick ? [] : [build])];
    for (const check of checks) {
      if (check === build && process.stderr.isTTY) warn('building a program (some seconds)');
      try {
        findings.push(check());
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        findings.push({ ok: false, what: error.message });
        break; // without emcc there is nothing to build with
      }
      if (!findings.at(-1)?.ok && check === sdk) break;
    }
    if (values.json) print(JSON.stringify(findings, null, 2));
    else for (const { ok, what } of findings) print(`${ok ? 'ok ' : 'BAD'}  ${what}`);
    return findings.every(({ ok }) => ok) ? 0 : 1;
  },
};
