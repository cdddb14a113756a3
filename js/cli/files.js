// files.js — the files that commands read and write: heaps in every form they are kept in, and results.
import { readFileSync, writeFileSync } from 'node:fs';
import { GharialError } from '../errors.js';
import { HeapReader } from '../heap_reader.js';
import { Failure } from './errors.js';

/** @param {string} file */
export function bytesOf(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(
      `${file} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (error).code}`,
    );
  }
}

/** What `snapshot.toJSON()` gave, if the file holds that. @param {string} file @returns {ReturnType<import('../snapshot.js').HeapSnapshot['toJSON']> | undefined} */
export function jsonOf(file) {
  const bytes = bytesOf(file);
  if (bytes[0] !== 0x7b) return undefined; // {
  try {
    const state = JSON.parse(bytes.toString('utf8'));
    if ('heap_statistics' in state && 'size_class_statistics' in state) return state;
  } catch {
    // no JSON: said below
  }
  throw new Failure(`${file} is no heap: it is JSON, but not what a snapshot's toJSON() gives`);
}

/** A reader for a snapshot or a raw image of a memory. @param {string} file */
export function heapOf(file) {
  const bytes = bytesOf(file);
  if (bytes[0] === 0x7b)
    throw new Failure(
      `${file} is JSON, which holds no heap to read: give what writeHeapSnapshot() wrote`,
    );
  try {
    return new HeapReader(bytes);
  } catch (error) {
    if (!(error instanceof GharialError)) throw error;
    throw new Failure(`${file}: ${error.message}`);
  }
}

/** @param {string | undefined} file without it, or with -, standard output @param {string | Uint8Array} content */
export function write(file, content) {
  if (file === undefined || file === '-') {
    process.stdout.write(content);
    return;
  }
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new Failure(
      `${file} cannot be written: ${/** @type {NodeJS.ErrnoException} */ (error).code}`,
    );
  }
}
