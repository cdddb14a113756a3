// stub.c — no allocator: blocks that overlap, from a static region that is used round and round. What a pattern costs with
// it is what the pattern itself costs. The region holds every block of every pattern that reads back what it wrote.
#include <stddef.h>
#include <stdint.h>

enum { kRegion = 24 << 20, kAlignment = 16 };

static _Alignas(4096) char region[kRegion];
static size_t next;

void* malloc(size_t bytes) {
  size_t at = next;
  next = at + ((bytes + kAlignment - 1) & ~(size_t)(kAlignment - 1));
  if (next > kRegion) {
    at = 0;
    next = bytes;
  }
  return region + at;
}
void free(void* block) { (void)block; }
void* calloc(size_t count, size_t each) { return malloc(count * each); }
void* realloc(void* old, size_t bytes) { return old ? old : malloc(bytes); }
void* memalign(size_t alignment, size_t bytes) {
  next = (next + alignment - 1) & ~(alignment - 1);
  return malloc(bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }
int posix_memalign(void** block, size_t alignment, size_t bytes) {
  *block = memalign(alignment, bytes);
  return 0;
}
