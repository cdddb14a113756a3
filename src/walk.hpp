// walk.hpp — the one walker: heap pages, runs of MiniPages, blocks. Checker and statistics visit
// it.
// Assumes: nothing allocates or frees meanwhile. Keeps: reads only; stops at the first thing that
// makes no sense.
#pragma once
#include "front.hpp"
#include "heap_page.hpp"
#include "mini_page.hpp"

namespace gharial {

enum class BlockState : uint8_t { no_block = 0, live = 1, cached = 2, home = 3 };

// Heap pages that the entry's run takes; 0 iff the entry makes no sense.
inline HeapPages length_of(const PageEntry& entry) noexcept {
  switch (entry.kind) {
  case PageKind::cut:
  case PageKind::metadata: return kOnePage;
  case PageKind::free_run:
  case PageKind::large_head:
  case PageKind::gap: return HeapPages{entry.run_pages};
  default: return HeapPages{0};
  }
}

// Calls visit(page, entry, length) for every run of heap pages, in order. False iff the page map
// makes no sense.
template <class Visit> bool walk_pages(Visit visit) noexcept {
  PageIndex page = global.first_page;
  while (page < global.end_page) {
    const PageEntry* entry = find_entry(page);
    if (entry == nullptr) return false;
    const HeapPages length = length_of(*entry);
    if (length.raw == 0 || length.raw > (global.end_page - page).raw) return false;
    visit(page, *entry, length);
    page = page + length;
  }
  return page == global.end_page;
}

// Calls visit(first, header) for every run of MiniPages of a cut page, in order. False iff the
// headers make no sense.
template <class Visit> bool walk_runs(MetaPage& meta, Visit visit) noexcept {
  for (uint32_t first = 0; first < kMiniPagesPerPage;) {
    if ((meta.free_mask >> first & 1) != 0) {
      first++;
      continue;
    }
    MiniPageHeader& header = meta.mini_pages[first];
    if (header.kind < RunKind::small_run || header.kind > RunKind::large_tail ||
        header.first != first || header.run == 0 || first + header.run > kMiniPagesPerPage)
      return false;
    visit(first, header);
    first += header.run;
  }
  return true;
}

// True iff the address lies on the free-block stack of the class. O(capacity).
inline bool is_on_stack(SizeClass size_class, Address block) noexcept {
  const Word* start = stack_start(size_class);
  for (const Word* at = front.tops[size_class.raw]; at > start; --at)
    if (*at == block) return true;
  return false;
}

inline bool is_in_cursor(SizeClass size_class, Address block) noexcept {
  const Cursor& cursor = front_cursors[size_class.raw];
  if (cursor.bits == 0 || block < cursor.base) return false;
  const Address number = (block - cursor.base) / cursor.block_bytes;
  return number < 64 && (cursor.bits >> number & 1) != 0 &&
         cursor.base + number * cursor.block_bytes == block;
}

// Where a block of a small run is.
inline BlockState state_in_run(MiniPageHeader& header, uint32_t number) noexcept {
  const Address block = run_address(header) + number * header.block_bytes;
  if (is_home(header, number)) return BlockState::home;
  if (&header == front_current[header.size_class.raw] && is_in_cursor(header.size_class, block))
    return BlockState::cached;
  return is_on_stack(header.size_class, block) ? BlockState::cached : BlockState::live;
}

// What any address at all is: no_block iff no block begins there.
inline BlockState state_of(Address block) noexcept {
  const PageIndex page = page_of(block);
  if (static_cast<uint64_t>(block) >= kAddressEnd<ThisModel>) return BlockState::no_block;
  const PageEntry* entry = find_entry(page);
  if (entry == nullptr) return BlockState::no_block;
  if (entry->kind == PageKind::large_head)
    return block == address_of(page) ? BlockState::live : BlockState::no_block;
  if (entry->kind != PageKind::cut) return BlockState::no_block;
  MetaPage& meta = meta_of(*entry);
  BlockState state = BlockState::no_block;
  walk_runs(meta, [&](uint32_t first, MiniPageHeader& header) {
    const Address begin = address_of(meta, first);
    if (block < begin || block >= begin + header.run * kMiniPageBytes) return;
    if (header.kind == RunKind::large_tail) return;
    const uint32_t number = block_number(header, static_cast<uint32_t>(block - begin));
    if (number < header.capacity && begin + number * header.block_bytes == block)
      state = state_in_run(header, number);
  });
  return state;
}

}  // namespace gharial
