// support.js — the command line as its tests call it: the program that package.json names, in a process of its own.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const program = join(root, manifest.bin.gharial);

/**
 * @param {string[]} words @param {{ cwd?: string, file?: string }} [where]
 * @returns {{ status: number | null, stdout: string, stderr: string }}
 */
export const gharial = (words, { cwd = root, file = program } = {}) =>
  spawnSync(process.execPath, [file, ...words], { cwd, encoding: 'utf8' });
