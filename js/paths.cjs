// paths.cjs — where the package keeps what a build needs. CommonJS, because build scripts often are.
'use strict';
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const src = join(root, 'src');

/** The package. */
exports.root = root;
/** Directory of gharial.h. */
exports.include_dir = join(src, 'include');
/** Every source file and header of the allocator. @type {string[]} */
exports.sources = readdirSync(src)
  .filter((name) => /\.(cpp|hpp|c)$/.test(name))
  .sort()
  .map((name) => join(src, name));
/** The port: `--use-port=` this. */
exports.port = join(root, 'emscripten-port', 'gharial.py');
/** Directory of gharial.cmake, for `include()`. */
exports.cmake_dir = join(root, 'cmake');
/** The JavaScript library that the port adds with stats=1. */
exports.js_library = join(root, 'emscripten-port', 'gharial_library.js');
/** Flags that a link needs, and nothing else does. */
exports.requiredConfig = { flags: ['-sMALLOC=gharial', `--use-port=${exports.port}`] };
