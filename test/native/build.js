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

const CORE = 'test/native/core.cpp';
let compiled = 0;

/** @param {string[]} command */
async function clang(command) {
  try {
    await execute('clang++', command);
  } catch (error) {
    const { code, stderr } = /** @type {{ code?: string, stderr?: string }} */ (error);
    if (code === 'ENOENT')
      throw new Error(
        'there is no clang++: run emscripten-port/toolchain/host-clang, or make prepare',
      );
    throw new Error(`clang++ ${command.at(-3)} failed:\n${stderr}`);
  }
}

/**
 * Makes a file, unless what it is made from and how has made it before.
 * @param {string} folder @param {string} name @param {string[]} flags @param {string[]} inputs below `root` @param {string} root
 * @param {(output: string) => Promise<void>} make
 */
async function made(folder, name, flags, inputs, root, make) {
  const hash = createHash('sha256').update(flags.join('\0').replaceAll(root, ''));
  for (const file of inputs)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  const output = join(folder, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(output)) return output;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${output}.${process.pid}.${compiled++}`;
  await make(unfinished);
  renameSync(unfinished, output);
  return output;
}

/**
 * Builds one source file of the tests with the core, and returns the path of the program. What a test consists of is compiled once for
 * all copies of the project whose headers are the same.
 * @param {string} source below the project's (or the copy's) root
 * @param {{ flags: string[], checked: boolean, root?: string, folder?: string }} options
 */
export async function buildNative(
  source,
  { flags, checked, root = project, folder = join(project, 'build/native') },
) {
  const how = [
    '-std=c++20',
    '-Wall',
    '-Wextra',
    '-Werror',
    `-DGHARIAL_CHECKED=${checked ? 1 : 0}`,
    '-isystem',
    join(root, 'src/include'),
    ...flags,
  ];
  const files = ['src', 'test/native', 'test/fuzz'].flatMap((part) =>
    sourcesBelow(join(root, part)),
  );
  const is_core = (/** @type {string} */ file) =>
    file.startsWith(join(root, 'src')) || /(core\.cpp|native_heap\.hpp)$/.test(file);
  const is_seen = (/** @type {string} */ file) =>
    !file.startsWith(join(root, 'src')) || /\.h(pp)?$/.test(file);
  const name = `${basename(source, '.cpp')}${checked ? '-checked' : ''}`;
  /** @param {string} file @param {string} output */
  const compile = (file, output) => clang([...how, '-c', join(root, file), '-o', output]);
  const objects = [
    await made(folder, `core-${name}.o`, how, files.filter(is_core), root, (output) =>
      compile(CORE, output),
    ),
    await made(
      join(project, 'build/native'),
      `${name}.o`,
      [...how, source],
      files.filter(is_seen),
      root,
      (output) => compile(source, output),
    ),
  ];
  return made(folder, name, how, objects, '', (output) =>
    clang([...flags, ...objects, '-o', output]),
  );
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
