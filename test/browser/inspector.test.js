// The inspector in Chromium: on a live program, on a dump, on 4 GiB; by pointer, keyboard and screen reader; dark and light.
// Screenshots go to build/screenshots; what is compared of them is their structure, not their pixels.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { heapOf } from '../../js/index.js';
import { css, paletteOf } from '../../js/inspector/palette.js';
import { instantiate } from '../js/support/modules.js';
import { colours, decode } from './png.js';
import { launch, open, program, root, serve } from './support.js';

const shots = join(root, 'build', 'screenshots');

describe('<gharial-inspector>', function () {
  this.timeout(600_000);
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Uint8Array} */
  let dump;
  /** @type {import('../../js/index.js').HeapReader} of the dump */
  let heap;

  before(async () => {
    mkdirSync(shots, { recursive: true });
    const file = await program();
    const module = await instantiate(file);
    module._churn(3000, 55);
    const snapshot = heapOf(module).takeHeapSnapshot();
    dump = snapshot.toBinary();
    heap = snapshot.heap;
    const live = `<!doctype html><html lang="en"><meta charset="utf-8"><title>live</title>
      <style>html, body { height: 100%; margin: 0 }</style><gharial-inspector interval="20"></gharial-inspector>
      <script type="module">
        import '/js/inspector/index.js';
        import { heapOf } from '/js/index.js';
        import create from '/${relative(root, file)}';
        globalThis.app = await create();
        globalThis.inspector = document.querySelector('gharial-inspector');
        const query = new URLSearchParams(location.search);
        inspector.setAttribute('theme', query.get('theme') ?? 'dark');
        if (query.has('fill')) app._fill_to(Number(query.get('fill')));
        inspector.heap = heapOf(app);
        globalThis.ready = true;
      </script>`;
    // The README's own lines lay it over a page.
    const [, snippet] = [
      ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```js\n(.*?)^```/gms),
    ]
      .map(([, code]) => code.replace('gharial/inspector', '/js/inspector/index.js'))
      .map((code) =>
        code.replace('attachInspector(module)', 'globalThis.attached = attachInspector(module)'),
      );
    assert.ok(snippet.includes('globalThis.attached'));
    const overlay = `<!doctype html><html lang="en"><meta charset="utf-8"><title>overlay</title><h1>A program</h1>
      <script type="module">
        import create from '/${relative(root, file)}';
        const module = await create();
        module._churn(500, 60);
        ${snippet};
      </script>`;
    server = await serve(root, {
      '/live.html': live,
      '/overlay.html': overlay,
      '/heap.gharialheap': dump,
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {string} [query] */
  async function live(query = '') {
    const opened = await open(browser, `${server.origin}/live.html${query}`);
    await opened.page.waitForFunction('globalThis.ready', null, { timeout: 120_000 });
    return opened;
  }

  /** A dump in the standalone page. @param {string} [query] @param {import('playwright-core').BrowserContextOptions} [options] */
  async function standalone(query = '', options = {}) {
    const url = `${server.origin}/js/inspector/inspector.html?dump=/heap.gharialheap${query}`;
    const opened = await open(browser, url, options);
    await opened.page.getByText('snapshot', { exact: false }).first().waitFor();
    await opened.page.locator('.numbers dd').first().waitFor();
    return opened;
  }

  /** A number of the header. @param {import('playwright-core').Page} page @param {string} name */
  const number = async (page, name) =>
    page
      .locator('.numbers div', { hasText: new RegExp(`^${name}`) })
      .locator('dd')
      .textContent();

  /** @param {import('playwright-core').Page} page @param {string} name */
  async function shot(page, name) {
    const png = await page.screenshot();
    writeFileSync(join(shots, `${name}.png`), png);
    return decode(png);
  }

  it('shows a program that runs, as it changes', async () => {
    const { page, errors, close } = await live();
    assert.equal(await number(page, 'blocks'), '0');
    await page.evaluate('app._churn(1000, 70)');
    const count = String(
      await page.evaluate('inspector.heap.getHeapStatistics().number_of_live_allocations'),
    );
    await page.waitForFunction((wanted) => {
      const root = /** @type {any} */ (globalThis).inspector.shadowRoot;
      return root.querySelector('.numbers').textContent.replaceAll(',', '').includes(`${wanted}`);
    }, count);
    for (let i = 0; i < 12; ++i) {
      await page.evaluate('app._churn(400, 60)');
      await page.waitForTimeout(40);
    }
    assert.ok((await page.locator('.timeline').getAttribute('aria-label'))?.includes('grown'));
    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await number(page, 'blocks');
    await page.evaluate('app._churn(300, 90)');
    await page.waitForTimeout(100);
    assert.equal(await number(page, 'blocks'), before, 'paused');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForFunction(
      (old) =>
        !(
          /** @type {any} */ (globalThis).inspector.shadowRoot
            .querySelector('.numbers')
            .textContent.includes(old)
        ),
      before ?? '',
    );
    await shot(page, 'live');
    assert.deepEqual(errors, []);
    await close();
  });

  for (const theme of /** @type {const} */ (['dark', 'light']))
    it(`shows a dump, ${theme}: the map has the colours of what is in the heap`, async () => {
      const { page, errors, close } = await standalone(`&theme=${theme}`);
      const statistics = heap.getHeapStatistics();
      assert.equal(
        await number(page, 'blocks'),
        statistics.number_of_live_allocations.toLocaleString('en-US'),
      );
      const box = await page.locator('.map').boundingBox();
      assert.ok(box !== null && box.width > 600 && box.height > 200);
      const image = await shot(page, `dump-${theme}`);
      const palette = paletteOf(theme);
      const seen = colours(image, { ...box, x: box.x + 60, width: box.width - 60 }, 1);
      const wanted = [palette.page, palette.kind.large, palette.kind.metadata];
      for (const rgb of wanted) assert.ok(seen.includes(rgb.join(' ')), `${css(rgb)} shows`);
      assert.ok(seen.length > 8, `${seen.length} colours`);
      // a screen of the other theme looks otherwise
      assert.equal(
        image.at(Math.floor(box.x + box.width - 4), Math.floor(box.y + box.height - 4)).join(' '),
        palette.page.join(' '),
      );
      assert.equal(await page.locator('.timeline').isVisible(), false, 'a dump has no past');
      assert.deepEqual(errors, []);
      await close();
    });

  it('follows the light or the dark of the system, and a narrow page', async () => {
    const { page, errors, close } = await standalone('', {
      colorScheme: 'light',
      viewport: { width: 480, height: 900 },
    });
    assert.equal(await page.locator('.root').getAttribute('data-theme'), 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('.root[data-theme=dark]').waitFor();
    const [map, aside] = [
      await page.locator('.map').boundingBox(),
      await page.locator('aside').boundingBox(),
    ];
    assert.ok(
      map !== null && aside !== null && aside.y > map.y && map.width > 400,
      'the details lie below',
    );
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await shot(page, 'narrow');
    assert.deepEqual(errors, []);
    await close();
  });

  it('tells by pointer what a MiniPage is, and on a click its blocks', async () => {
    const { page, errors, close } = await standalone('&theme=dark');
    /** @type {import('../../js/index.js').Block[]} */
    const blocks = [];
    heap.visitBlocks((block) => void blocks.push(block));
    const wanted = blocks.find(({ size, state }) => size === 48 && state === 'live');
    assert.ok(wanted !== undefined);
    const place = await page.evaluate((address) => {
      const inspector = /** @type {any} */ (document.querySelector('gharial-inspector'));
      inspector.find(address);
      return true;
    }, wanted.address);
    assert.ok(place);
    await page.getByRole('heading', { name: 'Blocks of 48 B' }).waitFor();
    const run = blocks.filter(
      ({ address }) => Math.floor(address / 2048) === Math.floor(wanted.address / 2048),
    );
    const options = page.getByRole('option');
    assert.equal(await options.count(), run.length);
    assert.equal(
      await page.locator('.blocks .live').count(),
      run.filter(({ state }) => state === 'live').length,
    );
    assert.equal(
      await page.locator('.blocks [aria-selected=true]').getAttribute('aria-label'),
      `0x${wanted.address.toString(16)}, 48 B, live`,
    );
    await page.locator('.map').hover({ position: { x: 70, y: 10 } });
    assert.match(
      (await page.locator('.tip.on').textContent()) ?? '',
      /^heap page \d+, MiniPage \d+: .* · 0x[0-9a-f]+$/,
    );
    await page.locator('.map').click({ position: { x: 70, y: 10 } });
    assert.match((await page.locator('.facts').textContent()) ?? '', /heap page/);
    await shot(page, 'blocks');
    assert.deepEqual(errors, []);
    await close();
  });

  it('finds an address, and says when there is none', async () => {
    const { page, close } = await standalone();
    const search = page.getByRole('searchbox', { name: 'Find an address' });
    /** @type {import('../../js/index.js').Block | undefined} */
    let large;
    heap.visitBlocks(
      (block) => {
        large = block;
      },
      { space: 'large' },
    );
    assert.ok(large !== undefined);
    await search.fill(`0x${(large.address + 5000).toString(16)}`);
    await search.press('Enter');
    await page.getByRole('heading', { name: 'Large block' }).waitFor();
    assert.match(
      (await page.locator('.block-words').textContent()) ?? '',
      new RegExp(`^0x${large.address.toString(16)}`),
    );
    for (const nonsense of ['0xffffffff', 'hello']) {
      await search.fill(nonsense);
      await search.press('Enter');
      assert.equal(await search.getAttribute('aria-invalid'), 'true');
      assert.match(
        (await page.getByRole('status').textContent()) ?? '',
        /no address|outside of the heap/,
      );
    }
    await close();
  });

  it('is used with the keyboard alone, and says what it shows', async () => {
    const { page, errors, close } = await standalone('&theme=light');
    const map = page.getByRole('application', { name: /Map of the heap/ });
    await map.focus();
    const status = page.getByRole('status');
    const said = [];
    for (const key of [
      'ArrowRight',
      'ArrowRight',
      'ArrowDown',
      'End',
      'Home',
      'PageDown',
      'ArrowLeft',
    ]) {
      await page.keyboard.press(key);
      said.push(await status.textContent());
    }
    for (const words of said) assert.match(words ?? '', /^heap page \d+, MiniPage \d+: /);
    assert.ok(new Set(said).size >= 5, said.join('\n'));
    const before = await map.evaluate((element) => element.scrollHeight);
    for (let i = 0; i < 12; ++i) await page.keyboard.press('+');
    await page.waitForFunction(
      (old) =>
        /** @type {any} */ (document.querySelector('gharial-inspector')).shadowRoot.querySelector(
          '.map',
        ).scrollHeight > old,
      before,
    );
    await shot(page, 'near');
    await page.keyboard.press('0');
    await page.keyboard.press('Home'); // the last pages hold no blocks
    for (let i = 0; i < 40 && (await page.locator('.blocks').count()) === 0; ++i)
      await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    assert.match(
      (await page.locator('.block-words').textContent()) ?? '',
      /^0x[0-9a-f]+ .* (live|free)/,
    );
    await page.getByRole('tab', { name: 'Blocks' }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(
      await page.getByRole('tab', { name: 'Sizes' }).getAttribute('aria-selected'),
      'true',
    );
    await page.getByRole('columnheader', { name: 'MiniPages' }).waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  it('every control has a name', async () => {
    const { page, close } = await standalone();
    const nameless = await page.evaluate(() => {
      const root = /** @type {any} */ (document.querySelector('gharial-inspector')).shadowRoot;
      return [...root.querySelectorAll('button, input, [tabindex]')]
        .filter(
          (e) =>
            !(
              e.getAttribute('aria-label') ??
              e.getAttribute('aria-labelledby') ??
              e.textContent.trim()
            ),
        )
        .map((e) => e.outerHTML);
    });
    assert.deepEqual(nameless, []);
    await close();
  });

  it('shows sizes, stacks, and where the blocks of one size are', async () => {
    const { page, errors, close } = await standalone('&theme=dark');
    await page.getByRole('tab', { name: 'Sizes' }).click();
    const classes = heap
      .getSizeClassStatistics()
      .filter(({ number_of_blocks }) => number_of_blocks > 0);
    assert.equal(await page.locator('tbody tr').count(), classes.length + 1, 'and large');
    const box = /** @type {{ x: number, y: number, width: number, height: number }} */ (
      await page.locator('.map').boundingBox()
    );
    const all = colours(await shot(page, 'sizes'), box, 1).length;
    await page.getByRole('button', { name: /^large$/ }).click();
    await page.waitForTimeout(100);
    const few = colours(decode(await page.screenshot()), box, 1);
    assert.ok(few.length < all && few.includes(paletteOf('dark').kind.large.join(' ')), `${few}`);
    await page.getByRole('tab', { name: 'Stacks' }).click();
    const stack = heap.getGlobalMetaPage().size_class_stacks.find(({ pages }) => pages.length > 0);
    assert.ok(stack !== undefined);
    await page
      .getByRole('button', { name: String(stack.pages[0]), exact: true })
      .first()
      .click();
    assert.match((await page.getByRole('tabpanel').textContent()) ?? '', /Free runs/);
    assert.deepEqual(errors, []);
    await close();
  });

  it('compares with a snapshot that was kept', async () => {
    const { page, errors, close } = await live();
    await page.evaluate('app._churn(2000, 60)');
    await page.evaluate('inspector.refresh()');
    await page.getByRole('button', { name: 'Keep A' }).click();
    await page.getByText('No size has other blocks than in A.').waitFor();
    await page.evaluate('for (let i = 0; i < 70; ++i) app._malloc(1000)');
    const row = page.locator('tr', { hasText: '1 KiB' }).last();
    await row.getByText('+70', { exact: true }).waitFor();
    assert.match((await row.textContent()) ?? '', /\+70 KiB$/);
    await page.getByRole('button', { name: 'Show in the map' }).click();
    await page.waitForTimeout(150);
    await shot(page, 'difference');
    assert.deepEqual(errors, []);
    await close();
  });

  it('saves what it can open again', async () => {
    const { page, errors, close } = await standalone();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^Heap-.*\.gharialheap$/);
    await page
      .getByLabel('Open a heap snapshot')
      .setInputFiles({ name: 'again.gharialheap', mimeType: '', buffer: Buffer.from(dump) });
    await page.getByRole('heading', { name: 'again.gharialheap' }).waitFor();
    await page
      .getByLabel('Open a heap snapshot')
      .setInputFiles({ name: 'broken', mimeType: '', buffer: Buffer.from(dump.slice(0, 500)) });
    await page.getByRole('alert').filter({ hasText: 'cut short' }).waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  it('shows 4 GiB: every page has its place, and scrolling draws only what shows', async () => {
    const { page, errors, close } = await live('?fill=4060');
    await page.waitForFunction(
      () => /** @type {any} */ (globalThis).inspector.drawn.frames > 0,
      null,
      { timeout: 120_000 },
    );
    const pages = Number((await number(page, 'heap pages'))?.replaceAll(',', ''));
    assert.ok(pages > 64_000, `${pages}`);
    await page.evaluate("inspector.setAttribute('interval', '1000000')");
    await shot(page, 'four-gib');
    const map = page.locator('.map');
    assert.ok((await map.evaluate((e) => e.scrollHeight - e.clientHeight)) < 2, 'all of it fits');
    for (let i = 0; i < 4; ++i) await page.getByRole('button', { name: 'Nearer' }).click();
    assert.ok((await map.evaluate((e) => e.scrollHeight)) > 4000);
    await map.focus();
    await page.keyboard.press('End');
    const last = await page.getByRole('status').textContent();
    assert.match(
      last ?? '',
      new RegExp(
        `^heap page ${(await page.evaluate('inspector.heap.getHeapMap().first_page')) + pages - 1}, `,
      ),
    );
    const image = await shot(page, 'four-gib-end');
    const box = /** @type {{ x: number, y: number, width: number, height: number }} */ (
      await map.boundingBox()
    );
    assert.ok(colours(image, box, 1).length > 3, 'the end is drawn');
    assert.deepEqual(errors, []);
    await close();
  });

  it('lies over any page, and looks at nothing while it is closed', async () => {
    const { page, errors, close } = await open(browser, `${server.origin}/overlay.html`);
    const button = page.getByRole('button', { name: 'Heap', exact: true });
    await button.click();
    await page.locator('gharial-inspector .numbers dd').first().waitFor();
    assert.notEqual(await number(page, 'blocks'), '0');
    await shot(page, 'overlay');
    await button.click();
    assert.equal(await page.locator('gharial-inspector').count(), 0);
    const frames = await page.evaluate('attached.inspector.drawn.frames');
    await page.waitForTimeout(600);
    assert.equal(await page.evaluate('attached.inspector.drawn.frames'), frames);
    await page.evaluate('attached.remove()');
    assert.equal(await button.count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });
});
