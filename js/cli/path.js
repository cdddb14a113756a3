// path.js — `gharial path`: where the package keeps what a build needs.
import paths from '../paths.cjs';
import { UsageError } from './errors.js';

/** @type {Record<string, { path: string, help: string }>} */
const places = {
  root: { path: paths.root, help: 'the package' },
  port: { path: paths.port, help: 'the port, for --use-port=' },
  include: { path: paths.include_dir, help: 'the directory of gharial.h' },
  cmake: { path: paths.cmake_dir, help: 'the directory of gharial.cmake' },
  library: { path: paths.js_library, help: 'the JavaScript library that the port adds' },
};

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[NAME]',
  help: `
Prints an absolute path. NAME is one of

${Object.entries(places)
  .map(([name, { help }]) => `  ${name.padEnd(8)} ${help}`)
  .join('\n')}

Without NAME it is that of the package.`,
  options: { json: { type: 'boolean', help: 'all of them, as a JSON object' } },
  operands: [0, 1],
  run({ values, operands: [name = 'root'], print }) {
    if (!Object.hasOwn(places, name))
      throw new UsageError(
        `path: there is no \`${name}\`; there are ${Object.keys(places).join(', ')}`,
      );
    const all = Object.fromEntries(Object.entries(places).map(([key, { path }]) => [key, path]));
    print(values.json ? JSON.stringify(all, null, 2) : all[name]);
    return 0;
  },
};
