// units_own_page.hpp — heap pages that the heap takes whole for small runs: which run goes where, what stays inside, what goes back.
#pragma once
#include "units_check.hpp"

namespace gharial_test {
using namespace gharial;

constexpr uint32_t kLong = 2048;  // MiniPages of a heap that is not small

inline bool lies_in_own_page(const MiniPageHeader& header) { return is_own(meta_of(header)); }

// True iff a MiniPage is free in some own page.
inline bool has_room() {
  for (const MetaLink page : own_pages().lists)
    if (page != kNoMiniPage) return true;
  return false;
}

TEST("own pages: a small heap has none; later small runs fill one whole page after the other") {
  start_free(kSmallHeap / 2);
  CHECK(!lies_in_own_page(*full_run(64)));
  CHECK_EQUAL(own_pages().pages, 0);
  give_run(cut_run(1));
  release_block(take(bytes_in(MiniPages{kLong})));
  PageIndex page{0};
  for (uint32_t i = 0; i < 3 * kMiniPagesPerPage; ++i) {
    CHECK_EQUAL(own_pages().pages, (i + kMiniPagesPerPage - 1) / kMiniPagesPerPage);
    const MiniPageHeader* header = full_run(64);
    CHECK(lies_in_own_page(*header));
    if (i % kMiniPagesPerPage == 0) page = page_of(first_of_run(*header));
    CHECK(page_of(first_of_run(*header)) == page);
  }
  CHECK_EQUAL(own_pages().free_pages, 0);
  CHECK_SOUND();
}

TEST("own pages: free runs inside stay there, and long ones outside never join them") {
  const MiniPageIndex begin = start_free(kLong);
  std::vector<MiniPageHeader*> runs;
  for (uint32_t i = 0; i < 2 * kMiniPagesPerPage; ++i) runs.push_back(full_run(64));
  CHECK(begin < first_of_run(*runs[0]));
  const MiniPages outside = free_run_at(begin);
  for (uint32_t i = 0; i < 2 * kMiniPagesPerPage; ++i)
    if (i % kMiniPagesPerPage != 5) retire_small_run(*runs[i]);
  CHECK_SOUND();
  CHECK(free_run_at(begin) == outside);
  CHECK_EQUAL(free_run_at(first_of_run(*runs[0])).raw,
              0);  // for long blocks, nothing is free there
  // Runs of four MiniPages go where the short ones were, longer ones do not.
  CHECK(run_of(class_of(2500)).raw == kOwnRunMax && kOwnRunMax == 4);
  MiniPageHeader* const wide = full_run(2500);
  CHECK(lies_in_own_page(*wide));
  MiniPageHeader* const longer = full_run(5000);
  CHECK(!lies_in_own_page(*longer));
  retire_small_run(*longer);
  CHECK_EQUAL(own_pages().pages, 2);
  retire_small_run(*wide), retire_small_run(*runs[5]);
  retire_small_run(*runs[kMiniPagesPerPage + 5]);
  CHECK_EQUAL(own_pages().pages, kKeptPages);
  flush();
  CHECK_EQUAL(own_pages().pages + own_pages().free_pages, 0);
  CHECK(free_runs() == 1 && !has_room());
  CHECK_SOUND();
}

TEST("own pages: of those in which a run fits one in use serves, and among these one with less "
     "room") {
  start_free(2 * kLong);
  std::vector<MiniPageHeader*> runs;
  for (uint32_t i = 0; i < 4 * kMiniPagesPerPage; ++i) runs.push_back(full_run(64));
  const auto page = [&](uint32_t number) {
    return page_of(first_of_run(*runs[number * kMiniPagesPerPage]));
  };
  const auto retire = [&](uint32_t number, std::initializer_list<uint32_t> places) {
    for (const uint32_t place : places) retire_small_run(*runs[number * kMiniPagesPerPage + place]);
  };
  for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) retire(3, {i});
  CHECK_EQUAL(own_pages().free_pages, 1);
  retire(0, {1, 2, 3, 7}), retire(1, {5, 9, 10}), retire(2, {30, 31});
  CHECK_SOUND();
  // One MiniPage at a time: the newest of those with the shortest longest run.
  for (const uint32_t expected : {2u, 2u, 1u, 1u, 1u, 0u, 0u, 0u, 0u, 3u}) {
    const MiniPageHeader* header = full_run(64);
    CHECK_EQUAL(page_of(first_of_run(*header)).raw, page(expected).raw);
    CHECK_SOUND();
  }
}

TEST("own pages: a run lies where so many MiniPages are free in a row") {
  start_free(2 * kLong);
  std::vector<MiniPageHeader*> runs;
  for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) runs.push_back(full_run(64));
  for (const uint32_t place : {2u, 3u, 4u, 8u, 9u, 10u, 11u}) retire_small_run(*runs[place]);
  const MiniPageIndex eighth = first_of_run(*runs[8]);
  CHECK(first_of_run(*full_run(2500)) == eighth);
  CHECK_SOUND();
}

