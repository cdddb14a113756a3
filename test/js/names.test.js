import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONSTANT_NAMES,
  COUNTER_NAMES,
  LINKER_ADDRESS_NAMES,
  PLAIN_ADDRESS_NAMES,
  SCHEMA_VERSION,
  SHARED_ADDRESS_NAMES,
  SHARED_CONSTANT_NAMES,
} from '../../js/names.js';
import { root } from './support/modules.js';

/** Names in an X-list. @param {string} text @param {string} list */
function namesIn(text, list) {
  const body = text.match(new RegExp(`#define ${list}\\(X\\)((?:.*\\\\\n)*.*)\n`))?.[1] ?? '';
  return [...body.matchAll(/\bX\((\w+)/g)].map((match) => match[1]);
}

describe('names in js/names.js', () => {
  const record = readFileSync(join(root, 'src/record.cpp'), 'utf8');
  const layout = readFileSync(join(root, 'src/layout.hpp'), 'utf8');

  it('are those of src/record.cpp and src/layout.hpp, in order', () => {
    for (const [names, text, list] of /** @type {[readonly string[], string, string][]} */ ([
      [PLAIN_ADDRESS_NAMES, record, 'GHARIAL_PLAIN_ADDRESSES'],
      [SHARED_ADDRESS_NAMES, record, 'GHARIAL_SHARED_ADDRESSES'],
      [LINKER_ADDRESS_NAMES, record, 'GHARIAL_LINKER_ADDRESSES'],
      [CONSTANT_NAMES, record, 'GHARIAL_CONSTANTS'],
      [SHARED_CONSTANT_NAMES, record, 'GHARIAL_SHARED_CONSTANTS'],
      [COUNTER_NAMES, layout, 'GHARIAL_COUNTERS'],
    ])) {
      assert.ok(names.length > 0);
      assert.deepEqual([...names], namesIn(text, list));
    }
  });

  it('come with the schema version of src/record.cpp', () => {
    assert.equal(Number(record.match(/kSchemaVersion = (\d+)/)?.[1]), SCHEMA_VERSION);
  });
});
