// native_heap.hpp — the allocator's core on the host, as the tests see it: its headers over the arena, its C interface, a way to start
// afresh, and what no header has. core.cpp has all of it: a broken core is compiled without its tests.
// Assumes: core.cpp is linked. Faults print and abort, so that a fuzzer sees them, unless a test waits for one.
#pragma once
#include "../../src/source_arena.hpp"

#include "../../src/block_run.hpp"
#include "../../src/check.hpp"
#include "../../src/growth.hpp"
#include "../../src/hardened.hpp"
#include "../../src/heap.hpp"
#include "../../src/lock.hpp"
#include "../../src/obtain.hpp"
#include "../../src/own_page.hpp"
#include "../../src/thread.hpp"
#include "../../src/thread_heap.hpp"
#include "../../src/walk.hpp"

#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gharial.h>

extern "C" {
void* gharial_malloc(size_t bytes);
void gharial_free(void* block);
void* gharial_calloc(size_t count, size_t bytes);
void* gharial_realloc(void* block, size_t bytes);
void* gharial_reallocarray(void* block, size_t count, size_t bytes);
void* gharial_memalign(size_t alignment, size_t bytes);
int gharial_posix_memalign(void** block, size_t alignment, size_t bytes);
void* gharial_valloc(size_t bytes);
void* gharial_pvalloc(size_t bytes);
size_t gharial_malloc_usable_size(void* block);
int gharial_malloc_trim(size_t pad);
int gharial_mallopt(int parameter, int value);
void gharial_free_sized(void* block, size_t bytes);
void gharial_free_aligned_sized(void* block, size_t alignment, size_t bytes);
void gharial_require_size(void* block, size_t bytes);
struct mallinfo2 gharial_mallinfo2(void);
void gharial_malloc_stats(void);
}

namespace gharial_test {

// A test that expects a fault sets `waiting`; the fault then returns to it by longjmp: no frame between has destructors.
struct ExpectedFault {
  std::jmp_buf back;
  bool waiting = false;
  uint32_t code = 0;
};
inline ExpectedFault expected_fault;

// An empty heap whose break starts `first_break` bytes into the arena and cannot pass `limit` bytes.
void start_heap(size_t first_break, size_t limit);

// Past the free-block stack.
inline void send_home(gharial::Address block) {
  gharial::send_home(gharial::header_at(block), block);
}

// Where the maps lie: their bases are what MiniPage 0 would have. kNone before the first allocation; not for shared memory.
inline gharial::Address maps_at() {
  using namespace gharial;
  if (global.end == kNoMiniPage) return kNone;
  return reinterpret_cast<Address>(&front.run_map[first_of(first_mapped(global.first)).raw]);
}

// ---- what the core's files keep to themselves, for tests of the inside ---------------------------

gharial::Address allocate_class(gharial::SizeClass size_class);
bool is_flush_due();
gharial::MiniPageIndex begin_of(gharial::Address at);
gharial::MiniPageIndex absorb_without_spare(gharial::Range range);
size_t map_bytes_per_page();

}  // namespace gharial_test
