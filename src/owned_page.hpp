// owned_page.hpp — shared memory: heap pages that a thread's heap owns. It takes whole ones under the lock and cuts them into small
// runs without it, so that threads meet once in 64 KiB of blocks. Also what a terminated worker leaves behind.
// Assumes: own_heap is a heap. Keeps: I4 (a page has a meta-page <=> a heap owns it), I6 inside own pages.
#pragma once
#include "heap_page.hpp"

namespace gharial {

// A small run in a page of the thread's own, taken over if none has room: its page's meta-page and, in `first`, where it begins; null iff
// memory ran out. Constant time, but for growth.
MetaPage* obtain_own_run(MiniPages count, MiniPageIndex& first) noexcept;

// Makes MiniPages of a page of the thread's own free, and the page nobody's if it was the last run and the heap has enough free
// ones. Constant time.
void give_back_own_run(MetaPage& meta, MiniPageIndex first, MiniPages count) noexcept;

// Takes over heap pages until `count` of them are wholly free. False iff memory ran out.
bool reserve_pages(uint32_t count) noexcept;

// Wholly free pages that the heap need not keep become nobody's. The thread holds the lock. O(free pages).
void give_back_free_pages() noexcept;

// Makes the countdowns of all runs of the heap agree with their bits: whoever worked on them may have stopped in between. O(heap).
void recount_runs() noexcept;

// The heap that owns the page. (A template, so that nobody compiles it without shared memory.)
template <class Meta> Heap* owner_of(const Meta& meta) noexcept {
  return reinterpret_cast<Heap*>(meta.owned.owner);
}

}  // namespace gharial
