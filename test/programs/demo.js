// demo.js — `make demo`: an unmodified C program, built with one command, running on gharial; and what JavaScript sees of
// its heap. The commands shown are the ones that run.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { heapOf } from '../../js/index.js';
import { renderReport } from '../../js/report.js';
import { cache, programNamed, root } from './programs.js';

const colour = Boolean(process.stdout.isTTY && !process.env.NO_COLOR);
const columns = Math.min(process.stdout.columns || 100, 120);
const lua = programNamed('lua');

/** @param {string} code @param {string} text */
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
/** @param {string} text */
const heading = (text) => process.stdout.write(`\n${paint('1', text)}\n\n`);
/** @param {string} text */
const indented = (text) => process.stdout.write(`${text.replace(/^(?=.)/gm, '    ')}\n`);

/** As a person would type it. @param {string} path */
const short = (path) => {
  const home = `${homedir()}/`;
  const [prefix, rest] = path.startsWith(home) ? ['~/', path.slice(home.length)] : ['', path];
  return prefix + rest.replaceAll(/[^\w./-]/g, '\\$&');
};

/** The command that builds Lua with the allocator that `flags` choose, in lines. @param {string} name @param {string[]} flags */
const command = (name, flags) => [
  'emscripten-port/toolchain/run emcc -O2',
  ...flags,
  '-sALLOW_MEMORY_GROWTH -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=node',
  '--embed-file test/programs/workloads/script.lua@script.lua',
  // Every file of Lua but luac.c, which is another program.
  `${short(join(cache, 'lua', 'src'))}/{l[!u]*,lu[!a]*,lua}.c`,
  `-o build/demo/${name}.mjs`,
];

/** @param {string[]} lines */
const show = (lines) => indented(lines.map((line, i) => (i ? `  ${line}` : line)).join(' \\\n'));

/** Runs a build in bash, in the root of the repository. @param {string[]} lines */
async function build(lines) {
  const worker = spawn('bash', ['-c', lines.join(' ')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = await once(worker, 'close');
  if (status !== 0) fail('the build failed; its messages stand above.');
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`demo: ${message}\n`);
  process.exit(1);
}

/** @param {string} name */
async function run(name) {
  /** @type {string[]} */
  const lines = [];
  const { default: create } = await import(
    pathToFileURL(join(root, 'build', 'demo', `${name}.mjs`)).href
  );
  const module = await create({
    arguments: ['script.lua'],
    print: (/** @type {string} */ line) => lines.push(line),
  });
  return { module, output: lines.join('\n') };
}

try {
  execFileSync(join(root, 'test', 'programs', 'fetch'), {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
} catch {
  process.exit(1); // it has said why
}
mkdirSync(join(root, 'build', 'demo'), { recursive: true });

heading('Lua 5.4, as its authors release it, built with gharial by one command:');
const withGharial = command('lua', ['-sMALLOC=gharial --use-port=emscripten-port/gharial.py']);
show(withGharial);
await Promise.all([build(withGharial), build(command('lua-dlmalloc', []))]);

heading(`It runs ${relative(root, lua.files['script.lua'] ?? '')} and prints:`);
const found = await run('lua');
const expected = await run('lua-dlmalloc');
indented(found.output);
if (found.output !== expected.output) {
  process.stdout.write('\n');
  indented(expected.output);
  fail("with Emscripten's own allocator it prints the second text: that is a defect of gharial.");
}
process.stdout.write(`\n${paint('32', 'The same as with dlmalloc.')}\n`);

heading('Its heap, read from JavaScript: renderReport(heapOf(module))');
const heap = heapOf(found.module);
process.stdout.write(`${renderReport(heap, { colour, columns }).trimEnd()}\n`);
if (!heap.validateHeap().ok)
  fail('the heap breaks its own invariants: that is a defect of gharial.');

heading('Now your own program:');
indented(
  [
    'emscripten-port/toolchain/run emcc app.c -O2 -o app.js \\',
    '  -sMALLOC=gharial --use-port=$PWD/emscripten-port/gharial.py',
    'emscripten-port/toolchain/run node app.js',
  ].join('\n'),
);
