// speedscope opens what gharial/export writes: its own page, with the profile fetched by its own importers.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHeapProfile, toPprof } from '../../js/export.js';
import { launch, open, root, serve } from './support.js';

/** @type {import('../../js/index.js').HeapProfile} */
const profile = {
  sample_interval: 524_288,
  samples: [
    { stack: ['parse', 'load', 'main'], count: 12.4, bytes: 3_000_000.4, samples: 9 },
    { stack: ['load', 'main'], count: 3, bytes: 1_000_000, samples: 1 },
    { stack: ['späte Größe', 'main'], count: 1, bytes: 500_000, samples: 1 },
  ],
};

describe('speedscope', function () {
  this.timeout(60_000);
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    server = await serve(join(root, 'node_modules/speedscope/dist/release'), {
      '/memory.heapprofile': JSON.stringify(toHeapProfile(profile)),
      '/memory.pb': toPprof(profile),
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const file of ['memory.heapprofile', 'memory.pb'])
    it(`opens ${file}: names, and bytes by function`, async () => {
      const { page, errors, close } = await open(
        browser,
        `${server.origin}/index.html#profileURL=${encodeURIComponent(`/${file}`)}&view=sandwich`,
      );
      await page.getByText('Symbol Name').waitFor();
      await page.getByText(file).waitFor();
      const seen = await page.locator('tr').allInnerTexts();
      const rows = seen.map((row) => row.split(/[\n\t]+/).filter((cell) => cell.trim() !== ''));
      writeFileSync(
        join(root, `build/screenshots/speedscope-${file}.png`),
        await page.screenshot(),
      );
      for (const expected of [
        ['2.86 MB (67%)', '2.86 MB (67%)', 'parse'],
        ['3.81 MB (89%)', '976.56 KB (22%)', 'load'],
        ['488.28 KB (11%)', '488.28 KB (11%)', 'späte Größe'],
        ['4.29 MB (100%)', '0 B (<0.01%)', 'main'],
      ])
        assert.deepEqual(
          rows.find((row) => row.at(-1) === expected[2]),
          expected,
        );
      assert.deepEqual(errors, []);
      await close();
    });
});
