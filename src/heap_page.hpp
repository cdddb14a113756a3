// heap_page.hpp — MiniPages inside one cut page: its free mask, its lists of partly free runs, and
// the stacks that name the page where it has room.
// Assumes: run.hpp and metadata.hpp give pages and slots. Keeps: I2, I3, I4, I12. Every operation
// takes constant time.
#pragma once
#include "page_map.hpp"

namespace gharial {

inline Address address_of(const MetaPage& meta, uint32_t mini_page) noexcept {
  return address_of(meta.page) + mini_page * kMiniPageBytes;
}

// Meta-page that holds this header: meta-pages are aligned to their slots.
inline MetaPage& meta_of(const MiniPageHeader& header) noexcept {
  const Address at = reinterpret_cast<Address>(&header);
  return *reinterpret_cast<MetaPage*>(at & ~Address{kMetaPageSlots * kMetaSlotBytes - 1});
}
inline MetaPage* meta_at(MetaLink link) noexcept {
  if constexpr (kChecked) global.counters.touched_meta_pages++;
  return reinterpret_cast<MetaPage*>(static_cast<Address>(link.raw) << kMetaLinkShift);
}
inline MetaLink link_to(const MetaPage& meta) noexcept {
  return MetaLink{static_cast<uint32_t>(reinterpret_cast<Address>(&meta) >> kMetaLinkShift)};
}
inline Address run_address(const MiniPageHeader& header) noexcept {
  return address_of(meta_of(header), header.first);
}

// The meta-page, at `slots`, of a page that is cut from now on, all MiniPages free; on no stack
// yet.
MetaPage& cut_page(PageIndex page, Address slots, bool is_fresh) noexcept;

// The same for a page whose first `tail` MiniPages are the end of a large block. It is on its room stack.
void cut_after_tail(PageIndex page, Address slots, uint32_t tail, bool is_fresh) noexcept;

// A page with a free run of `length` MiniPages, the tightest there is, or null. Constant time: a
// bit mask and a pop.
MetaPage* page_with_room(uint32_t length) noexcept;

// Takes `length` free MiniPages that begin at a multiple of `step` (a power of two); the page has
// them. Re-used ones come first. Returns the first; *touched gets a bit for each of them that was
// in use before.
uint32_t take_mini_pages(MetaPage& meta, uint32_t length, uint32_t step,
                         uint32_t* touched) noexcept;

// Takes the MiniPages first … first+length-1, which are free.
void take_these_mini_pages(MetaPage& meta, uint32_t first, uint32_t length) noexcept;

// Gives MiniPages back. A page whose MiniPages are all free becomes the warm page, or a free run.
void give_back_mini_pages(MetaPage& meta, uint32_t first, uint32_t length) noexcept;

// The page is no longer cut: it leaves its stack and its slots are free. The entry is the caller's
// to write.
void uncut_page(MetaPage& meta) noexcept;

// A page whose MiniPages are all free becomes a free run.
void dissolve_page(MetaPage& meta) noexcept;

// Takes the warm page off its place, or null.
MetaPage* take_warm_page() noexcept;

// The page's list of partly free runs of the class, and with it the global stack of pages that have
// one (M3).
void list_run(MetaPage& meta, MiniPageHeader& header) noexcept;
void unlist_run(MetaPage& meta, MiniPageHeader& header) noexcept;

// Counts MiniPages in use, and their peak.
void note_used(uint32_t mini_pages) noexcept;

}  // namespace gharial
