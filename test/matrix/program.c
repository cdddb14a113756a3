// program.c — the program of every row: calls all of the allocator's interface, checks what it got, proves that gharial served
// each call (its own count of live blocks moved), and prints the same text in every mode. Plain C without growth of its own:
// 16 MiB are enough. -DPEER leaves out what only gharial has, to see whether a mode works with the SDK's own allocator. -DPROFILE
// samples every block, and then what is sampled is what is live, whenever it is counted.
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef PEER
#include <gharial.h>
#endif
#ifdef PROFILE
#include <emscripten.h>
#endif
#include "program.h"

static int failures;

#ifdef PROFILE
// clang-format off
EM_JS(void, sample_all, (void), { gharialProfiler['start'](0, 16, 1); })
EM_JS(unsigned, samples, (void), { return gharialProfiler['live']().length; })
// clang-format on
static size_t older;  // blocks that were live before the first sample
static int sampling;
#endif

void expect_at(int holds, const char* what, const char* file, int line) {
  if (holds) return;
  failures++;
  printf("FAILED: %s (%s:%d)\n", what, file, line);
}

size_t live_blocks(void) {
#ifdef PEER
  return 0;
#else
  struct gharial_stats stats = {.size = sizeof stats, .version = GHARIAL_STATS_VERSION};
  if (gharial_stats_get(&stats) != 0) return ~(size_t)0;
#ifdef PROFILE
  EXPECT(!sampling || samples() + older == stats.live_blocks);
#endif
  return stats.live_blocks;
#endif
}

void fill(void* block, size_t bytes, unsigned seed) {
  unsigned char* at = block;
  for (size_t i = 0; i < bytes; ++i) at[i] = (unsigned char)(seed + i * 7);
}
int is_filled(const void* block, size_t bytes, unsigned seed) {
  const unsigned char* at = block;
  size_t i = 0;
  while (i < bytes && at[i] == (unsigned char)(seed + i * 7)) ++i;
  return i == bytes;
}
static int is_zero(const unsigned char* at, size_t bytes) {
  size_t i = 0;
  while (i < bytes && at[i] == 0) ++i;
  return i == bytes;
}
static int is_aligned(const void* block, size_t alignment) {
  return (uintptr_t)block % alignment == 0;
}

#ifdef BUILTIN
// What the runtime has of the interface.
static void whole_interface(void) {
  const size_t before = live_blocks();
  void* block[3] = {MALLOC(100), CALLOC(10, 100), MEMALIGN(256, 3000)};
  EXPECT(SERVED(before + 3) && is_zero(block[1], 1000) && is_aligned(block[2], 256));
  for (unsigned i = 0; i < 3; ++i) fill(block[i], 100, i);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT(is_filled(block[i], 100, i));
    FREE(block[i]);
  }
  EXPECT(SERVED(before));
}
#else
// Each entry point once; every block is gharial's, holds what was written, and goes back.
static void whole_interface(void) {
  const size_t before = live_blocks();
  void* block[10];
  block[0] = MALLOC(100);
  EXPECT(SERVED(before + 1));
  block[1] = CALLOC(10, 100);
  EXPECT(SERVED(before + 2) && is_zero(block[1], 1000));
  block[2] = realloc(NULL, 50);
  EXPECT(SERVED(before + 3));
  block[3] = MEMALIGN(256, 3000);
  EXPECT(SERVED(before + 4) && is_aligned(block[3], 256));
  block[4] = NULL;
  EXPECT(posix_memalign(&block[4], 4096, 10) == 0 && SERVED(before + 5) &&
         is_aligned(block[4], 4096));
  block[5] = aligned_alloc(64, 640);
  EXPECT(SERVED(before + 6) && is_aligned(block[5], 64));
  static const size_t sizes[6] = {100, 1000, 50, 3000, 10, 640};
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT(block[i] != NULL && malloc_usable_size(block[i]) >= sizes[i]);
    EXPECT(is_aligned(block[i], _Alignof(max_align_t)));
    fill(block[i], sizes[i], i);
  }
  for (unsigned i = 0; i < 6; ++i) {
    block[i] = realloc(block[i], sizes[i] * 30);
    EXPECT(block[i] != NULL && is_filled(block[i], sizes[i], i));
  }
  EXPECT(SERVED(before + 6));
  for (unsigned i = 0; i < 6; ++i) FREE(block[i]);
  FREE(NULL);
  EXPECT(SERVED(before));
}
#endif

// A few thousand blocks of all kinds come and go; each holds its pattern.
static void churn(void) {
  enum { BLOCKS = 400, ROUNDS = 6000 };
  static void* blocks[BLOCKS];
  static size_t sizes[BLOCKS];
  uint32_t random = 1;
  for (int round = 0; round < ROUNDS; ++round) {
    random = random * 1664525u + 1013904223u;
    const unsigned i = (random >> 8) % BLOCKS;
    if (blocks[i] != NULL) {
      EXPECT(is_filled(blocks[i], sizes[i], i));
      FREE(blocks[i]);
    }
    sizes[i] = (random >> 16) % (round % 50 == 0 ? 60000 : round % 7 == 0 ? 3000 : 200);
    blocks[i] = MALLOC(sizes[i]);
    EXPECT(blocks[i] != NULL);
    if (blocks[i] == NULL) return;
    fill(blocks[i], sizes[i], i);
  }
  for (unsigned i = 0; i < BLOCKS; ++i) {
    if (blocks[i] != NULL) EXPECT(is_filled(blocks[i], sizes[i], i));
    FREE(blocks[i]);
  }
}

// What the C library allocates for itself is gharial's as well.
static void library(void) {
  char* copy = strdup("a string");
  EXPECT(strcmp(copy, "a string") == 0);
  free(copy);
  char* text = NULL;
  EXPECT(asprintf(&text, "%d blocks", 12) == 9 && strcmp(text, "12 blocks") == 0);
  free(text);
}

static void* volatile kept[3];

int main(void) {
#ifdef PROFILE
  older = live_blocks();
  sample_all();
  sampling = 1;
#endif
  whole_interface();
  churn();
  library();
#ifdef WITH_CXX
  cxx_part();
#endif
#ifdef WITH_SIDE
  side_part();
#endif
#if defined(WITH_PTHREADS) || defined(WITH_WORKERS)
  threads_part();
#endif
#ifdef GROW
  // More than memory had in the beginning.
  void* volatile large = MALLOC(40u << 20);
  EXPECT(large != NULL);
  if (large != NULL) fill((char*)large + (40u << 20) - 1000, 1000, 3);
  FREE(large);
#endif
  const size_t before = live_blocks();
  for (int i = 0; i < 3; ++i) kept[i] = MALLOC(1000 << i);
  EXPECT(SERVED(before + 3));
#ifndef PEER
  EXPECT(gharial_validate() == 0);
#endif
#ifdef WITH_WORKERS
  end_workers();
#endif
#ifdef PROFILE
  printf("%u sampled\n", samples());
#endif
  printf("%s, %u live blocks\n", failures == 0 ? "sound" : "broken", (unsigned)live_blocks());
  return failures != 0;
}
