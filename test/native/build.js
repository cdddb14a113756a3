// Builds C++ programs that include the core, for the host. A program is kept in build/native under a hash of its
// sources and flags, so that nothing stale runs and nothing is built twice.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const project = fileURLToPath(new URL('../../', import.meta.url));

export const sanitizers = [
  '-g',
  '-fno-omit-frame-pointer',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
];

/** What a program of several threads needs: the core of shared memory, and threads. */
export const shared = ['-D__EMSCRIPTEN_SHARED_MEMORY__', '-pthread'];

/** @param {string} folder @returns {string[]} the C and C++ files below it, sorted */
function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(c|h|cpp|hpp)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Builds one source file of the tests and returns the path of the program.
 * @param {string} source below the project's (or the copy's) root
 * @param {{ flags: string[], checked: boolean, root?: string, folder?: string }} options
 */
export async function buildNative(
  source,
  { flags, checked, root = project, folder = join(project, 'build/native') },
) {
  const command = [
    '-std=c++20',
    '-Wall',
    '-Wextra',
    '-Werror',
    `-DGHARIAL_CHECKED=${checked ? 1 : 0}`,
    '-isystem',
    join(root, 'src/include'),
    ...flags,
  ];
  const hash = createHash('sha256').update(command.slice(4).join('\0').replaceAll(root, ''));
  for (const part of ['src', 'test/native', 'test/fuzz'])
    for (const file of sourcesBelow(join(root, part)))
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  const program = join(
    folder,
    `${basename(source, '.cpp')}-${hash.digest('hex').slice(0, 16)}${checked ? '-checked' : ''}`,
  );
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  try {
    await execute('clang++', [...command, join(root, source), '-o', unfinished]);
  } catch (error) {
    const { code, stderr } = /** @type {{ code?: string, stderr?: string }} */ (error);
    if (code === 'ENOENT')
      throw new Error(
        'there is no clang++: run emscripten-port/toolchain/host-clang, or make prepare',
      );
    throw new Error(`${source} does not compile:\n${stderr}`);
  }
  renameSync(unfinished, program);
  return program;
}

/**
 * Runs a program; never throws.
 * @param {string} program @param {string[]} args @param {{ seconds: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ status: number | string, output: string }>} status: 0, an exit status, a signal or 'timeout'
 */
export async function runNative(program, args, { seconds, env = {} }) {
  try {
    const { stdout, stderr } = await execute(program, args, {
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: 64 << 20,
      env: { ...process.env, ...env },
    });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, killed, signal, stdout, stderr } =
      /** @type {{ code?: number, killed?: boolean, signal?: string, stdout: string, stderr: string }} */ (
        error
      );
    return { status: killed ? 'timeout' : (signal ?? code ?? 'lost'), output: stdout + stderr };
  }
}

/** The files with the tests of each program. */
const SUITES = {
  native: /^(units_(?!hardened).*|model)\.hpp$/,
  hardened: /^(units_hardened|units_refusal|model)\.hpp$/,
  model: /^model\.hpp$/,
  threads: /^threads_.*\.hpp$/,
};

/**
 * Names of the native tests of a program, in the order of their files.
 * @param {keyof typeof SUITES} [suite] @param {string} [root]
 */
export function namesOfTests(suite = 'native', root = project) {
  return readdirSync(join(root, 'test/native'))
    .filter((name) => SUITES[suite].test(name))
    .sort()
    .flatMap((file) =>
      [
        // clang-format may break a name into several strings
        ...readFileSync(join(root, 'test/native', file), 'utf8').matchAll(
          /^TEST\(\s*((?:"[^"]*"\s*)+)\)/gm,
        ),
      ].map(([, strings]) => [...strings.matchAll(/"([^"]*)"/g)].map(([, text]) => text).join('')),
    );
}
