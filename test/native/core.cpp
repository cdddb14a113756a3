// core.cpp — the allocator's core built for the host, and for the replay in wasm: one translation unit over the arena. See
// native_heap.hpp.
#include "native_heap.hpp"

#include "../../src/front.cpp"
#include "../../src/heap.cpp"
#include "../../src/heap_page.cpp"
#include "../../src/own_page.cpp"
#include "../../src/run.cpp"
#include "../../src/growth.cpp"
#include "../../src/obtain.cpp"
#include "../../src/block_run.cpp"
#include "../../src/check.cpp"
#include "../../src/fault.cpp"
#include "../../src/stats.cpp"
#include "../../src/malloc.cpp"
#ifdef __EMSCRIPTEN_SHARED_MEMORY__
#include "../../src/lock.cpp"
#include "../../src/remote.cpp"
#include "../../src/thread_api.cpp"
#include "../../src/thread_heap.cpp"
#else
#include "../../src/hardened.cpp"
#endif

namespace gharial_test {

// An empty heap whose break starts `first_break` bytes into the arena and cannot pass `limit` bytes.
void start_heap(size_t first_break, size_t limit) {
  using namespace gharial;
  arena.refuse_after = 0;
  if (!arena.reset(first_break, limit)) {
    std::fprintf(stderr, "the arena's addresses are taken\n");
    std::abort();
  }
  global = GlobalMetaPage{};
  front = make_front();
  small_keys = SmallKeys{};
  std::memset(front_stack_words, 0, sizeof front_stack_words);
  std::memset(front_cursors, 0, sizeof front_cursors);
  std::memset(front_current, 0, sizeof front_current);
#ifndef __EMSCRIPTEN_SHARED_MEMORY__
  std::memset(quarantine, 0, sizeof quarantine);
#else
  own_heap = &no_heap;
  no_heap = make_no_heap();
  first_heap = Heap{};
  std::memset(segments, 0, sizeof segments);
  segments[0] = class_of_nothing;
#endif
}

gharial::Address allocate_class(gharial::SizeClass size_class) {
  return gharial::allocate_class(size_class);
}
bool is_flush_due() { return gharial::is_flush_due(); }
gharial::MiniPageIndex begin_of(gharial::Address at) { return gharial::begin_of(at); }
gharial::MiniPageIndex absorb_without_spare(gharial::Range range) {
  return gharial::absorb(range, gharial::Spare::none);
}
size_t map_bytes_per_page() { return gharial::kMapBytesPerPage; }

}  // namespace gharial_test

// Returns to the test that waits for a fault, if one does.
static void meet_expected_fault(uint32_t code) {
  gharial_test::ExpectedFault& expected = gharial_test::expected_fault;
  if (!expected.waiting) return;
  expected.waiting = false;
  expected.code = code;
  std::longjmp(expected.back, 1);
}

extern "C" void gharial_report_misuse(uint32_t code, const void* where, const void* block,
                                      size_t bytes, size_t number) {
  meet_expected_fault(code);
  std::fprintf(stderr, "gharial misuse %u at %p, block %p of %zu bytes, %zu\n", code, where, block,
               bytes, number);
  std::abort();
}

extern "C" void gharial_note_block(const void*, size_t) {}

extern "C" void gharial_report_fault(uint32_t code, const void* where, size_t detail) {
  meet_expected_fault(code);
  std::fprintf(stderr, "gharial fault %u at %p, detail %zu\n", code, where, detail);
  std::abort();
}
