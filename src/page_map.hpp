// page_map.hpp — from a heap page to its entry, and from there to its meta-page.
// Assumes: growth.cpp covers every page below global.end_page with the maps. Keeps: an entry is found in one load.
#pragma once
#include "fault.hpp"
#include "front.hpp"

namespace gharial {

extern constinit GlobalMetaPage global;

// Entry of a page of the heap, or of the gap in it.
inline PageEntry& entry_of(PageIndex page) noexcept {
  expect(page.raw < global.mapped_pages, address_of(page));
  return front.page_map[page.raw];
}

// Entry of any page at all; null iff it lies outside the heap.
inline PageEntry* find_entry(PageIndex page) noexcept {
  return page < global.first_page || page >= global.end_page ? nullptr : &entry_of(page);
}

// Meta-page of a cut page.
inline MetaPage& meta_of(const PageEntry& entry) noexcept {
  if constexpr (kChecked) global.counters.touched_meta_pages++;
  return *reinterpret_cast<MetaPage*>(entry.meta);
}
inline MetaPage& meta_of(PageIndex page) noexcept { return meta_of(entry_of(page)); }

}  // namespace gharial