TEST("own pages: where less than a quarter is free a hole is taken, else memory grows by a page") {
  for (const uint32_t length : {kLong / 2, 2 * kLong})
    for (const bool is_sparse : {false, true}) {
      start_free(length);
      std::vector<MiniPageIndex> runs;  // no whole page lies in one
      for (MiniPageIndex at = cut_run(20); at != kNoMiniPage; at = cut_run(20)) runs.push_back(at);
      while (cut_run(1) != kNoMiniPage) continue;
      for (size_t i = 1; i < runs.size(); i += is_sparse ? 2 : 5) give_run(runs[i]);
      const MiniPageIndex end = global.end;
      const Word flushed = global.taken_at_flush;
      const MiniPageHeader* header = full_run(64);
      CHECK_EQUAL(lies_in_own_page(*header), is_sparse);
      CHECK_EQUAL(global.end > end, is_sparse);
      CHECK_EQUAL(global.taken_at_flush != flushed, is_sparse);  // what is at hand stays
      CHECK_SOUND();
    }
}

// A heap of single MiniPages, all of them taken; returns the first heap page of which every MiniPage is one.
inline MiniPageIndex start_singles() {
  start_free(2 * kLong);
  const MiniPageIndex first = cut_run(1);
  while (cut_run(1) != kNoMiniPage) continue;
  CHECK_EQUAL(free_runs(), 0);
  return MiniPageIndex{align_up(first.raw, kMiniPagesPerPage)};
}
inline void give_singles(MiniPageIndex from, MiniPageIndex to) {
  for (MiniPageIndex at = from; at < to; at = at + kOneMiniPage) give_run(at);
}

TEST("own pages: a page that is free is found before memory grows, if the first run of its bin "
     "holds "
     "it") {
  for (const bool is_exact : {true, false}) {
    const MiniPageIndex begin = start_singles();
    const auto at = [&](uint32_t page, uint32_t number) {
      return begin + MiniPages{page * kMiniPagesPerPage + number};
    };
    give_singles(at(0, 0), at(0, 20));  // for meta-pages
    // More than a third of the heap is free, and no page in it.
    for (uint32_t page = 2; page < 100; ++page) give_singles(at(page, 8), at(page, 24));
    const PageIndex free = page_of(at(112, 0));
    if (is_exact) {
      give_singles(at(112, 0), at(113, 0));
    } else {  // the head of the bin has no page in it, the run behind it has: one look
      give_singles(at(111, 28), at(113, 4));
      give_singles(at(114, 4), at(115, 12));
      CHECK(bin_of(free_run_at(at(111, 28))) == bin_of(free_run_at(at(114, 4))));
    }
    const MiniPageIndex end = global.end;
    const MiniPageHeader* header = full_run(64);
    CHECK(lies_in_own_page(*header));
    CHECK_EQUAL(page_of(first_of_run(*header)) == free, is_exact);
    CHECK_EQUAL(global.end == end, is_exact);
    CHECK_SOUND();
  }
}

TEST("own pages: a hole where small runs lie already comes before growth, however much is free "
     "elsewhere") {
  const MiniPageIndex begin = start_singles();
  const auto at = [&](uint32_t page, uint32_t number) {
    return begin + MiniPages{page * kMiniPagesPerPage + number};
  };
  give_singles(at(50, 4), at(50, 18));  // a long small run lies in any hole
  const MiniPageHeader* const longer = full_run(5000);
  CHECK(!lies_in_own_page(*longer) && first_of_run(*longer) == at(50, 4));
  // More than a quarter of the heap is free, no page in it, and all holes are shorter than what is left of that one.
  for (uint32_t page = 51; page < 125; ++page)
    for (uint32_t i = 2; i < 30; i += 4) give_singles(at(page, i), at(page, i + 3));
  const MiniPageIndex end = global.end;
  const MiniPageHeader* const header = full_run(64);
  CHECK(!lies_in_own_page(*header));
  CHECK(first_of_run(*header) == first_of_run(*longer) + run_of(class_of(5000)) + kOneMiniPage);
  CHECK(global.end == end);
  CHECK_SOUND();
  while (page_of(first_of_run(*full_run(64))) == page_of(first_of_run(*longer))) continue;
  CHECK(global.end > end);  // now it is full
  CHECK_SOUND();
}

