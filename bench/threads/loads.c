/* loads.c — loads for several threads. Each divides about the same work among its threads, so that a time tells how the allocator
 * scales. One operation is a malloc and the free of some block.
 *
 *   nothing shared      every thread churns 1 000 blocks of 16…511 B of its own
 *   producer, consumer  half of the threads allocate, the other half free what they get, 128 blocks at a time
 *   handed on           every thread churns 1 000 blocks, then hands them all to the next thread (after Larson and Krishnan, ISMM 1998)
 *   mixed               all churn 8 192 blocks that belong to nobody, one in fifty of up to 64 KiB: most are freed by another thread
 */
#include <emscripten/threading.h>
#include <emscripten.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  MAX_THREADS = 8,
  OWN_SLOTS = 1000,
  SHARED_SLOTS = 8192,
  BATCH = 128,
  RING = 16,
  ROUNDS = 16
};

static uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static void* take(size_t bytes) {
  char* block = malloc(bytes);
  if (block == NULL) abort();
  block[0] = 1;
  block[bytes - 1] = 1;
  return block;
}

/* What one thread writes all the time lies in cache lines of its own: else the loads would measure where the compiler put it. */
enum { LINE = 128 };

struct thread {
  _Alignas(LINE) pthread_t id;
  uint32_t number, threads, operations, seed;
};

static struct {
  _Alignas(LINE) void* slots[OWN_SLOTS];
} own[MAX_THREADS];
static _Atomic(void*) everybodys[SHARED_SLOTS];
static pthread_barrier_t round_end;

static void churn(void** slots, uint32_t operations, uint32_t* seed) {
  for (uint32_t i = 0; i < operations; ++i) {
    const uint32_t slot = next_random(seed) % OWN_SLOTS;
    free(slots[slot]);
    slots[slot] = take(16 + next_random(seed) % 496);
  }
}

static void* nothing_shared(void* argument) {
  struct thread* self = argument;
  churn(own[self->number].slots, self->operations, &self->seed);
  return NULL;
}

static void* handed_on(void* argument) {
  struct thread* self = argument;
  for (uint32_t round = 0; round < ROUNDS; ++round) {
    churn(own[(self->number + round) % self->threads].slots, self->operations / ROUNDS,
          &self->seed);
    pthread_barrier_wait(&round_end);
  }
  return NULL;
}

static void* mixed(void* argument) {
  struct thread* self = argument;
  for (uint32_t i = 0; i < self->operations; ++i) {
    const uint32_t slot = next_random(&self->seed) % SHARED_SLOTS;
    const uint32_t most = next_random(&self->seed) % 50 == 0 ? 65536 : 512;
    void* block = take(1 + next_random(&self->seed) % most);
    free(atomic_exchange(&everybodys[slot], block));
  }
  return NULL;
}

/* A ring of batches from one thread to another. `made` and `used` count batches. */
struct ring {
  void* blocks[RING][BATCH];
  _Atomic uint32_t made, used;
};
static struct ring rings[MAX_THREADS / 2];

static void produce(struct ring* ring, uint32_t* seed) {
  const uint32_t made = ring->made;
  uint32_t used;
  while ((used = ring->used) + RING == made) emscripten_futex_wait(&ring->used, used, 1);
  for (uint32_t i = 0; i < BATCH; ++i)
    ring->blocks[made % RING][i] = take(16 + next_random(seed) % 496);
  ring->made = made + 1;
  emscripten_futex_wake(&ring->made, 1);
}

static void consume(struct ring* ring) {
  const uint32_t used = ring->used;
  uint32_t made;
  while ((made = ring->made) == used) emscripten_futex_wait(&ring->made, made, 1);
  for (uint32_t i = 0; i < BATCH; ++i) free(ring->blocks[used % RING][i]);
  ring->used = used + 1;
  emscripten_futex_wake(&ring->used, 1);
}

static void* producer_consumer(void* argument) {
  struct thread* self = argument;
  struct ring* ring = &rings[self->number / 2];
  const uint32_t pairs = self->threads < 2 ? 1 : self->threads / 2;
  const uint32_t batches = self->operations * self->threads / pairs / BATCH;
  for (uint32_t i = 0; i < batches; ++i) {
    if (self->number % 2 == 0) produce(ring, &self->seed);
    if (self->number % 2 == 1 || self->threads == 1) consume(ring);
  }
  return NULL;
}

#ifdef WITH_LUA
#include <lauxlib.h>
#include <lualib.h>

/* Every thread runs a Lua state of its own. */
static const char script[] =
    "local n = ... local words = {} "
    "for i = 1, n do local t = {i, tostring(i), {x = i, y = {i}}} words[i % 500 + 1] = t "
    "if i % 10 == 0 then words[i % 500 + 1] = table.concat({'a', i, 'b', i * 2}, '-') end end "
    "return #words";

static void* lua_states(void* argument) {
  struct thread* self = argument;
  lua_State* lua = luaL_newstate();
  if (lua == NULL) abort();
  luaL_openlibs(lua);
  if (luaL_loadstring(lua, script) != LUA_OK) abort();
  lua_pushinteger(lua, self->operations / 8);
  if (lua_pcall(lua, 1, 1, 0) != LUA_OK) abort();
  lua_close(lua);
  return NULL;
}
#endif

static void* (*const loads[])(void*) = {
    nothing_shared, producer_consumer, handed_on, mixed,
#ifdef WITH_LUA
    lua_states,
#endif
};

/* Runs a load with so many threads and operations in all; returns nanoseconds per operation. */
EMSCRIPTEN_KEEPALIVE double run_load(uint32_t load, uint32_t threads, uint32_t operations) {
  struct thread all[MAX_THREADS];
  pthread_barrier_init(&round_end, NULL, threads);
  const double begin = emscripten_get_now();
  for (uint32_t i = 0; i < threads; ++i) {
    all[i] = (struct thread){
        .number = i, .threads = threads, .operations = operations / threads, .seed = i + 1};
    if (pthread_create(&all[i].id, NULL, loads[load], &all[i]) != 0) abort();
  }
  for (uint32_t i = 0; i < threads; ++i) pthread_join(all[i].id, NULL);
  const double end = emscripten_get_now();
  pthread_barrier_destroy(&round_end);
  return (end - begin) * 1e6 / operations;
}

/* Bytes between static data and the break. */
EMSCRIPTEN_KEEPALIVE double heap_bytes(void) {
  extern char __heap_base;
  return (double)((uintptr_t)sbrk(0) - (uintptr_t)&__heap_base);
}
