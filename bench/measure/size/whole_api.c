// All entry points that every allocator of the comparison has.
#include <malloc.h>
#include <stdlib.h>

int main(void) {
  void* aligned = NULL;
  free(malloc(10));
  free(aligned_alloc(64, 128));
  free(reallocarray(realloc(calloc(10, 10), 1000), 10, 1000));
  free(memalign(4096, 10));
  const int failed = posix_memalign(&aligned, 64, 1000);
  const size_t bytes = malloc_usable_size(aligned);
  free(aligned);
  return failed + (bytes == 0);
}
