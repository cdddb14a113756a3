// page_map.hpp — from a heap page to its entry. The page map is made of chunks that never move,
// found through a root.
// Assumes: run.cpp makes chunks as the heap grows. Keeps: one entry per heap page below
// global.end_page.
#pragma once
#include "fault.hpp"

namespace gharial {

extern constinit GlobalMetaPage global;

constexpr bool kTwoLevels = sizeof(Word) == 8;

// The place that holds the address of the page's chunk; null iff there is no directory for it yet.
// Constant time.
inline Word* chunk_slot(PageIndex page) noexcept {
  const uint32_t chunk = page.raw >> kChunkPagesShift;
  if constexpr (!kTwoLevels) {
    return &global.page_map_root[chunk];
  } else {
    const Word directory = global.page_map_root[chunk >> kDirectoryChunksShift];
    if (directory == 0) return nullptr;
    return reinterpret_cast<Word*>(directory) + (chunk & (kDirectoryChunks - 1));
  }
}

// Entry of a page of the heap. Two dependent loads (wasm32).
inline PageEntry& entry_of(PageIndex page) noexcept {
  expect(chunk_slot(page) != nullptr && *chunk_slot(page) != 0, address_of(page));
  return reinterpret_cast<PageEntry*>(*chunk_slot(page))[page.raw & (kChunkPages - 1)];
}

// Entry of any page at all; null iff it lies outside the heap or in a stretch that was never ours.
inline PageEntry* find_entry(PageIndex page) noexcept {
  if (page < global.first_page || page >= global.end_page) return nullptr;
  const Word* slot = chunk_slot(page);
  return slot == nullptr || *slot == 0 ? nullptr : &entry_of(page);
}

// Meta-page of a cut page.
inline MetaPage& meta_of(const PageEntry& entry) noexcept {
  if constexpr (kChecked) global.counters.touched_meta_pages++;
  return *reinterpret_cast<MetaPage*>(entry.meta);
}
inline MetaPage& meta_of(PageIndex page) noexcept { return meta_of(entry_of(page)); }

}  // namespace gharial
