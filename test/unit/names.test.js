// The names: what the C library and Emscripten's runtime call is gharial too, a program may define its own malloc, and
// -sABORTING_MALLOC decides what out of memory does.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { heapOf } from '../../js/index.js';
import { BUILD_TIMEOUT, build, load, root, threads } from '../support/build.js';
import { createHeap, loadApi, MiB } from '../support/heap.js';

const module = ['-O2', '-fno-builtin', '-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node'];
const source = (/** @type {string} */ name) => join(root, 'test', 'support', name);

describe('names', function () {
  this.timeout(BUILD_TIMEOUT);

  const PREFIXES = ['__libc_', 'emscripten_builtin_'];
  for (const name of ['malloc', 'free', 'calloc', 'realloc', 'memalign'])
    it(`${PREFIXES.map((prefix) => prefix + name).join(' and ')} are ${name}`, async () => {
      const factory = await loadApi();
      const heap = await createHeap(factory, MiB);
      for (const prefix of PREFIXES) {
        // They serve from the same heap, and take each other's blocks.
        const aligned = name === 'memalign' ? [64] : [];
        const args =
          name === 'calloc' ? [1, 100] : name === 'realloc' ? [0, 100] : [...aligned, 100];
        if (name === 'free') {
          const block = heap.take(100);
          heap.call(`${prefix}free`, block);
        } else {
          const block = heap.call(prefix + name, ...args);
          assert.ok(heap.usable(block) >= 100);
          assert.equal(heap.stats.number_of_live_allocations, 1);
          heap.free(block);
        }
        assert.equal(heap.stats.number_of_live_allocations, 0);
      }
      heap.assertEmpty();
    });

  it('of a program’s own malloc go first, and those of the runtime stay gharial’s', async () => {
    const exported =
      '_malloc,_free,_realloc,_calloc,_emscripten_builtin_malloc,_emscripten_builtin_free,_gharial_validate';
    const create = await load(
      build(
        'own-malloc',
        [source('own_malloc.c')],
        [...module, `-sEXPORTED_FUNCTIONS=${exported}`],
      ),
    );
    const program = await create();
    for (const block of [
      program._malloc(100),
      program._calloc(3, 30),
      program._realloc(0, 50),
      program._duplicate(),
    ])
      assert.equal(program._is_in_arena(block), 1);
    const used = program._used_of_arena();
    const block = program._emscripten_builtin_malloc(100);
    assert.equal(program._is_in_arena(block), 0);
    assert.equal(program._used_of_arena(), used);
    assert.equal(heapOf(program).getHeapStatistics().number_of_live_allocations, 1);
    program._emscripten_builtin_free(block);
    assert.equal(heapOf(program).getHeapStatistics().number_of_live_allocations, 0);
    assert.equal(program._gharial_validate(), 0);
  });

  const fixed = [
    ...module,
    threads ? '-sINITIAL_MEMORY=2MB' : '-sINITIAL_HEAP=1MB',
    '-sEXPORTED_FUNCTIONS=_malloc,_free,_gharial_validate',
  ];
  const empty = [source('api.c')];

  it('-sABORTING_MALLOC=1 ends the program when memory is out', async () => {
    const create = await load(build('aborting', empty, [...fixed, '-sABORTING_MALLOC=1']));
    /** @type {string[]} */
    const said = [];
    const program = await create({ printErr: (/** @type {string} */ line) => said.push(line) });
    assert.notEqual(program._malloc(1000), 0);
    assert.throws(() => program._malloc(8 * MiB), /Aborted\(OOM\)/);
  });

  it('-sABORTING_MALLOC=0 returns NULL, and the program goes on', async () => {
    const create = await load(build('not-aborting', empty, [...fixed, '-sABORTING_MALLOC=0']));
    const program = await create();
    assert.equal(program._malloc(8 * MiB), 0);
    const block = program._malloc(1000);
    assert.notEqual(block, 0);
    program._free(block);
    assert.equal(program._gharial_validate(), 0);
  });
});
