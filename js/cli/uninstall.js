// uninstall.js — `gharial uninstall`: undoes install.
import { registerInSdk } from './sdk.js';

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[DIRECTORY]',
  help: `
Removes from an Emscripten SDK what \`gharial install\` added; the SDK is then what it was, to the byte.`,
  operands: [0, 1],
  run: ({ operands, print }) => registerInSdk('uninstall', operands, print),
};
