// metadata.cpp — slots for meta-pages and for the maps.
// Assumes: run.cpp gives and takes whole pages. Keeps: I10.
#include "metadata.hpp"
#include "run.hpp"

namespace gharial {
namespace {

void push_page(PageIndex page, PageEntry& entry) noexcept {
  entry.links.prev = kNoPage;
  entry.links.next = global.metadata_stack;
  if (entry.links.next != kNoPage) entry_of(entry.links.next).links.prev = page;
  global.metadata_stack = page;
}

void unlink_page(const PageEntry& entry) noexcept {
  if (entry.links.next != kNoPage) entry_of(entry.links.next).links.prev = entry.links.prev;
  if (entry.links.prev != kNoPage)
    entry_of(entry.links.prev).links.next = entry.links.next;
  else
    global.metadata_stack = entry.links.next;
}

// Where in the newest page with room that many slots are free: bit i, slot i.
uint32_t places_for(uint32_t slots) noexcept {
  if (global.metadata_stack == kNoPage) return 0;
  const uint32_t aligned = ~0u / low_mask(slots);  // every slots-th bit
  return starts_of_runs(entry_of(global.metadata_stack).run_pages, slots) & aligned;
}

}  // namespace

bool has_slots(uint32_t slots) noexcept { return places_for(slots) != 0; }

void make_metadata_page(PageIndex page, uint32_t free_slots) noexcept {
  PageEntry& entry = entry_of(page);
  entry.kind = PageKind::metadata;
  entry.tail = 0;
  entry.run_pages = free_slots;
  if (free_slots != 0) push_page(page, entry);
}

Address take_slots(uint32_t slots) noexcept {
  const uint32_t starts = places_for(slots);
  if (starts == 0) return kNone;
  const PageIndex page = global.metadata_stack;
  PageEntry& entry = entry_of(page);
  const uint32_t first = static_cast<uint32_t>(std::countr_zero(starts));
  entry.run_pages &= ~(low_mask(slots) << first);
  if (entry.run_pages == 0) unlink_page(entry);
  return address_of(page) + first * kMetaSlotBytes;
}

void give_back_slots(Address at, size_t slots) noexcept {
  while (slots != 0) {
    const PageIndex page = page_of(at);
    const uint32_t first = static_cast<uint32_t>((at - address_of(page)) / kMetaSlotBytes);
    const uint32_t here =
        slots < kSlotsPerPage - first ? static_cast<uint32_t>(slots) : kSlotsPerPage - first;
    PageEntry& entry = entry_of(page);
    const uint32_t bits = low_mask(here) << first;
    expect((entry.run_pages & bits) == 0, at);
    if (entry.run_pages == 0) push_page(page, entry);
    entry.run_pages |= bits;
    if (entry.run_pages == ~0u) {
      unlink_page(entry);
      // Growth puts maps above fresh pages: what was in use is fresh no more.
      if (global.fresh_page <= page) global.fresh_page = page + kOnePage;
      give_back_run(page, kOnePage);
    }
    at += here * kMetaSlotBytes;
    slots -= here;
  }
}

}  // namespace gharial
