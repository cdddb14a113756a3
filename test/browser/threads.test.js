// The inspector on a program whose threads allocate and free each other's blocks: live, where no look need be exact, and on
// snapshots of it, at rest and torn. Screenshots go to build/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { paletteOf } from '../../js/inspector/palette.js';
import { ownerColour } from '../../js/inspector/threads.js';
import { threaded } from '../js/support/threads.js';
import { colours, decode } from './png.js';
import { launch, open, program, root, serve } from './support.js';

const shots = join(root, 'build', 'screenshots');
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>threads</title>
  <style>html, body { height: 100%; margin: 0 }</style><gharial-inspector interval="20"></gharial-inspector>
  <script type="module">
    import '/js/inspector/index.js';
    import { heapOf } from '/js/index.js';
    import create from '/PROGRAM';
    globalThis.app = await create();
    globalThis.inspector = document.querySelector('gharial-inspector');
    inspector.setAttribute('theme', new URLSearchParams(location.search).get('theme') ?? 'dark');
    inspector.heap = heapOf(app);
    globalThis.ready = true;
  </script>`;

/** @typedef {import('playwright-core').Page} Page */

describe('<gharial-inspector> with threads', function () {
  this.timeout(600_000);
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Record<string, string | Uint8Array>} */
  const pages = {};

  before(async () => {
    mkdirSync(shots, { recursive: true });
    const page = (/** @type {string} */ file) => PAGE.replace('PROGRAM', relative(root, file));
    pages['/threads.html'] = page(await threaded('', 'web,worker'));
    pages['/alone.html'] = page(await program());
    server = await serve(root, pages);
    browser = await launch();
    const { page: one, close } = await live();
    pages['/torn.gharialheap'] = await snapshotOf(one, 'exact === false');
    await one.evaluate('app._stand_still()');
    pages['/rest.gharialheap'] = await snapshotOf(one, 'exact');
    await close();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A snapshot of the program, as soon as one is as it should be. @param {Page} page @param {string} wanted */
  async function snapshotOf(page, wanted) {
    const bytes = await page.evaluate(`(() => {
      for (;;) {
        const snapshot = inspector.heap.takeHeapSnapshot();
        const { exact } = snapshot.heap.getHeapStatistics();
        if (${wanted}) return [...snapshot.toBinary()];
      }
    })()`);
    return Uint8Array.from(/** @type {number[]} */ (bytes));
  }

  /** @param {Page} page @param {string} name */
  async function shot(page, name) {
    const png = await page.screenshot();
    writeFileSync(join(shots, `${name}.png`), png);
    return decode(png);
  }

  /** Colours in the map. @param {Page} page @param {string} name */
  async function coloursOfMap(page, name) {
    const box = await page.locator('.map').boundingBox();
    assert.ok(box !== null);
    return colours(await shot(page, name), { ...box, x: box.x + 60, width: box.width - 60 }, 0.05);
  }

  /** What the table says: a row of numbers for each heap. @param {Page} page */
  const rows = (page) =>
    page.locator('table.threads tbody tr').evaluateAll((all) =>
      all.map((row) => {
        const [heap, thread, ...numbers] = /** @type {any[]} */ ([...row.children]);
        const words = [heap.textContent, thread.querySelector('code').textContent];
        words.push(thread.querySelector('small').textContent);
        return [...words, ...numbers.map((cell) => cell.textContent.replaceAll(',', ''))].join(' ');
      }),
    );

  /** @param {import('../../js/index.js').ThreadStatistics} threads @param {string[]} words */
  const expected = ({ heaps }, words) =>
    heaps.map((one, i) =>
      [
        ...[one.heap, `0x${one.thread.toString(16)}`, words[i], one.number_of_pages],
        ...[one.number_of_free_pages, one.number_of_cached_blocks, one.number_of_pending_blocks],
      ].join(' '),
    );

  /** @param {string} [query] */
  async function live(query = '') {
    const opened = await open(browser, `${server.origin}/threads.html${query}`);
    const { page } = opened;
    await page.waitForFunction('globalThis.ready', null, { timeout: 60_000 });
    await page.evaluate('app._malloc(100), app._start(2)');
    await page.waitForFunction(
      'inspector.heap.getHeapStatistics().reused_mini_pages > 3000 && inspector.heap.getThreadStatistics().heaps.length === 3',
    );
    return opened;
  }

  it('shows a program whose threads run: what it saw of a change, and who owns what at rest', async () => {
    const { page, errors, close } = await live();
    await page.getByRole('tab', { name: 'Threads' }).click();
    // A busy machine may let the threads rest while the page looks: it looks until it sees a change.
    await page.evaluate(`(() => {
      const badge = inspector.shadowRoot.querySelector('.changing');
      do inspector.refresh();
      while (badge.hidden);
    })()`);
    const drawn = Number(await page.evaluate('inspector.drawn.frames'));
    await page.waitForFunction(
      (n) => /** @type {any} */ (globalThis).inspector.drawn.frames > n + 2,
      drawn,
    );
    assert.equal(await page.locator('.notice').textContent(), '', 'a torn look is no error');
    // A thread that has just taken in what was freed elsewhere leaves nothing on its way.
    await page.evaluate(`(async () => {
      for (;;) {
        app._stand_still();
        if (inspector.heap.getThreadStatistics().number_of_pending_blocks > 0) break;
        app._go_on();
        await new Promise((done) => setTimeout(done, 5));
      }
      inspector.refresh();
    })()`);
    await page.getByText('≈ changing').waitFor({ state: 'hidden' });
    const statistics = /** @type {import('../../js/index.js').ThreadStatistics} */ (
      await page.evaluate('inspector.heap.getThreadStatistics()')
    );
    assert.deepEqual(await rows(page), expected(statistics, ['runs', 'runs', 'runs']));
    assert.ok(statistics.number_of_pending_blocks > 0, 'some are on their way');
    await shot(page, 'threads-live');
    const owned = /** @type {number} */ (
      await page.evaluate(
        'inspector.heap.getPageStatistics().find(({ owner }) => owner === 3).address',
      )
    );
    await page.evaluate((address) => {
      /** @type {any} */ (globalThis).inspector.find(address);
    }, owned);
    const thread = `0x${statistics.heaps[2].thread.toString(16)}`;
    await page.getByText(`heap 3, of thread ${thread}`, { exact: true }).waitFor();
    assert.match(
      (await page.getByRole('status').textContent()) ?? '',
      new RegExp(`^heap page ${owned / 65_536} of heap 3, MiniPage 0: `),
    );

    await page.evaluate('app._go_on(), app._end_all(), inspector.refresh()');
    await page.getByRole('tab', { name: 'Threads' }).click();
    const ended = /** @type {import('../../js/index.js').ThreadStatistics} */ (
      await page.evaluate('inspector.heap.getThreadStatistics()')
    );
    assert.deepEqual(await rows(page), expected(ended, ['runs', 'ended', 'ended']));
    assert.ok(ended.number_of_orphaned_pages > 0);
    assert.equal(
      await page.locator('dt:text-is("pages orphaned") + dd').textContent(),
      ended.number_of_orphaned_pages.toLocaleString('en-US'),
    );
    assert.deepEqual(errors, []);
    await close();
  });

  for (const theme of /** @type {const} */ (['dark', 'light']))
    it(`shows a snapshot, ${theme}: pages in the colours of their owners`, async () => {
      const { page, errors, close } = await open(
        browser,
        `${server.origin}/js/inspector/inspector.html?dump=/rest.gharialheap&theme=${theme}`,
      );
      await page.getByRole('tab', { name: 'Threads' }).click();
      assert.equal((await rows(page)).length, 3);
      const palette = paletteOf(theme);
      const names = [1, 2, 3].map((heap) => ownerColour(palette, heap).join(' '));
      const seenOf = async (/** @type {string} */ name) => {
        await page.waitForTimeout(100); // a frame
        const seen = await coloursOfMap(page, name);
        return names.map((colour) => seen.includes(colour));
      };
      await page.getByRole('button', { name: 'Colour pages by owner' }).click();
      assert.deepEqual(await seenOf(`threads-${theme}`), [true, true, true]);
      await page.getByRole('button', { name: /^Heap 2/ }).click();
      assert.deepEqual(await seenOf(`threads-${theme}-one`), [false, true, false]);
      await page.getByRole('button', { name: /^Heap 2/ }).click();
      assert.deepEqual(await seenOf(`threads-${theme}-none`), [false, false, false]);
      assert.equal(await page.getByText('≈ changing').isVisible(), false);
      assert.deepEqual(errors, []);
      await close();
    });

  it('shows a snapshot that threads changed while it was taken, and says so', async () => {
    const { page, errors, close } = await open(
      browser,
      `${server.origin}/js/inspector/inspector.html?dump=/torn.gharialheap`,
    );
    await page.getByText('≈ changing').waitFor();
    for (const name of ['Sizes', 'Stacks', 'Threads', 'Difference', 'Blocks'])
      await page.getByRole('tab', { name }).click();
    const map = page.getByRole('application', { name: /Map of the heap/ });
    await map.focus();
    for (let i = 0; i < 60; ++i) await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('.notice').textContent(), '');
    await shot(page, 'threads-torn');
    assert.deepEqual(errors, []);
    await close();
  });

  it('shows no threads where there are none', async () => {
    const { page, errors, close } = await open(browser, `${server.origin}/alone.html`);
    await page.waitForFunction('globalThis.ready', null, { timeout: 60_000 });
    await page.evaluate('app._churn(500, 60), inspector.refresh()');
    assert.equal(await page.getByRole('tab', { name: 'Threads' }).isVisible(), false);
    await page.getByRole('tab', { name: 'Stacks' }).focus();
    await page.keyboard.press('ArrowRight');
    const difference = page.getByRole('tab', { name: 'Difference' });
    assert.equal(await difference.getAttribute('aria-selected'), 'true', 'keys pass it over');
    assert.equal(await page.locator('.legend', { hasText: 'just changed' }).count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });
});
