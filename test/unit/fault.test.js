// Misuse: the checked variant says in one sentence what was wrong, and leaves the heap as it was; the release variant at least
// does not carry on with a pointer that it can tell is no block.
import assert from 'node:assert/strict';
import { BUILD_TIMEOUT } from '../support/build.js';
import { createHeap, KiB, loadApi, MiB, PAGE } from '../support/heap.js';

const DOUBLE_FREE = 1;
const NOT_A_BLOCK = 2;

const hex = (/** @type {number} */ address) => `0x${address.toString(16)}`;
const twice = (/** @type {number} */ block, /** @type {number} */ bytes) =>
  `gharial: free(${hex(block)}): this ${bytes}-byte block is already free. Freed twice? Give each block one owner, which frees it and forgets the pointer.`;
const noBlock = (/** @type {number} */ address) =>
  `gharial: ${hex(address)} is not the start of a block. Pass only what malloc, calloc, realloc or an aligned variant returned, and nothing that was freed.`;

describe('misuse in the checked variant', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  /** @type {import('../support/heap.js').Heap} */
  let heap;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi({ checked: true });
  });
  beforeEach(async () => {
    heap = await createHeap(factory, 16 * MiB);
  });

  /**
   * The call throws this sentence, prints nothing, and the heap is as it was.
   * @param {() => void} call @param {{ fault: number, address: number, detail: number, message: string }} expected
   */
  function assertFault(call, expected) {
    const before = heap.stats;
    assert.throws(call, (error) => {
      assert.ok(error instanceof Error);
      const { fault, address, detail, message } = /** @type {any} */ (error);
      assert.deepEqual({ fault, address, detail, message }, expected);
      return true;
    });
    assert.deepEqual(heap.printed, []);
    heap.assertSoundFromOutside();
    assert.deepEqual(heap.stats, before);
  }
  /** @param {() => void} call @param {number} block @param {number} bytes */
  const assertTwice = (call, block, bytes) =>
    assertFault(call, {
      fault: DOUBLE_FREE,
      address: block,
      detail: bytes,
      message: twice(block, bytes),
    });
  /** @param {() => void} call @param {number} address @param {number} [detail] */
  const assertNoBlock = (call, address, detail = 0) =>
    assertFault(call, { fault: NOT_A_BLOCK, address, detail, message: noBlock(address) });

  const everyCall = (/** @type {number} */ block) => [
    () => heap.free(block),
    () => heap.realloc(block, 10),
    () => heap.realloc(block, 100_000),
    () => heap.usable(block),
    () => heap.call('free_sized', block, 1),
    () => heap.call('free_aligned_sized', block, 1, 1),
  ];

  it('a small block freed twice, while it is on its free-block stack', () => {
    for (const bytes of [8, 48, 1024, 2 * KiB, 8 * KiB]) {
      const block = heap.take(bytes);
      heap.free(block);
      for (const call of everyCall(block)) assertTwice(call, block, bytes);
    }
  });

  it('a small block freed twice, after it went home', () => {
    const blocks = Array.from({ length: 200 }, () => heap.take(48));
    for (let i = 0; i < 200; i += 2) heap.free(blocks[i]);
    heap.trim();
    for (let i = 0; i < 200; i += 38)
      for (const call of everyCall(blocks[i])) assertTwice(call, blocks[i], 48);
  });

  it('a block that was never handed out, of a MiniPage that was', () => {
    const block = heap.take(64);
    for (const call of everyCall(block + 64)) assertTwice(call, block + 64, 64);
  });

  it('a large block freed twice: no block begins there any more', () => {
    for (const bytes of [10 * KiB, 52 * KiB, PAGE, 80 * KiB, 500 * KiB]) {
      const block = heap.take(bytes);
      heap.take(10); // something stays
      heap.free(block);
      for (const call of everyCall(block)) assertNoBlock(call, block);
    }
  });

  it('the inside of a block', () => {
    for (const bytes of [16, 48, 5000, 40 * KiB, 100 * KiB]) {
      const block = heap.take(bytes);
      for (const off of [1, 4, 8, 2048, PAGE].filter((off) => off < bytes))
        for (const call of everyCall(block + off)) assertNoBlock(call, block + off);
      heap.free(block);
    }
  });

  it('static data, the stack, addresses past the heap', () => {
    heap.take(100);
    const { stack_size } = heap.stats;
    for (const address of [
      8,
      1024,
      heap.recordAddress,
      heap.recordAddress + 8,
      stack_size - 16,
      heap.memory_bytes + 64,
      0x7fff0000,
      0xfffffff8,
    ])
      for (const call of everyCall(address)) assertNoBlock(call, address);
  });

  it('before anything was allocated', () => {
    for (const call of everyCall(4096))
      assert.throws(call, { fault: NOT_A_BLOCK, message: noBlock(4096) });
    heap.assertSound();
  });

  it('the heap’s own metadata', () => {
    heap.take(100);
    for (const wanted of ['maps', 'meta']) {
      const run = heap.runs.find(({ kind }) => kind === wanted);
      assert.ok(run);
      for (const address of [run.address, run.address + (run.mini_pages - 1) * 2048])
        for (const call of everyCall(address)) assertNoBlock(call, address);
    }
  });

  it('a size or an alignment that the block does not have, in free_sized and free_aligned_sized', () => {
    const block = heap.take(100); // 112 usable
    assertNoBlock(() => heap.call('free_sized', block, 113), block, 113);
    assertNoBlock(() => heap.call('free_sized', block, 5000), block, 5000);
    assertNoBlock(() => heap.call('free_aligned_sized', block, 24, 100), block, 24);
    const aligned = heap.memalign(32, 40) + 32;
    const odd = aligned % 64 === 0 ? aligned - 32 : aligned; // no multiple of 64
    assertNoBlock(() => heap.call('free_aligned_sized', odd, 64, 40), odd, 64);
    heap.call('free_sized', block, 112);
  });

  it('is not: any legal use', () => {
    const block = heap.realloc(heap.calloc(3, 30), 5000);
    heap.free(heap.realloc(block, 100));
    heap.free(0);
    heap.call('free_aligned_sized', heap.memalign(4096, 70_000), 4096, 70_000);
    heap.assertEmpty();
  });
});

describe('misuse in the release variant', () => {
  /** @type {import('../support/heap.js').Factory} */
  let factory;
  before(async function () {
    this.timeout(BUILD_TIMEOUT);
    factory = await loadApi();
  });

  it('stops at a pointer into no small block that is no block', async () => {
    const heap = await createHeap(factory, 16 * MiB);
    const long = heap.take(20 * KiB);
    assert.throws(() => heap.realloc(long + 2048, 10), WebAssembly.RuntimeError);
    assert.throws(() => heap.free(long + 4096), WebAssembly.RuntimeError);
    const large = heap.take(100 * KiB);
    assert.throws(() => heap.free(large + 8), WebAssembly.RuntimeError);
    assert.throws(() => heap.realloc(large + 2048, 10), WebAssembly.RuntimeError);
    assert.throws(() => heap.free(heap.recordAddress), WebAssembly.RuntimeError);
    heap.free(large);
    assert.throws(() => heap.free(large), WebAssembly.RuntimeError);
    heap.free(long);
    heap.assertEmpty();
  });
});
