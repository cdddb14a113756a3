// threads.c — the part with threads of the matrix's program: each takes blocks, checks and frees them, and hands some on, which
// the main thread frees. Threads then stay until the program ends: what Emscripten frees for one that ended comes later, and would
// move the count of live blocks. -DWITH_PTHREADS, -DWITH_WORKERS, or both.
#include "program.h"
#include <emscripten.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef WITH_PTHREADS
#include <pthread.h>
#endif
#ifdef WITH_WORKERS
#include <emscripten/wasm_worker.h>
#endif

enum { THREADS = 2, KINDS = 2, HANDED = 300, STACK = 65536 };
static void* handed[THREADS * KINDS][HANDED];
static atomic_int started, finished, broken;

static size_t bytes_of(unsigned i) { return 16 + i * 37; }

static void work(void) {
  const unsigned own = (unsigned)atomic_fetch_add(&started, 1);
  for (unsigned round = 1; round < 2000; ++round) {
    const size_t bytes = round * 13 % 5000;
    void* block = MALLOC(bytes);
    fill(block, bytes, own);
    block = realloc(block, bytes + 700);
    if (!is_filled(block, bytes, own)) atomic_fetch_add(&broken, 1);
    FREE(block);
  }
  for (unsigned i = 0; i < HANDED; ++i) {
    handed[own][i] = MALLOC(bytes_of(i));
    fill(handed[own][i], bytes_of(i), own + i);
  }
  atomic_fetch_add(&finished, 1);
}

#ifdef WITH_PTHREADS
static void* pthread(void* nothing) {
  work();
  for (;;) sleep(1000);
  return nothing;
}
#endif

void threads_part(void) {
  int wanted = 0;
#ifdef WITH_PTHREADS
  for (int i = 0; i < THREADS; ++i, ++wanted) {
    pthread_t thread;
    EXPECT(pthread_create(&thread, NULL, pthread, NULL) == 0);
  }
#endif
#ifdef WITH_WORKERS
  for (int i = 0; i < THREADS; ++i, ++wanted) {
    const emscripten_wasm_worker_t worker = emscripten_malloc_wasm_worker(STACK);
    EXPECT(worker != 0);
    emscripten_wasm_worker_post_function_v(worker, work);
  }
#endif
  const double limit = emscripten_get_now() + 60000;
  while (atomic_load(&finished) < wanted && emscripten_get_now() < limit) {}
  EXPECT(atomic_load(&finished) == wanted && atomic_load(&broken) == 0);
  const size_t before = live_blocks();
  for (int k = 0; k < wanted; ++k)
    for (unsigned i = 0; i < HANDED; ++i) {
      EXPECT(is_filled(handed[k][i], bytes_of(i), (unsigned)k + i));
      FREE(handed[k][i]);
    }
  EXPECT(SERVED(before - (size_t)wanted * HANDED));
}

// Nothing keeps the program from ending, then.
void end_workers(void) {
#ifdef WITH_WORKERS
  emscripten_terminate_all_wasm_workers();
#endif
}
