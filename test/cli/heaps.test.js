// The commands that look at heaps: stats, validate, diff, convert, inspect. Each with files that are there, damaged, or none.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Profile } from 'pprof-format';
import { heapOf, renderReport } from '../../js/index.js';
import { imageOf, variedHeap } from '../js/support/heaps.js';
import { growing, instantiate, ptr } from '../js/support/modules.js';
import { gharial, program, root } from './support.js';

describe('gharial, on heaps', function () {
  this.timeout(300_000);
  const scratch = mkdtempSync(join(tmpdir(), 'gharial-heaps-'));
  const at = (/** @type {string} */ name) => join(scratch, name);
  /** @type {import('../../js/index.js').HeapReader} */
  let heap;

  before(async () => {
    const varied = await variedHeap();
    heap = varied.heap;
    writeFileSync(at('a.gharialheap'), heap.takeHeapSnapshot().toBinary());
    writeFileSync(at('raw'), imageOf(varied.module));
    writeFileSync(at('cut'), heap.takeHeapSnapshot().toBinary().slice(0, 300));
    writeFileSync(at('other.json'), '{"a": 1}');
    const image = imageOf(varied.module);
    const { address } = heap.getPageStatistics().find(({ meta_page }) => meta_page !== 0) ?? {
      address: 0,
    };
    const meta = heap.getPageStatistics({ start: address / 65_536 })[0].meta_page;
    image.fill(0xff, meta, meta + 512);
    writeFileSync(at('damaged'), image);

    const module = await instantiate(await growing());
    const small = heapOf(module);
    const old = Array.from({ length: 50 }, () => ptr(module._malloc(100)));
    writeFileSync(at('before'), small.takeHeapSnapshot().toBinary());
    for (const block of old.slice(0, 10)) module._free(block);
    for (let i = 0; i < 30; ++i) module._malloc(1000);
    writeFileSync(at('after'), small.takeHeapSnapshot().toBinary());
    const state = JSON.parse(JSON.stringify(small.takeHeapSnapshot()));
    /** @param {number} bytes */
    const profile = (bytes) => ({
      sample_interval: 1024,
      samples: [{ stack: ['leak', 'main'], count: 2, bytes, samples: 1 }],
    });
    writeFileSync(at('early.json'), JSON.stringify({ ...state, profile: profile(1000) }));
    writeFileSync(at('late.json'), JSON.stringify({ ...state, profile: profile(5000) }));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** @param {number} status @param {string[]} words */
  function ends(status, ...words) {
    const result = gharial(words, { cwd: scratch });
    assert.equal(result.status, status, `${words.join(' ')}\n${result.stdout}${result.stderr}`);
    return result;
  }
  /** The one line of what cannot be done. @param {string[]} words */
  function fails(...words) {
    const { stdout, stderr } = ends(1, ...words);
    assert.equal(stdout, '');
    assert.match(stderr, /^gharial: .*\n$/);
    return stderr;
  }

  it('stats prints the report, of a snapshot and of a raw image', () => {
    const wanted = renderReport(heap.takeHeapSnapshot().heap, { colour: false, columns: 80 });
    assert.equal(ends(0, 'stats', 'a.gharialheap').stdout, wanted);
    assert.match(ends(0, 'stats', 'raw').stdout, /^gharial .* live in 1,257 blocks/);
    const json = JSON.parse(ends(0, 'stats', 'a.gharialheap', '--json').stdout);
    assert.deepEqual(json, JSON.parse(JSON.stringify(heap.takeHeapSnapshot())));
  });

  it('stats says what is no heap, in one line', () => {
    assert.match(fails('stats', 'nowhere'), /nowhere cannot be read: ENOENT/);
    assert.match(fails('stats', 'cut'), /cut: the dump is cut short/);
    assert.match(fails('stats', 'early.json'), /is JSON, which holds no heap to read/);
    assert.equal(
      ends(2, 'stats').stderr,
      'gharial: stats: something is missing; use: gharial stats FILE [--json]\n',
    );
  });

  it('validate ends with 1 where a heap is damaged, and says how', () => {
    assert.equal(
      ends(0, 'validate', 'a.gharialheap', 'raw').stdout,
      'a.gharialheap: sound\nraw: sound\n',
    );
    const { stdout } = ends(1, 'validate', 'a.gharialheap', 'damaged');
    assert.match(
      stdout,
      /^a.gharialheap: sound\ndamaged: damaged, \d+ findings?\n {2}(I\d+|read) at 0x/,
    );
    const [{ file, ok, errors }] = JSON.parse(ends(1, 'validate', 'damaged', '--json').stdout);
    assert.deepEqual([file, ok, errors.length > 0], ['damaged', false, true]);
  });

  it('diff tells the sizes that changed', () => {
    const { stdout } = ends(0, 'diff', 'before', 'after');
    assert.match(stdout, /^ +live blocks +50 +70 +\+20$/m);
    assert.match(stdout, /^ +1 KiB +0 +30 +\+30 +\+30 KiB$/m);
    assert.match(stdout, /^ +112 B +50 +40 +-10 +-1\.09 KiB$/m);
    assert.equal(
      JSON.parse(ends(0, 'diff', 'before', 'after', '--json').stdout).number_of_live_allocations
        .delta,
      20,
    );
  });

  it('diff --fail-on-growth is a leak check', () => {
    const grown = 30 * 1024 - 10 * 112;
    assert.equal(ends(0, 'diff', 'before', 'after', `--fail-on-growth=${grown}`).stderr, '');
    assert.match(
      ends(1, 'diff', 'before', 'after', `--fail-on-growth=${grown - 1}`).stderr,
      /^gharial: 28\.9 KiB more are live, 28\.9 KiB are allowed\n$/,
    );
    ends(0, 'diff', 'before', 'after', '--fail-on-growth=64k');
    ends(1, 'diff', 'before', 'after', '--fail-on-growth=0');
    ends(0, 'diff', 'after', 'before', '--fail-on-growth=0');
    assert.match(
      ends(2, 'diff', 'before', 'after', '--fail-on-growth=much').stderr,
      /much is no number of bytes; write 4096, 64k or 1M/,
    );
  });

  it('diff tells call stacks where both were profiled', () => {
    const { stdout } = ends(0, 'diff', 'early.json', 'late.json');
    assert.match(
      stdout,
      /By call stack, estimated from samples\n {2}\+3\.91 KiB in \+0 blocks\n {6}leak\n {6}main\n/,
    );
    assert.match(
      fails('diff', 'other.json', 'after'),
      /other.json is no heap: it is JSON, but not what a snapshot's toJSON\(\) gives/,
    );
  });

  it('convert writes what the other tools read', () => {
    assert.match(
      ends(0, 'convert', 'a.gharialheap', '--to=prometheus').stdout,
      /^# HELP gharial_memory_size_bytes /,
    );
    const state = JSON.parse(ends(0, 'convert', 'a.gharialheap', '--to=json').stdout);
    assert.equal(state.heap_statistics.number_of_live_allocations, 1257);
    ends(0, 'convert', 'late.json', '--to=pprof', '-o', 'late.pprof');
    const { sample } = Profile.decode(readFileSync(at('late.pprof')));
    assert.deepEqual(
      sample.map(({ value }) => value.map(Number)),
      [[2, 5000]],
    );
    ends(0, 'convert', 'late.json', '--to=pprof', '--output=again.pprof');
    assert.equal(Profile.decode(readFileSync(at('again.pprof'))).sample.length, 1);
    assert.equal(
      JSON.parse(ends(0, 'convert', 'late.json', '--to=heapprofile').stdout).head.children[0]
        .callFrame.functionName,
      'main',
    );
    assert.match(
      fails('convert', 'a.gharialheap', '--to=pprof'),
      /has no profile: link with profile=1/,
    );
    assert.match(
      fails('convert', 'a.gharialheap', '--to=json', '-o', 'no/where'),
      /no\/where cannot be written: ENOENT/,
    );
    assert.match(
      ends(2, 'convert', 'a.gharialheap', '--to=xml').stderr,
      /--to= is one of json, prometheus, heapprofile, pprof/,
    );
  });

  it('inspect serves the inspector and the heap, and nothing else, until it is stopped', async () => {
    const child = spawn(process.execPath, [program, 'inspect', at('a.gharialheap')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const [, url] = /^a\.gharialheap: (http:\/\/127\.0\.0\.1:\d+\/\S+)\n$/.exec(line) ?? [];
    const page = await (await fetch(url)).text();
    assert.equal(page, readFileSync(join(root, 'js/inspector/inspector.html'), 'utf8'));
    const dump = await (await fetch(new URL('/dump', url))).arrayBuffer();
    assert.deepEqual(Buffer.from(dump), readFileSync(at('a.gharialheap')));
    assert.match(
      (await fetch(new URL('/js/inspector/index.js', url))).headers.get('content-type') ?? '',
      /^text\/javascript/,
    );
    for (const path of ['/package.json', '/js/..%2fpackage.json', '/js/nothing.js', '/'])
      assert.equal((await fetch(new URL(path, url))).status, 404, path);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.match(fails('inspect', 'cut'), /cut short/);
  });

  it('inspect serves where it is told to, and says when it cannot', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (taken.address());
    const line = `gharial: port ${port} cannot be used: EADDRINUSE; leave out --port\n`;
    assert.equal(ends(1, 'inspect', `--port=${port}`).stderr, line);
    assert.equal(ends(1, 'inspect', '-p', `${port}`).stderr, line);
    taken.close();
    await once(taken, 'close');
    const child = spawn(process.execPath, [program, 'inspect', `--port=${port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
    assert.equal(
      said,
      `the inspector: http://127.0.0.1:${port}/js/inspector/inspector.html\n`,
      'without a file the page waits for one',
    );
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.match(ends(2, 'inspect', '--port=x').stderr, /--port=x is no port/);
  });
});
