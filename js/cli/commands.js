// commands.js — the table of commands. A command is one file, which is read only when the command is called; to add one,
// write the file and its line here.

/**
 * What a command's file exports, as `command`.
 * @typedef {object} Command
 * @property {string} usage what follows `gharial NAME`, for example `[NAME]`
 * @property {string} help what it does, and an example; without the options
 * @property {Record<string, Option>} [options]
 * @property {[number, number]} [operands] how few and how many words besides options; none if left out
 * @property {(call: Call) => number | undefined | Promise<number | undefined>} run the result is the exit status; nothing is 0
 */

/** An option of `node:util`'s parseArgs, and how help explains it. @typedef {{ type: 'string' | 'boolean', short?: string, value?: string, help: string }} Option */

/** What a command is called with: options, operands, and where its output goes. @typedef {{ values: Record<string, string | boolean | undefined>, operands: string[], print: (text: string) => void, warn: (text: string) => void }} Call */

/** @type {Record<string, { summary: string, load: () => Promise<{ command: Command }> }>} */
export const commands = {
  flags: { summary: 'the flags of a build, in one line', load: () => import('./flags.js') },
  path: { summary: 'where the port, the header and the rest lie', load: () => import('./path.js') },
  init: { summary: 'the lines that a build system needs', load: () => import('./init.js') },
  doctor: {
    summary: 'whether this machine can build with gharial',
    load: () => import('./doctor.js'),
  },
  install: { summary: 'register gharial in an Emscripten SDK', load: () => import('./install.js') },
  uninstall: { summary: 'undo install', load: () => import('./uninstall.js') },
  stats: { summary: 'the report of a heap that was kept', load: () => import('./stats.js') },
  validate: { summary: 'whether a heap is sound', load: () => import('./validate.js') },
  diff: { summary: 'what changed between two heaps', load: () => import('./diff.js') },
  convert: { summary: 'a heap or a profile for another tool', load: () => import('./convert.js') },
  inspect: {
    summary: 'the inspector in a browser, for a heap',
    load: () => import('./inspect.js'),
  },
  record: {
    summary: 'the allocations of a program, as a trace',
    load: () => import('./record.js'),
  },
  replay: { summary: 'a trace on every allocator', load: () => import('./replay.js') },
};
