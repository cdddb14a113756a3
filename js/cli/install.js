// install.js — `gharial install`: gharial as an allocator that the SDK knows by itself.
import { registerInSdk } from './sdk.js';

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[DIRECTORY]',
  help: `
Registers gharial in an Emscripten SDK, so that emcc -sMALLOC=gharial needs no other flag. DIRECTORY holds
emcc.py; without it, that of the emcc on PATH. No file of the SDK is changed; \`gharial uninstall\` undoes it.`,
  operands: [0, 1],
  run: ({ operands, print }) => registerInSdk('install', operands, print),
};
