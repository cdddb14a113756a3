// main.js — the command line: finds the command, parses its options, prints help and errors. Exit status: 0 done, 1 it could
// not be done (or the answer is no), 2 the command line is wrong.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { commands } from './commands.js';
import { Failure, UsageError } from './errors.js';

/** @import { Command, Option } from './commands.js' */
/** @typedef {{ write: (text: string) => unknown }} Sink */

/** @type {Option} */
const help = { type: 'boolean', short: 'h', help: 'print this' };

/**
 * Runs one command line.
 * @param {string[]} words @param {{ stdout: Sink, stderr: Sink }} streams @returns {Promise<number>} the exit status
 */
export async function main(words, { stdout, stderr }) {
  try {
    const [name, ...rest] = words;
    if (name === undefined) throw new UsageError(`no command\n\n${overview()}`);
    if (['-h', '--help', 'help'].includes(name)) {
      stdout.write(rest.length > 0 ? helpOf(rest[0], await find(rest[0])) : overview());
      return 0;
    }
    if (['-V', '--version'].includes(name)) {
      stdout.write(`${version()}\n`);
      return 0;
    }
    const command = await find(name);
    const { values, positionals } = parse(name, command, rest);
    if (values.help) {
      stdout.write(helpOf(name, command));
      return 0;
    }
    checkOperands(name, command, positionals);
    const status = await command.run({
      values,
      operands: positionals,
      print: (text) => stdout.write(`${text}\n`),
      warn: (text) => stderr.write(`gharial: ${text}\n`),
    });
    return status ?? 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    stderr.write(`gharial: ${error.message.trimEnd()}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** @param {string} name @returns {Promise<Command>} */
async function find(name) {
  if (!Object.hasOwn(commands, name)) {
    const names = Object.keys(commands).join(', ');
    throw new UsageError(`there is no command \`${name}\`; there are ${names}`);
  }
  return (await commands[name].load()).command;
}

/** @param {string} name @param {Command} command @param {string[]} words */
function parse(name, command, words) {
  try {
    return parseArgs({
      args: words,
      options: /** @type {Record<string, Option>} */ ({ ...command.options, help }),
      allowPositionals: true,
    });
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
    const [sentence] = message.split(/\.(?: |$)/);
    throw new UsageError(`${name}: ${sentence}; \`gharial ${name} --help\` lists the options`);
  }
}

/** @param {string} name @param {Command} command @param {string[]} operands */
function checkOperands(name, { operands: [fewest, most] = [0, 0], usage }, operands) {
  const how = `use: gharial ${name} ${usage}`.trimEnd();
  if (operands.length < fewest) throw new UsageError(`${name}: something is missing; ${how}`);
  if (operands.length > most)
    throw new UsageError(`${name}: \`${operands[most]}\` is too much; ${how}`);
}

/** @param {[string, string][]} rows */
const columns = (rows) => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
};

function overview() {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => /** @type {[string, string]} */ ([name, summary]),
  );
  return `use: gharial COMMAND …

${columns(rows)}
\`gharial COMMAND --help\` says more about one; \`gharial --version\` prints the version.
`;
}

/** @param {string} name @param {Command} command */
function helpOf(name, command) {
  const rows = Object.entries({ ...command.options, help }).map(([option, about]) => {
    const value = 'value' in about && about.value ? `=${about.value}` : '';
    const short = about.short ? `-${about.short}, ` : '';
    return /** @type {[string, string]} */ ([`${short}--${option}${value}`, about.help]);
  });
  return `use: gharial ${`${name} ${command.usage}`.trimEnd()}\n\n${command.help.trim()}\n\n${columns(rows)}`;
}

function version() {
  const file = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
