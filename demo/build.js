// build.js — builds the playground: an unmodified Lua with gharial, for the page beside it, in build/web. Nothing is built
// that is there already, unless its sources changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchSources } from '../test/programs/build.js';
import { cache, root } from '../test/programs/programs.js';

const out = join(root, 'build', 'web');
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @returns {Promise<string>} path of the module */
export async function buildPlayground() {
  await fetchSources();
  const lua = join(cache, 'lua', 'src');
  const sources = readdirSync(lua).filter(
    (name) => /^l.*\.c$/.test(name) && !/^lua[c]?\.c$/.test(name),
  );
  const port = join(root, 'emscripten-port', 'gharial.py');
  const command = [
    ...[
      'emcc',
      '-O2',
      '-w',
      here('playground.c'),
      ...sources.map((name) => join(lua, name)),
      `-I${lua}`,
    ],
    ...[
      '-sMALLOC=gharial',
      `--use-port=${port}`,
      '-sALLOW_MEMORY_GROWTH',
      '-sMODULARIZE',
      '-sEXPORT_ES6',
    ],
    ...[
      '-sENVIRONMENT=web',
      '-sEXPORTED_RUNTIME_METHODS=ccall',
      '--no-entry',
      '-o',
      join(out, 'lua.mjs'),
    ],
  ];
  const hash = createHash('sha256')
    .update(command.join('\n'))
    .update(readFileSync(here('playground.c')));
  for (const folder of ['src', 'emscripten-port'])
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }))
      if (entry.isFile()) hash.update(readFileSync(join(root, folder, entry.name)));
  const stamp = hash.digest('hex');
  try {
    if (readFileSync(join(out, 'stamp'), 'utf8') === stamp) return join(out, 'lua.mjs');
  } catch {
    // not built yet
  }
  mkdirSync(out, { recursive: true });
  const { status, stderr } = spawnSync(join(root, 'emscripten-port/toolchain/run'), command, {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the playground does not build: ${stderr}`);
  writeFileSync(join(out, 'stamp'), stamp);
  return join(out, 'lua.mjs');
}
