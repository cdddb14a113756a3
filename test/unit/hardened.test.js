// The hardened variant in wasm: its sentences, its options, what sized delete says, and that the reader sees the same heap.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_TIMEOUT, build, inSdk, outputInSdk, root } from '../support/build.js';
import { createHeap, KiB, loadApi, MiB } from '../support/heap.js';

const hex = (/** @type {number} */ address) => `0x${address.toString(16)}`;

/** @param {() => unknown} call @returns {Error & Record<string, any>} */
function errorOf(call) {
  try {
    call();
  } catch (error) {
    return /** @type {Error & Record<string, any>} */ (error);
  }
  throw new assert.AssertionError({ message: 'nothing was noticed' });
}

describe('the hardened variant', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi({ options: ':hardened=1' });
  });
  beforeEach(async () => {
    heap = await createHeap(factory, 16 * MiB);
  });

  it('says which block was freed twice', () => {
    for (const bytes of [8, 40, 1000, 8 * KiB]) {
      const block = heap.take(bytes);
      heap.free(block);
      const { message, fault, address, block: begin } = errorOf(() => heap.free(block));
      assert.match(
        message,
        new RegExp(
          `^gharial: free\\(${hex(block)}\\): this \\d+-byte block is already free\\. Freed twice\\?`,
        ),
      );
      assert.deepEqual({ fault, address, begin }, { fault: 1, address: block, begin: block });
      heap.assertSoundFromOutside();
    }
  });

  it('says what lies at an address that is no block', () => {
    const block = heap.take(100);
    const large = heap.take(100 * KiB);
    const gone = heap.take(200 * KiB);
    heap.free(gone);
    const maps = heap.runs.find(({ kind }) => kind === 'maps');
    assert.ok(maps);
    /** @type {[number, string][]} */
    const cases = [
      [block + 8, `: it lies 8 bytes into a 112-byte block at ${hex(block)}. `],
      [large + 4096, `: it lies 4096 bytes into a 104448-byte block at ${hex(large)}. `],
      [gone, ': the memory there is free; it may have been a block that was freed before. '],
      [maps.address, ': the heap keeps its metadata there. '],
      [heap.recordAddress, ': it lies outside the heap, as static data and the stack do. '],
      [0x7fff0000, ': it lies outside the heap, as static data and the stack do. '],
    ];
    for (const [address, place] of cases) {
      for (const call of [
        () => heap.free(address),
        () => heap.realloc(address, 9),
        () => heap.usable(address),
      ]) {
        const { message, fault } = errorOf(call);
        assert.ok(
          message.startsWith(`gharial: ${hex(address)} is not the start of a live block${place}`),
          message,
        );
        assert.equal(fault, 2);
      }
    }
    heap.assertSoundFromOutside();
  });

  it('says where a block was written past its end', () => {
    const block = heap.take(100);
    heap.bytes(block, 101)[100] = 0;
    assert.equal(heap.call('gharial_validate'), 12);
    for (const call of [
      () => heap.free(block),
      () => heap.realloc(block, 50),
      () => heap.usable(block),
    ]) {
      const { message, fault, address, detail, bytes } = errorOf(call);
      assert.ok(
        message.startsWith(
          `gharial: the 112-byte block at ${hex(block)} was written past its end, at ${hex(block + 100)}: at most 100 bytes were asked for. `,
        ),
        message,
      );
      assert.deepEqual(
        { fault, address, detail, bytes },
        { fault: 3, address: block + 100, detail: 100, bytes: 112 },
      );
    }
  });

  it('says that a size is not the one that was asked for', () => {
    const block = heap.take(100);
    const { message, fault } = errorOf(() => heap.call('free_sized', block, 104));
    assert.ok(
      message.startsWith(
        `gharial: the 100-byte block at ${hex(block)} is freed as one of 104 bytes`,
      ),
      message,
    );
    assert.equal(fault, 7);
    heap.call('free_sized', block, 100);
    heap.call('free_aligned_sized', heap.memalign(64, 100), 64, 100);
    heap.assertEmpty();
  });

  it('is a heap like any other: statistics, walks, snapshots', () => {
    const blocks = Array.from({ length: 3000 }, (_, i) => heap.take((i * 37) % 5000));
    for (let i = 0; i < blocks.length; i += 2) heap.free(blocks[i]);
    heap.assertSoundFromOutside();
    assert.equal(heap.stats.number_of_live_allocations, 1500);
    assert.equal(
      heap.reader.takeHeapSnapshot().statistics?.number_of_live_allocations ?? 1500,
      1500,
    );
    for (let i = 1; i < blocks.length; i += 2) heap.free(blocks[i]);
    heap.assertEmpty();
  });

  it('calloc clears, memalign aligns, errno and zero sizes are the same', () => {
    const dirty = heap.take(5000);
    heap.bytes(dirty, 5000).fill(0xff);
    heap.free(dirty);
    const block = heap.calloc(5000);
    assert.ok(heap.bytes(block, 5000).every((byte) => byte === 0));
    for (const alignment of [8, 64, 4096, 65536])
      assert.equal(heap.memalign(alignment, alignment) % alignment, 0);
    assert.notEqual(heap.malloc(0), heap.malloc(0));
    assert.equal(heap.usable(heap.realloc(block, 0)), 0);
    assert.equal(heap.malloc(0xffff_fff0), 0);
    assert.equal(heap.calloc(0x8000_0000, 2), 0);
    heap.assertSound();
  });
});

