// own_page.cpp — see own_page.hpp.
// Keeps: I4, I6 of own pages, I10, I11 the counts of own pages.
#include "own_page.hpp"
#include "block_run.hpp"
#include "growth.hpp"
#include "obtain.hpp"
#include "remote.hpp"
#include "thread_heap.hpp"

namespace gharial {
namespace {

constexpr MiniPages kWholePage{kMiniPagesPerPage};

consteval uint32_t longest_shared_run() {
  uint32_t longest = 0;
  for (uint8_t c = 1; c <= kSizeClasses; ++c)
    if (const uint32_t length = run_of(SizeClass{c}).raw; length > longest) longest = length;
  return longest;
}
static_assert(!kShared || longest_shared_run() == kOwnRunMax);

// Other threads read it for statistics.
void count_free_pages(uint32_t more) noexcept {
  store_relaxed(own_pages().free_pages, own_pages().free_pages + more);
}

// The first list with pages in which `count` MiniPages are free in a row: none of them is wholly free if others will do. Above
// kWhollyFree iff there is none.
uint32_t list_with(MiniPages count) noexcept {
  uint32_t list = count.raw;
  while (list <= kWhollyFree && own_pages().lists[list] == kNoMiniPage) ++list;
  return list;
}

// Says which MiniPages of the page are free.
[[gnu::noinline]] void set_free(MetaPage& meta, uint32_t free) noexcept {
  const uint32_t before = list_for(meta.free), after = list_for(free);
  meta.free = free;
  if (before == after) return;
  auto& lists = own_pages().lists;
  if (before != 0) unlink_page(lists[before], meta, kOwnLinks);
  if (after != 0) push_page(lists[after], meta, kOwnLinks);
}

// Takes a whole heap page out of a free run outside of own pages, or kNoMiniPage iff none lies in it: the first, or in shared memory, where
// every page has a pair of MiniPages elsewhere, one beside a part in which no page fits, so that pairs come from there.
[[clang::minsize]] MiniPageIndex take_page_from(MiniPageIndex run) noexcept {
  const MiniPageIndex end = run + length_of(entry_of(run));
  const MiniPageIndex last = first_of(page_of(end));
  MiniPageIndex first{align_up(run.raw, kMiniPagesPerPage)};
  if (first >= last) return kNoMiniPage;
  if (kShared && first == run && last != end) first = last - kWholePage;
  return take_part(run, first, kWholePage, RunKind::inside);
}

// A heap page out of the shortest free run in which one lies: the first run of each bin is tried, or all runs. Constant time unless
// all are tried.
[[clang::minsize]] MiniPageIndex take_page(bool look_at_all) noexcept {
  uint64_t mask = global.runs.mask & ~uint64_t{0} << bin_of(kWholePage);
  for (; mask != 0; mask &= mask - 1) {
    MiniPageIndex run = global.runs.bins[std::countr_zero(mask)];
    do {
      const MiniPageIndex first = take_page_from(run);
      if (first != kNoMiniPage) return first;
      run = entry_of(run).links.next;
    } while (look_at_all && run != kNoMiniPage);
  }
  return kNoMiniPage;
}

// How long the free run that ends the heap must be, for a heap page to end it.
MiniPages length_with_page() noexcept {
  const MiniPageIndex free = global.end - free_below(global.end);
  return MiniPages{align_up(free.raw, kMiniPagesPerPage) + kMiniPagesPerPage - free.raw};
}

// A free run of `count` MiniPages or more that begins in a heap page in which small runs lie already, or kNoMiniPage. Only the first runs of
// a few bins are looked at.
[[clang::minsize]] MiniPageIndex find_described_hole(MiniPages count) noexcept {
  uint64_t mask = global.runs.mask & ~uint64_t{0} << bin_of(count);
  for (uint32_t looks = 0; mask != 0 && looks < kHoleLooks; ++looks, mask &= mask - 1) {
    const MiniPageIndex run = global.runs.bins[std::countr_zero(mask)];
    if (find_meta(page_of(run)) != nullptr) return run;
  }
  return kNoMiniPage;
}

// True iff there is a hole, and it is better than growth for a page: small runs lie in its page anyway, then it is `described`; or little is
// free, so that there is little to pin, and a page more would be waste; or memory cannot grow.
[[clang::minsize]] bool prefers_hole(MiniPages count, MiniPageIndex& described) noexcept {
  if (kShared || find_bin(count) == kRunBins) return false;
  described = find_described_hole(count);
  if (described != kNoMiniPage) return true;
  const Counters& counters = global.counters;
  const Word length = (global.end - global.first).raw - counters.external_mini_pages;
  return (length - counters.used_mini_pages) * kHoleDivisor < length ||
         !can_grow_heap(length_with_page());
}

// Grows memory by what a heap page at its end lacks: the page's first MiniPage, or kNoMiniPage iff memory cannot grow.
[[clang::minsize]] MiniPageIndex grow_by_page() noexcept {
  const MiniPages count = length_with_page();
  // Without shared memory a run may still come home, which is better than a refusal, which may end the program.
  if (!kShared && !can_grow_heap(count)) return kNoMiniPage;
  const MiniPageIndex run = grow_heap(count);
  if (run == kNoMiniPage) return kNoMiniPage;
  const MiniPageIndex first = take_page_from(run);
  if (!kShared || first != kNoMiniPage) return first;
  // Maps or what others took from sbrk lie where the page should begin.
  return obtain_aligned_run(kWholePage, kMiniPagesPerPage, RunKind::inside);
}

// A heap page that nobody owns: its first MiniPage, or kNoMiniPage iff there is none and memory cannot grow, or what went home before
// growth left `instead` MiniPages free in an own page, or a hole of as many will do. The thread holds the lock.
[[clang::minsize]] MiniPageIndex obtain_page_run(MiniPages instead,
                                                 MiniPageIndex& described) noexcept {
  for (bool again = false;; again = true) {
    const MiniPageIndex first = take_page(again && !can_grow_heap(length_with_page()));
    if (first != kNoMiniPage || prefers_hole(instead, described)) return first;
    if (again) return grow_by_page();
    give_back_before_growth(kWholePage);
    if ((!kShared || instead != kNoMiniPages) && list_with(instead) <= kWhollyFree)
      return kNoMiniPage;
  }
}

// Takes over a page, all of it free. False iff memory ran out, or may not be asked for, or `instead` MiniPages are
// free elsewhere now; `described` is a hole of as many in a page with small runs, if there is one.
[[gnu::noinline, clang::minsize]] bool take_over_page(MiniPages instead,
                                                      MiniPageIndex& described) noexcept {
  if (is_refused()) return false;
  const Locked locked;
  const MiniPageIndex first = obtain_page_run(instead, described);
  if (first == kNoMiniPage) return false;
  MetaPage* const meta = obtain_meta(page_of(first), true);
  if (meta == nullptr) {
    give_back_run(first, kWholePage);
    return false;
  }
  set_free(*meta, ~0u);
  own_pages().pages++;
  count_free_pages(1);
  return true;
}

// Makes a wholly free page nobody's. The thread holds the lock.
[[gnu::noinline, clang::minsize]] void give_up_page(MetaPage& meta) noexcept {
  set_free(meta, 0);
  const MiniPageIndex first = first_of(meta.page);
  give_back_meta(meta);
  give_back_run(first, kWholePage);
  own_pages().pages--;
  count_free_pages(~0u);
}

// Free pages that stay whatever happens.
uint32_t reserved_pages() noexcept { return kShared ? own_heap->reserved : 0; }

}  // namespace

[[clang::minsize]] MetaPage* obtain_own_run(MiniPages count, MiniPageIndex& first) noexcept {
  first = kNoMiniPage;
  uint32_t list = list_with(count);
  if (list > kWhollyFree) {
    list = take_over_page(count, first) ? kWhollyFree : list_with(count);
    if (list > kWhollyFree) return nullptr;
  }
  MetaPage& meta = meta_at(own_pages().lists[list]);
  guard_cookie(meta);
  uint32_t begins = meta.free;  // where a run of `count` can begin
  for (uint32_t i = 1; i < count.raw; ++i) begins &= meta.free >> i;
  const uint32_t number = static_cast<uint32_t>(std::countr_zero(begins));
  first = first_of(meta.page) + MiniPages{number};
  write_run(first, count, RunKind::small_run);
  if (list == kWhollyFree) count_free_pages(~0u);
  set_free(meta, meta.free & ~bits_of(number, count));
  return &meta;
}

[[clang::minsize]] void give_back_own_run(MetaPage& meta, MiniPageIndex first,
                                          MiniPages count) noexcept {
  // If a longer run is cut from there next, no run may seem to begin inside of it.
  entry_of(first).value = entry_value(RunKind::inside, 0);
  if (--meta.runs == 0) {
    const uint32_t reserved = reserved_pages();
    count_free_pages(1);
    if (own_pages().free_pages > (reserved > kKeptPages ? reserved : kKeptPages)) {
      // If another thread holds the lock, the page stays, until the next one is free or memory runs short.
      const MaybeLocked locked;
      if (locked) return give_up_page(meta);
    }
  }
  set_free(meta, meta.free | bits_of(first.raw % kMiniPagesPerPage, count));
}

bool reserve_pages(uint32_t count) noexcept {
  MiniPageIndex described;
  while (own_pages().free_pages < count)
    if (!take_over_page(kNoMiniPages, described)) return false;
  return true;
}

[[clang::minsize]] void give_back_free_pages() noexcept {
  const MetaLink& free = own_pages().lists[kWhollyFree];
  while (free != kNoMiniPage && own_pages().free_pages > reserved_pages())
    give_up_page(meta_at(free));
}

}  // namespace gharial
