// The port option inspector=1: any page that Emscripten makes gets the inspector, without a word in the program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from '../js/support/modules.js';
import { launch, open, serve } from './support.js';

const PROGRAM = `
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
static void *last[64];
static int turn;
static void frame(void) { free(last[turn % 64]); last[turn % 64] = malloc(100 + turn % 5000); ++turn; }
int main(void) { for (int i = 0; i < 700; ++i) malloc(48); puts("began"); emscripten_set_main_loop(frame, 0, 0); return 0; }
`;

describe('inspector=1', function () {
  this.timeout(600_000);
  for (const [title, flags] of /** @type {const} */ ([
    ['a plain page', ['-sMODULARIZE=0', '-sEXPORT_ES6=0', '-fno-builtin']],
    ['a module', ['-fno-builtin']],
  ]))
    it(`adds the inspector to ${title}`, async () => {
      const file = await build('option', ['-sEXIT_RUNTIME=0', ...flags], {
        port: ':inspector=1',
        program: PROGRAM,
        exports: ['main'],
        extension: 'mjs',
      });
      const plain = title === 'a plain page';
      const page_text = plain
        ? '<!doctype html><title>p</title><p>A game</p><script src="/option.mjs"></script>'
        : '<!doctype html><title>p</title><p>A game</p><script type="module">import create from "/option.mjs"; await create();</script>';
      const server = await serve(dirname(file), { '/page.html': page_text });
      const browser = await launch();
      try {
        const { page, errors } = await open(browser, `${server.origin}/page.html`);
        await page.getByRole('button', { name: 'Heap', exact: true }).click();
        await page.locator('gharial-inspector .numbers dd').first().waitFor();
        await page.getByRole('tab', { name: 'Sizes' }).click();
        const row = page.locator('tr', { hasText: '48 B' }).first();
        assert.match((await row.textContent()) ?? '', /^48 B7\d\d/);
        assert.deepEqual(errors, []);
      } finally {
        await browser.close();
        await server.close();
      }
    });

  it('adds nothing where nobody asked, and stands aside on Node', async () => {
    const file = await build('option', ['-fno-builtin'], {
      port: ':inspector=1',
      program: PROGRAM.replace('emscripten_set_main_loop(frame, 0, 0);', 'frame();'),
      exports: ['main'],
    });
    const { default: create } = await import(file);
    assert.ok(typeof (await create({ print() {} })).gharialHeap === 'function');
    const without = await build('no-option', ['-fno-builtin'], {
      program: PROGRAM,
      exports: ['main'],
    });
    assert.ok(!readFileSync(without, 'utf8').includes('attachInspector'));
  });
});
