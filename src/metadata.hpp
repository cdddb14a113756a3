// metadata.hpp — where our own data lies: heap pages of kind metadata, cut into slots of 2 KiB.
// Assumes: a slot-aligned piece of slots fits one heap page. Keeps: I10. Every operation takes
// constant time.
#pragma once
#include "page_map.hpp"

namespace gharial {

inline constexpr uint32_t kSlotsPerPage = kHeapPageBytes / kMetaSlotBytes;

// `slots` (a power of two, 16 at most) adjacent free slots, aligned to their size, from the
// metadata pages there are; kNone iff the newest page with room has no such place. Contents are
// stale.
Address take_slots(uint32_t slots) noexcept;

// True iff take_slots(slots) would find a place.
bool has_slots(uint32_t slots) noexcept;

// Makes slots free that were taken; may span heap pages. A page whose slots are all free returns to
// the free runs.
void give_back_slots(Address at, size_t slots) noexcept;

// Makes a heap page a metadata page with these slots free.
void make_metadata_page(PageIndex page, uint32_t free_slots) noexcept;

}  // namespace gharial
