// api.c — the program that most tests run: everything of the allocator is exported as it is, and beside it a few loops that
// JavaScript would be too slow for. No state of its own but errno.
#include <emscripten.h>
#include <emscripten/heap.h>
#include <errno.h>
#include <gharial.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

EMSCRIPTEN_KEEPALIVE int get_errno(void) { return errno; }
EMSCRIPTEN_KEEPALIVE void set_errno(int value) { errno = value; }

// sbrk cannot go down on wasm32: it takes its argument as unsigned.
EMSCRIPTEN_KEEPALIVE void lower_break(size_t bytes) { *emscripten_get_sbrk_ptr() -= bytes; }

// ---- patterns: every byte depends on its place and on the seed ----------------------------------

static unsigned char pattern(uint32_t seed, size_t i) {
  const uint32_t mixed = (seed + (uint32_t)i) * 2654435761u;
  return (unsigned char)(mixed >> 24);
}
EMSCRIPTEN_KEEPALIVE void fill(unsigned char* at, size_t bytes, uint32_t seed) {
  for (size_t i = 0; i < bytes; ++i) at[i] = pattern(seed, i);
}
// Index of the first byte that is not the pattern's; `bytes` if all are.
EMSCRIPTEN_KEEPALIVE size_t first_difference(const unsigned char* at, size_t bytes, uint32_t seed) {
  size_t i = 0;
  while (i < bytes && at[i] == pattern(seed, i)) ++i;
  return i;
}
EMSCRIPTEN_KEEPALIVE size_t first_nonzero(const unsigned char* at, size_t bytes) {
  size_t i = 0;
  while (i < bytes && at[i] == 0) ++i;
  return i;
}
EMSCRIPTEN_KEEPALIVE void set_bytes(void* at, int value, size_t bytes) { memset(at, value, bytes); }

// ---- many at once: blocks are chained through an array that JavaScript owns -----------------------

// Allocates until NULL or `most`; the first and the last byte of each block are written. Returns how many.
EMSCRIPTEN_KEEPALIVE size_t take_many(size_t bytes, uint32_t* blocks, size_t most) {
  size_t count = 0;
  while (count < most) {
    volatile unsigned char* block = malloc(bytes);
    if (block == NULL) break;
    if (bytes != 0) {
      block[0] = 1;
      block[bytes - 1] = 2;
    }
    blocks[count++] = (uint32_t)(uintptr_t)block;
  }
  return count;
}
EMSCRIPTEN_KEEPALIVE void free_many(const uint32_t* blocks, size_t count, size_t step) {
  for (size_t start = 0; start < step; ++start)
    for (size_t i = start; i < count; i += step) free((void*)(uintptr_t)blocks[i]);
}

EMSCRIPTEN_KEEPALIVE void free_every(const uint32_t* blocks, size_t count, size_t step) {
  for (size_t i = 0; i < count; i += step) free((void*)(uintptr_t)blocks[i]);
}

// The same without writing into them and without remembering them: memory stays untouched.
EMSCRIPTEN_KEEPALIVE size_t take_and_forget(size_t bytes, size_t count) {
  size_t taken = 0;
  while (taken < count && malloc(bytes) != NULL) ++taken;
  return taken;
}

// The largest change of *counter that one malloc made, over `count` of them.
EMSCRIPTEN_KEEPALIVE uint32_t most_touched_by_malloc(size_t bytes, uint32_t* blocks, size_t count,
                                                     const volatile uint32_t* counter) {
  uint32_t most = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t before = *counter;
    blocks[i] = (uint32_t)(uintptr_t)malloc(bytes);
    const uint32_t touched = *counter - before;
    if (touched > most) most = touched;
  }
  return most;
}
EMSCRIPTEN_KEEPALIVE uint32_t most_touched_by_free(const uint32_t* blocks, size_t count,
                                                   const volatile uint32_t* counter) {
  uint32_t most = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t before = *counter;
    free((void*)(uintptr_t)blocks[i]);
    const uint32_t touched = *counter - before;
    if (touched > most) most = touched;
  }
  return most;
}

// ---- structures, field by field ------------------------------------------------------------------

enum { FIELDS = 10 };
EMSCRIPTEN_KEEPALIVE void read_mallinfo(size_t* fields) {
  const struct mallinfo info = mallinfo();
  const size_t all[FIELDS] = {info.arena,    info.ordblks, info.smblks,  info.hblks,
                              info.hblkhd,   info.usmblks, info.fsmblks, info.uordblks,
                              info.fordblks, info.keepcost};
  memcpy(fields, all, sizeof all);
}
EMSCRIPTEN_KEEPALIVE void read_mallinfo2(size_t* fields) {
  const struct mallinfo2 info = mallinfo2();
  const size_t all[FIELDS] = {info.arena,    info.ordblks, info.smblks,  info.hblks,
                              info.hblkhd,   info.usmblks, info.fsmblks, info.uordblks,
                              info.fordblks, info.keepcost};
  memcpy(fields, all, sizeof all);
}
EMSCRIPTEN_KEEPALIVE int read_stats(struct gharial_stats* stats, uint32_t size, uint32_t version) {
  stats->size = size;
  stats->version = version;
  return gharial_stats_get(stats);
}
EMSCRIPTEN_KEEPALIVE const struct gharial_stats* stats_now(void) {
  static struct gharial_stats stats;
  read_stats(&stats, sizeof stats, GHARIAL_STATS_VERSION);
  return &stats;
}
EMSCRIPTEN_KEEPALIVE size_t bytes_of_stats(void) { return sizeof(struct gharial_stats); }

struct Census {
  uint32_t blocks[4], bytes[4];  // by state
  uintptr_t last;
  uint32_t out_of_order, until;
};
static int count_block(void* block, size_t bytes, enum gharial_block_state state, void* context) {
  struct Census* census = context;
  census->blocks[state]++;
  census->bytes[state] += bytes;
  if ((uintptr_t)block <= census->last) census->out_of_order++;
  census->last = (uintptr_t)block;
  return --census->until == 0 ? 77 : 0;
}
// Every block, or the first `until`; returns what the walk returned.
EMSCRIPTEN_KEEPALIVE int take_census(struct Census* census, uint32_t until) {
  memset(census, 0, sizeof *census);
  census->until = until;
  return gharial_visit_blocks(count_block, census);
}
