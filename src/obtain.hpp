// obtain.hpp — heap pages, slots and MiniPages by every means there is, growth included.
// Constant time, but for growth and for the flush after refused growth.
#pragma once
#include "heap_page.hpp"
#include "run.hpp"

namespace gharial {

// A run of `count` heap pages; its first page is kNoPage iff memory ran out.
Run obtain_run(HeapPages count) noexcept;

// While one lives, obtaining fails rather than let sbrk end the program: for a shrink, which may stay.
struct QuietGrowth {
  QuietGrowth() noexcept;
  ~QuietGrowth();
  bool before;
};

// Slots for one meta-page, or kNone iff memory ran out.
Address obtain_meta_slots() noexcept;

// A page with `length` free MiniPages in a row, or null iff memory ran out. A length of 32 or more
// stands for a whole page.
MetaPage* obtain_page_with_room(uint32_t length) noexcept;

}  // namespace gharial
