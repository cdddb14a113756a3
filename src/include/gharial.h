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
  size_t free_bytes;     /* free runs, free blocks that are home */
  size_t slack_bytes;    /* ends of runs that no block fits into */
  size_t metadata_bytes; /* maps and meta-pages */
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
 * number of the first that does not; in the hardened variant 12 if what lies behind a live block was
 * written. O(heap). */
int gharial_validate(void);

/* ---- threads: for programs linked with -pthread or -sWASM_WORKERS; in others these calls return -1 with errno ENOTSUP. */

/* Gives the calling thread's heap as many heap pages of 64 KiB as `bytes` need, wholly free, that stay its own: blocks of up to 8704
 * bytes come out of them without the lock and without growth. What was reserved before counts; 0 gives the reserve up. Returns 0, or -1
 * with errno ENOMEM, and what was reserved before stays. O(pages). */
int gharial_thread_reserve(size_t bytes);

/* From now on (on != 0), malloc in the calling thread neither waits for the lock nor grows memory: where it would have to, it fails with
 * ENOMEM, which gharial_thread_stats counts. free never waits, in any thread. Returns what was set before, or -1 with errno ENOMEM if the thread
 * has no heap and cannot get one. */
int gharial_thread_realtime(int on);

/* To be called after emscripten_terminate_wasm_worker(worker), which runs no code in the worker, from any other thread, once the worker
 * has stopped: terminate() does not wait for that (Node emits 'exit' then). Its heap
 * goes to the next thread that needs one. Returns 0, or 1 if the worker was in the middle of a change to its heap: then that heap's pages
 * are quarantined, never used again, and counted. If it held the lock, the program stops with a fault: nobody could allocate any
 * more. `worker` is the number of a Wasm Worker. A pthread's heap is left when the thread ends; there is nothing to call. O(heap). */
int gharial_thread_terminated(uintptr_t worker);

#define GHARIAL_THREAD_STATS_VERSION 1
struct gharial_thread_stats {
  uint32_t size, version; /* filled in by the caller, as above */
  size_t heaps;           /* there are: as many as threads ever allocated at once */
  size_t orphaned_heaps;  /* of these: of ended threads, to be adopted */
  size_t quarantined_heaps;
  size_t owned_pages;         /* heap pages that heaps own */
  size_t free_owned_pages;    /* of these: without a block */
  size_t orphaned_pages;      /* of these: of orphaned heaps */
  size_t quarantined_pages;   /* of these: of quarantined heaps */
  size_t blocks_on_their_way; /* freed by other threads, and not yet taken in by the owner */
  size_t lock_waits;          /* times a thread did not get the lock at once, nor while it spun */
  size_t own_lock_waits;      /* of these: of the calling thread's heap */
  size_t refusals;            /* times malloc failed because its thread is a real-time one */
};
/* Returns 0, or -1 with errno EINVAL if size or version is not known. Numbers of running threads are of no one moment. O(heap pages). */
int gharial_thread_stats_get(struct gharial_thread_stats* stats);

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
