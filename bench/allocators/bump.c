// bump.c — the floor: a pointer that only rises. free does nothing, and no allocator can do less for malloc. Memory comes
// from sbrk, 64 KiB at a time. Knows no sizes, so that a realloc that moves copies the new size: what it reads beyond the old
// block is memory of the heap all the same.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { kAlignment = 8, kStep = 65536 };

static uintptr_t next, end, first;
static uintptr_t newest;  // the block that realloc may grow in place

static void* take(size_t alignment, size_t bytes) {
  const uintptr_t at = (next + alignment - 1) & ~(uintptr_t)(alignment - 1);
  const size_t padded = (bytes + kAlignment - 1) & ~(size_t)(kAlignment - 1);
  if (__builtin_expect(at > end || padded > end - at || padded < bytes, 0)) {
    const size_t more = (at - next + padded + kStep - 1) & ~(size_t)(kStep - 1);
    const uintptr_t old = padded < bytes ? (uintptr_t)-1 : (uintptr_t)sbrk((intptr_t)more);
    if (old == (uintptr_t)-1) {
      errno = ENOMEM;
      return NULL;
    }
    if (first == 0) first = old;
    if (old != end) next = old;  // the first time, or somebody else moved the break
    end = old + more;
    return take(alignment, bytes);
  }
  next = at + padded;
  newest = at;
  return (void*)at;
}

void* malloc(size_t bytes) { return take(kAlignment, bytes); }

void free(void* block) { (void)block; }

void* calloc(size_t count, size_t each) {
  size_t bytes;
  void* block = __builtin_mul_overflow(count, each, &bytes) ? NULL : malloc(bytes);
  if (block) __builtin_memset(block, 0, bytes);
  return block;
}

void* realloc(void* old, size_t bytes) {
  if (old && (uintptr_t)old == newest) next = newest;
  void* block = malloc(bytes);
  if (block && old && block != old) __builtin_memmove(block, old, bytes);
  return block;
}

void* memalign(size_t alignment, size_t bytes) {
  return take(alignment < kAlignment ? kAlignment : alignment, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }
int posix_memalign(void** block, size_t alignment, size_t bytes) {
  return (*block = memalign(alignment, bytes)) ? 0 : ENOMEM;
}

// Somewhat more than nothing: the benchmark's own way to begin again in the same memory, as nothing is ever freed.
void bench_begin_again(void) {
  next = first;
  newest = 0;
}
