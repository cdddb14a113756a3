/* shadow.h — what the programs of these tests share: blocks that know what they must hold, a generator of numbers, and the end.
 * Assumes: every block is sizeof(struct head) bytes or longer. */
#pragma once
#include <gharial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int malloc_trim(size_t); /* the SDK declares it nowhere */

#define MUST(holds, ...)                                                                           \
  do {                                                                                             \
    if (!(holds)) {                                                                                \
      fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds);                                  \
      fprintf(stderr, __VA_ARGS__);                                                                \
      fprintf(stderr, "\n");                                                                       \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)
#define MUST_BE_SOUND() MUST(gharial_validate() == 0, "I%d", gharial_validate())

struct head {
  size_t bytes;
  uint32_t seed;
};

static inline uint32_t random_below(uint32_t* state, uint32_t below) {
  *state = *state * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)(*state >> 4) * below) >> 28);
}
static inline size_t step_of(size_t bytes) { return bytes <= 1024 ? 1 : 509; }

static inline void* sign(void* block, size_t bytes, uint32_t seed) {
  unsigned char* at = block;
  *(struct head*)block = (struct head){bytes, seed};
  for (size_t i = sizeof(struct head); i < bytes; i += step_of(bytes))
    at[i] = (unsigned char)(seed + i);
  return block;
}
static inline void check_bytes(const void* block, size_t within) {
  const struct head head = *(const struct head*)block;
  for (size_t i = sizeof(struct head); i < within; i += step_of(head.bytes))
    MUST(((const unsigned char*)block)[i] == (unsigned char)(head.seed + i),
         "byte %zu of the %zu at %p", i, head.bytes, block);
}
static inline void check_and_free(void* block) {
  check_bytes(block, ((struct head*)block)->bytes);
  free(block);
}
static inline void* take(size_t bytes, uint32_t seed) {
  void* block = malloc(bytes);
  MUST(block != NULL, "no memory for %zu bytes", bytes);
  return sign(block, bytes, seed);
}

static inline struct gharial_stats heap_now(void) {
  struct gharial_stats stats = {.size = sizeof stats, .version = GHARIAL_STATS_VERSION};
  MUST(gharial_stats_get(&stats) == 0, "statistics");
  return stats;
}
static inline struct gharial_thread_stats threads_now(void) {
  struct gharial_thread_stats stats = {.size = sizeof stats,
                                       .version = GHARIAL_THREAD_STATS_VERSION};
  MUST(gharial_thread_stats_get(&stats) == 0, "statistics of threads");
  return stats;
}

/* Blocks change hands through a table: whoever puts one in frees the one that was there. */
enum { PLACES = 2048 };
static void* table[PLACES];
static inline void hand_on(uint32_t* state, void* block) {
  void* const old =
      __atomic_exchange_n(&table[random_below(state, PLACES)], block, __ATOMIC_ACQ_REL);
  if (old != NULL) check_and_free(old);
}
static inline size_t clear_table(void) {
  size_t count = 0;
  for (int i = 0; i < PLACES; ++i)
    if (table[i] != NULL) {
      check_and_free(table[i]);
      table[i] = NULL;
      count++;
    }
  return count;
}

/* A thread's share of churn: allocates, reallocates, keeps some blocks, hands the others on. */
static inline void churn(uint32_t seed, int steps, uint32_t small, uint32_t large) {
  enum { KEPT = 300 };
  void* kept[KEPT] = {0};
  uint32_t state = seed * 2654435761u + 1;
  for (int i = 0; i < steps; ++i) {
    const uint32_t most = random_below(&state, 40) == 0 ? large : small;
    const size_t bytes = sizeof(struct head) + random_below(&state, most);
    void** const place = &kept[random_below(&state, KEPT)];
    if (*place == NULL) {
      const uint32_t how = random_below(&state, 8);
      void* block = how == 0   ? calloc(1, bytes)
                    : how == 1 ? aligned_alloc(16u << random_below(&state, 8), bytes)
                               : malloc(bytes);
      MUST(block != NULL, "no memory for %zu bytes", bytes);
      if (how == 0)
        for (size_t k = 0; k < bytes; k += step_of(bytes))
          MUST(((char*)block)[k] == 0, "byte %zu of calloc", k);
      *place = sign(block, bytes, state);
    } else if (random_below(&state, 4) == 0) {
      const size_t had = ((struct head*)*place)->bytes;
      check_bytes(*place, had);
      void* moved = realloc(*place, bytes);
      MUST(moved != NULL, "no memory for %zu bytes", bytes);
      check_bytes(moved, had < bytes ? had : bytes);
      *place = sign(moved, bytes, state);
    } else if (random_below(&state, 2) == 0) {
      check_and_free(*place);
      *place = NULL;
    } else {
      hand_on(&state, *place);
      *place = NULL;
    }
  }
  for (int i = 0; i < KEPT; ++i)
    if (kept[i] != NULL) hand_on(&state, kept[i]);
}
