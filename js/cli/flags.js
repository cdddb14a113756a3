// flags.js — `gharial flags`: what a build has to add to emcc's command line.
import { isAbsolute, relative, sep } from 'node:path';
import process from 'node:process';
import paths from '../paths.cjs';
import { Failure, UsageError } from './errors.js';
import { portOptions, portSuffix } from './port.js';

/** What a shell leaves as it is. @param {string} text */
const isPlain = (text) => /^[\w@%+=:,./-]+$/.test(text);

/** @param {string} text for sh */
const quoted = (text) => (isPlain(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * The port's path, which a shell is to leave in one piece: from here, if that has no space and the whole one has.
 * @param {string} path
 */
export function shortestPlain(path) {
  if (isPlain(path)) return path;
  const near = relative(process.cwd(), path);
  return isPlain(near) && !isAbsolute(near) && !near.startsWith(`..${sep}`) ? near : path;
}

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[--compile] [OPTION=0|1 …]',
  help: `
Prints what a link has to add to emcc's command line:

  emcc app.c -O2 $(npx gharial flags) -o app.js

OPTION is one of the port, the same in every command of a build:

${[...portOptions()].map(([name, help]) => `  ${name.padEnd(8)} ${help}`).join('\n')}`,
  options: {
    compile: {
      type: 'boolean',
      short: 'c',
      help: 'for `emcc -c`: only what the header <gharial.h> needs',
    },
    quote: {
      type: 'boolean',
      help: 'quote for sh, where a path has spaces: eval "emcc app.c $(npx gharial flags --quote)"',
    },
    json: { type: 'boolean', help: 'as a JSON array, for build scripts' },
  },
  operands: [0, Number.POSITIVE_INFINITY],
  run({ values, operands, print }) {
    if (values.quote && values.json) throw new UsageError('flags: --quote or --json, not both');
    const suffix = portSuffix(operands);
    const port = values.json || values.quote ? paths.port : shortestPlain(paths.port);
    const flags = [...(values.compile ? [] : ['-sMALLOC=gharial']), `--use-port=${port}${suffix}`];
    if (values.json) {
      print(JSON.stringify(flags));
    } else if (values.quote) {
      print(flags.map(quoted).join(' '));
    } else if (flags.every(isPlain)) {
      print(flags.join(' '));
    } else {
      throw new Failure(
        `a shell would cut ${paths.port} into pieces: write eval "emcc … $(npx gharial flags --quote)", or use --json`,
      );
    }
    return 0;
  },
};
