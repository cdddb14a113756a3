// Lines of src/ that the native tests and the fuzzer's corpus execute: a line for each file, and for those below all the lines that
// nothing executes. Assumes: llvm-profdata and llvm-cov of clang's version. What is compiled for wasm only is not in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { VARIANTS } from '../fuzz/fuzz.js';
import { buildNative, project, runNative, shared } from './build.js';

/** The share of lines that must be executed. */
const ENOUGH = 0.99;

const folder = join(project, 'build/coverage');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const version = /version (\d+)/.exec(
  execFileSync('clang++', ['--version'], { encoding: 'utf8' }),
)?.[1];
/** @param {string} name @param {string[]} args */
function tool(name, args) {
  for (const command of [name, `${name}-${version}`])
    try {
      return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'ENOENT') throw error;
    }
  throw new Error(`there is no ${name}: on Debian, apt-get install llvm`);
}

const instrumented = ['-O1', '-g', '-fprofile-instr-generate', '-fcoverage-mapping'];
const corpus = readdirSync(join(project, 'test/fuzz/corpus')).map((file) =>
  join(project, 'test/fuzz/corpus', file),
);
/** @type {[string, boolean, string[], string[]][]} source, checked, more flags, arguments */
const runs = [
  ['test/native/native.cpp', false, [], []],
  ['test/native/native.cpp', true, [], []],
  ['test/native/hardened.cpp', false, ['-DGHARIAL_HARDENED=1'], []],
  ['test/native/threads.cpp', true, shared, []],
  [
    'test/fuzz/heap_fuzz.cpp',
    false,
    ['-fsanitize=fuzzer', ...VARIANTS['hardened, with poison, quarantine and shuffle']],
    ['-runs=0', ...corpus],
  ],
  ['test/fuzz/heap_fuzz.cpp', true, ['-fsanitize=fuzzer'], ['-runs=0', ...corpus]],
  ['test/fuzz/threads_fuzz.cpp', true, ['-fsanitize=fuzzer', ...shared], ['-runs=0', ...corpus]],
];
/** @type {string[]} */
const programs = [];
for (const [i, [source, checked, flags, args]] of runs.entries()) {
  const program = await buildNative(source, { flags: [...instrumented, ...flags], checked });
  const env = { LLVM_PROFILE_FILE: join(folder, `${i}.profraw`) };
  const { status, output } = await runNative(program, args, { seconds: 600, env });
  if (status !== 0) throw new Error(`${source} ended with ${status}:\n${output.slice(-2000)}`);
  programs.push(program);
}
const merged = join(folder, 'all.profdata');
tool('llvm-profdata', ['merge', '-o', merged, ...runs.map((_, i) => join(folder, `${i}.profraw`))]);
const report = JSON.parse(
  tool('llvm-cov', [
    ...['export', `-instr-profile=${merged}`, programs[0]],
    ...programs.slice(1).flatMap((program) => ['-object', program]),
  ]),
);

/** Lines by file: whether anything executes them, in any of the programs. @type {Map<string, Map<number, boolean>>} */
const files = new Map();
for (const { files: reported } of report.data)
  for (const { filename, segments } of reported) {
    const name = relative(project, filename);
    if (!name.startsWith('src/')) continue;
    const lines = files.get(name) ?? new Map();
    files.set(name, lines);
    // A segment holds from its place to the next one's: line, column, count, whether it counts, ….
    for (const [k, [line, , count, counts, , isGap]] of segments.entries()) {
      const next = segments[k + 1];
      if (!counts || isGap || !next) continue;
      const last = next[1] > 1 ? next[0] : next[0] - 1;
      for (let at = line; at <= last; ++at) lines.set(at, (lines.get(at) ?? false) || count > 0);
    }
  }

let [all, executed] = [0, 0];
for (const [name, lines] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const missing = [...lines].filter(([, seen]) => !seen).map(([line]) => line);
  all += lines.size;
  executed += lines.size - missing.length;
  const share = `${(100 * (1 - missing.length / lines.size)).toFixed(1).padStart(5)} %`;
  const where = missing.length > 0 ? `   not: ${missing.sort((a, b) => a - b).join(' ')}` : '';
  console.log(`${share} of ${String(lines.size).padStart(4)}  ${name}${where}`);
}
console.log(`${((100 * executed) / all).toFixed(1).padStart(5)} % of ${all} lines`);
process.exitCode = executed / all >= ENOUGH ? 0 : 1;
