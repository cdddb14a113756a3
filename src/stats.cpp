// stats.cpp — where is every byte? A visitor of walk.hpp, and the C functions that report what it
// saw.
// Keeps: heap_bytes == live + cached + free + slack + metadata + external + what lies below the
// first block of metadata.
#include "check.hpp"
#include "heap.hpp"
#include "large.hpp"
#include "metadata.hpp"
#include "walk.hpp"
#include <errno.h>
#include <gharial.h>
#include <unistd.h>

namespace gharial {
namespace {

// Calls visit(block, bytes, state) for every block of a run of MiniPages until it returns true.
template <class Visit>
bool walk_blocks(MetaPage& meta, uint32_t first, MiniPageHeader& header, Visit visit) noexcept {
  if (header.kind == RunKind::large_tail) return false;
  for (uint32_t number = 0; number < header.capacity; ++number)
    if (visit(address_of(meta, first) + number * header.block_bytes, size_t{header.block_bytes},
              state_in_run(header, number)))
      return true;
  return false;
}

void note_free(gharial_stats& stats, size_t bytes) noexcept {
  stats.free_bytes += bytes;
  if (bytes > stats.largest_free_bytes) stats.largest_free_bytes = bytes;
}

void add_cut_page(gharial_stats& stats, MetaPage& meta) noexcept {
  stats.cut_pages++;
  stats.free_bytes += static_cast<size_t>(std::popcount(meta.free_mask)) * kMiniPageBytes;
  const size_t longest = longest_run(meta.free_mask) * size_t{kMiniPageBytes};
  if (longest > stats.largest_free_bytes) stats.largest_free_bytes = longest;
  walk_runs(meta, [&](uint32_t first, MiniPageHeader& header) {
    if (header.kind == RunKind::large_tail) stats.live_bytes += header.run * size_t{kMiniPageBytes};
    if (header.kind != RunKind::large_tail)
      stats.slack_bytes +=
          header.run * size_t{kMiniPageBytes} - header.capacity * size_t{header.block_bytes};
    walk_blocks(meta, first, header, [&](Address, size_t bytes, BlockState state) {
      if (state == BlockState::home) stats.free_bytes += bytes;
      if (state == BlockState::live) stats.live_bytes += bytes, stats.live_blocks++;
      if (state == BlockState::cached) stats.cached_bytes += bytes, stats.cached_blocks++;
      return false;
    });
  });
}

void collect(gharial_stats& stats) noexcept {
  stats = {};
  stats.heap_bytes = static_cast<size_t>((global.end_page - global.first_page).raw)
                     << kHeapPageShift;
  walk_pages([&](PageIndex, const PageEntry& entry, HeapPages length) {
    const size_t bytes = static_cast<size_t>(length.raw) << kHeapPageShift;
    switch (entry.kind) {
    case PageKind::cut: add_cut_page(stats, meta_of(entry)); break;
    case PageKind::metadata:
      stats.metadata_pages++;
      stats.free_bytes += static_cast<size_t>(std::popcount(entry.run_pages)) * kMetaSlotBytes;
      stats.metadata_bytes += static_cast<size_t>(std::popcount(~entry.run_pages)) * kMetaSlotBytes;
      break;
    case PageKind::large_head:
      stats.large_pages += length.raw;
      stats.live_blocks++;
      stats.live_bytes += bytes - entry.spare * size_t{kMiniPageBytes};
      note_free(stats, entry.spare * size_t{kMiniPageBytes});
      break;
    case PageKind::gap: stats.external_bytes += bytes; break;
    default: stats.free_pages += length.raw; note_free(stats, bytes);
    }
  });
  const Address below = global.heap_begin -
                        address_of(global.first_page);  // the first page's static data is not ours
  stats.heap_bytes -= below;
  stats.metadata_bytes -= below;
  const Counters& counters = global.counters;
  stats.peak_used_bytes = counters.peak_used_mini_pages * kMiniPageBytes;
  stats.fresh_mini_pages = counters.fresh_mini_pages;
  stats.reused_mini_pages = counters.reused_mini_pages;
  stats.fresh_pages = counters.fresh_pages;
  stats.reused_pages = counters.reused_pages;
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
  collect(stats);
  size_t trailing = 0;
  if (global.end_page != kNoPage) {
    const PageEntry& last = entry_of(global.end_page - kOnePage);
    if (last.kind == PageKind::free_run)
      trailing = static_cast<size_t>(last.run_pages) << kHeapPageShift;
  }
  struct mallinfo2 info{};
  info.arena = stats.heap_bytes - stats.external_bytes;
  info.ordblks = stats.cached_blocks + stats.free_pages;
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

int gharial_validate(void) { return first_broken_invariant(); }

int gharial_stats_get(struct gharial_stats* stats) {
  if (stats->size != sizeof *stats || stats->version != GHARIAL_STATS_VERSION) {
    errno = EINVAL;
    return -1;
  }
  collect(*stats);
  stats->size = sizeof *stats;
  stats->version = GHARIAL_STATS_VERSION;
  return 0;
}

int gharial_visit_blocks(int (*visit)(void*, size_t, enum gharial_block_state, void*),
                         void* context) {
  int answer = 0;
  const auto visit_block = [&](Address block, size_t bytes, BlockState state) {
    if (answer == 0)
      answer = visit(reinterpret_cast<void*>(block), bytes,
                     static_cast<enum gharial_block_state>(state), context);
    return answer != 0;
  };
  walk_pages([&](PageIndex page, const PageEntry& entry, HeapPages) {
    if (answer != 0) return;
    if (entry.kind == PageKind::large_head)
      visit_block(address_of(page), bytes_of_large(entry), BlockState::live);
    if (entry.kind != PageKind::cut) return;
    MetaPage& meta = meta_of(entry);
    walk_runs(meta, [&](uint32_t first, MiniPageHeader& header) {
      walk_blocks(meta, first, header, visit_block);
    });
  });
  return answer;
}

struct mallinfo2 gharial_mallinfo2(void) { return make_mallinfo(); }

void gharial_malloc_stats(void) {
  gharial_stats stats;
  collect(stats);
  report("max used bytes   = ", stats.peak_used_bytes);
  report("heap bytes       = ", stats.heap_bytes);
  report("in use bytes     = ", stats.live_bytes);
}

}  // extern "C"
