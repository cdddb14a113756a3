/* sys/mman.h — all that source_arena.hpp asks of it, for a build in wasm: the arena is a part of the memory that nobody else uses,
 * and mapping it anew clears what was dirtied. Assumes: the program's own heap stays below the arena. */
#ifndef GHARIAL_TEST_MMAN_H
#define GHARIAL_TEST_MMAN_H
#include <stdint.h>
#include <string.h>

#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_PRIVATE 1
#define MAP_ANONYMOUS 2
#define MAP_NORESERVE 4
#define MAP_FIXED 8

/* The end of what may be dirty: the arena's highest break, which its owner sets before it maps anew. */
extern uintptr_t gharial_test_dirty_end;

static inline void* mmap(void* at, size_t bytes, int protection, int flags, int file, long offset) {
  (void)bytes, (void)protection, (void)flags, (void)file, (void)offset;
  if (gharial_test_dirty_end > (uintptr_t)at) memset(at, 0, gharial_test_dirty_end - (uintptr_t)at);
  return at;
}
#endif
