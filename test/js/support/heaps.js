// heaps.js — heaps with something of everything in them, and copies of their memory to break.
import { heapOf } from '../../../js/index.js';
import { growing, instantiate, ptr } from './modules.js';

/** Numbers that look random and are the same every time. @param {number} seed */
export function numbers(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** An instance whose heap holds small and large blocks, free runs, a gap. */
export async function variedHeap() {
  const module = await instantiate(await growing());
  const heap = heapOf(module);
  const random = numbers(7);
  /** @type {number[]} */
  const live = [];
  for (let i = 0; i < 3000; ++i) {
    const doubling = random(100) < 80 ? random(6) : random(15);
    live.push(ptr(module._malloc(8 * 2 ** doubling + random(8 * 2 ** doubling))));
    if (i === 1500) module._sbrk(100_000); // others take memory in between
    if (random(5) < 3) module._free(live.splice(random(live.length), 1)[0]);
  }
  for (let i = 0; i < 6; ++i) live.push(ptr(module._malloc(70_000 + random(300_000))));
  for (const i of [1, 3]) module._free(live.splice(live.length - 6 + i, 1)[0]);
  // a full stack, with others of its class home
  const more = Array.from({ length: 40 }, () => ptr(module._malloc(500)));
  for (const [i, block] of more.entries()) if (i % 2 === 0) module._free(block);
  live.push(...more.filter((_, i) => i % 2 !== 0));
  return { module, heap, live };
}

/** A copy of all of a module's memory. @param {{ gharialHeap(): { memory: WebAssembly.Memory } }} module */
export const imageOf = (module) => new Uint8Array(module.gharialHeap().memory.buffer).slice();

/** Every question a reader answers, in one object. @param {import('../../../js/index.js').HeapReader} heap */
export function everything(heap) {
  /** @type {unknown[]} */
  const blocks = [];
  heap.visitBlocks((block) => blocks.push(block));
  return {
    statistics: heap.getHeapStatistics(),
    spaces: heap.getHeapSpaceStatistics(),
    classes: heap.getSizeClassStatistics(),
    pages: heap.getPageStatistics(),
    global: heap.getGlobalMetaPage(),
    threads: heap.getThreadStatistics(),
    validation: heap.validateHeap(),
    blocks,
  };
}
