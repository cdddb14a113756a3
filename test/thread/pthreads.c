// pthreads.c — what programs with pthreads do to the heap, one scenario a run, named by the first argument. It says `done` when all went well.
#include "shadow.h"
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

static pthread_t start(void* (*body)(void*), size_t argument) {
  pthread_t thread;
  const int error = pthread_create(&thread, NULL, body, (void*)argument);
  MUST(error == 0, "pthread_create: %d", error);
  return thread;
}
static void run_all(void* (*body)(void*), size_t count, size_t first) {
  pthread_t threads[8];
  for (size_t i = 0; i < count; ++i) threads[i] = start(body, first + i);
  for (size_t i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}
static void must_be_empty(size_t live) {
  // What a joined thread had is freed a moment later, by the main thread.
  for (int i = 0; i < 1000 && heap_now().live_blocks > live; ++i) usleep(5000);
  MUST(heap_now().live_blocks <= live, "%zu blocks are live, %zu before", heap_now().live_blocks,
       live);
  malloc_trim(0);
  MUST_BE_SOUND();
  MUST(threads_now().blocks_on_their_way == 0, "%zu blocks", threads_now().blocks_on_their_way);
}

// ---- churn: several threads, and whoever finds a block frees it -----------------------------------

static void* churn_small(void* seed) {
  churn((uint32_t)(size_t)seed, 60000, 600, 5000);
  return NULL;
}
static void* churn_large(void* seed) {
  churn((uint32_t)(size_t)seed, 4000, 20000, 400000);
  return NULL;
}
static void scenario_churn(void) {
  run_all(churn_small, 4, 100);
  clear_table();
  const size_t live = heap_now().live_blocks;  // of the C library, for its threads
  for (uint32_t round = 0; round < 3; ++round) {
    run_all(round == 1 ? churn_large : churn_small, 4, round * 10);
    MUST_BE_SOUND();
    MUST(clear_table() != 0, "nothing was handed on");
    must_be_empty(live);
  }
}

// ---- elsewhere: no block is freed by the thread that took it -----------------------------------------

enum { RING = 3, BATCH = 2000 };
static void* ring[RING][BATCH];
static pthread_barrier_t barrier;
static size_t bytes_after_warm_up;

static void* pass_on(void* argument) {
  const size_t me = (size_t)argument, before = (me + RING - 1) % RING;
  for (uint32_t round = 0; round < 60; ++round) {
    for (uint32_t i = 0; i < BATCH; ++i)
      ring[me][i] = take(sizeof(struct head) + (round * 7 + i) % 500, round + i);
    pthread_barrier_wait(&barrier);
    for (uint32_t i = 0; i < BATCH; ++i) check_and_free(ring[before][i]);
    pthread_barrier_wait(&barrier);
    if (me == 0 && round == 9) bytes_after_warm_up = heap_now().heap_bytes;
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}
static void scenario_elsewhere(void) {
  pthread_barrier_init(&barrier, NULL, RING);
  run_all(pass_on, RING, 0);
  MUST_BE_SOUND();
  // What lies at hand differs from round to round; a leak of one block in a hundred would be more than that.
  MUST(heap_now().heap_bytes <= bytes_after_warm_up + bytes_after_warm_up / 4,
       "%zu bytes after 60 rounds, %zu after 10", heap_now().heap_bytes, bytes_after_warm_up);
}

// ---- thousand: threads come and go, memory stays ------------------------------------------------------

static void* kept_by_last;
static void* come_and_go(void* seed) {
  if (kept_by_last != NULL) check_and_free(kept_by_last);
  void* blocks[200];
  for (uint32_t i = 0; i < 200; ++i) blocks[i] = take(sizeof(struct head) + i * 5, i);
  for (uint32_t i = 1; i < 200; ++i) check_and_free(blocks[i]);
  check_and_free(take(50000, 1));
  kept_by_last = blocks[0];
  return seed;
}
static void scenario_thousand(void) {
  size_t bytes = 0, live = 0;
  for (size_t i = 0; i < 1000; ++i) {
    run_all(come_and_go, 1, i);
    if (i == 100) bytes = heap_now().heap_bytes, live = heap_now().live_blocks;
  }
  // Stacks of joined threads are freed a moment later, by the main thread: a few more may be there at once. Half a kilobyte a thread
  // is less than anything that could be left behind.
  MUST(heap_now().heap_bytes <= bytes + 900 * 512, "%zu bytes, %zu after 100 threads",
       heap_now().heap_bytes, bytes);
  MUST(heap_now().live_blocks <= live + 20, "%zu blocks, %zu before", heap_now().live_blocks, live);
  MUST(threads_now().heaps <= 6, "%zu heaps", threads_now().heaps);
  MUST_BE_SOUND();
}

// ---- ends: malloc where a thread or the program ends ------------------------------------------------------

static pthread_key_t early, late;
static int destroyed;
static void destroy_early(void* block) {
  check_and_free(block);
  check_and_free(take(300, 1));
  destroyed++;
  if (destroyed < 3) pthread_setspecific(late, take(400, 2));  // another round of destructors
}
static void* with_keys(void* nothing) {
  destroyed = 0;
  pthread_setspecific(early, take(100, 3));
  pthread_setspecific(late, take(200, 4));
  return nothing;
}
static void* until_cancelled(void* ready) {
  uint32_t state = 1;
  for (;;) {
    hand_on(&state, take(sizeof(struct head) + random_below(&state, 3000), state));
    __atomic_store_n((int*)ready, 1, __ATOMIC_RELEASE);
    pthread_testcancel();
  }
}
static void at_exit(void) {
  check_and_free(take(70000, 5));
  check_and_free(take(70, 6));
  MUST_BE_SOUND();
  puts("done at exit");
}
static void scenario_ends(void) {
  pthread_key_create(&early, destroy_early);
  check_and_free(take(8 + sizeof(struct head), 1));
  pthread_key_create(&late, destroy_early);
  run_all(with_keys, 2, 0);
  const size_t heaps = threads_now().heaps;
  for (int i = 0; i < 20; ++i) run_all(with_keys, 1, 0);
  MUST(destroyed >= 3, "%d destructors ran", destroyed);
  MUST(threads_now().heaps == heaps, "%zu heaps, %zu before", threads_now().heaps, heaps);
  for (int i = 0; i < 20; ++i) {
    int ready = 0;
    const pthread_t thread = start(until_cancelled, (size_t)&ready);
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) usleep(100);
    MUST(pthread_cancel(thread) == 0, "pthread_cancel");
    void* result;
    pthread_join(thread, &result);
    MUST(result == PTHREAD_CANCELED, "it was not cancelled");
    MUST_BE_SOUND();
  }
  clear_table();
  MUST(threads_now().heaps <= heaps + 1, "%zu heaps", threads_now().heaps);
  atexit(at_exit);
}

// ---- growth: two threads need memory at once, and a third asks sbrk --------------------------------------

static int growing;
static void* grow(void* argument) {
  const uint32_t me = (uint32_t)(size_t)argument;
  pthread_barrier_wait(&barrier);
  void* blocks[100];
  for (uint32_t i = 0; i < 100; ++i)
    blocks[i] = take(i % 4 == 3 ? 2000 : 70000 + i * 100, me * 1000 + i);
  for (uint32_t i = 0; i < 100; ++i) check_and_free(blocks[i]);
  __atomic_fetch_sub(&growing, 1, __ATOMIC_RELEASE);
  return NULL;
}
static void* ask_sbrk(void* nothing) {
  char* ranges[50];
  pthread_barrier_wait(&barrier);
  int count = 0;
  for (; count < 50; ++count) {
    ranges[count] = sbrk(1000);
    if (ranges[count] == (void*)-1) break;
    memset(ranges[count], 0x77, 1000);
    if (__atomic_load_n(&growing, __ATOMIC_ACQUIRE) == 0) break;
  }
  while (__atomic_load_n(&growing, __ATOMIC_ACQUIRE) != 0) usleep(100);
  for (int i = 0; i < count; ++i)
    for (int k = 0; k < 1000; ++k) MUST(ranges[i][k] == 0x77, "byte %d of others", k);
  return nothing;
}
static void scenario_growth(void) {
  const size_t grows = heap_now().heap_grows;
  pthread_barrier_init(&barrier, NULL, 3);
  growing = 2;
  const pthread_t threads[3] = {start(grow, 1), start(grow, 2), start(ask_sbrk, 0)};
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  MUST_BE_SOUND();
  MUST(heap_now().heap_grows - grows >= 20, "memory grew %zu times", heap_now().heap_grows - grows);
}

// ---- lock: whoever holds it is stopped, the others wait, but not those that free ---------------------------

static void *small_block, *large_block;
static int freed;
static void* need_lock(void* nothing) {
  check_and_free(take(200000, 1));
  return nothing;
}
static void* free_only(void* nothing) {
  check_and_free(small_block);
  check_and_free(large_block);
  __atomic_store_n(&freed, 1, __ATOMIC_RELEASE);
  return nothing;
}
// The walk over the heap holds the lock; the statistics are for the holder, too.
static int hold_until_waited_for(void* block, size_t bytes, enum gharial_block_state state,
                                 void* before) {
  (void)block, (void)bytes, (void)state;
  while (threads_now().lock_waits <= *(size_t*)before) {}
  while (!__atomic_load_n(&freed, __ATOMIC_ACQUIRE)) {}
  return 7;
}
static void* hold(void* argument) {
  size_t before = threads_now().lock_waits;
  pthread_barrier_wait(&barrier);
  MUST(gharial_visit_blocks(hold_until_waited_for, &before) == 7, "the walk was not stopped");
  return argument;
}
static void scenario_lock(void) {
  small_block = take(100, 1);
  large_block = take(200000, 2);
  pthread_barrier_init(&barrier, NULL, 2);
  const pthread_t holder = start(hold, 0);
  // Threads are created before the lock is held, for that allocates.
  pthread_t others[2] = {0};
  others[0] = start(free_only, 0);
  pthread_join(others[0], NULL);
  __atomic_store_n(&freed, 0, __ATOMIC_RELEASE);
  small_block = take(100, 1);
  large_block = take(200000, 2);
  others[0] = start(need_lock, 0);
  pthread_join(others[0], NULL);
  const size_t before = threads_now().lock_waits;
  pthread_barrier_wait(&barrier);
  usleep(20000);
  check_and_free(small_block);  // do not wait
  check_and_free(large_block);
  __atomic_store_n(&freed, 1, __ATOMIC_RELEASE);
  check_and_free(take(200000, 1));  // waits
  pthread_join(holder, NULL);
  MUST(threads_now().lock_waits == before + 1, "%zu waits, %zu before", threads_now().lock_waits,
       before);
  MUST_BE_SOUND();
}

// ---- real time: a reserve, and no more ------------------------------------------------------------------

static void* in_real_time(void* nothing) {
  MUST(gharial_thread_reserve(1 << 20) == 0, "no reserve");
  MUST(gharial_thread_realtime(1) == 0, "it was on");
  const size_t grows = heap_now().heap_grows, refusals = threads_now().refusals;
  for (uint32_t round = 0; round < 200; ++round) {
    void* blocks[200];
    for (uint32_t i = 0; i < 200; ++i) blocks[i] = take(sizeof(struct head) + i * 8, i);
    for (uint32_t i = 0; i < 200; ++i) check_and_free(blocks[i]);
  }
  MUST(threads_now().refusals == refusals, "refused within the reserve");
  errno = 0;
  // Blocks of whole MiniPages, as all long ones, need the lock.
  MUST(malloc(100000) == NULL && errno == ENOMEM, "a large block");
  MUST(threads_now().refusals == refusals + 1, "%zu refusals", threads_now().refusals);
  size_t count = 0;
  while (count < 10000 && malloc(1000) != NULL) count++;
  // What the stacks of other classes keep is not there for this one.
  MUST(count >= 750 && count < 10000, "%zu blocks out of 1 MiB", count);
  MUST(heap_now().heap_grows == grows, "memory grew");
  MUST(gharial_thread_realtime(0) == 1, "it was off");
  return nothing;
}
static void scenario_real_time(void) {
  run_all(in_real_time, 1, 0);
  MUST_BE_SOUND();
}

// ---- all of them ---------------------------------------------------------------------------------------------

static const struct {
  const char* name;
  void (*run)(void);
} scenarios[] = {{"churn", scenario_churn},        {"elsewhere", scenario_elsewhere},
                 {"thousand", scenario_thousand},  {"ends", scenario_ends},
                 {"growth", scenario_growth},      {"lock", scenario_lock},
                 {"real-time", scenario_real_time}};

int main(int count, char** arguments) {
  for (size_t i = 0; count == 2 && i < sizeof scenarios / sizeof *scenarios; ++i)
    if (strcmp(arguments[1], scenarios[i].name) == 0) {
      scenarios[i].run();
      puts("done");
      return 0;
    }
  fprintf(stderr, "name a scenario\n");
  return 2;
}
