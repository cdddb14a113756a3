/**
 * docs.js — writes the tables and figures of docs/benchmarks.md from a committed CSV; the rest of the page is a person's.
 *
 *   node bench/docs.js [FILE]     (default: the last by name in bench/results)
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figures } from './figures.js';
import { root } from './measure/build.js';
import { fromCsv } from './measure/csv.js';
import { asMarkdown, asSentence, comparisons, means, shown, tableOf } from './tables.js';

export const page = join(root, 'docs', 'benchmarks.md');
export const figureDirectory = join(root, 'docs', 'figures');
const results = join(root, 'bench', 'results');

/** The newest committed results, as their names begin with the date. */
export const newestResults = () => {
  const last = readdirSync(results)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .at(-1);
  if (!last)
    throw new Error(
      'bench/results has no CSV: run `make bench` and copy build/bench/results.csv there',
    );
  return join(results, last);
};

/** Names of generated parts → their Markdown. @param {import('./measure/csv.js').Results} results @param {string} file */
export const parts = ({ about, rows }, file) => {
  const compared = comparisons(rows);
  const worse = compared.filter((each) => each.worse);
  /** @type {Record<string, string>} */
  const made = {
    about: [
      `[${relative(root, file)}](../${relative(root, file)}):`,
      '',
      ...Object.entries(about).map(([name, value]) => `- ${name}: ${value}`),
    ].join('\n'),
    means: [
      '| measure | geometric mean of best of the three ÷ gharial | cells | not the best in |',
      '| --- | --: | --: | --: |',
      ...[...means(compared)].map(([measure, mean]) => {
        const cells = compared.filter((each) => each.measure === measure);
        return `| ${measure} | ${mean.toFixed(2)} | ${cells.length} | ${cells.filter((each) => each.worse).length} |`;
      }),
    ].join('\n'),
    worse: worse.length === 0 ? 'None.' : worse.map((each) => `- ${asSentence(each)}`).join('\n'),
  };
  for (const measure of shown) {
    const table = tableOf(rows, measure);
    const name = measure.compared === false ? `${measure.name}, ratios` : measure.name;
    if (table) made[name] = asMarkdown(table);
  }
  return made;
};

/**
 * The page with its generated parts anew. Each lies between `<!-- generated: NAME -->` and `<!-- end -->`.
 * @param {string} text @param {Record<string, string>} made
 */
export const withParts = (text, made) =>
  text.replace(/(<!-- generated: (.*?) -->\n).*?(<!-- end -->)/gs, (_, begin, name, end) => {
    const part = made[name] ?? 'Not measured in these results.';
    return `${begin}\n${part}\n\n${end}`;
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? newestResults();
  const measured = fromCsv(readFileSync(file, 'utf8'));
  writeFileSync(page, withParts(readFileSync(page, 'utf8'), parts(measured, file)));
  mkdirSync(figureDirectory, { recursive: true });
  for (const [name, svg] of Object.entries(await figures(measured.rows)))
    writeFileSync(join(figureDirectory, name), svg);
}
