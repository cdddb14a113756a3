// test.hpp — tests by name, and the promise that ends one: a line that says where and what, then abort, so that a
// sanitizer's report and a debugger show the place.
#pragma once
#include "shadow.hpp"

namespace gharial_test {

struct Test {
  const char* name;
  void (*body)();
  const Test* next;
};
inline const Test* tests = nullptr;  // in the order of the files
inline const Test** end_of_tests = &tests;

struct Registration {
  Test test;
  Registration(const char* name, void (*body)()) : test{name, body, nullptr} {
    *end_of_tests = &test;
    end_of_tests = &test.next;
  }
};

#define JOIN_NAMES(a, b) a##b
#define TEST_AT(line, name)                                                                        \
  static void JOIN_NAMES(test_at_, line)();                                                        \
  static const Registration JOIN_NAMES(registration_at_, line){name, JOIN_NAMES(test_at_, line)};  \
  static void JOIN_NAMES(test_at_, line)()
// The names are read by native.test.js: one string literal each.
#define TEST(name) TEST_AT(__COUNTER__, name)

#define CHECK(holds) PROMISE(holds, "does not hold")
#define CHECK_SOUND() PROMISE(gharial_validate() == 0, "invariant I%d", gharial_validate())
#define CHECK_EQUAL(a, b)                                                                          \
  PROMISE((a) == (b), "%llu, expected %llu", static_cast<unsigned long long>(a),                   \
          static_cast<unsigned long long>(b))

inline constexpr size_t kMiB = 0x10'0000;

inline Address address(void* block) { return reinterpret_cast<Address>(block); }
inline Address take(size_t bytes) {
  const Address block = address(gharial_malloc(bytes));
  PROMISE(block != gharial::kNone, "no memory for %zu bytes", bytes);
  return block;
}
inline void give(Address block) { gharial_free(reinterpret_cast<void*>(block)); }
inline void fill(Address at, int byte, size_t bytes) {
  std::memset(reinterpret_cast<void*>(at), byte, bytes);
}
inline bool all_bytes(Address at, uint8_t byte, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i)
    if (*reinterpret_cast<uint8_t*>(at + i) != byte) return false;
  return true;
}
inline gharial_stats stats_now() {
  gharial_stats stats{};
  stats.size = sizeof stats;
  stats.version = GHARIAL_STATS_VERSION;
  CHECK(gharial_stats_get(&stats) == 0);
  return stats;
}

// As start_heap, and as if something had been allocated already: the front has its tables, without which there is no class_of.
inline void start_attached(size_t first_break, size_t limit) {
  start_heap(first_break, limit);
  CHECK(gharial::has_heap());
}

// MiniPages of small runs and of large blocks.
inline size_t mini_pages_in_use() {
  const gharial_stats stats = stats_now();
  return stats.small_mini_pages + stats.block_mini_pages;
}
// Lowest block left in the cursor, or kNone.
inline gharial::Address from_cursor(gharial::Cursor& cursor) {
  return cursor.bits == 0 ? gharial::kNone : take_from(cursor);
}

// The code of the fault that `body` ends in, 0 iff it ends in none.
template <class Body> uint32_t fault_of(Body body) {
  expected_fault.code = 0;
  expected_fault.waiting = true;
  if (setjmp(expected_fault.back) == 0) body();
  expected_fault.waiting = false;
  return expected_fault.code;
}

// A small run of a class, as long as all but its first.
inline gharial::MiniPageHeader* long_run(gharial::SizeClass size_class) {
  CHECK(gharial::has_heap());
  return gharial::obtain_small_run(size_class, run_of(size_class));
}

// Such a run for blocks of so many bytes, all of whose blocks are live.
inline gharial::MiniPageHeader* full_run(size_t bytes) {
  gharial::MiniPageHeader* header = long_run(gharial::class_of(bytes));
  CHECK(header != nullptr);
  __builtin_memset(header->free, 0, sizeof header->free);
  header->countdown = 1;
  return header;
}

}  // namespace gharial_test
