// units_runs.hpp — runs of MiniPages: bins, find, split, join, the fresh mark; and the walk over them.
#pragma once
#include "test.hpp"

namespace gharial_test {

using namespace gharial;

// Takes MiniPages as a block does, without growth; kNoMiniPage iff there are none.
inline MiniPageIndex cut_run(uint32_t count) {
  return take_run(MiniPages{count}, RunKind::block_run);
}
// The same, and looks at every run of the bin.
inline MiniPageIndex search(uint32_t count) {
  return search_run(MiniPages{count}, RunKind::block_run);
}
inline void give_run(MiniPageIndex first) { release_block(address_of(first)); }

// A heap of nothing but the maps and one free run of so many MiniPages at least; returns its first.
inline MiniPageIndex start_free(uint32_t count, size_t limit = 64 * kMiB) {
  start_attached(0, limit);
  const Address block = obtain_block(MiniPages{count});
  CHECK(block != kNone);
  release_block(block);
  CHECK(free_run_at(mini_page_of(block)) >= MiniPages{count});
  return mini_page_of(block);
}
inline uint32_t free_runs() { return static_cast<uint32_t>(stats_now().free_runs); }

TEST("runs: bins hold lengths in order, each in one bin, short ones alone") {
  uint32_t before = 0;
  for (uint32_t length = 1; length <= 1'200'000; ++length) {
    const uint32_t bin = bin_of(MiniPages{length});
    CHECK(bin == before || bin == before + 1);
    CHECK(length > kExactBins || bin == length - 1);
    CHECK(bin < kRunBins);
    if (bin != before && length > kExactBins) {
      // A boundary: from 32 · 2^d on, in steps of a quarter of that; that of 32 is the exact one.
      uint32_t doubling = kExactBins;
      while (2 * doubling <= length) doubling *= 2;
      CHECK(length == kExactBins + 1 || (length - doubling) % (doubling / 4) == 0);
    }
    before = bin;
  }
  CHECK_EQUAL(before, kRunBins - 1);
  CHECK_EQUAL(bin_of(MiniPages{7167}), kRunBins - 2);  // below 32 · 2^7 and three quarters
  CHECK_EQUAL(bin_of(MiniPages{7168}), kRunBins - 1);
  CHECK_EQUAL(bin_of(MiniPages{~0u >> kRunKindBits}), kRunBins - 1);
}

TEST("runs: at every boundary of the bins a run of the length serves it, and only what fits") {
  for (uint32_t length = 1; length <= 400; ++length) {
    if (length > 20 && bin_of(MiniPages{length}) == bin_of(MiniPages{length + 1}) &&
        bin_of(MiniPages{length}) == bin_of(MiniPages{length - 1}))
      continue;
    start_free(length + 3);
    const MiniPageIndex run = cut_run(length);
    cut_run(1);  // stands behind
    while (cut_run(1) != kNoMiniPage) continue;
    give_run(run);
    CHECK_SOUND();
    CHECK(global.runs.bins[bin_of(MiniPages{length})] == run);
    CHECK_EQUAL(global.runs.mask, uint64_t{1} << bin_of(MiniPages{length}));
    CHECK(cut_run(length + 1) == kNoMiniPage && search(length + 1) == kNoMiniPage);
    CHECK(cut_run(length) == run);
    CHECK(global.runs.mask == 0 && free_runs() == 0);
    CHECK(cut_run(1) == kNoMiniPage && search(1) == kNoMiniPage);
    CHECK_SOUND();
  }
}

TEST("runs: MiniPages given back join the free ones on both sides, in any order") {
  for (int order = 0; order < 6; ++order) {
    start_free(60);
    const MiniPageIndex whole = cut_run(40);
    cut_run(1);
    const MiniPages parts[] = {MiniPages{7}, MiniPages{13}, MiniPages{20}};
    const MiniPageIndex starts[] = {whole, whole + MiniPages{7}, whole + MiniPages{20}};
    for (int i = 0; i < 3; ++i) write_run(starts[i], parts[i], RunKind::block_run);
    const uint32_t runs = free_runs();
    const int first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
    for (const int i : {first, second, third}) {
      give_run(starts[i]);
      CHECK_SOUND();
    }
    CHECK_EQUAL(free_runs(), runs + 1);
    CHECK_EQUAL(free_run_at(whole).raw, 40);
    CHECK(cut_run(40) == whole);
    CHECK_SOUND();
  }
}

TEST("runs: they lie across heap pages, and join across them") {
  const MiniPageIndex begin = start_free(200);
  const MiniPageIndex page = first_of(PageIndex{page_of(begin).raw + 2});
  const MiniPageIndex below = cut_run((page - begin).raw - 3);
  CHECK(below == begin);
  const MiniPageIndex across = cut_run(7);
  CHECK(across + MiniPages{3} == page);
  const MiniPageIndex long_one =
      cut_run(66);  // the end of this page, one whole, the start of another
  CHECK(page_of(long_one).raw + 2 == page_of(long_one + MiniPages{65}).raw);
  CHECK_SOUND();
  give_run(across);
  CHECK_EQUAL(free_run_at(across).raw, 7);
  give_run(long_one), give_run(below);
  CHECK(free_run_at(begin).raw >= 200);
  CHECK_EQUAL(free_runs(), 1);
  CHECK_SOUND();
}

TEST("runs: the first and the last run of the heap join with nothing outside it") {
  for (const size_t first_break : {size_t{0}, size_t{0x12340}}) {
    start_heap(first_break, 64 * kMiB);
    give(take(100'000));
    const MiniPageIndex maps = mini_page_of(maps_at());
    CHECK(maps == global.first && kind_of(entry_of(maps)) == RunKind::maps);
    CHECK(kind_of(entry_of(maps - kOneMiniPage)) == RunKind::none);
    CHECK(kind_of(entry_of(global.end)) == RunKind::none);
    const MiniPageIndex begin = maps + length_of(entry_of(maps));
    const MiniPages all = free_run_at(begin);
    CHECK(begin + all == global.end);
    CHECK(cut_run(all.raw) == begin);  // to the last MiniPage
    CHECK(cut_run(1) == kNoMiniPage && global.runs.mask == 0);
    CHECK_SOUND();
    give_run(begin);
    CHECK(free_run_at(begin) == all && free_runs() == 1);
    CHECK(kind_of(entry_of(global.end)) == RunKind::none);
    CHECK_SOUND();
    // Maps that move leave the first run of the heap free: nothing lies before it.
    while (mini_page_of(maps_at()) == maps) take(200'000);
    CHECK(global.first == maps && free_run_at(maps) != kNoMiniPages);
    CHECK_SOUND();
    const MiniPageIndex taken = cut_run(free_run_at(maps).raw);
    CHECK(taken == maps);
    give_run(taken);
    CHECK(free_run_at(maps) != kNoMiniPages);
    CHECK_SOUND();
  }
}

TEST("runs: of free runs the tightest bin serves, and a split leaves the rest in its own") {
  start_free(2000);
  struct Piece {
    MiniPageIndex first;
    uint32_t length;
  };
  std::vector<Piece> pieces;
  for (const uint32_t length : {1u, 2u, 3u, 15u, 16u, 17u, 23u, 25u, 39u, 40u, 63u, 64u, 300u}) {
    pieces.push_back({cut_run(length), length});
    cut_run(1);  // stands between
  }
  for (const Piece& piece : pieces) give_run(piece.first);
  CHECK_SOUND();
  for (const Piece& piece : pieces) {
    const MiniPageIndex got = cut_run(piece.length);
    CHECK(got == piece.first);
    give_run(got);
  }
  const Piece& fifteen = pieces[3];
  CHECK(cut_run(10) == fifteen.first);  // the first 10 of 15
  CHECK_EQUAL(free_run_at(fifteen.first + MiniPages{10}).raw, 5);
  CHECK_EQUAL(free_run_at(fifteen.first).raw, 0);
  CHECK(global.runs.bins[bin_of(MiniPages{5})] == fifteen.first + MiniPages{10});
  CHECK(cut_run(14) == pieces[4].first);  // 14 of 16 leave 2 …
  CHECK_EQUAL(free_run_at(pieces[4].first + MiniPages{14}).raw, 2);
  CHECK(cut_run(15) == pieces[5].first);  // … and 15 of 17 too
  CHECK(cut_run(4) == fifteen.first + MiniPages{10});
  const MiniPageIndex ones[] = {pieces[0].first, fifteen.first + MiniPages{14}};
  const MiniPageIndex one = cut_run(1), other = cut_run(1);  // both before one of 2 is split
  CHECK((one == ones[0] && other == ones[1]) || (one == ones[1] && other == ones[0]));
  CHECK_SOUND();
}

TEST("runs: a search finds the run that fits, behind others of the same bin") {
  start_free(400);
  const MiniPageIndex longer = cut_run(79);
  cut_run(1);
  const MiniPageIndex middle = cut_run(72);
  cut_run(1);
  const MiniPageIndex shorter = cut_run(66);
  while (cut_run(1) != kNoMiniPage) continue;  // nothing else is free
  give_run(longer), give_run(middle), give_run(shorter);
  CHECK_EQUAL(bin_of(MiniPages{66}), bin_of(MiniPages{79}));
  CHECK(global.runs.bins[bin_of(MiniPages{70})] == shorter);
  CHECK(cut_run(76) == kNoMiniPage);  // one look into the bin is not enough
  CHECK(search(76) == longer);
  CHECK(search(76) == kNoMiniPage);
  CHECK(cut_run(65) == shorter && cut_run(70) == middle);  // the head, when it is long enough
  CHECK_SOUND();
}

TEST("runs: one that is taken from the middle of its bin leaves the others linked both ways") {
  for (int order = 0; order < 6; ++order) {
    start_free(100);
    MiniPageIndex runs[3];
    for (MiniPageIndex& run : runs) run = cut_run(5), cut_run(1);
    for (const MiniPageIndex run : runs) give_run(run);
    const int first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
    for (const int i : {first, second, third}) {
      take_front(runs[i], MiniPages{5}, RunKind::block_run);
      write_run(runs[i], MiniPages{5}, RunKind::block_run);
      CHECK_SOUND();
    }
    CHECK((global.runs.mask & uint64_t{1} << bin_of(MiniPages{5})) == 0);
  }
}

TEST("runs: the fresh mark parts what was handed out from what never was (M6)") {
  start_attached(0, 64 * kMiB);
  CHECK(grow_heap(MiniPages{100}) != kNoMiniPage);
  const MiniPageIndex mark = global.fresh;
  CHECK(free_run_at(mark) != kNoMiniPages);
  const Counters before = global.counters;
  // MiniPages handed out, and how many of them for the first time.
  const auto counted = [&](Word taken, Word fresh) {
    CHECK_EQUAL(global.counters.taken_mini_pages - before.taken_mini_pages, taken);
    CHECK_EQUAL(global.counters.fresh_mini_pages - before.fresh_mini_pages, fresh);
  };
  CHECK(take_run(MiniPages{4}, RunKind::block_run) == mark && global.fresh_before_take == mark);
  CHECK(global.fresh == mark + MiniPages{4});
  counted(4, 4);
  give_back_run(mark, MiniPages{4});
  CHECK(global.fresh == mark + MiniPages{4});
  CHECK(take_run(MiniPages{6}, RunKind::block_run) == mark);  // 4 again, 2 for the first time
  CHECK(global.fresh_before_take == mark + MiniPages{4});
  counted(10, 6);
  give_back_run(mark, MiniPages{6});
  CHECK(take_run(MiniPages{5}, RunKind::block_run) == mark);
  CHECK(global.fresh_before_take == mark + MiniPages{6} && global.fresh == mark + MiniPages{6});
  counted(15, 6);
}

TEST("runs: heap pages count as handed out with their first MiniPage, fresh once, then re-used") {
  const MiniPageIndex begin = start_free(300);
  start_attached(0, 64 * kMiB);
  CHECK(grow_heap(MiniPages{300}) == begin);
  const MiniPageIndex page = first_of(PageIndex{page_of(begin).raw + 1});
  const auto pages = [] {
    const Counters& counters = global.counters;
    return counters.fresh_pages * 1000 + (counters.taken_pages - counters.fresh_pages);
  };
  CHECK_EQUAL(pages(), 0);
  const uint32_t below = (page - begin).raw;
  CHECK(cut_run(below) == begin);  // to the edge of the page
  const Word first = begin.raw % kMiniPagesPerPage == 0 ? 1000 : 0;
  CHECK_EQUAL(pages(), first);
  CHECK(cut_run(1) == page);
  CHECK_EQUAL(pages(), first + 1000);
  CHECK(cut_run(31) == page + MiniPages{1});
  CHECK_EQUAL(pages(), first + 1000);
  CHECK(cut_run(65) == page + MiniPages{32});  // three begin in it
  CHECK_EQUAL(pages(), first + 4000);
  give_run(page + MiniPages{32}), give_run(page);
  CHECK(cut_run(1) == page);
  CHECK_EQUAL(pages(), first + 4001);
  CHECK(cut_run(97) == page + MiniPages{32});  // three again, and one that is fresh
  CHECK_EQUAL(pages(), first + 5004);
  CHECK_SOUND();
}

TEST("walk: every run in order, to the end exactly, and every address has one state") {
  start_heap(0x5550, 64 * kMiB);
  std::vector<Address> small, blocks;
  for (int i = 0; i < 300; ++i) small.push_back(take(i % 20 * 90 + 1));
  for (const size_t bytes : {10'000u, 58'000u, 60'000u, 300'000u}) blocks.push_back(take(bytes));
  arena.move(70'000);
  const Address high = take(3 * kMiB);
  for (size_t i = 0; i < small.size(); i += 3) give(small[i]);
  give(blocks[0]);
  give(blocks[3]);
  uint32_t kinds[8] = {}, length_sum = 0;
  MiniPageIndex next = global.first;
  CHECK(walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages length) {
    CHECK(first == next && length != kNoMiniPages);
    next = first + length;
    length_sum += length.raw;
    kinds[static_cast<uint32_t>(kind_of(entry))]++;
  }));
  CHECK(next == global.end && length_sum == (global.end - global.first).raw);
  for (const RunKind kind : {RunKind::free_run, RunKind::small_run, RunKind::block_run,
                             RunKind::maps, RunKind::meta_page, RunKind::gap})
    CHECK(kinds[static_cast<uint32_t>(kind)] > 0);
  CHECK(kinds[static_cast<uint32_t>(RunKind::maps)] == 1 &&
        kinds[static_cast<uint32_t>(RunKind::gap)] == 1);
  struct Seen {
    size_t live = 0, cached = 0, home = 0, calls = 0;
    Address last = 0;
  } seen;
  const auto visit = [](void* block, size_t bytes, gharial_block_state state, void* context) {
    Seen& its = *static_cast<Seen*>(context);
    const Address at = address(block);
    CHECK(at >= its.last && bytes != 0);
    its.last = at + bytes;
    its.calls++;
    (state == GHARIAL_LIVE ? its.live : state == GHARIAL_CACHED ? its.cached : its.home)++;
    CHECK(state_of(at) == static_cast<BlockState>(state));
    CHECK(state_of(at + 4) == BlockState::no_block && state_of(at + 1) == BlockState::no_block);
    return 0;
  };
  CHECK_EQUAL(gharial_visit_blocks(visit, &seen), 0);
  const gharial_stats stats = stats_now();
  CHECK_EQUAL(seen.live, 200 + 3);
  CHECK(seen.live == stats.live_blocks && seen.cached == stats.cached_blocks && seen.home > 0);
  size_t calls = 0;
  CHECK_EQUAL(gharial_visit_blocks(
                  [](void*, size_t, gharial_block_state, void* context) {
                    return ++*static_cast<size_t*>(context) == 7 ? 42 : 0;
                  },
                  &calls),
              42);
  CHECK_EQUAL(calls, 7);
  for (const Address at : {Address{0}, Address{8}, address_of(global.first), address_of(global.end),
                           address_of(global.first) - 2048, ~Address{7}, high + 2048,
                           blocks[2] + 2048, Address{1} << 40})
    CHECK(state_of(at) == BlockState::no_block);
}

TEST("walk: it stops at an entry that makes no sense") {
  start_heap(0, 8 * kMiB);
  const MiniPageIndex block = mini_page_of(take(100'000));
  const auto stops_at = [&](uint32_t value) {
    const uint32_t right = entry_of(block).value;
    entry_of(block).value = value;
    bool after = false;
    const bool whole = walk_runs(
        [&](MiniPageIndex first, const RunEntry&, MiniPages) { after = after || first > block; });
    entry_of(block).value = right;
    return !whole && !after;
  };
  CHECK(stops_at(0));
  CHECK(stops_at(entry_value(RunKind::inside, 3)));
  CHECK(stops_at(entry_value(RunKind::none, 49)));
  CHECK(stops_at(entry_value(RunKind::block_run, 0)));
  CHECK(stops_at(entry_value(RunKind::block_run, (global.end - block).raw + 1)));
  CHECK(!stops_at(entry_value(RunKind::block_run, 49)));
}

}  // namespace gharial_test
