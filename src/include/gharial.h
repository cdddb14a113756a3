/* gharial.h — what gharial offers beside the C library's own malloc interface (<stdlib.h>,
 * <malloc.h>). Every function may be called from C and C++. Sizes are bytes. None of them allocates. */
#ifndef GHARIAL_H
#define GHARIAL_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GHARIAL_STATS_VERSION 1

/* Where every byte of the heap is. The caller fills in `size` = sizeof(struct gharial_stats) and
 * `version` = GHARIAL_STATS_VERSION. */
struct gharial_stats {
  uint32_t size, version;
  size_t heap_bytes; /* from the first MiniPage to the end of the heap */
  size_t live_bytes; /* blocks handed out, by the size of their class or run */
  size_t live_blocks;
  size_t cached_bytes; /* free blocks on free-block stacks and in cursors */
  size_t cached_blocks;
  size_t free_bytes;     /* free runs, free blocks that are home, free slots of metadata */
  size_t slack_bytes;    /* ends of runs that no block fits into */
  size_t metadata_bytes; /* maps, and slots in use */
  size_t external_bytes; /* ranges that others took from sbrk */
  size_t free_mini_pages, small_mini_pages, block_mini_pages,
      metadata_mini_pages; /* by the kind of the run */
  size_t free_runs;
  size_t largest_free_bytes;
  size_t peak_used_bytes; /* highest sum of MiniPages in use */
  size_t fresh_mini_pages, reused_mini_pages, fresh_pages, reused_pages;
  size_t heap_grows;
};

/* Walks the heap and fills *stats. Returns 0, or -1 with errno EINVAL if size or version is not
 * known. O(runs + blocks). */
int gharial_stats_get(struct gharial_stats* stats);

enum gharial_block_state { GHARIAL_LIVE = 1, GHARIAL_CACHED = 2, GHARIAL_FREE = 3 };

/* Calls visit(block, bytes, state, context) for every block in order of address until it returns
 * non-zero; free runs are not blocks. `visit` must not allocate or
 * free. Returns what visit returned last, else 0. */
int gharial_visit_blocks(int (*visit)(void* block, size_t bytes, enum gharial_block_state state,
                                      void* context),
                         void* context);

/* Checks every invariant of the heap (src/layout.hpp lists them). Returns 0 if all hold, else the
 * number of the first that does not. O(heap). */
int gharial_validate(void);

/* Not in the SDK's headers, as glibc has it: mallinfo with size_t fields. */
struct mallinfo2 {
  size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
struct mallinfo2 mallinfo2(void);

/* C23 (N2699). The sizes are not needed; in the checked variant a wrong one stops the program. */
void free_sized(void* block, size_t bytes);
void free_aligned_sized(void* block, size_t alignment, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
