// threads.js — a program whose threads allocate, free each other's blocks, and stand still when they are told to: small
// and large blocks, through a box in which each block is put by one thread and taken by any.
import { build, instantiate } from './modules.js';

const EXPORTS = [
  ...[
    'start',
    'stand_still',
    'go_on',
    'end_all',
    'malloc',
    'free',
    'malloc_trim',
    'sbrk',
    'gharial_validate',
  ],
  ...['stats_get', 'stats_field', 'threads_get', 'threads_field', 'visit_begin', 'visit_field'],
  ...['gharial_thread_reserve', 'gharial_thread_realtime', 'gharial_thread_terminated'],
];
const PROGRAM = `
#include <gharial.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <emscripten/threading.h>
enum { BOXES = 4096, MOST = 4 };
static _Atomic(void*) box[BOXES];
static _Atomic int wanted, standing; /* 0: stand still, 1: go on, 2: end */
static pthread_t threads[MOST];
static int count;
static unsigned next(unsigned* seed) { return (*seed = *seed * 1664525u + 1013904223u) >> 8; }
static void* churn(void* argument) {
  unsigned seed = (unsigned)(size_t)argument * 7919u;
  for (;;) {
    if (wanted == 2) return 0;
    if (wanted == 0) {
      standing++;
      while (wanted == 0) emscripten_futex_wait(&wanted, 0, 1000);
      standing--;
      continue;
    }
    unsigned shape = next(&seed) % 400, bytes = next(&seed);
    bytes = shape == 0 ? 53000 + bytes % 200000 : shape < 10 ? 10000 + bytes % 40000 : bytes % 700;
    char* block = malloc(bytes + 1);
    if (block != 0) memset(block, 0xa5, bytes < 64 ? bytes : 64);
    free(atomic_exchange(&box[next(&seed) % BOXES], block));
  }
}
static void wake(int to) { wanted = to; emscripten_futex_wake(&wanted, MOST); }
int start(int number) {
  wanted = 1;
  for (count = 0; count < number; ++count)
    if (pthread_create(&threads[count], 0, churn, (void*)(size_t)(count + 1)) != 0) return -1;
  return 0;
}
void stand_still(void) { wanted = 0; while (standing != count) usleep(100); }
void go_on(void) { wake(1); }
void end_all(void) { wake(2); while (count > 0) pthread_join(threads[--count], 0); }
static struct gharial_stats stats;
int stats_get(void) { stats.size = sizeof stats; stats.version = GHARIAL_STATS_VERSION; return gharial_stats_get(&stats); }
size_t stats_field(int i) { return (&stats.heap_bytes)[i]; }
static struct gharial_thread_stats of_threads;
int threads_get(void) {
  of_threads.size = sizeof of_threads;
  of_threads.version = GHARIAL_THREAD_STATS_VERSION;
  return gharial_thread_stats_get(&of_threads);
}
size_t threads_field(int i) { return (&of_threads.heaps)[i]; }
static unsigned blocks[3], sum;
static int visit(void* block, size_t bytes, enum gharial_block_state state, void* context) {
  blocks[state - 1]++;
  sum = sum * 31 + (unsigned)(size_t)block + (unsigned)bytes * 7 + state;
  return 0;
}
void visit_begin(void) { memset(blocks, 0, sizeof blocks); sum = 0; gharial_visit_blocks(visit, 0); }
unsigned visit_field(int i) { return i == 0 ? sum : blocks[i - 1]; }
`;

/** @param {string} [port] options of the port @param {string} [environment] of Emscripten */
export const threaded = (port = '', environment = 'node,worker') =>
  build(
    `threads${port.replace(/\W/g, '-')}${environment.startsWith('web') ? '-web' : ''}`,
    [
      ...['-pthread', '-sPTHREAD_POOL_SIZE=3', `-sENVIRONMENT=${environment}`],
      '-sEXPORTED_RUNTIME_METHODS=PThread',
      ...['-sALLOW_MEMORY_GROWTH', '-sINITIAL_MEMORY=1MB', '-Wno-pthreads-mem-growth'],
    ],
    { port, program: PROGRAM, exports: EXPORTS },
  );

/** Fields of struct gharial_thread_stats, in order, by what they are called in JavaScript; '': of the calling thread alone. */
export const THREAD_FIELDS = /** @type {const} */ ([
  'number_of_heaps',
  'number_of_orphaned_heaps',
  'number_of_quarantined_heaps',
  'number_of_owned_pages',
  'number_of_free_owned_pages',
  'number_of_orphaned_pages',
  'number_of_quarantined_pages',
  'number_of_pending_blocks',
  'number_of_lock_waits',
  '',
  'number_of_refusals',
]);

/** An instance, and what ends its workers. */
export async function createThreaded() {
  const module = await instantiate(await threaded());
  return { module, end: () => module.PThread.terminateAllThreads() };
}

/**
 * Makes the threads stand still while blocks are on their way to their owners. A busy machine may let the threads rest
 * for long, and a thread that has just taken in what was freed elsewhere leaves none, so that one try is not enough.
 * @param {{ _stand_still(): void, _go_on(): void }} module @param {import('../../../js/index.js').HeapReader} heap
 */
export async function standStillWithPending(module, heap) {
  for (;;) {
    module._stand_still();
    if (heap.getThreadStatistics().number_of_pending_blocks > 0) return;
    module._go_on();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Asks everything again and again, until `rounds` are over and something was seen to change meanwhile.
 * @param {import('../../../js/index.js').HeapReader} heap @param {number} rounds
 * @returns {{ inexact: number, faults: import('../../../js/index.js').HeapFault[], sums: boolean }}
 */
export function readManyTimes(heap, rounds) {
  let inexact = 0;
  let sums = true;
  // On a busy machine it takes a while until the threads that were started allocate.
  const end = Date.now() + 30_000;
  while (heap.getThreadStatistics().number_of_heaps < 2 && Date.now() < end);
  for (let i = 0; i < rounds || inexact === 0; ++i) {
    const { exact, number_of_live_allocations } = heap.getHeapStatistics();
    if (exact === false) inexact += 1;
    const before = heap.memory_size;
    const spaces = heap.getHeapSpaceStatistics();
    const total = spaces.reduce((sum, { space_size }) => sum + space_size, 0);
    const pages = heap.getPageStatistics();
    const threads = heap.getThreadStatistics();
    let blocks = 0;
    heap.visitBlocks(() => {
      blocks += 1;
    });
    heap.getSizeClassStatistics();
    heap.getGlobalMetaPage();
    sums &&=
      total >= before &&
      total <= heap.memory_size &&
      spaces.every(({ space_size, space_used_size }) => space_size >= 0 && space_used_size >= 0) &&
      pages.every(({ mini_pages }) => mini_pages.reduce((n, { length }) => n + length, 0) === 32) &&
      threads.number_of_heaps > 1 &&
      blocks > 0 &&
      number_of_live_allocations >= 0;
    const { ok, errors } = heap.validateHeap();
    if (!ok) return { inexact, faults: errors, sums };
  }
  return { inexact, faults: [], sums };
}
