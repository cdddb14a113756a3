// inspect.js — `gharial inspect`: the inspector in a browser, for a snapshot. Serves this package's files to this machine.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join, normalize } from 'node:path';
import paths from '../paths.cjs';
import { Failure, UsageError } from './errors.js';
import { bytesOf, heapOf } from './files.js';

const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
});

/** Serves the inspector, and the dump as /dump. @param {Uint8Array | undefined} dump @param {number} port 0: any */
export async function serveInspector(dump, port) {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = normalize(new URL(url, 'http://localhost').pathname);
    try {
      if (path === '/dump' && dump !== undefined) return response.writeHead(200).end(dump);
      if (!path.startsWith('/js/')) return response.writeHead(404).end();
      const body = await readFile(join(paths.root, path));
      response
        .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done, failed) =>
    server.once('error', failed).listen(port, '127.0.0.1', () => done(undefined)),
  );
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const query = dump === undefined ? '' : '?dump=/dump';
  return { server, url: `http://127.0.0.1:${address.port}/js/inspector/inspector.html${query}` };
}

/** @type {import('./commands.js').Command} */
export const command = {
  usage: '[FILE] [--port=NUMBER]',
  help: `
Opens the inspector for a heap: prints an address for your browser and serves it until Ctrl+C, to this
machine only. Without FILE the page waits for a snapshot to be dropped on it.

  npx gharial inspect Heap-20261123.gharialheap`,
  options: {
    port: {
      type: 'string',
      short: 'p',
      value: 'NUMBER',
      help: 'where to serve; any free one without it',
    },
  },
  operands: [0, 1],
  async run({ values, operands: [file], print }) {
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError(`inspect: --port=${values.port} is no port; write a number up to 65535`);
    if (file !== undefined) heapOf(file); // what cannot be read is told here, not in the page
    let served;
    try {
      served = await serveInspector(file === undefined ? undefined : bytesOf(file), port);
    } catch (error) {
      throw new Failure(
        `port ${port} cannot be used: ${/** @type {NodeJS.ErrnoException} */ (error).code}; leave out --port`,
      );
    }
    const { server } = served;
    const ended = new Promise((done) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => done(undefined));
      server.once('close', done);
    });
    print(`${file === undefined ? 'the inspector' : basename(file)}: ${served.url}`); // who reads it may stop it at once
    await ended;
    server.closeAllConnections();
    server.close();
    return 0;
  },
};
