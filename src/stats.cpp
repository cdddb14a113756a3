// stats.cpp — where is every byte? A visitor of walk.hpp, and the C functions that report what it
// saw.
// Keeps: heap_bytes == live + cached + free + slack + metadata + external.
#include "check.hpp"
#include "hardened.hpp"
#include "walk.hpp"
#include <errno.h>
#include <gharial.h>
#include <unistd.h>

namespace gharial {
namespace {

// Calls visit(block, bytes, state) for every block of the run until it returns true.
template <class Visit>
bool walk_blocks(MiniPageIndex first, const RunEntry& entry, MiniPages length,
                 Visit visit) noexcept {
  if (kind_of(entry) == RunKind::block_run)
    return visit(address_of(first), bytes_in(length), BlockState::live);
  if (kind_of(entry) != RunKind::small_run) return false;
  const MiniPageHeader& header = header_at(address_of(first));
  const uint32_t block_bytes = bytes_of(header.size_class);
  const uint32_t capacity = capacity_of(header);
  for (uint32_t number = 0; number < capacity; ++number)
    if (visit(run_address(header) + number * block_bytes, size_t{block_bytes},
              state_in_run(header, number)))
      return true;
  return false;
}

void collect_stats(gharial_stats& stats) noexcept {
  const Locked locked;
  stats = {};
  stats.heap_bytes = bytes_in(global.end - global.first);
  walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages length) {
    const size_t bytes = bytes_in(length);
    switch (kind_of(entry)) {
    case RunKind::small_run: {
      const MiniPageHeader& header = header_at(address_of(first));
      stats.small_mini_pages += length.raw;
      stats.slack_bytes += bytes - capacity_of(header) * size_t{bytes_of(header.size_class)};
      break;
    }
    case RunKind::block_run: stats.block_mini_pages += length.raw; break;
    case RunKind::maps:
    case RunKind::meta_page:
      stats.metadata_mini_pages += length.raw;
      stats.metadata_bytes += bytes;
      break;
    case RunKind::gap: stats.external_bytes += bytes; break;
    default:
      stats.free_runs++;
      stats.free_mini_pages += length.raw;
      stats.free_bytes += bytes;
      if (bytes > stats.largest_free_bytes) stats.largest_free_bytes = bytes;
    }
    walk_blocks(first, entry, length, [&](Address, size_t block_bytes, BlockState state) {
      if (state == BlockState::home) stats.free_bytes += block_bytes;
      if (state == BlockState::live) stats.live_bytes += block_bytes, stats.live_blocks++;
      if (state == BlockState::cached) stats.cached_bytes += block_bytes, stats.cached_blocks++;
      return false;
    });
  });
  const Counters& counters = global.counters;
  stats.peak_used_bytes = counters.peak_used_mini_pages * kMiniPageBytes;
  stats.fresh_mini_pages = counters.fresh_mini_pages;
  stats.reused_mini_pages = counters.taken_mini_pages - counters.fresh_mini_pages;
  stats.fresh_pages = counters.fresh_pages;
  stats.reused_pages = counters.taken_pages - counters.fresh_pages;
  stats.heap_grows = counters.heap_grows;
}

// Two lines of text need no printf, which would need 10 kB: a buffer, words and numbers.
struct Line {
  char text[120];
  size_t length = 0;
  void add(const char* word) noexcept {
    while (*word != 0 && length < sizeof text) text[length++] = *word++;
  }
  void add(size_t number) noexcept {
    char digits[24];
    size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count != 0 && length < sizeof text) text[length++] = digits[--count];
  }
};

void report(const char* what, size_t bytes) noexcept {
  Line line;
  line.add(what);
  line.add(bytes);
  line.add(" bytes\n");
  if (write(STDERR_FILENO, line.text, line.length) < 0)
    return;  // nobody reads it: nothing to do about it
}

struct mallinfo2 make_mallinfo() noexcept {
  gharial_stats stats;
  collect_stats(stats);
  size_t trailing = 0;
  if (global.end != kNoMiniPage) {
    const RunEntry& last = entry_of(global.end - kOneMiniPage);
    if (kind_of(last) == RunKind::free_run) trailing = bytes_in(length_of(last));
  }
  struct mallinfo2 info{};
  info.arena = stats.heap_bytes - stats.external_bytes;
  info.ordblks = stats.cached_blocks + stats.free_runs;
  info.usmblks = stats.peak_used_bytes;
  info.uordblks = stats.live_bytes;
  info.fordblks = info.arena - stats.live_bytes;
  info.keepcost = trailing;
  return info;
}

}  // namespace
}  // namespace gharial

using namespace gharial;

extern "C" {

int gharial_validate(void) {
  const Locked locked;
  const int broken = first_broken_invariant();
  if constexpr (kHardened) {
    if (broken == 0) return broken_tail();
  }
  return broken;
}

int gharial_stats_get(struct gharial_stats* stats) {
  if (stats->size != sizeof *stats || stats->version != GHARIAL_STATS_VERSION) {
    errno = EINVAL;
    return -1;
  }
  collect_stats(*stats);
  stats->size = sizeof *stats;
  stats->version = GHARIAL_STATS_VERSION;
  return 0;
}

int gharial_visit_blocks(int (*visit)(void*, size_t, enum gharial_block_state, void*),
                         void* context) {
  const Locked locked;
  int answer = 0;
  const auto visit_block = [&](Address block, size_t bytes, BlockState state) {
    if (answer == 0)
      answer = visit(reinterpret_cast<void*>(block), bytes,
                     static_cast<enum gharial_block_state>(state), context);
    return answer != 0;
  };
  walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages length) {
    if (answer == 0) walk_blocks(first, entry, length, visit_block);
  });
  return answer;
}

struct mallinfo2 gharial_mallinfo2(void) { return make_mallinfo(); }

void gharial_malloc_stats(void) {
  gharial_stats stats;
  collect_stats(stats);
  report("max used bytes   = ", stats.peak_used_bytes);
  report("heap bytes       = ", stats.heap_bytes);
  report("in use bytes     = ", stats.live_bytes);
}

}  // extern "C"
