// init.js — `gharial init`: the lines that a build system needs.
import { UsageError } from './errors.js';

/** @type {Record<string, { file: string, text: string }>} */
export const snippets = {
  make: {
    file: 'Makefile',
    text: `# Every link of the program takes these flags.
GHARIAL := $(shell npx gharial flags)

app.js: app.c
	emcc -O2 $< $(GHARIAL) -o $@`,
  },
  cmake: {
    file: 'CMakeLists.txt',
    text: `# Configure with emcmake cmake; every program of this directory then links gharial.
execute_process(COMMAND npx gharial path port OUTPUT_VARIABLE GHARIAL_PORT
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY
                WORKING_DIRECTORY \${CMAKE_CURRENT_SOURCE_DIR})
add_link_options(-sMALLOC=gharial "--use-port=\${GHARIAL_PORT}")`,
  },
  meson: {
    file: 'meson.build',
    text: `# With a cross file for Emscripten; pass link_args: gharial to each executable().
gharial = run_command('npx', 'gharial', 'flags', check: true).stdout().strip().split()`,
  },
};

/** @type {import('./commands.js').Command} */
export const command = {
  usage: `${Object.keys(snippets).join('|')}`,
  help: `
Prints the lines that a build system needs to link gharial, to be added to its file:

  npx gharial init make >>Makefile`,
  operands: [1, 1],
  run({ operands: [name], print }) {
    if (!Object.hasOwn(snippets, name))
      throw new UsageError(
        `init: there is no \`${name}\`; there are ${Object.keys(snippets).join(', ')}`,
      );
    print(snippets[name].text);
    return 0;
  },
};
