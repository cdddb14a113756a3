// growth.cpp — takes ranges from the PageSource, moves the maps when they are too short, and adds the
// pages to the free runs.
// Assumes: ranges may have gaps between them; only the first may begin within a page that is ours.
// Keeps: I7 (the new map is a copy), I9, I10. Not constant time: growth stands aside from the
// bound, and counts for its size (minsize).
#include "growth.hpp"
#include "front.hpp"
#include "metadata.hpp"
#include "source.hpp"

namespace gharial {
namespace {

// The maps are one piece of metadata: page entries, then the headers and the classes of MiniPages.
constexpr size_t kMapBytesPerPage =
    sizeof(PageEntry) + kMiniPagesPerPage * (sizeof(MiniPageHeader*) + 1);

bool is_mapped(PageIndex end) noexcept { return end.raw <= global.mapped_pages; }

// Spare: room for the next pages, so that copying the maps costs O(1) for each page that is added.
// None: what is needed now, when memory is nearly at its limit.
enum class Spare : bool { none, half };

// Bytes of maps that cover every page below `end`: a power of two within a metadata page, above it
// whole pages.
constexpr size_t map_bytes_for(PageIndex end, Spare spare) noexcept {
  const size_t needed = end.raw * kMapBytesPerPage;
  if (needed > kHeapPageBytes / 2)
    return align_up<size_t>(needed + (spare == Spare::half ? needed / 2 : 0), kHeapPageBytes);
  size_t bytes = 2 * kMetaSlotBytes;
  while (bytes < needed) bytes *= 2;
  return bytes;
}

// Moves the maps to `bytes` bytes at `at`, which cover more pages.
[[clang::minsize]] void move_maps(Address at, size_t bytes) noexcept {
  const size_t pages = bytes / kMapBytesPerPage, had = global.mapped_pages;
  const Address old = reinterpret_cast<Address>(front.page_map);
  PageEntry* entries = reinterpret_cast<PageEntry*>(at);
  MiniPageHeader** headers = reinterpret_cast<MiniPageHeader**>(entries + pages);
  uint8_t* classes = reinterpret_cast<uint8_t*>(headers + pages * kMiniPagesPerPage);
  __builtin_memset(entries, 0, bytes);
  __builtin_memcpy(entries, front.page_map, had * sizeof *entries);
  __builtin_memcpy(headers, front.header_map, had * kMiniPagesPerPage * sizeof *headers);
  __builtin_memcpy(classes, front.mini_page_map, had * kMiniPagesPerPage);
  front.page_map = entries;
  front.header_map = headers;
  front.mini_page_map = classes;
  const size_t old_bytes = global.map_bytes;
  global.mapped_pages = pages;
  global.map_bytes = bytes;
  // Shared memory keeps the old maps: another thread may be reading through an old base.
  if (had != 0 && !kShared) give_back_slots(old, old_bytes / kMetaSlotBytes);
}

// Bytes before the first whole page of the very first range: mostly all that the first maps need.
size_t room_in_front(Address begin) noexcept {
  // Page 0 is "none", and stays out of the heap.
  if (global.end_page != kNoPage || page_of(begin) == kNoPage) return 0;
  return align_up<Address>(begin, kHeapPageBytes) - align_up<Address>(begin, kMetaSlotBytes);
}

// True iff free slots of metadata pages can take the maps.
bool fits_slots(size_t bytes) noexcept {
  return bytes <= kHeapPageBytes / 2 && has_slots(static_cast<uint32_t>(bytes / kMetaSlotBytes));
}

// Heap pages that a range which begins at the break needs for the maps, so that `count` are left.
[[clang::minsize]] HeapPages metadata_pages_for(HeapPages count, Spare spare) noexcept {
  const Address at = Source::end();
  const size_t room = room_in_front(at);
  HeapPages own{0};
  for (int round = 0; round < 2; ++round) {  // the second time for what the first adds itself
    const PageIndex end = page_of(align_up<Address>(at, kHeapPageBytes)) + count + own;
    const size_t bytes = is_mapped(end) ? 0 : map_bytes_for(end, spare);
    if (bytes <= room || fits_slots(bytes)) break;
    own.raw = static_cast<uint32_t>((bytes - room + kHeapPageBytes - 1) >> kHeapPageShift);
  }
  return own;
}

// The stack of every class ends in kStackEnd; needed before the first block is freed.
void close_stacks() noexcept {
  for (uint32_t c = 2; c <= kSizeClasses + 1; ++c)
    front_stack_words[kStackPlan.start[c] - 1] = kStackEnd;
}

// Makes the page a metadata page whose slots from `used_until` on are free.
[[clang::minsize]] void make_metadata_page_from(PageIndex page, Address used_until) noexcept {
  uint32_t free_slots = 0;
  for (uint32_t slot = 0; slot < kSlotsPerPage; ++slot)
    if (address_of(page) + slot * kMetaSlotBytes >= used_until) free_slots |= 1u << slot;
  make_metadata_page(page, free_slots);
}

// Adds a range above everything there is; returns the end of its free pages. kNoPage iff it is too
// small for the maps that describe it; then it is left alone, and the next range finds it as a gap.
[[clang::minsize]] PageIndex absorb(Range range, Spare spare) noexcept {
  const bool is_first = global.end_page == kNoPage;
  const PageIndex begin = page_of(align_up<Address>(range.begin, kHeapPageBytes));
  const PageIndex end = page_of(range.end);
  // The first maps lie in front of everything. Longer ones lie in slots that are free, or at the end of
  // the range, where they do not cut it off from what is free below.
  if (!is_first && begin < global.end_page) return kNoPage;  // someone lowered the break below us
  const Address front = address_of(begin) - room_in_front(range.begin);
  PageIndex free_begin = begin, free_end = end;
  Address front_used = front, end_used = range.end;
  if (!is_mapped(end)) {
    const size_t bytes = map_bytes_for(end, spare);
    if (bytes > range.end - front) return kNoPage;
    Address maps = kNone;
    if (is_first) {
      maps = front;
      front_used = front + bytes;
      free_begin = page_of(align_up<Address>(front_used, kHeapPageBytes));
    } else if (fits_slots(bytes)) {
      maps = take_slots(static_cast<uint32_t>(bytes / kMetaSlotBytes));
    }
    if (maps == kNone) {
      free_end = page_of(range.end - bytes);
      maps = address_of(free_end);
      end_used = maps + bytes;
    }
    move_maps(maps, bytes);
  }

  const PageIndex gap = global.end_page;
  const bool has_gap = !is_first && begin > gap;
  if (is_first) {
    global.first_page = page_of(front);
    global.heap_begin = front < address_of(begin) ? range.begin : front;
    global.break_at = Source::break_at();
    close_stacks();
  }
  global.end_page = end;
  if (has_gap) {
    const HeapPages length = begin - gap;
    entry_of(gap).kind = entry_of(begin - kOnePage).kind = PageKind::gap;
    entry_of(gap).run_pages = entry_of(begin - kOnePage).run_pages = length.raw;
    global.counters.external_pages += length.raw;
  }
  if (is_first || has_gap) global.fresh_page = free_begin;
  const PageIndex zero_from = page_of(align_up<Address>(range.zero_from, kHeapPageBytes));
  if (global.fresh_page < zero_from) global.fresh_page = zero_from < end ? zero_from : end;

  for (PageIndex page = page_of(front); page < free_begin; page.raw++)
    make_metadata_page_from(page, front_used);
  for (PageIndex page = free_end; page < end; page.raw++) make_metadata_page_from(page, end_used);
  global.counters.fresh_pages += (free_begin - begin).raw + (end - free_end).raw;
  if (free_begin < free_end) give_back_run(free_begin, free_end - free_begin);
  return free_end;
}

// Free pages that end at `end`.
HeapPages free_pages_below(PageIndex end) noexcept {
  if (end == kNoPage) return HeapPages{0};
  const PageEntry& last = entry_of(end - kOnePage);
  return HeapPages{last.kind == PageKind::free_run ? last.run_pages : 0};
}

}  // namespace

[[clang::minsize]] bool can_grow_heap(HeapPages count) noexcept {
  const HeapPages trailing = free_pages_below(global.end_page);
  const HeapPages missing = trailing < count ? count - trailing : HeapPages{0};
  return Source::can_grow(missing + metadata_pages_for(missing, Spare::none));
}

[[clang::minsize]] PageIndex grow_heap(HeapPages count) noexcept {
  PageIndex end = global.end_page;  // of the topmost free run, if there is one
  for (;;) {
    const HeapPages trailing = free_pages_below(end);
    if (trailing >= count) return end - trailing;
    // Metadata may lie behind that run, or the next range may not join the heap: then once more.
    const HeapPages missing = end == global.end_page ? count - trailing : count;
    const HeapPages generous = missing + metadata_pages_for(missing, Spare::half);
    const Spare spare = Source::can_grow(generous) ? Spare::half : Spare::none;
    const Range range = Source::grow(missing + metadata_pages_for(missing, spare));
    if (range.begin == range.end) {
      global.counters.refused_grows++;
      return kNoPage;
    }
    global.counters.heap_grows++;
    const PageIndex free_end = absorb(range, spare);
    end = free_end != kNoPage ? free_end : global.end_page;
  }
}

}  // namespace gharial
