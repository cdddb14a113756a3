// serve.js — `make web`: builds the playground and serves it to this machine, until Ctrl+C.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { root } from '../test/programs/programs.js';
import { buildPlayground } from './build.js';

const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
});
const SERVED = /^\/(?:demo|js|build\/web)\//;

await buildPlayground();
const server = createServer(async ({ url = '/' }, response) => {
  const path = normalize(new URL(url, 'http://localhost').pathname);
  if (path === '/') return response.writeHead(302, { location: '/demo/index.html' }).end();
  try {
    if (!SERVED.test(path)) return response.writeHead(404).end();
    const body = await readFile(join(root, path));
    response
      .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`http://localhost:${port}/  (Ctrl+C ends it)`);
});
server.on('error', (error) => {
  console.error(
    `gharial: port ${process.env.PORT ?? 8000} cannot be used (${/** @type {NodeJS.ErrnoException} */ (error).code}): set PORT to another`,
  );
  process.exitCode = 1;
});
