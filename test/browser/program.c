// program.c — a program whose heap changes while a page looks at it: blocks of many sizes that come and go, by turns.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static void** blocks;
static size_t count, most;
static uint32_t state = 1;

static void hold(void* block) {
  if (block == NULL) return;
  if (count == most) {
    const size_t more = most == 0 ? 1024 : 2 * most;
    void** const larger = realloc(blocks, more * sizeof *blocks);
    if (larger == NULL) {
      free(block);
      return;
    }
    blocks = larger;
    most = more;
  }
  blocks[count++] = block;
}

static uint32_t below(uint32_t limit) {
  state = state * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)state * limit) >> 32);
}

static size_t some_size(void) {
  const uint32_t kind = below(1000);
  if (kind < 900) return 1 + below(16u << below(7));
  if (kind < 994) return 1024 + below(24 << 10);
  return (64 << 10) + below(512 << 10);
}

// So many turns: each allocates a block; `keep` of 100 of them stay.
size_t churn(size_t turns, uint32_t keep) {
  for (size_t i = 0; i < turns; ++i) {
    hold(malloc(some_size()));
    if (count > 0 && below(100) >= keep) {
      const size_t victim = (size_t)(((uint64_t)below(1u << 31) * count) >> 31);
      free(blocks[victim]);
      blocks[victim] = blocks[--count];
    }
  }
  return count;
}

// Fills memory up to so many bytes; what a heap of 4 GiB looks like costs only what describes it.
size_t fill_to(size_t megabytes) {
  extern char* sbrk(intptr_t);
  while (((size_t)sbrk(0) >> 20) < megabytes) {
    void* const block = malloc(below(100) < 97 ? 512 + below(3 << 10) : some_size());
    if (block == NULL) break;
    hold(block);
  }
  for (size_t i = 0; i < count; i += 3) {
    free(blocks[i]);
    blocks[i] = blocks[--count];
  }
  return count;
}
