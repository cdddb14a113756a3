// What two files have to say alike.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { root } from './support.js';

/** @param {string} name */
const text = (name) => readFileSync(join(root, name), 'utf8');
const portText = text('emscripten-port/gharial.py');

/** gharial_library.js, as Emscripten reads it. @returns {Record<string, any>} */
function library() {
  const found = {};
  vm.runInNewContext(text('emscripten-port/gharial_library.js'), {
    addToLibrary: (/** @type {object} */ symbols) => Object.assign(found, symbols),
  });
  return found;
}

describe('port: constants', () => {
  it('the version is the one of package.json', () => {
    const [, version] = /^VERSION = '(.*)'$/m.exec(portText) ?? [];
    assert.equal(version, JSON.parse(text('package.json')).version);
  });

  it('the oldest SDK is the one the documents name, and none that the toolchain accepts is older', () => {
    const numbers = /^MINIMUM_SDK = \((.*?)\)/m.exec(portText)?.[1] ?? '';
    const minimum = numbers.split(', ').join('.');
    const [, accepted] =
      /^gharial_min_emcc=(\S+)/m.exec(text('emscripten-port/toolchain/common.bash')) ?? [];
    assert.ok(accepted.localeCompare(minimum, 'en', { numeric: true }) >= 0);
    assert.ok(text('emscripten-port/README.md').includes(`from ${minimum} on`));
  });

  it('every option of the port is in its README', () => {
    const names = [...portText.matchAll(/^ {2}'(\w+)': '/gm)].map(([, name]) => name);
    assert.ok(names.includes('checked') && names.includes('tracing'));
    for (const name of names)
      assert.match(text('emscripten-port/README.md'), new RegExp(`\`${name}[\`=]`), name);
  });

  it('every fault of src/fault.hpp has a sentence, in its order', () => {
    const body = /enum class Fault : uint8_t \{([^}]*)\}/.exec(text('src/fault.hpp'))?.[1] ?? '';
    const faults = body.match(/^\s*\w+/gm)?.map((name) => name.trim()) ?? [];
    assert.deepEqual(faults, [
      'double_free',
      'not_a_block',
      'block_overrun',
      'meta_page_corrupt',
      'internal',
      'use_after_free',
      'wrong_size',
      'lock_lost',
    ]);
    assert.match(body, /double_free = 1,/);
    const { $gharialFaultSentences: sentences } = library();
    assert.equal(sentences.length, faults.length + 1);
    for (const sentence of sentences.slice(1))
      assert.match(sentence, /\{where\}.*: .*\.$|\. .*\.$/);
  });

  it('the sentence has the address and the number in it, above 2 GiB too', () => {
    const symbols = library();
    const report = vm.runInNewContext(`(${symbols.gharial_report_fault})`, {
      gharialFaultSentences: symbols.$gharialFaultSentences,
      gharialUnsigned: symbols.$gharialUnsigned,
      Error,
    });
    assert.throws(() => report(1, -16, 48), {
      message: /^gharial: free\(0xfffffff0\): this 48-byte block is already free\. Freed twice\? /,
      fault: 1,
      address: 0xfffffff0,
      detail: 48,
    });
    assert.throws(() => report(4, 0x1a40n, 7n), {
      message: /^gharial: invariant I7 .* at 0x1a40:/,
    });
    assert.throws(() => report(99, 0, 0), { message: 'gharial: fault 99 at 0x0 (0)' });
  });
});
