// own_page.hpp — heap pages that a heap takes whole, to cut small runs from. Small runs are nearly permanent: wherever one lies, no long
// run can be, so that they lie together. In shared memory a thread takes pages under the lock and cuts them without it, so that threads
// meet once in 64 KiB of blocks; without it, a heap takes them as soon as it is not small.
// Keeps: I4 (in shared memory: a page has a meta-page <=> a heap owns it), I6 of own pages.
#pragma once
#include "heap_page.hpp"

namespace gharial {

// Own pages are linked by the links of class 0, which no small run has.
inline constexpr uint32_t kOwnLinks = kLargeClass.raw;

// The list of a page of which these MiniPages are free; 0: none.
[[gnu::noinline]] inline uint32_t list_for(uint32_t free) noexcept {
  if (free == ~0u) return kWhollyFree;
  uint32_t longest = 0;
  for (; free != 0 && longest < kOwnRunMax; free &= free >> 1) ++longest;
  return longest;
}

// So many MiniPages from that one on, as bits.
constexpr uint32_t bits_of(uint32_t number, MiniPages count) noexcept {
  return ((1u << count.raw) - 1) << number;
}

// A small run in an own page, taken over if none has room: its page's meta-page and, in `first`, where it begins; null iff no page
// is to be had. Constant time, but for growth and what is tried right before it.
MetaPage* obtain_own_run(MiniPages count, MiniPageIndex& first) noexcept;

// Makes MiniPages of an own page free, and the page nobody's if it was the last run and the heap has enough free ones. Constant
// time.
void give_back_own_run(MetaPage& meta, MiniPageIndex first, MiniPages count) noexcept;

// Takes over heap pages until `count` of them are wholly free. False iff memory ran out.
bool reserve_pages(uint32_t count) noexcept;

// Wholly free pages that the heap need not keep become nobody's. The thread holds the lock. O(free pages).
void give_back_free_pages() noexcept;

// The heap that owns the page, in shared memory. (A template, so that nobody compiles it without.)
template <class Meta> Heap* owner_of(const Meta& meta) noexcept {
  return reinterpret_cast<Heap*>(meta.owned.owner);
}

}  // namespace gharial
