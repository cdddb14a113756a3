// growth.cpp — takes ranges from the PageSource, moves the maps when they are too short, and adds the
// rest to the free runs.
// Assumes: ranges may have gaps between them, and begin anywhere.
// Keeps: I7 (the new maps are a copy), I9, I11. Not constant time: growth stands aside from the
// bound, and counts for its size (minsize).
#include "growth.hpp"
#include "guard.hpp"
#include "source.hpp"
#include <algorithm>

namespace gharial {
namespace {

// The maps are one piece of metadata: entries of MiniPages, meta-pages of heap pages, classes of MiniPages. So many bytes for a heap page,
// and so many less for one before the heap, which has classes only.
constexpr size_t kMapBytesPerPage = kMiniPagesPerPage * (sizeof(RunEntry) + 1) + sizeof(Word);
constexpr size_t kMapBytesPerPageBefore = kMapBytesPerPage - kMiniPagesPerPage;

// Shared memory: they are segments instead.
[[maybe_unused]] constexpr MiniPages kSegmentMiniPages{
    static_cast<uint32_t>((sizeof(Segment) + kMiniPageBytes - 1) >> kMiniPageShift)};

// Spare: room for the next pages, a quarter, so that copying the maps costs O(1) for each page that is added.
// None: what is needed now, when memory is nearly at its limit.
enum class Spare : bool { none, some };

// Segments never move, and what is free does not join across them: they lie in few places. With spare, they are for half as much
// again, and for all that memory can become if that is not much more.
[[maybe_unused, clang::minsize]] MiniPages segments_for(size_t pages, Spare spare) noexcept {
  constexpr uint32_t kNear = 4 * kPagesPerSegment;
  if (spare == Spare::some) {
    const size_t limit = (Source::limit() >> kHeapPageShift) + size_t{1};
    pages = limit <= pages + kNear ? std::max(pages, limit) : pages + pages / 2;
  }
  const uint32_t all =
      std::min(static_cast<uint32_t>((pages + kPagesPerSegment - 1) / kPagesPerSegment),
               kSegments<ThisModel>);
  const uint32_t had = static_cast<uint32_t>(global.mapped_pages / kPagesPerSegment);
  return MiniPages{(all - had) * kSegmentMiniPages.raw};
}

// MiniPages of maps that a heap from `first` to `end`, and the entries beside it, needs; none if it has them.
MiniPages maps_for(MiniPageIndex first, MiniPageIndex end, Spare spare) noexcept {
  const size_t pages = page_of(end).raw + size_t{1};
  if (pages <= global.mapped_pages) return kNoMiniPages;
  if constexpr (kShared) return segments_for(pages, spare);
  size_t bytes = pages * kMapBytesPerPage - first_mapped(first).raw * kMapBytesPerPageBefore;
  if (spare == Spare::some) bytes += bytes / 4;
  return MiniPages{static_cast<uint32_t>((bytes + kMiniPageBytes - 1) >> kMiniPageShift)};
}

// Shared memory: adds the segments that lie in `count` MiniPages at `at`.
[[maybe_unused, clang::minsize]] void add_segments(MiniPageIndex at, MiniPages count) noexcept {
  __builtin_memset(reinterpret_cast<void*>(address_of(at)), 0, bytes_in(count));
  for (uint32_t i = 0; i < count.raw; i += kSegmentMiniPages.raw) {
    store_relaxed(segments[global.mapped_pages / kPagesPerSegment],
                  reinterpret_cast<uint8_t*>(address_of(at + MiniPages{i})));
    global.mapped_pages += kPagesPerSegment;
  }
  write_run(at, count, RunKind::maps);
}

// Moves the maps of a heap that begins at `first` to `count` MiniPages at `at`, which cover more pages. Bases are those of page 0, wherever
// that would be.
[[clang::minsize]] void move_maps(MiniPageIndex first, MiniPageIndex at, MiniPages count) noexcept {
  if constexpr (kShared) return add_segments(at, count);
  const size_t bytes = bytes_in(count), before = first_mapped(first).raw;
  const size_t pages = (bytes + before * kMapBytesPerPageBefore) / kMapBytesPerPage;
  const size_t had = global.mapped_pages, moved = had != 0 ? had - before : 0;
  const Address entries = address_of(at);
  const Address metas = entries + (pages - before) * kMiniPagesPerPage * sizeof(RunEntry);
  const Address classes = metas + (pages - before) * sizeof(Word);
  const Address old =
      reinterpret_cast<Address>(front.run_map) + before * kMiniPagesPerPage * sizeof(RunEntry);
  __builtin_memset(reinterpret_cast<void*>(entries), 0, bytes);
  __builtin_memcpy(reinterpret_cast<void*>(entries), reinterpret_cast<void*>(old),
                   moved * kMiniPagesPerPage * sizeof(RunEntry));
  __builtin_memcpy(
      reinterpret_cast<void*>(metas),
      reinterpret_cast<void*>(static_cast<Address>(global.meta_map) + before * sizeof(Word)),
      moved * sizeof(Word));
  __builtin_memcpy(reinterpret_cast<void*>(classes), front.class_map, had * kMiniPagesPerPage);
  front.run_map =
      reinterpret_cast<RunEntry*>(entries - before * kMiniPagesPerPage * sizeof(RunEntry));
  front.class_map = reinterpret_cast<uint8_t*>(classes);
  global.meta_map = metas - before * sizeof(Word);
  global.mapped_pages = pages;
  write_run(at, count, RunKind::maps);
  if (had == 0) return;
  const MiniPageIndex old_first = mini_page_of(old);
  const MiniPages old_count = length_of(entry_of(old_first));
  if (global.fresh < old_first + old_count)
    global.fresh = old_first + old_count;  // maps lie above fresh MiniPages
  give_back_run(old_first, old_count);
}

// The first MiniPage of a range that begins at this address; MiniPage 0 is "none", and stays out of the heap.
MiniPageIndex begin_of(Address at) noexcept {
  const MiniPageIndex begin = mini_page_of(align_up<Address>(at, kMiniPageBytes));
  return begin != kNoMiniPage ? begin : begin + kOneMiniPage;
}

// Bytes that a range which begins at the break needs, so that `count` MiniPages and the maps fit in, and the heap grows by
// whole steps.
[[clang::minsize]] uint64_t bytes_for(MiniPages count, Spare spare) noexcept {
  const Address at = Source::end();
  const MiniPageIndex first = global.first != kNoMiniPage ? global.first : begin_of(at);
  const uint32_t step = is_small_heap() && !kShared ? kSmallGrowth : kMiniPagesPerPage;
  MiniPages maps = kNoMiniPages;
  for (;;) {
    const MiniPageIndex end{align_up((begin_of(at) + count + maps).raw, step)};
    const MiniPages needed = maps_for(first, end, spare);
    if (needed <= maps) return (uint64_t{end.raw} << kMiniPageShift) - at;
    maps = needed;
  }
}

// A free run for maps that does not end the heap, or none.
MiniPageIndex take_below(MiniPages maps) noexcept {
  const uint32_t bin = find_bin(maps);
  if (bin == kRunBins) return kNoMiniPage;
  const MiniPageIndex first = global.runs.bins[bin];
  const bool ends_heap = first + length_of(entry_of(first)) == global.end;
  return ends_heap ? kNoMiniPage : take_front(first, maps, RunKind::maps);
}

// Adds a range above everything there is; returns the end of its free MiniPages. kNoMiniPage iff it is too
// small for the maps that describe it; then it is left alone, and the next range finds it as a gap.
[[clang::minsize]] MiniPageIndex absorb(const Range& range, Spare spare) noexcept {
  const bool is_first = global.end == kNoMiniPage;
  const MiniPageIndex begin = begin_of(range.begin), end = mini_page_of(range.end);
  const MiniPageIndex first = is_first ? begin : global.first;
  const MiniPages maps = maps_for(first, end, spare);
  // begin < global.end: someone lowered the break below us
  if (begin < global.end || end < begin + maps) return kNoMiniPage;
  // Longer maps lie where they do not cut off what memory grows by next from what is free now.
  const MiniPageIndex below = is_first || maps == kNoMiniPages ? kNoMiniPage : take_below(maps);
  const MiniPageIndex free_begin = is_first ? begin + maps : begin,
                      free_end = is_first || below != kNoMiniPage ? end : end - maps;
  if (maps != kNoMiniPages)
    move_maps(first, is_first ? begin : below != kNoMiniPage ? below : free_end, maps);
  const MiniPageIndex gap = global.end;
  const bool has_gap = !is_first && begin > gap;
  if (is_first) {
    global.first = begin;
    global.break_at = Source::break_at();
    if constexpr (kHardened) draw_secret();
  }
  store_relaxed(global.end.raw, end.raw);
  if (has_gap) {
    write_run(gap, begin - gap, RunKind::gap);
    global.counters.external_mini_pages += (begin - gap).raw;
  }
  if (is_first || has_gap) global.fresh = free_begin;
  const MiniPageIndex zero_from = begin_of(range.zero_from);
  // Where nobody dirtied anything, what was fresh below the range still is.
  if (begin < zero_from && global.fresh < zero_from)
    global.fresh = zero_from < end ? zero_from : end;
  global.counters.used_mini_pages += (end - begin).raw;
  if (free_begin != free_end) give_back_run(free_begin, free_end - free_begin);
  note_peak();
  return free_end;
}

}  // namespace

MiniPages free_below(MiniPageIndex end) noexcept {
  if (end == kNoMiniPage) return kNoMiniPages;
  return free_run_at(end - kOneMiniPage);  // its last entry says the same as its first
}

[[clang::minsize]] bool can_grow_heap(MiniPages count) noexcept {
  const MiniPages trailing = free_below(global.end);
  return trailing >= count || Source::can_grow(bytes_for(count - trailing, Spare::none));
}

[[clang::minsize]] MiniPageIndex grow_heap(MiniPages count) noexcept {
  MiniPageIndex end = global.end;  // of the topmost free run, if there is one
  for (;;) {
    const MiniPages trailing = free_below(end);
    if (trailing >= count) return end - trailing;
    // Maps may lie behind that run, or the next range may not join the heap: then once more.
    const MiniPages missing = end == global.end ? count - trailing : count;
    const Spare spare =
        Source::can_grow(bytes_for(missing, Spare::some)) ? Spare::some : Spare::none;
    const Range range = Source::grow(bytes_for(missing, spare));
    if (range.begin == range.end) {
      global.counters.refused_grows++;
      return kNoMiniPage;
    }
    global.counters.heap_grows++;
    const MiniPageIndex free_end = absorb(range, spare);
    end = free_end != kNoMiniPage ? free_end : global.end;
  }
}

}  // namespace gharial
