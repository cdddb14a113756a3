// sdk.js — what commands need of the Emscripten SDK: running its emcc, its version, and gharial's own sdk.py.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import paths from '../paths.cjs';
import { Failure } from './errors.js';

/** emcc on PATH, or the one of EMSDK. */
export const emcc = process.env.EMSDK
  ? join(process.env.EMSDK, 'upstream', 'emscripten', 'emcc')
  : 'emcc';

/** @param {string[]} words @param {string} [cwd] */
export function runEmcc(words, cwd) {
  const { status, stdout, stderr, error } = spawnSync(emcc, words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32',
  });
  if (error !== undefined)
    throw new Failure(
      `${emcc} does not run (${/** @type {NodeJS.ErrnoException} */ (error).code}): put Emscripten on PATH, or set EMSDK`,
    );
  return { status, stdout, stderr };
}

/** Oldest SDK that the port accepts, as it says itself. */
export function minimumSdk() {
  return (
    /^MINIMUM_SDK = \((.*?)\)/m
      .exec(readFileSync(paths.port, 'utf8'))?.[1]
      .split(',')
      .map(Number) ?? []
  );
}

/** @param {'install' | 'uninstall'} action @param {string[]} operands @param {(text: string) => void} print */
export function registerInSdk(action, operands, print) {
  const script = join(paths.root, 'emscripten-port', 'sdk.py');
  const python = process.env.EMSDK_PYTHON ?? 'python3';
  const { status, stdout, stderr, error } = spawnSync(python, [script, action, ...operands], {
    encoding: 'utf8',
  });
  if (error !== undefined)
    throw new Failure(`${python} does not run: it is part of what Emscripten needs`);
  if (status !== 0)
    throw new Failure(
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^(?:gharial: )+/, '') || `${action} failed`,
    );
  if (stdout.trim() !== '') print(stdout.trimEnd());
  return 0;
}
