import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './support/modules.js';

const require = createRequire(import.meta.url);

describe('the package', () => {
  it('exports the reader under its own name', async () => {
    const api = await import('gharial');
    assert.deepEqual(Object.keys(api).sort(), [
      ...['DumpError', 'GharialError', 'HeapMap', 'HeapProfiler', 'HeapReadError', 'HeapReader'],
      ...['HeapSampler', 'HeapSnapshot', 'NoProfilerError', 'NoRecordError', 'RecordMismatchError'],
      ...['SafeBlock', 'diffHeapSnapshots', 'heapOf', 'renderReport'],
    ]);
  });

  it('says where what a build needs is', () => {
    const paths = require('gharial/paths');
    for (const path of [paths.include_dir, paths.port, paths.js_library, ...paths.sources])
      assert.ok(existsSync(path), path);
    assert.ok(existsSync(join(paths.include_dir, 'gharial.h')));
    assert.ok(paths.sources.some((/** @type {string} */ path) => path.endsWith('all.cpp')));
    assert.deepEqual(paths.requiredConfig.flags, ['-sMALLOC=gharial', `--use-port=${paths.port}`]);
  });

  it('has types for each of its modules', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const entry of ['.', './export', './inspector', './paths']) {
      assert.equal(Object.keys(exports[entry])[0], 'types');
      for (const path of Object.values(exports[entry]))
        assert.ok(existsSync(join(root, path)), path);
    }
  });

  it('keeps its files short', async () => {
    const { readdirSync } = await import('node:fs');
    for (const name of readdirSync(join(root, 'js')).filter((name) => /\.c?js$/.test(name))) {
      const lines = readFileSync(join(root, 'js', name), 'utf8').split('\n').length;
      assert.ok(lines <= 300, `${name}: ${lines} lines`);
    }
  });
});
