// The package holds what it promises, and its lock file names packages, not places to fetch them from.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

describe('package.json', () => {
  const manifest = read('package.json');

  it('exports files that exist and are shipped, types first', () => {
    for (const [name, target] of Object.entries(manifest.exports)) {
      const files = typeof target === 'string' ? [target] : Object.values(target);
      if (typeof target !== 'string') assert.equal(Object.keys(target)[0], 'types', name);
      for (const file of files) {
        assert.ok(existsSync(new URL(file, root)), `${name}: ${file}`);
        const path = file.replace(/^\.\//, '');
        const shipped = path === 'package.json' || manifest.files.includes(path.split('/')[0]);
        assert.ok(shipped, `${name}: ${file} is not under "files"`);
      }
    }
  });

  it('has no runtime dependencies and pins those of development', () => {
    assert.equal(manifest.dependencies, undefined);
    for (const [name, version] of Object.entries(manifest.devDependencies))
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
  });

  it('has the version that the port has', () => {
    const port = readFileSync(new URL('emscripten-port/gharial.py', root), 'utf8');
    assert.equal(port.match(/^VERSION = '(.*)'$/m)?.[1], manifest.version);
  });

  it('is locked, for every platform, without download addresses', () => {
    const { packages } = read('package-lock.json');
    const wanted = packages[''].devDependencies;
    assert.deepEqual(wanted, manifest.devDependencies);
    for (const [path, entry] of Object.entries(packages)) {
      assert.equal(entry.resolved, undefined, path);
      for (const name of Object.keys(entry.optionalDependencies ?? {}))
        assert.ok(packages[`node_modules/${name}`], `${path}: ${name} is not locked`);
    }
  });
});
