// The pages that teach by example: every block of code is a file or a command, in order, in a directory that has the package
// installed; what a `text` block shows after a command is what it prints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD_TIMEOUT, root } from '../support/build.js';

const toolchain = join(root, 'emscripten-port/toolchain/run');
/** Languages, and how their comments begin: a file's first line is its name. */
const FILES = /** @type {Record<string, RegExp>} */ ({
  c: /^\/\/ (\S+)\n/,
  js: /^\/\/ (\S+)\n/,
  html: /^<!-- (\S+) -->\n/,
});

for (const page of ['getting-started', 'cookbook'])
  describe(`docs/${page}.md`, function () {
    this.timeout(BUILD_TIMEOUT);
    const scratch = mkdtempSync(join(tmpdir(), 'gharial-page-'));
    before(() => {
      mkdirSync(join(scratch, 'node_modules/.bin'), { recursive: true });
      symlinkSync(root, join(scratch, 'node_modules/gharial'));
    });
    after(() => rmSync(scratch, { recursive: true, force: true }));

    const text = readFileSync(join(root, `docs/${page}.md`), 'utf8');
    const blocks = [...text.matchAll(/^```(\w+)( skip)?\n(.*?)^```/gms)].map(
      ([, language, skipped, code]) => ({ language, skipped: skipped !== undefined, code }),
    );
    assert.ok(blocks.length > 5);
    // What cannot be run here: the package is there already.
    assert.ok(
      blocks.filter(({ skipped }) => skipped).every(({ code }) => /^npm install /.test(code)),
    );

    let title = '';
    for (const [i, { language, skipped, code }] of blocks.entries()) {
      if (skipped || language === 'text') continue;
      if (language !== 'sh') {
        it(`${language}: ${code.split('\n', 1)[0]}`, () => {
          const name = FILES[language]?.exec(code)?.[1];
          assert.ok(name !== undefined, `a block of ${language} begins with the name of its file`);
          writeFileSync(join(scratch, name), code);
          if (language === 'js') title = name;
        });
        continue;
      }
      it(`$ ${code.split('\n', 1)[0].slice(0, 60)}`, () => {
        const npx = `npx() { shift; node ${JSON.stringify(join(root, 'js/cli/gharial.js'))} "$@"; }; set -e; `;
        const { status, stdout, stderr } = spawnSync(toolchain, ['bash', '-c', npx + code], {
          cwd: scratch,
          encoding: 'utf8',
        });
        assert.equal(status, 0, `${title}\n${code}\n${stdout}${stderr}`);
        const next = blocks[i + 1];
        if (next?.language === 'text') assert.equal(stdout, next.code);
      });
    }
  });