describe('options of the hardened variant', function () {
  this.timeout(BUILD_TIMEOUT);
  const heapWith = async (/** @type {string} */ options) =>
    createHeap(await loadApi({ options: `:hardened=1:${options}` }), 16 * MiB);

  it('zero=1 and poison=1 fill what is freed, and nothing else', async () => {
    for (const [option, byte] of /** @type {const} */ ([
      ['zero=1', 0],
      ['poison=1', 0xdb],
    ])) {
      const heap = await heapWith(option);
      for (const bytes of [24, 1000, 20 * KiB, 200 * KiB]) {
        const [before, block, behind] = [heap.take(bytes), heap.take(bytes), heap.take(bytes)];
        for (const each of [before, block, behind]) heap.bytes(each, bytes).fill(0x77);
        heap.free(block);
        assert.ok(
          heap.bytes(block, bytes).every((each) => each === byte),
          `${option}, ${bytes} bytes`,
        );
        for (const each of [before, behind])
          assert.ok(heap.bytes(each, bytes).every((each) => each === 0x77));
      }
      heap.assertSoundFromOutside();
    }
  });

  it('quarantine=1 keeps a block back until 256 others were freed, and trim lets all go', async () => {
    const heap = await heapWith('quarantine=1');
    const block = heap.take(48);
    heap.free(block);
    assert.match(errorOf(() => heap.free(block)).message, /is already free/);
    for (let i = 0; i < 255; ++i) {
      const other = heap.take(48);
      assert.notEqual(other, block);
      heap.free(other);
    }
    assert.equal(heap.stats.number_of_live_allocations, 256);
    heap.free(heap.take(48));
    assert.equal(heap.take(48), block);
    heap.free(block);
    heap.assertEmpty();
  });

  it('quarantine=1 is given up before memory runs out', async () => {
    const heap = await createHeap(await loadApi({ options: ':hardened=1:quarantine=1' }), MiB);
    const blocks = [];
    for (let block = heap.malloc(2000); block !== 0; block = heap.malloc(2000)) blocks.push(block);
    for (const block of blocks.splice(0, 100)) heap.free(block);
    for (let i = 0; i < 100; ++i) heap.take(2000);
    heap.assertSound();
  });

  it('quarantine=1 with poison=1 finds what was written to a freed block', async () => {
    const heap = await heapWith('quarantine=1:poison=1');
    const block = heap.take(100);
    heap.free(block);
    heap.bytes(block, 100)[37] = 1;
    const { message, fault } = errorOf(() => heap.trim());
    assert.ok(
      message.startsWith(
        `gharial: the 112-byte block at ${hex(block)} was written to after it was freed, at ${hex(block + 37)}. `,
      ),
      message,
    );
    assert.equal(fault, 6);
  });

  it('shuffle=1 hands out the same blocks in another order, which is another one each time', async () => {
    const orders = new Set();
    for (let i = 0; i < 4; ++i) {
      const heap = await heapWith('shuffle=1');
      const blocks = Array.from({ length: 60 }, () => heap.take(40));
      assert.equal(new Set(blocks).size, 60);
      assert.notDeepEqual(
        blocks,
        blocks.toSorted((a, b) => a - b),
      );
      orders.add(blocks.map((block) => block - Math.min(...blocks)).join());
      for (const block of blocks) heap.free(block);
      heap.assertEmpty();
    }
    assert.ok(orders.size > 1);
  });

  it('stacks=1 shows where the block was allocated and freed first', () => {
    const folder = join(root, 'build', 'test', 'stacks');
    mkdirSync(folder, { recursive: true });
    const source = join(folder, 'stacks.c');
    writeFileSync(
      source,
      `#include <stdlib.h>
__attribute__((noinline)) void *make_it(void) { void *volatile p = malloc(20); return p; }
__attribute__((noinline)) void lose_it(void *p) { free(p); }
int main(void) { void *volatile p = make_it(); lose_it(p); free(p); return 0; }
`,
    );
    const flags = ['-O1', '-fno-builtin', '-fno-inline', '--profiling-funcs'];
    const program = build('stacks', [source], flags, {
      options: ':hardened=1:stacks=1',
      suffix: 'cjs',
    });
    const { status, stderr } = inSdk(['node', program]);
    assert.notEqual(status, 0);
    assert.match(stderr, /gharial: free\(0x[0-9a-f]+\): this \d+-byte block is already free\./);
    assert.match(
      stderr,
      /\nallocated:\n(?:.*\n)*?.*make_it(?:.*\n)*?freed first:\n(?:.*\n)*?.*lose_it/,
    );
  });
});

