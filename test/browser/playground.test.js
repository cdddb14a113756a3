// The demo page: a real Lua with its heap beside it. `make screenshots` (GHARIAL_SCREENSHOTS=write) keeps what it looks like
// in docs/figures, for the README.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlayground } from '../../demo/build.js';
import { launch, open, root, serve } from './support.js';

const writing = process.env.GHARIAL_SCREENSHOTS === 'write';

describe('the playground', function () {
  this.timeout(600_000);
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    await buildPlayground();
    server = await serve(root);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {'dark' | 'light'} colorScheme */
  async function playground(colorScheme) {
    const opened = await open(browser, `${server.origin}/demo/index.html`, {
      colorScheme,
      viewport: { width: 1440, height: 810 },
    });
    await opened.page.getByRole('button', { name: 'Run', exact: true }).click();
    await opened.page.getByRole('log').filter({ hasText: '20000 records' }).waitFor();
    return opened;
  }

  for (const theme of /** @type {const} */ (['dark', 'light']))
    it(`runs Lua and shows its heap, ${theme}`, async () => {
      const { page, errors, close } = await playground(theme);
      const blocks = page.locator('.numbers div', { hasText: /^blocks/ }).locator('dd');
      await page.waitForFunction(
        () =>
          Number(
            /blocks([\d,]+)/
              .exec(
                /** @type {any} */ (
                  document.querySelector('gharial-inspector')
                ).shadowRoot.querySelector('.numbers').textContent,
              )?.[1]
              .replaceAll(',', ''),
          ) > 40_000,
      );
      for (const example of ['Garbage in bursts', 'Large blocks', 'A leak']) {
        await page.getByLabel('Example').selectOption(example);
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.waitForTimeout(400);
      }
      await page.getByRole('tab', { name: 'Sizes' }).click();
      await page.mouse.move(5, 5);
      await page.waitForTimeout(400);
      const picture = await page.screenshot();
      const file = join(root, `docs/figures/inspector-${theme}.png`);
      mkdirSync(join(root, 'build/screenshots'), { recursive: true });
      writeFileSync(join(root, `build/screenshots/playground-${theme}.png`), picture);
      if (writing) writeFileSync(file, picture);
      assert.ok(existsSync(file), 'run `make screenshots`');
      assert.equal(
        readFileSync(file).readUInt32BE(16),
        1440,
        'the picture of the README is of this page',
      );
      const before = await blocks.textContent();
      await page.getByRole('button', { name: 'New state' }).click();
      await page.waitForFunction(
        (old) =>
          !(
            /** @type {any} */ (document.querySelector('gharial-inspector')).shadowRoot
              .querySelector('.numbers')
              .textContent.includes(old)
          ),
        before ?? '',
      );
      assert.ok(
        Number((await blocks.textContent())?.replaceAll(',', '')) < 100,
        'Lua gave everything back',
      );
      assert.deepEqual(errors, []);
      await close();
    });

  it('tells an error of a script', async () => {
    const { page, close } = await playground('dark');
    await page.getByLabel('Lua script').fill('error("no such luck")');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('log').filter({ hasText: 'no such luck' }).waitFor();
    await close();
  });
});
