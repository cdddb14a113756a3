// wasm_workers.c — programs with Wasm Workers alone: churn, and workers that are terminated. Workers do not end by themselves, nor does the
// program in Node: it says `done` and exits. The first argument names the scenario.
#include "shadow.h"
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <malloc.h>

enum { WORKERS = 3 };
static emscripten_wasm_worker_t workers[WORKERS];
static int finished;
static uint32_t next_seed;
static size_t live_before;
static void* kept[1000];
static int state;  // of the worker to be terminated

static void done(void) {
  puts("done");
  EM_ASM(process.exit(0););
}
typedef void (*callback)(void);
// Calls `then` when the worker that is being terminated has stopped, which terminate() does not wait for.
// clang-format off
EM_JS(void, when_stopped, (int worker, callback then),
      { _wasmWorkers[worker].once('exit', () => wasmTable.get(then)()); });
// clang-format on
static void terminate(emscripten_wasm_worker_t worker, callback then) {
  when_stopped(worker, then);
  emscripten_terminate_wasm_worker(worker);
}
static void start_workers(int count) {
  for (int i = 0; i < count; ++i) {
    workers[i] = emscripten_malloc_wasm_worker(32768);
    MUST(workers[i] != 0, "no worker");
  }
}
static int count_of(int* counter) { return __atomic_load_n(counter, __ATOMIC_ACQUIRE); }

// ---- churn ---------------------------------------------------------------------------------------

static void churn_in_worker(void) {
  churn(__atomic_fetch_add(&next_seed, 1, __ATOMIC_RELAXED), 40000, 600, 30000);
  __atomic_fetch_add(&finished, 1, __ATOMIC_RELEASE);
}
static void end_of_churn(void* nothing) {
  if (count_of(&finished) < WORKERS) return emscripten_async_call(end_of_churn, nothing, 5);
  MUST_BE_SOUND();
  MUST(clear_table() != 0, "nothing was handed on");
  for (int i = 0; i < 20; ++i) malloc_trim(0);
  MUST_BE_SOUND();
  MUST(threads_now().heaps == WORKERS + 1, "%zu heaps", threads_now().heaps);
  MUST(heap_now().live_blocks == live_before, "%zu blocks are live", heap_now().live_blocks);
  done();
}
static void scenario_churn(void) {
  start_workers(WORKERS);
  live_before = heap_now().live_blocks;
  for (int i = 0; i < WORKERS; ++i)
    emscripten_wasm_worker_post_function_v(workers[i], churn_in_worker);
  churn(77, 40000, 600, 30000);
  end_of_churn(NULL);
}

// ---- terminated at rest: its heap goes to the next one --------------------------------------------------

static void keep_and_spin(void) {
  for (uint32_t i = 0; i < 1000; ++i) kept[i] = take(sizeof(struct head) + i, i);
  __atomic_store_n(&state, 1, __ATOMIC_RELEASE);
  for (;;) {}
}
static void use_what_is_left(void) {
  check_and_free(take(100, 1));  // it adopts, then it frees
  for (uint32_t i = 0; i < 1000; ++i) check_and_free(kept[i]);
  MUST(threads_now().orphaned_heaps == 0, "nobody adopted the heap");
  MUST(threads_now().heaps == 2, "%zu heaps", threads_now().heaps);
  MUST(threads_now().blocks_on_their_way == 0, "they are its own now");
  __atomic_store_n(&state, 2, __ATOMIC_RELEASE);
}
static void poll_rest(void* nothing) {
  if (count_of(&state) == 2) {
    MUST_BE_SOUND();
    return done();
  }
  emscripten_async_call(poll_rest, nothing, 5);
}
static void after_rest(void);
static void terminate_at_rest(void* nothing) {
  if (count_of(&state) == 0) return emscripten_async_call(terminate_at_rest, nothing, 5);
  terminate(workers[0], after_rest);
}
static void after_rest(void) {
  MUST(gharial_thread_terminated((uintptr_t)workers[0]) == 0, "it was changing nothing");
  MUST(threads_now().orphaned_heaps == 1, "%zu orphans", threads_now().orphaned_heaps);
  MUST_BE_SOUND();
  emscripten_wasm_worker_post_function_v(workers[1], use_what_is_left);
  poll_rest(NULL);
}
static void scenario_rest(void) {
  start_workers(2);
  emscripten_wasm_worker_post_function_v(workers[0], keep_and_spin);
  terminate_at_rest(NULL);
}

// ---- terminated at any instruction: whatever it did, the others go on ----------------------------------------

static uint32_t terminated;
static void churn_for_ever(void) {
  // Small blocks out of pages that it has, once every class was needed: it does not take the lock, whose dead holder would be a fault.
  for (uint32_t seed = 0;; ++seed) {
    if (seed == 1000) __atomic_store_n(&state, 1, __ATOMIC_RELEASE);
    void* blocks[64];
    for (uint32_t i = 0; i < 64; ++i) blocks[i] = take(sizeof(struct head) + (seed + i) % 300, i);
    for (uint32_t i = 0; i < 64; ++i) check_and_free(blocks[i]);
  }
}
static emscripten_wasm_worker_t victim;
static void after_anywhere(void);
static void terminate_anywhere(void* nothing) {
  if (count_of(&state) == 0) return emscripten_async_call(terminate_anywhere, nothing, 1);
  terminate(victim, after_anywhere);
}
static void after_anywhere(void) {
  const size_t quarantined = threads_now().quarantined_heaps;
  const int in_change = gharial_thread_terminated((uintptr_t)victim);
  const struct gharial_thread_stats now = threads_now();
  MUST(now.quarantined_heaps == quarantined + (size_t)in_change, "%zu quarantined",
       now.quarantined_heaps);
  MUST(now.heaps <= 2 + now.quarantined_heaps, "%zu heaps", now.heaps);
  if (now.quarantined_heaps == 0) MUST_BE_SOUND();
  churn(terminated, 3000, 600, 30000);
  clear_table();
  if (++terminated == 15) return done();
  state = 0;
  victim = emscripten_malloc_wasm_worker(32768);
  emscripten_wasm_worker_post_function_v(victim, churn_for_ever);
  emscripten_async_call(terminate_anywhere, NULL, 1);
}
static void scenario_anywhere(void) {
  victim = emscripten_malloc_wasm_worker(32768);
  emscripten_wasm_worker_post_function_v(victim, churn_for_ever);
  terminate_anywhere(NULL);
}

int main(int count, char** arguments) {
  const char* const name = count == 2 ? arguments[1] : "";
  if (strcmp(name, "churn") == 0)
    scenario_churn();
  else if (strcmp(name, "rest") == 0)
    scenario_rest();
  else if (strcmp(name, "anywhere") == 0)
    scenario_anywhere();
  else
    MUST(count == 0, "name a scenario");
  return 0;
}
