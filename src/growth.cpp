// growth.cpp — takes ranges from the PageSource, makes page-map chunks and the MiniPage map for
// them, and adds their pages to the free runs.
// Assumes: ranges may have gaps between them; only the first may begin within a page that is ours.
// Keeps: I7 (the new map is a copy), I9, I10. Not constant time: growth stands aside from the
// bound.
#include "growth.hpp"
#include "front.hpp"
#include "metadata.hpp"
#include "source.hpp"

namespace gharial {
namespace {

// The next place for our own data in a range that is being added: first what metadata pages have
// left, then the range's own first pages.
struct Carver {
  Address at, until;  // bytes of metadata pages made from the range so far, not yet used
  Address end;        // end of the range

  Address take(size_t bytes) noexcept {
    if (bytes <= kHeapPageBytes / 2)
      if (const Address slots = take_slots(static_cast<uint32_t>(bytes / kMetaSlotBytes));
          slots != kNone)
        return slots;
    if (bytes > until - at) {
      const Address missing = align_up<Address>(bytes - (until - at), kHeapPageBytes);
      if (missing > end - until) return kNone;
      until += missing;
    }
    const Address taken = at;
    at += bytes;
    return taken;
  }
};

Address take_cleared(Carver& carver, size_t bytes) noexcept {
  const Address at = carver.take(bytes);
  if (at != kNone) __builtin_memset(reinterpret_cast<void*>(at), 0, bytes);
  return at;
}

// Makes sure that the page has an entry. False iff the range has no room for the chunk.
bool ensure_entry(PageIndex page, Carver& carver) noexcept {
  if constexpr (kTwoLevels) {
    Word& directory = global.page_map_root[page.raw >> (kChunkPagesShift + kDirectoryChunksShift)];
    if (directory == 0) directory = take_cleared(carver, kDirectoryBytes<ThisModel>);
    if (directory == 0) return false;
  }
  Word* slot = chunk_slot(page);
  if (*slot == 0) *slot = take_cleared(carver, kMetaSlotBytes);
  return *slot != 0;
}

// Length of a MiniPage map that covers every page below `end`: a power of two, so that it doubles.
constexpr size_t map_bytes_for(PageIndex end) noexcept {
  const uint64_t needed = static_cast<uint64_t>(end.raw) * kMiniPagesPerPage;
  uint64_t bytes = kMetaSlotBytes;
  while (bytes < needed) bytes *= 2;
  return static_cast<size_t>(bytes);
}

// Covers the pages below `end` with the MiniPage map. False iff the range has no room for it.
bool ensure_map(PageIndex end, Carver& carver) noexcept {
  const size_t bytes = map_bytes_for(end);
  const size_t had = global.mini_page_map_bytes;
  if (bytes <= had) return true;
  const Address map = carver.take(bytes);
  if (map == kNone) return false;
  uint8_t* fresh = reinterpret_cast<uint8_t*>(map);
  uint8_t* old = front.mini_page_map;
  if (had != 0) __builtin_memcpy(fresh, old, had);
  __builtin_memset(fresh + had, 0, bytes - had);
  front.mini_page_map = fresh;
  global.mini_page_map_bytes = bytes;
  // Shared memory keeps the old map: another thread may be reading through its old base.
  if (had != 0 && !kShared) give_back_slots(reinterpret_cast<Address>(old), had / kMetaSlotBytes);
  return true;
}

// Heap pages that a range which begins at the break needs in front for its own maps, so that
// `count` are left.
HeapPages metadata_pages_for(HeapPages count) noexcept {
  const Address at = Source::end();
  const PageIndex begin = page_of(align_up<Address>(at, kHeapPageBytes));
  const bool first_range = global.end_page == kNoPage;
  const bool has_gap = !first_range && begin != global.end_page;
  const Word* slot = chunk_slot(begin);
  const bool has_chunk = slot != nullptr && *slot != 0;
  HeapPages own{0};
  for (int round = 0; round < 2; ++round) {  // the second time for what the first adds itself
    const PageIndex end = begin + count + own;
    const uint32_t chunks =
        ((end.raw - 1) >> kChunkPagesShift) - (begin.raw >> kChunkPagesShift) + 1;
    size_t bytes = (chunks - (has_chunk ? 1 : 0) + (has_gap ? 2 : 0)) * size_t{kMetaSlotBytes};
    if constexpr (kTwoLevels) {
      if (bytes != 0) bytes += kDirectoryBytes<ThisModel>;
    }
    if (map_bytes_for(end) > global.mini_page_map_bytes) bytes += map_bytes_for(end);
    // A single chunk fits into a metadata page that has room; the very first maps, before the first
    // whole page.
    const size_t room = first_range ? address_of(begin) - align_up<Address>(at, kMetaSlotBytes)
                        : global.metadata_stack != kNoPage ? kMetaSlotBytes
                                                           : 0;
    if (bytes <= room) return own;
    own.raw = static_cast<uint32_t>((bytes - (first_range ? room : 0) + kHeapPageBytes - 1) >>
                                    kHeapPageShift);
  }
  return own;
}

// The stack of every class ends in kStackEnd; needed before the first block is freed.
void close_stacks() noexcept {
  for (uint32_t c = 2; c <= kSizeClasses + 1; ++c)
    front_stack_words[kStackPlan.start[c] - 1] = kStackEnd;
}

// Adds a range above everything there is. False iff it is too small for the maps that describe it;
// then none of it is handed out, and the next range finds it as part of a gap.
bool absorb(Range range) noexcept {
  const bool first_range = global.end_page == kNoPage;
  PageIndex begin = page_of(align_up<Address>(range.begin, kHeapPageBytes));
  const PageIndex end = page_of(range.end);
  Carver carver{align_up<Address>(range.begin, kMetaSlotBytes), address_of(begin), range.end};
  if (!first_range && page_of(range.begin) < begin)
    carver.at = carver.until;  // a partial page is no page of ours
  const PageIndex carved_from = page_of(carver.at);

  const bool has_gap = !first_range && begin > global.end_page;
  const PageIndex gap = global.end_page;
  bool ok = true;
  if (has_gap) ok = ensure_entry(gap, carver) && ensure_entry(begin - kOnePage, carver);
  for (PageIndex page = carved_from; ok && page < end;
       page.raw = (page.raw | (kChunkPages - 1)) + 1)
    ok = ensure_entry(page, carver);
  ok = ok && ensure_map(end, carver);
  if (!ok) return false;

  if (first_range) {
    global.first_page = carved_from;
    global.heap_begin =
        range.begin > address_of(carved_from) ? range.begin : address_of(carved_from);
    global.break_at = Source::break_at();
    close_stacks();
  }
  if (has_gap) {
    const HeapPages length = begin - gap;
    entry_of(gap).kind = entry_of(begin - kOnePage).kind = PageKind::gap;
    entry_of(gap).run_pages = entry_of(begin - kOnePage).run_pages = length.raw;
    global.counters.external_pages += length.raw;
  }
  global.end_page = end;
  if (first_range || has_gap) global.fresh_page = begin;
  const PageIndex zero_from = page_of(align_up<Address>(range.zero_from, kHeapPageBytes));
  if (global.fresh_page < zero_from) global.fresh_page = zero_from < end ? zero_from : end;

  // The carved pages become metadata pages; what they have left, free slots.
  const PageIndex carved_until = page_of(carver.until);
  for (PageIndex page = carved_from; page < carved_until; page.raw++) {
    uint32_t free_slots = 0;
    for (uint32_t slot = 0; slot < kSlotsPerPage; ++slot)
      if (address_of(page) + slot * kMetaSlotBytes >= carver.at) free_slots |= 1u << slot;
    make_metadata_page(page, free_slots);
    if (page >= begin) count_taken(page, kOnePage);
  }
  if (carved_until < end) give_back_run(carved_until, end - carved_until);
  return true;
}

}  // namespace

bool grow_heap(HeapPages count) noexcept {
  for (;;) {
    HeapPages trailing{0};
    if (global.end_page != kNoPage) {
      const PageEntry& last = entry_of(global.end_page - kOnePage);
      if (last.kind == PageKind::free_run) trailing.raw = last.run_pages;
    }
    if (trailing >= count) return true;
    // A range that does not join the heap's end (or whose maps took more than estimated) leaves
    // some missing: once more.
    const HeapPages missing = count - trailing;
    const Range range = Source::grow(missing + metadata_pages_for(missing));
    if (range.begin == range.end) {
      global.counters.refused_grows++;
      return false;
    }
    global.counters.heap_grows++;
    if (!absorb(range)) continue;  // lost to a gap; the next range starts above it
  }
}

}  // namespace gharial
