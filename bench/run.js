/**
 * run.js — the benchmark's command line. Measures what is chosen, prints tables, and writes the raw results as CSV.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { allocatorNamed, allocators, defaultPort, fingerprint } from './allocators/index.js';
import { emccVersion, root } from './measure/build.js';
import { toCsv } from './measure/csv.js';
import { checkSelection, measures } from './measure/index.js';
import { patterns } from './patterns/index.js';
import { asText, shown, summary, tableOf } from './tables.js';

const HELP = `Usage: node bench/run.js [options]     (inside emscripten-port/toolchain/with-node)

  --measure M,…    ${Object.keys(measures).join(', ')} (default: all; with
                   --quick all but programs and threads)
  --pattern P,…    names, or beginnings of names (default: all; --list prints them)
  --allocator A,…  ${allocators.map(({ name }) => name).join(', ')} (default: all)
  --port FILE      the gharial.py to measure, of another checkout
  --quick          fewer rounds, and one of V8's two modes
  --out FILE       where the CSV goes (default: build/bench/results.csv)
  --list           print the patterns
`;

const OPTIONS = /** @type {const} */ ({
  measure: { type: 'string' },
  pattern: { type: 'string' },
  allocator: { type: 'string' },
  port: { type: 'string' },
  quick: { type: 'boolean', default: false },
  out: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

/** @param {string | undefined} words @param {string[]} all */
const chosen = (words, all) => (words === undefined ? all : words.split(',').filter(Boolean));

/** Names that begin with one of the words; an exact name means that one alone. @param {string | undefined} words */
const chosenPatterns = (words) => {
  const all = patterns.map(({ name }) => name);
  return chosen(words, all).flatMap((word) => {
    const found = all.includes(word) ? [word] : all.filter((name) => name.startsWith(word));
    return found.length > 0 ? found : [word]; // checkSelection says what is wrong
  });
};

/** What the numbers belong to. @param {string} port @returns {Record<string, string>} */
const about = (port) => {
  const commit = () => {
    if (process.env.COMMIT) return process.env.COMMIT;
    try {
      const command = ['describe', '--always', '--dirty', '--abbrev=12'];
      return execFileSync('git', command, {
        cwd: dirname(port),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    } catch {
      return 'unknown'; // the SDK's tree need not have git
    }
  };
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus[0]?.model ?? 'unknown'}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}`,
    node: `${process.version}, V8 ${process.versions.v8}`,
    emcc: emccVersion(),
    flags: '-O2 (time, instructions, memory), -Oz (size); gharial with stats=0',
  };
};

const main = async () => {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return process.stdout.write(HELP);
  if (values.list) {
    const lines = patterns.map(
      ({ name, title }) => `${name.padEnd(18)}${title.replaceAll('`', '')}`,
    );
    return process.stdout.write(`${lines.join('\n')}\n`);
  }
  const port = resolve(values.port ?? defaultPort);
  const selection = {
    patterns: chosenPatterns(values.pattern),
    allocators: chosen(
      values.allocator,
      allocators.map(({ name }) => name),
    ),
    port,
    quick: values.quick,
    progress: (/** @type {string} */ text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    },
  };
  checkSelection(selection);
  // Somebody may work in the checkout meanwhile: numbers of two allocators must not pass for those of one.
  const sources = () => fingerprint(allocatorNamed('gharial'), port);
  const before = sources();
  const described = about(port);
  const rows = [];
  // Real programs take minutes to build the first time.
  const ordinary = Object.keys(measures).filter(
    (name) => !values.quick || !['programs', 'threads'].includes(name),
  );
  for (const name of chosen(values.measure, ordinary)) {
    const measure = measures[name];
    if (!measure)
      throw new RangeError(
        `there is no measure '${name}'; there are ${Object.keys(measures).join(', ')}.`,
      );
    try {
      rows.push(...(await measure(selection)));
    } catch (error) {
      // What the other measures found in many minutes is kept.
      process.stderr.write(`${name}: ${/** @type {Error} */ (error).message}\n`);
      process.exitCode = 1;
    }
  }
  selection.progress('');
  const colour = process.stdout.isTTY && !process.env.NO_COLOR;
  const parts = shown.flatMap((measure) => {
    const table = tableOf(rows, measure);
    return table ? [asText(table, Boolean(colour))] : [];
  });
  process.stdout.write(`${[...parts, summary(rows)].filter(Boolean).join('\n\n')}\n`);
  if (sources() !== before) {
    described.commit += ', and the sources changed while it ran: not for publication';
    process.stderr.write(
      `gharial's sources changed while they were measured: ${described.commit}\n`,
    );
    process.exitCode = 1;
  }
  const out = resolve(values.out ?? join(root, 'build', 'bench', 'results.csv'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, toCsv({ about: described, rows }));
  process.stdout.write(`\nRaw results: ${relative(process.cwd(), out)}\n`);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
