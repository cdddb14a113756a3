// The documents say what is so: links lead somewhere, commands exist, the README's code runs and prints what it says.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUILD_TIMEOUT, build, port, root } from '../support/build.js';

/** @param {string} file */
const text = (file) => readFileSync(join(root, file), 'utf8');
const pages = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n');
const readme = text('README.md');

/** The code blocks of a page. @param {string} page @param {string} language */
const blocks = (page, language) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);

/** GitHub's anchors of a page's headings. @param {string} page */
const anchors = (page) =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

/** What lies between two lines of a page. @param {string} page @param {string} from @param {string} to */
function between(page, from, to) {
  const [, rest] = page.split(from);
  assert.ok(rest?.includes(to), `'${from}' and '${to}' are in the page`);
  return rest.split(to)[0];
}

describe('documents', () => {
  for (const page of pages) {
    it(`${page}: every link leads to a file, and to a heading of it`, () => {
      const prose = text(page).replace(/^```.*?^```/gms, '');
      for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path, anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, file)), `${target} does not exist`);
        if (anchor) assert.ok(anchors(text(file)).includes(anchor), `${target}: no such heading`);
      }
    });

    it(`${page}: every make target and variable exists`, () => {
      const targets = [...text('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name);
      const settings = [...text('Makefile').matchAll(/^([A-Z_]+) \?=/gm)].map(([, name]) => name);
      const code = text(page).match(/^```.*?^```|`[^`\n]+`/gms) ?? [];
      for (const [, name] of code.join('\n').matchAll(/(?:^|`|&& )make ([a-z][a-z-]*)/gm))
        assert.ok(targets.includes(name), `make ${name}`);
      for (const [, name] of code.join('\n').matchAll(/make [a-z-]+ ([A-Z_]+)=/g))
        assert.ok(settings.includes(name), `make … ${name}=`);
    });
  }

  it('the README has the options of the port and no other', () => {
    const options =
      /^OPTIONS = .*?\{\n(.*?)^\}/ms.exec(text('emscripten-port/gharial.py'))?.[1] ?? '';
    const real = [...options.matchAll(/^ +'(\w+)': .*default (\d)/gm)].map(([, ...pair]) => pair);
    const table = between(readme, '## Options', '\n## ');
    const told = [...table.matchAll(/^\| `(\w+)` \| (\d) \|/gm)].map(([, ...pair]) => pair);
    assert.ok(real.length > 0);
    assert.deepEqual(told, real);
  });

  it('the README asks for the SDK that the port asks for', () => {
    const minimum =
      /^MINIMUM_SDK = \((.*?)\)/m.exec(text('emscripten-port/gharial.py'))?.[1] ?? '?';
    assert.ok(readme.includes(`${minimum.replaceAll(', ', '.')} or newer`));
  });

  it('docs/api.md names everything that the package exports, and every field', () => {
    const page = text('docs/api.md');
    const types = [
      'index',
      'errors',
      'heap_reader',
      'snapshot',
      'statistics',
      'pages',
      'blocks',
      'check',
    ]
      .concat([
        'global_meta_page',
        'report',
        'diff',
        'profiler',
        'sampler',
        'safe_block',
        'heap_map',
      ])
      .map((name) => text(`js/types/${name}.d.ts`));
    const [index, errors, reader, snapshot] = types;
    const wanted = [
      ...(index.match(/(?<=export (?:declare )?function )\w+/g) ?? []),
      ...(index.match(/(?<=^export \{ )[\w, ]+/gm) ?? []).flatMap((names) =>
        names.trim().split(', '),
      ),
      ...(errors.match(/(?<=export class )\w+/g) ?? []),
      ...(reader.match(/(?<=^ {4})\w+(?=\(.*\): )|(?<=^ {4}get )\w+/gm) ?? []),
      ...(snapshot.match(/(?<=^ {4})\w+(?=\(\): )/gm) ?? []),
    ];
    for (const [, name] of index.matchAll(/^export type (\w+) = import/gm)) {
      const body = types.map(
        (file) => new RegExp(`^export type ${name} = \\{\n(.*?)^\\};`, 'ms').exec(file)?.[1],
      );
      wanted.push(...(body.join('\n').match(/(?<=^ {4})\w+(?=\??: )/gm) ?? []));
    }
    const [element, exporters] = ['inspector/element', 'export'].map((name) =>
      text(`js/types/${name}.d.ts`),
    );
    wanted.push(
      ...(element.match(/(?<=^ {4}(?:get )?)[a-z]\w+(?=\(|: \{)/gm) ?? []).filter(
        (name) => !name.endsWith('Callback'), // the browser's
      ),
      ...(exporters.match(/(?<=^export function )\w+/gm) ?? []),
    );
    assert.ok(wanted.includes('getHeapStatistics') && wanted.includes('fresh_reused_ratio'));
    const missing = wanted.filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    assert.deepEqual([...new Set(missing)], []);
  });

  it('docs/api.md names every function of gharial.h', () => {
    const header = text('src/include/gharial.h').replace(/\/\*.*?\*\//gs, '');
    const names = [...header.matchAll(/^[a-z].*?(\w+)\([^;{]*;/gm)].map(([, name]) => name);
    assert.ok(names.includes('gharial_stats_get') && names.includes('free_sized'));
    for (const name of names) assert.ok(text('docs/api.md').includes(name), name);
  });
});

describe("the README's code", function () {
  this.timeout(BUILD_TIMEOUT);

  const scratch = mkdtempSync(join(tmpdir(), 'gharial-docs-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** @param {string} command what a person types into a shell */
  function typed(command) {
    const { status, stdout, stderr } = spawnSync('bash', ['-ec', command], {
      cwd: scratch,
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${command}\n${stderr}${stdout}`);
    return stdout;
  }

  const [start, build_module] = blocks(readme, 'sh');
  const [app, from_c] = blocks(readme, 'c');
  const [see] = blocks(readme, 'js');
  const [report, seen] = blocks(readme, 'text');

  before(() => {
    writeFileSync(join(scratch, 'app.c'), app);
    writeFileSync(join(scratch, 'see.mjs'), see);
    symlinkSync(join(root, 'emscripten-port'), join(scratch, 'emscripten-port'));
    mkdirSync(join(scratch, 'node_modules'));
    symlinkSync(root, join(scratch, 'node_modules', 'gharial')); // what npm install makes of a directory
  });

  it('the lines of the start build and run a program', () => {
    const lines = start.split('\n').filter((line) => line.startsWith('emscripten-port/'));
    assert.equal(lines.length, 2);
    assert.equal(typed(lines.join('\n')), 'name 1\n');
  });

  it('the program is read from JavaScript and prints what the README says', () => {
    const emcc = build_module.split('\n').filter((line) => line.startsWith('emcc '));
    assert.equal(emcc.length, 1);
    typed(`emscripten-port/toolchain/run ${emcc[0]}`);
    assert.equal(typed('emscripten-port/toolchain/run node see.mjs'), seen);
    const printed = typed('emscripten-port/toolchain/run node see.mjs --report');
    for (const [heading] of report.matchAll(/^[A-Z][\w -]*?(?= {2}|$)/gm))
      assert.ok(printed.includes(`\n${heading}`), `the report has '${heading}'`);
  });

  it('the C program prints what the README says', () => {
    writeFileSync(join(scratch, 'stats.c'), from_c);
    const printed = typed(
      `emscripten-port/toolchain/run emcc stats.c -O2 --use-port=${JSON.stringify(port)} -o stats.js &&
       emscripten-port/toolchain/run node stats.js`,
    );
    assert.ok(readme.includes(`It prints \`${printed.trim()}\``), printed);
  });

  it('the sizes are right to a twentieth', () => {
    const tiny = join(scratch, 'tiny.c');
    writeFileSync(
      tiny,
      '#include <stdlib.h>\nint main(int argc, char **argv) { char *volatile block = malloc(argc * 100); free(block); return 0; }\n',
    );
    for (const [label, options] of [
      ['gharial, `stats=0`', ':stats=0'],
      ['gharial', ''],
      ['gharial, `checked=1`', ':checked=1'],
    ]) {
      const script = build('docs-tiny', [tiny], ['-Oz'], { options, suffix: 'js' });
      const row = readme.split('\n').find((line) => line.trim().startsWith(`| ${label} |`)) ?? '';
      const told = [...row.matchAll(/[\d,]+(?= \|)/g)].map(([n]) => Number(n.replace(',', '')));
      const found = [script.replace(/js$/, 'wasm'), script].map(
        (file) => readFileSync(file).length,
      );
      assert.equal(told.length, 2, `README has the row ${label}`);
      for (const [i, bytes] of found.entries())
        assert.ok(
          Math.abs(bytes / told[i] - 1) < 0.05,
          `${label}: ${found} bytes, README says ${told}`,
        );
    }
  });
});
