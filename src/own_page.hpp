// own_page.hpp — heap pages that a heap takes whole, to cut small runs from. Small runs are nearly permanent: wherever one lies, no long
// run can be, so that they lie together. In shared memory a thread takes pages under the lock and cuts them without it, so that threads
// meet once in 64 KiB of blocks; without it, a heap takes them as soon as it is not small.
// Keeps: I4 (in shared memory: a page has a meta-page <=> a heap owns it), I6 of own pages.
#pragma once
#include "heap_page.hpp"

namespace gharial {

// Own pages are linked by the links of class 0, which no small run has.
inline constexpr uint32_t kOwnLinks = kLargeClass.raw;

// Length of the longest run of set bits, or kOwnRunMax if it is longer.
constexpr uint32_t longest_run(uint32_t free) noexcept {
  // `twice` has a bit where two begin, and so on.
  const uint32_t twice = free & free >> 1, four = twice & twice >> 2;
  if constexpr (kShared) {
    const uint32_t six = four & twice >> 4, eight = four & four >> 4;
    if (eight != 0) return 8 + ((eight & free >> 8) != 0);
    if (six != 0) return 6 + ((six & free >> 6) != 0);
    if (four != 0) return 4 + ((four & free >> 4) != 0);
  }
  if (four != 0) return 4;
  return twice != 0 ? 2 + ((twice & free >> 2) != 0) : free != 0;
}
static_assert(kOwnRunMax == (kShared ? 9 : 4));
static_assert(longest_run(0) == 0 && longest_run(5) == 1 && longest_run(6) == 2);
static_assert(longest_run(0xe01) == 3 && longest_run(~0u) == kOwnRunMax);
static_assert(!kShared || (longest_run(0x1f7) == 5 && longest_run(0x7f) == 7));
static_assert(!kShared || (longest_run(0x1ff) == 9 && longest_run(0x1fe) == 8));

// The list of a page of which these MiniPages are free; 0: none.
[[gnu::noinline]] inline uint32_t list_for(uint32_t free) noexcept {
  return free == ~0u ? kWhollyFree : longest_run(free);
}

// So many MiniPages from that one on, as bits.
constexpr uint32_t bits_of(uint32_t number, MiniPages count) noexcept {
  return ((1u << count.raw) - 1) << number;
}

// A small run in an own page, taken over if none has room: its page's meta-page and, in `first`, where it begins; null iff no page
// is to be had, or a hole is better, then `first` is one in a page with small runs, if there is such a one. Constant time, but for growth and what is tried right before it.
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
