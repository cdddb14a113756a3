import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS_NAMES, CONSTANT_NAMES, COUNTER_NAMES, SCHEMA_VERSION } from '../../js/layout.js';
import { root } from './support/modules.js';

/** Names in an X-list. @param {string} text @param {string} list */
function namesIn(text, list) {
  const body = text.match(new RegExp(`#define ${list}\\(X\\)((?:.*\\\\\n)*.*)\n`))?.[1] ?? '';
  return [...body.matchAll(/\bX\((\w+)/g)].map((match) => match[1]);
}

describe('names in js/layout.js', () => {
  const record = readFileSync(join(root, 'src/record.cpp'), 'utf8');
  const layout = readFileSync(join(root, 'src/layout.hpp'), 'utf8');

  it('are those of src/record.cpp and src/layout.hpp, in order', () => {
    assert.deepEqual([...ADDRESS_NAMES], namesIn(record, 'GHARIAL_ADDRESSES'));
    assert.deepEqual([...CONSTANT_NAMES], namesIn(record, 'GHARIAL_CONSTANTS'));
    assert.deepEqual([...COUNTER_NAMES], namesIn(layout, 'GHARIAL_COUNTERS'));
  });

  it('come with the schema version of src/record.cpp', () => {
    assert.equal(Number(record.match(/kSchemaVersion = (\d+)/)?.[1]), SCHEMA_VERSION);
  });
});
