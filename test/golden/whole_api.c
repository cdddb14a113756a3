// Everything of the C interface, used.
#include <gharial.h>
#include <malloc.h>
#include <stdlib.h>

// glibc has them in its headers, the SDK has not.
void* pvalloc(size_t);
int malloc_trim(size_t);

static int visit(void* block, size_t bytes, enum gharial_block_state state, void* context) {
  *(size_t*)context += bytes + (size_t)state;
  return block == NULL;
}

int main(void) {
  void* block = NULL;
  free_sized(malloc(100), 100);
  free_aligned_sized(aligned_alloc(64, 128), 64, 128);
  free(calloc(10, 10));
  free(reallocarray(realloc(malloc(10), 1000), 10, 1000));
  free(memalign(4096, 10));
  free(valloc(10));
  free(pvalloc(10));
  const int failed = posix_memalign(&block, 64, 1000);
  size_t sum = malloc_usable_size(block) + mallinfo().uordblks + mallinfo2().fordblks;
  struct gharial_stats stats = {.size = sizeof stats, .version = GHARIAL_STATS_VERSION};
  gharial_stats_get(&stats);
  gharial_visit_blocks(visit, &sum);
  malloc_stats();
  return failed + malloc_trim(0) + mallopt(0, 0) + gharial_validate() +
         (sum + stats.live_bytes == 0);
}