TEST("own pages: what others took from sbrk is neither free nor used") {
  const MiniPageIndex begin = start_singles();
  arena.move(8 * kLong * kMiniPageBytes);
  const Address behind = take(10'000);
  while (cut_run(1) != kNoMiniPage) continue;
  CHECK(mini_page_of(behind) > begin + MiniPages{8 * kLong});
  give_singles(begin, begin + MiniPages{20});
  const MiniPageIndex end = global.end;
  CHECK(!lies_in_own_page(*full_run(64)));
  CHECK(global.end == end);
  CHECK_SOUND();
}

TEST("own pages: a page that cannot be described goes back, and serves as a hole") {
  const MiniPageIndex page = start_singles();
  arena.limit = arena.break_now;
  give_singles(page, page + MiniPages{kMiniPagesPerPage});
  const MiniPageHeader* header = full_run(64);
  CHECK(!lies_in_own_page(*header) && first_of_run(*header) == page);
  CHECK_EQUAL(stats_now().free_mini_pages, kMiniPagesPerPage - 2);
  CHECK_EQUAL(own_pages().pages, 0);
  CHECK_SOUND();
}

TEST("own pages: when memory cannot grow any hole will do, and nothing goes home for it") {
  start_free(2 * kLong);
  while (has_room() || own_pages().pages == 0) CHECK(lies_in_own_page(*full_run(64)));
  const MiniPageIndex hole = cut_run(3);
  while (cut_run(1) != kNoMiniPage) continue;
  give_run(hole);
  arena.limit = arena.break_now;
  const Word refused = global.counters.refused_grows, flushed = global.taken_at_flush;
  const MiniPageHeader* const last = full_run(64);
  CHECK(last != nullptr && first_of_run(*last) == hole && !lies_in_own_page(*last));
  CHECK_EQUAL(global.counters.refused_grows, refused);  // nothing was asked of sbrk
  CHECK_EQUAL(global.taken_at_flush, flushed);
  CHECK_SOUND();
  CHECK(take(200) != kNone);  // the rest of the hole
  while (cut_run(1) != kNoMiniPage) continue;
  CHECK(gharial_malloc(3000) == nullptr);
  CHECK_SOUND();
}

TEST("own pages: a hole that the flush makes will do as well, and a shrink asks sbrk for nothing") {
  start_free(kLong / 2);
  while (has_room() || own_pages().pages == 0) full_run(64);
  const Address pinned[] = {take(kClassMax), take(kClassMax)};  // all of a run, in a hole
  CHECK(!lies_in_own_page(header_at(pinned[0])));
  while (cut_run(1) != kNoMiniPage) continue;
  for (const Address block : pinned) give(block);  // at hand
  const MiniPageIndex end = global.end;
  CHECK(first_of_run(*full_run(64)) == mini_page_of(pinned[0]));
  CHECK(global.end == end);
  while (cut_run(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  const Word refused = global.counters.refused_grows;
  const QuietGrowth quiet;
  CHECK(long_run(class_of(64)) == nullptr);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST("own pages: a run that comes home with the flush serves before memory grows") {
  start_free(2 * kLong);
  std::vector<Address> blocks;
  while (has_room() || own_pages().pages == 0) blocks.push_back(take(64));
  while (cut_run(1) != kNoMiniPage) continue;
  // The blocks of one run are at hand, all of them.
  const MiniPageHeader& header = header_at(blocks[0]);
  const MiniPageIndex run = first_of_run(header);
  for (const Address block : blocks)
    if (&header_at(block) == &header) give(block);
  const MiniPageIndex end = global.end;
  CHECK(mini_page_of(take(200)) == run);
  CHECK(global.end == end);
  CHECK_SOUND();
}

TEST("own pages: what lies before a page in its free run stays free, and was never in use") {
  start_free(2 * kLong);
  const MiniPageIndex begin = cut_run(1) + kOneMiniPage;
  const MiniPages free = free_run_at(begin);
  global.counters.peak_used_mini_pages = global.counters.used_mini_pages;
  const Word used = global.counters.used_mini_pages;
  const MiniPageIndex first = first_of_run(*full_run(64));
  CHECK(first.raw % kMiniPagesPerPage == 0 && begin < first);
  // The meta-page takes the first of it.
  CHECK(free_run_at(begin + kOneMiniPage) == first - begin - kOneMiniPage);
  const MiniPageIndex end = first + MiniPages{kMiniPagesPerPage};
  CHECK(global.counters.used_mini_pages >= used + kMiniPagesPerPage);
  CHECK_EQUAL(global.counters.peak_used_mini_pages, global.counters.used_mini_pages);
  CHECK(free_run_at(end) < free);
  CHECK_SOUND();
}

TEST("own pages: the checker counts them, and knows what is theirs") {
  start_free(kLong);
  MiniPageHeader* const header = full_run(64);
  const MiniPageIndex beside = first_of_run(*full_run(64));
  OwnPages& own = own_pages();
  finds(11, own.pages, own.pages + 1);
  finds(11, own.free_pages, 1u);
  MetaPage& meta = meta_of(*header);
  MetaLink& list = own.lists[kOwnRunMax];
  CHECK(list == link_to(meta) && list_for(meta.free) == kOwnRunMax);
  finds(6, list, kNoMiniPage);
  finds(6, own.lists[kOwnRunMax - 1], list);
  finds(6, own.lists[0], list);
  std::swap(own.lists[kOwnRunMax], own.lists[kOwnRunMax - 1]);
  CHECK_EQUAL(gharial_validate(), 6);
  std::swap(own.lists[kOwnRunMax], own.lists[kOwnRunMax - 1]);
  finds(6, meta.class_links[kOwnLinks].prev, list);
  finds(6, meta.class_links[kOwnLinks].next, list);
  finds(9, meta.free, meta.free & ~(1u << 31));
  finds(7, meta.free, meta.free | 1u << beside.raw % kMiniPagesPerPage);
  finds(9, meta.owned.is_own, 0u);
  CHECK(page_of(beside) == page_of(first_of_run(*header)));
}

}  // namespace gharial_test
