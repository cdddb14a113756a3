// Registering in an SDK makes -sMALLOC=gharial enough, changes no file of the SDK, and is undone without a trace.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allocatorOf,
  assertGharial,
  copyOfProject,
  copyOfSdk,
  failure,
  helloObject,
  link,
  output,
  play,
  port,
  root,
  scratch,
} from './support.js';

const script = join(root, 'emscripten-port', 'sdk.py');

describe('port: registered in an SDK', function () {
  this.timeout(600_000); // many links, on a busy machine

  /** @type {string} */
  let sdk;
  /** @type {string[]} */
  let emcc;
  before(() => {
    sdk = copyOfSdk();
    emcc = ['python3', join(sdk, 'emcc.py')];
  });
  afterEach(() => {
    for (const name of ['gharial.py', 'gharial'])
      rmSync(join(sdk, 'tools/ports', name), { recursive: true, force: true });
  });
  after(() => rmSync(sdk, { recursive: true, force: true }));

  /** Name and hash of every file; Python's compiled files, which any run of emcc may write, only where they are gharial's. */
  function fingerprint() {
    const lines = readdirSync(sdk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((name) => !name.includes('__pycache__') || name.includes('gharial'))
      .sort()
      .map((name) => `${createHash('sha1').update(readFileSync(name)).digest('hex')} ${name}`);
    return new Set(lines);
  }
  /** @param {Set<string>} before */
  function assertAsBefore(before) {
    const now = fingerprint();
    const differences = [...before, ...now].filter((line) => !before.has(line) || !now.has(line));
    assert.deepEqual(differences, []);
  }
  /** @param {string[]} words */
  const sdkCommand = (...words) => output(['python3', script, ...words]).trim();
  /** @param {string[]} words */
  const sdkFailure = (...words) => failure(['python3', script, ...words]);

  it('install, use without any other flag, uninstall: every byte is as before', () => {
    const before = fingerprint();
    assert.match(sdkCommand('status', sdk), /is not registered/);
    assert.match(sdkCommand('install', sdk), /is registered .* added .* needs no other flag now$/);
    assert.match(sdkCommand('status', sdk), /^gharial \d+\.\d+\.\d+ is registered/);
    assert.match(sdkCommand('install', sdk), /already: nothing changed$/);

    const program = link(['-O1', '-sMALLOC=gharial'], { emcc });
    assertGharial(program);
    assert.equal(play(program), 'hello\n');
    assert.equal(
      allocatorOf(program),
      allocatorOf(link(['-O1', `--use-port=${port}`])),
      'the archive that the port builds',
    );
    assert.match(allocatorOf(link(['-O1'], { emcc })), /^libdlmalloc/);
    assert.match(allocatorOf(link(['-O1', '-sMALLOC=emmalloc'], { emcc })), /^libemmalloc/);

    const options = ['-sMALLOC=gharial', '--use-port=gharial:checked=1'];
    assert.match(allocatorOf(link(['-O1', ...options], { emcc })), /^libgharial-checked-/);
    const both = ['-sMALLOC=gharial', `--use-port=${port}:stats=0`];
    assert.match(allocatorOf(link(['-O1', ...both], { emcc })), /^libgharial-nostats-/);

    const refused = [
      ...emcc,
      helloObject(),
      '-sMALLOC=gharial',
      '-sSHARED_MEMORY',
      '-o',
      'refused.js',
    ];
    assert.match(failure(refused), /-sSHARED_MEMORY alone is not supported/);

    assert.match(sdkCommand('uninstall', sdk), /no longer registered/);
    assertAsBefore(before);
    assert.match(sdkCommand('uninstall', sdk), /is not registered .*: nothing changed$/);
  });

  it('install brings a changed source along', () => {
    const copy = copyOfProject();
    const before = fingerprint();
    sdkCommand('install', sdk);
    appendFileSync(join(copy, 'src/all.cpp'), '// newer\n');
    output(['python3', join(copy, 'emscripten-port/sdk.py'), 'install', sdk]);
    const registered = join(sdk, 'tools/ports/gharial/src/all.cpp');
    assert.match(readFileSync(registered, 'utf8'), /newer\n$/);
    sdkCommand('uninstall', sdk);
    assertAsBefore(before);
  });

  it('files it did not make, or that were changed, are refused and kept', () => {
    const file = join(sdk, 'tools/ports/gharial.py');
    writeFileSync(file, '# somebody else\n');
    assert.match(sdkFailure('install', sdk), /was not made by this command: move it away first$/);
    assert.match(sdkFailure('uninstall', sdk), /was not made by this command: move it away first$/);
    assert.equal(readFileSync(file, 'utf8'), '# somebody else\n');
    rmSync(file);
    sdkCommand('install', sdk);
    const kept = readFileSync(file);
    appendFileSync(file, '# edited\n');
    assert.match(sdkFailure('uninstall', sdk), /was changed after it was registered/);
    writeFileSync(file, kept);
    sdkCommand('uninstall', sdk);
  });

  it('what is no SDK, too old, or not known is refused', () => {
    assert.match(sdkFailure('install', scratch), /is no Emscripten SDK .*: name the directory/);
    assert.match(sdkFailure('remove', sdk), /^gharial: usage: /);
    const version = join(sdk, 'emscripten-version.txt');
    const known = readFileSync(version);
    writeFileSync(version, '"3.1.53"\n');
    assert.match(
      sdkFailure('install', sdk),
      /3\.1\.53 .* is too old: 3\.1\.54 or newer is needed$/,
    );
    writeFileSync(version, known);
    const libraries = join(sdk, 'tools/system_libs.py');
    const text = readFileSync(libraries, 'utf8');
    writeFileSync(libraries, text.replace('class libmalloc(', 'class libmemory('));
    assert.match(
      sdkFailure('install', sdk),
      /this version of gharial does not know it; use --use-port/,
    );
    writeFileSync(libraries, text);
  });
});
