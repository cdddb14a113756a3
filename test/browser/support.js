// support.js — a page in Chromium with this directory's files served to it. One browser for all tests of a run; every page is
// its own, and what it says on its console or throws is kept.

import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { build, root } from '../js/support/modules.js';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

// The last two are what a page needs for shared memory.
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export { root };

/** The program that allocates while the page looks. */
export const program = () =>
  build('browser', ['-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB', '-O2'], {
    program: readFileSync(new URL('program.c', import.meta.url), 'utf8'),
    exports: ['malloc', 'free', 'churn', 'fill_to'],
  });

/**
 * Serves a directory, and pages that exist only here.
 * @param {string} directory @param {Record<string, string | Uint8Array>} [pages]
 */
export async function serve(directory, pages = {}) {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    if (path === '/favicon.ico') return response.writeHead(204).end();
    try {
      const body = pages[path] ?? (await readFile(join(directory, normalize(path))));
      const type =
        TYPES[/** @type {keyof typeof TYPES} */ (extname(path))] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...HEADERS }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((done) => server.close(done)),
  };
}

/** The browser that the toolchain installs, or the one that CHROMIUM names. */
export function executable() {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path && existsSync(path),
  );
  if (!found) throw new Error('there is no Chromium: run `make prepare`, or set CHROMIUM to one');
  return found;
}

/** @param {string[]} args more of Chromium's own */
export const launch = (args = []) =>
  chromium.launch({
    executablePath: executable(),
    args: ['--no-sandbox', '--disable-gpu', ...args],
  });

/**
 * A page at an address, with what went wrong on it.
 * @param {import('playwright-core').Browser} browser @param {string} url @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(url);
  return { page, errors, close: () => context.close() };
}
