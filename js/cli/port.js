// port.js — what the command line knows of the port: its options, read from gharial.py itself so that there is one list.
import { readFileSync } from 'node:fs';
import paths from '../paths.cjs';
import { UsageError } from './errors.js';

/** The options of the port, name → explanation. @returns {Map<string, string>} */
export function portOptions() {
  const [, table] = /^OPTIONS = Options\(\{\n(.*?)^\}\)/ms.exec(
    readFileSync(paths.port, 'utf8'),
  ) ?? ['', ''];
  const rows = [...table.matchAll(/^ +'(\w+)': '(.*)',$/gm)];
  return new Map(rows.map(([, name, help]) => [name, help]));
}

/**
 * What stands behind the path of the port: ":checked=1".
 * @param {string[]} words `name=value` each @returns {string}
 */
export function portSuffix(words) {
  const known = [...portOptions().keys()];
  for (const word of words) {
    const [name, value] = word.split('=', 2);
    if (!known.includes(name))
      throw new UsageError(`the port has no option \`${name}\`; it has ${known.join(', ')}`);
    if (value !== '0' && value !== '1') throw new UsageError(`write ${name}=0 or ${name}=1`);
  }
  return words.map((word) => `:${word}`).join('');
}