describe('sized delete in the hardened variant', function () {
  this.timeout(BUILD_TIMEOUT);
  const folder = join(root, 'build', 'test', 'delete');
  const program = (/** @type {string} */ body) => {
    mkdirSync(folder, { recursive: true });
    const source = join(folder, `delete${body.length}.cpp`);
    writeFileSync(
      source,
      `#include <cstdio>\n#include <cstdlib>\n#include <map>\n#include <new>\n#include <string>\n#include <vector>\n${body}`,
    );
    return build('delete', [source], ['-O1', '-fno-builtin'], {
      options: ':hardened=1',
      suffix: 'cjs',
    });
  };

  it('stops at a class that is deleted through a base without a virtual destructor', () => {
    const { status, stderr } = inSdk([
      'node',
      program(
        'struct Base { int a; }; struct Derived : Base { int more[30]; };\nint main() { Base* volatile p = new Derived; delete p; }\n',
      ),
    ]);
    assert.notEqual(status, 0);
    assert.match(stderr, /the 124-byte block at 0x[0-9a-f]+ is freed as one of 4 bytes/);
  });

  it('lets the C++ library be: containers, strings, arrays, aligned types', () => {
    const printed = outputInSdk([
      'node',
      program(
        `struct alignas(64) Wide { char c[64]; };
int main() {
  std::map<int, std::string> map;
  for (int i = 0; i < 1000; ++i) map[i] = std::string(i % 90, 'x');
  std::vector<Wide> wide(100);
  std::vector<std::string> strings(50, "a longer string than fits in place");
  delete new Wide; delete[] new Wide[3]; delete[] new std::string[5]; delete[] new int[0];
  puts("done");
}
`,
      ),
    ]);
    assert.equal(printed.trim(), 'done');
  });

  it('lets a program be that has an operator new of its own, with a header before each object', () => {
    const printed = outputInSdk([
      'node',
      program(
        `void* operator new(size_t n) { return static_cast<char*>(malloc(n + 16)) + 16; }
void operator delete(void* p) noexcept { if (p) free(static_cast<char*>(p) - 16); }
int main() { std::map<int, int> map; for (int i = 0; i < 100; ++i) map[i] = i; delete new int; puts("own"); }
`,
      ),
    ]);
    assert.equal(printed.trim(), 'own');
  });
});
