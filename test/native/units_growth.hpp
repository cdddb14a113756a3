// units_growth.hpp — how the heap gets memory: ranges, gaps, maps that move, refusal, and the flush before growth.
#pragma once
#include "units_runs.hpp"

namespace gharial_test {

using namespace gharial;

inline MiniPages maps_now() {
  const MiniPageIndex at = mini_page_of(maps_at());
  CHECK(kind_of(entry_of(at)) == RunKind::maps);
  return length_of(entry_of(at));
}

// Bytes of maps that the heap needs: entries and meta-pages from the page on in which the MiniPage before the heap lies, classes from
// address 0 on, to the page of the entry behind the heap.
inline size_t bytes_of_maps_needed() {
  const size_t begin = page_of(global.first - kOneMiniPage).raw, end = page_of(global.end).raw + 1;
  CHECK_EQUAL(map_bytes_per_page(), kMiniPagesPerPage * (sizeof(RunEntry) + 1) + sizeof(Word));
  return (end - begin) * map_bytes_per_page() + begin * kMiniPagesPerPage;
}

TEST("growth: the maps begin with the heap, and take no more where it lies higher") {
  for (const size_t first_break : {size_t{0}, size_t{2048}, size_t{63'488}, size_t{65'536},
                                   size_t{65'600}, 3 * kMiB, 100 * kMiB}) {
    start_heap(first_break, 128 * kMiB);
    CHECK_EQUAL(maps_at(), kNone);
    take(100);
    const auto is_well = [](uint32_t spare) {
      const size_t bytes = bytes_in(maps_now()), needed = bytes_of_maps_needed();
      CHECK(bytes >= needed && bytes <= needed + needed / spare + kMiniPageBytes);
      // The bases are those of MiniPage 0 and page 0, the maps lie one behind the other.
      const MiniPageIndex begin = first_of(page_of(global.first - kOneMiniPage));
      const size_t pages = global.mapped_pages - page_of(begin).raw;
      CHECK(reinterpret_cast<Address>(&entry_of(global.first)) ==
            maps_at() + (global.first - begin).raw * sizeof(RunEntry));
      CHECK(reinterpret_cast<Address>(&meta_word(page_of(begin))) ==
            maps_at() + pages * kMiniPagesPerPage * sizeof(RunEntry));
      CHECK(reinterpret_cast<Address>(front.class_map) ==
            reinterpret_cast<Address>(&meta_word(page_of(begin))) + pages * sizeof(Word));
      CHECK(reinterpret_cast<Address>(front.class_map) + global.mapped_pages * kMiniPagesPerPage <=
            maps_at() + bytes);
      CHECK(kind_of(entry_of(global.first - kOneMiniPage)) == RunKind::none);
      CHECK_SOUND();
    };
    is_well(4);
    const Address maps = maps_at(), small = take(40), large = take(100'000);
    while (maps_at() == maps) take(50'000);  // they move
    is_well(4);
    CHECK(state_of(small) == BlockState::live && state_of(large) == BlockState::live);
    CHECK_EQUAL(block_length(large).raw, 49);
    CHECK(&meta_of(header_at(small)) == find_meta(page_of(mini_page_of(small))));
    give(small), give(large);
    CHECK_SOUND();
  }
}

TEST("growth: whatever the last page of the maps holds when they move, the new ones hold") {
  for (uint32_t left = 0; left < 3; ++left) {
    start_heap(0, 256 * kMiB);
    take(100);
    // The heap grows to the last page that the maps cover, or to one before it, and what ends it is in use.
    const Address maps = maps_at();
    const PageIndex last{static_cast<uint32_t>(global.mapped_pages) - 1 - left};
    const MiniPageIndex end = first_of(last) + MiniPages{kMiniPagesPerPage - kSmallGrowth};
    CHECK(grow_heap(end - global.end + free_below(global.end)) != kNoMiniPage);
    CHECK(maps_at() == maps && global.end == end);
    const MiniPageHeader* header = full_run(64);  // one in that page, which has a meta-page then
    while (page_of(mini_page_of(run_address(*header))) != last) header = full_run(64);
    const MiniPages rest = free_below(global.end);
    CHECK(rest.raw > 9);
    cut_run(rest.raw);
    CHECK_SOUND();
    const MetaPage* const meta = find_meta(last);
    CHECK(meta == &meta_of(*header));
    while (maps_at() == maps) take(kMiB);
    CHECK_SOUND();
    CHECK_EQUAL(block_length(address_of(end - rest)).raw, rest.raw);
    CHECK(find_meta(last) == meta && class_at(run_address(*header)) == class_of(64));
    CHECK(&header_at(run_address(*header)) == header);
  }
}

TEST("growth: the heap may begin anywhere in a page, with the maps, and takes little") {
  for (const size_t first_break :
       {0u, 16u, 2047u, 2048u, 2049u, 30'000u, 63'488u, 63'504u, 65'520u}) {
    start_heap(first_break, 4 * kMiB);
    const Address block = take(100);
    CHECK(block >= kArenaBegin + first_break);
    CHECK(address_of(global.first) == maps_at());
    CHECK(maps_at() - (kArenaBegin + first_break) < kMiniPageBytes);
    CHECK_EQUAL(address_of(global.end), arena.break_now);
    CHECK_EQUAL(arena.break_now % (kSmallGrowth * kMiniPageBytes), 0);
    CHECK_EQUAL(global.break_at, reinterpret_cast<Address>(&arena.break_now));
    CHECK_SOUND();
    const gharial_stats stats = stats_now();
    CHECK_EQUAL(stats.live_bytes + stats.cached_bytes + stats.free_bytes + stats.slack_bytes +
                    stats.metadata_bytes,
                stats.heap_bytes);
    // A run and a meta-page, each MiniPage by a growth of its own at the worst, besides the maps.
    CHECK(address_of(global.end) - block <= 2 * kSmallGrowth * kMiniPageBytes);
  }
}

TEST("growth: no more is taken than what is missing behind the free run that ends the heap") {
  start_heap(0, 64 * kMiB);
  take(3 * kMiB + 2048);
  uint32_t ends = 0;
  for (uint32_t count = 1; count < 200; count += 13) {
    const MiniPages trailing = free_below(global.end);
    const MiniPageIndex end = global.end;
    const Address maps = maps_at();
    const MiniPages wanted = trailing + MiniPages{count};
    const MiniPageIndex first = grow_heap(wanted);
    CHECK(first == end - trailing);
    CHECK(free_run_at(first) >= wanted);
    const uint32_t longer = maps_at() == maps ? 0 : maps_now().raw;
    CHECK((global.end - end).raw < count + longer + kMiniPagesPerPage);
    CHECK_SOUND();
    if (free_below(global.end) != kNoMiniPages) {  // no maps lie behind it
      const Word grows = global.counters.heap_grows;
      CHECK(grow_heap(wanted) == first);  // it is there
      CHECK_EQUAL(global.counters.heap_grows, grows);
    } else {
      CHECK(longer != 0);
      ends++;
    }
    CHECK(cut_run(wanted.raw - count % 2) != kNoMiniPage);
  }
  CHECK(ends <= 2);
}

TEST("growth: memory of others stays theirs, whatever lies between, and is counted") {
  for (const size_t foreign : {size_t{1}, size_t{16}, size_t{2048}, size_t{2049}, size_t{65'536},
                               size_t{70'000}, 20 * kMiB}) {
    start_heap(0x1230, 256 * kMiB);
    const Address below = take(100'000);
    const Address theirs = arena.move(static_cast<int64_t>(foreign));
    std::memset(reinterpret_cast<void*>(theirs), 0xee, foreign);
    std::vector<Address> blocks;
    for (int i = 0; i < 200; ++i) {
      blocks.push_back(take(100'000));
      fill(blocks.back(), i, 100'000);
      CHECK(blocks.back() + 100'000 <= theirs || blocks.back() >= theirs + foreign);
    }
    CHECK_SOUND();
    const size_t mini_pages = (foreign + kMiniPageBytes - 1) / kMiniPageBytes;
    CHECK_EQUAL(global.counters.external_mini_pages, mini_pages);
    CHECK_EQUAL(stats_now().external_bytes, mini_pages * kMiniPageBytes);
    const RunEntry& gap = entry_of(mini_page_of(theirs));
    CHECK(kind_of(gap) == RunKind::gap && length_of(gap).raw == mini_pages);
    CHECK_EQUAL(first_other(theirs, foreign, 0xee), foreign);
    for (const Address block : blocks) give(block);
    give(below);
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(first_other(theirs, foreign, 0xee), foreign);
  }
}

TEST("growth: others may call sbrk between any two growths, and every gap is theirs") {
  start_heap(0x40, 512 * kMiB);
  struct Theirs {
    Address begin;
    size_t bytes;
  };
  std::vector<Theirs> theirs;
  size_t mini_pages = 0;
  for (uint32_t i = 0; i < 60; ++i) {
    const Word grows = global.counters.heap_grows;
    while (global.counters.heap_grows == grows) take(40'000 + i * 3000);
    const size_t bytes = i % 3 == 0 ? 48 : i % 3 == 1 ? 5000 : 130'000;
    theirs.push_back({arena.move(static_cast<int64_t>(bytes)), bytes});
    fill(theirs.back().begin, 0xee, bytes);
    if (i != 59) mini_pages += (bytes + kMiniPageBytes - 1) / kMiniPageBytes;
    CHECK_SOUND();
  }
  CHECK_EQUAL(global.counters.external_mini_pages, mini_pages);
  for (const Theirs& range : theirs)
    CHECK_EQUAL(first_other(range.begin, range.bytes, 0xee), range.bytes);
}

TEST("growth: maps grow with the heap (M4), past every move, and leave nothing") {
  start_heap(0, 900 * kMiB);
  for (int i = 0; i < 26; ++i) {
    take(32 * kMiB);
    CHECK_SOUND();
    const gharial_stats stats = stats_now();
    CHECK_EQUAL(stats.metadata_bytes, bytes_in(maps_now()));
    CHECK(stats.metadata_bytes <= bytes_of_maps_needed() * 5 / 4 + kMiniPageBytes);
  }
  for (int i = 0; i < 40; ++i) CHECK(class_at(take(64)) == class_of(64));
}

TEST("growth: maps move seldom, hold what the old ones held, and lie at the end of the new range") {
  start_heap(0x770, 256 * kMiB);
  uint32_t moves = 0;
  std::vector<Address> blocks;
  const Address small = take(40), block = take(20'000);
  for (int i = 0; i < 1200; ++i) {
    const Address maps = maps_at();
    const MiniPages length = maps_now();
    const MiniPages trailing = free_below(global.end);
    const MiniPageIndex end = global.end;
    blocks.push_back(take(60'000 + i % 7 * 11'000));
    fill(blocks.back(), 0x66, 60'000);
    if (maps_at() == maps) continue;
    moves++;
    CHECK_EQUAL(maps_at() + bytes_in(maps_now()), address_of(global.end));
    CHECK(maps_now() > length);
    // What was free at the end of the heap is not cut off from what is new.
    CHECK(trailing == kNoMiniPages || mini_page_of(blocks.back()) <= end);
    CHECK(kind_of(entry_of(mini_page_of(maps))) != RunKind::maps);
    CHECK(class_at(small) == class_of(40) && state_of(small) == BlockState::live);
    CHECK(state_of(block) == BlockState::live &&
          find_meta(page_of(mini_page_of(small))) != nullptr);
    for (const Address block : blocks) CHECK(state_of(block) == BlockState::live);
    CHECK_SOUND();
  }
  CHECK(moves >= 4 && moves <= 25);
}

TEST("growth: the place of maps that moved serves again, and is not taken for fresh") {
  start_heap(0, 256 * kMiB);
  take(100'000);
  for (int move = 0; move < 5; ++move) {
    const Address old = maps_at();
    const MiniPages length = maps_now();
    while (maps_at() == old) take(100'000);
    CHECK(global.fresh >= mini_page_of(old) + length);
    CHECK_SOUND();
    // Whoever gets the old place from calloc gets zeroes.
    for (int i = 0; i < 40; ++i) {
      const Address block = address(gharial_calloc(1, 9500));
      CHECK_EQUAL(first_other(block, 9500, 0), 9500);
    }
  }
}

TEST("growth: what was fresh stays fresh, unless others dirtied memory above it or the maps lay "
     "there") {
  start_attached(0, 64 * kMiB);
  CHECK(grow_heap(MiniPages{2000}) != kNoMiniPage);
  const MiniPageIndex mark = global.fresh;
  const Address maps = maps_at();
  for (uint32_t count = 2100; count < 2400; count += 100) {
    CHECK(grow_heap(MiniPages{count}) == mark);
    CHECK(global.fresh == mark && maps_at() == maps);
  }
  CHECK(cut_run(400) == mark);
  CHECK_EQUAL(global.counters.taken_mini_pages, 400);
  CHECK(global.fresh == mark + MiniPages{400});
  for (const size_t theirs : {100u, 2048u, 5000u}) {
    const Address begin = arena.move(static_cast<int64_t>(theirs));
    fill(begin, 0xcc, theirs);
    arena.move(-static_cast<int64_t>(theirs));
    CHECK(grow_heap(free_below(global.end) + MiniPages{10}) != kNoMiniPage && maps_at() == maps);
    CHECK(global.fresh == begin_of(begin + theirs));
  }
  CHECK_SOUND();
}

TEST("growth: a break that was lowered below the heap's end costs no block, and is grown past") {
  for (const size_t lowered : {16u, 2048u, 65'536u, 300'000u}) {
    start_heap(0, 64 * kMiB);
    std::vector<Address> blocks;
    for (int i = 0; i < 20; ++i) {
      blocks.push_back(take(100'000));
      fill(blocks.back(), i, 100'000);
    }
    const MiniPageIndex end = global.end;
    arena.move(-static_cast<int64_t>(lowered));
    for (int i = 20; i < 60; ++i) {
      blocks.push_back(take(100'000));
      fill(blocks.back(), i, 100'000);
      CHECK_SOUND();
    }
    CHECK(global.end > end && address_of(global.end) <= arena.break_now);
    for (size_t i = 0; i < blocks.size(); ++i)
      CHECK(all_bytes(blocks[i], static_cast<uint8_t>(i), 100'000));
  }
}

TEST("growth: a range that is too short for the maps it needs is left alone, as a gap") {
  start_heap(0, 64 * kMiB);
  Address begin = arena.move(4096);
  CHECK(absorb_without_spare({begin, begin + 4096, begin}) == kNoMiniPage);  // the very first one
  CHECK(global.end == kNoMiniPage && global.mapped_pages == 0);
  CHECK_SOUND();
  const Address block = take(100);
  CHECK(block > begin + 4096 && global.counters.external_mini_pages == 0);
  CHECK_SOUND();
  // One so far above that the maps would have to be longer than it is.
  arena.move(30 * kMiB);
  begin = arena.move(kHeapPageBytes);
  const MiniPageIndex end = global.end;
  CHECK(absorb_without_spare({begin, begin + kHeapPageBytes, begin}) == kNoMiniPage);
  CHECK(global.end == end);
  CHECK_SOUND();
  take(kMiB);
  CHECK_EQUAL(stats_now().external_bytes, 30 * kMiB + kHeapPageBytes);
  CHECK_SOUND();
}

TEST("growth: can_grow_heap tells what grow_heap will do, to the byte") {
  for (const bool used : {false, true})
    for (const uint32_t count : {1u, 31u, 40u, 500u}) {
      const auto start = [&](size_t limit) {
        start_attached(0x4320, 64 * kMiB);
        if (used) take(3 * kMiB + 10'000);
        arena.limit = arena.break_now + limit;
      };
      size_t least = 0;
      start(4 * kMiB);
      const Address before = arena.break_now;
      for (size_t limit = 0; limit < 2 * kMiB; limit += 16) {
        arena.limit = before + limit;
        if (!can_grow_heap(MiniPages{count})) continue;
        least = limit;
        break;
      }
      if (least != 0) {
        start(least - 1);
        CHECK(!can_grow_heap(MiniPages{count}));
        CHECK(grow_heap(MiniPages{count}) == kNoMiniPage);
        CHECK_EQUAL(global.counters.refused_grows, 1);
        CHECK_EQUAL(arena.break_now, before);
        CHECK_SOUND();
      }
      start(least);
      const MiniPageIndex first = grow_heap(MiniPages{count});
      CHECK(first != kNoMiniPage && free_run_at(first) >= MiniPages{count});
      CHECK_SOUND();
    }
}

TEST("growth: refused, the heap is whole and goes on with what it has") {
  for (size_t limit = 5000; limit < 6 * kMiB; limit += limit < kMiB ? 9000 : 150'000) {
    start_heap(0x4320, 0x4320 + limit);
    std::vector<Address> blocks;
    for (const size_t bytes : {500'000u, 70'000u, 30'000u, 3000u, 40u}) {
      void* block;
      errno = 0;
      while ((block = gharial_malloc(bytes)) != nullptr) blocks.push_back(address(block));
      CHECK(errno == ENOMEM);
      CHECK_SOUND();
    }
    CHECK(global.counters.refused_grows > 0);
    if (blocks.empty()) continue;  // less than the maps and one meta-page need
    for (const Address block : blocks) give(block);
    // What small blocks took serves a large one again: stacks and cursors are emptied for it.
    const size_t room = stats_now().heap_bytes - stats_now().metadata_bytes;
    give(take(room > 4 * kHeapPageBytes ? room / 2 : 40));
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(mini_pages_in_use(), 0);
  }
}

TEST("growth: refused in the middle, at any growth there is, nothing is lost") {
  for (uint32_t refused = 0; refused < 24; ++refused) {
    start_heap(0x98, 64 * kMiB);
    std::vector<Address> blocks;
    const size_t sizes[] = {40, 3000, 30'000, 200'000, 9000, 1'000'000};
    uint32_t i = 0;
    for (uint32_t grows = 0; grows < refused; ++i) {
      const Word before = global.counters.heap_grows;
      blocks.push_back(take(sizes[i % 6]));
      fill(blocks.back(), static_cast<int>(i), sizes[i % 6]);
      if (global.counters.heap_grows != before) grows++;
    }
    arena.limit = arena.break_now;
    const Word grows = global.counters.heap_grows;
    for (const size_t bytes : sizes) {
      errno = 0;
      const Address block = address(gharial_malloc(bytes));
      CHECK(block != kNone || errno == ENOMEM);
      if (block != kNone) give(block);
      CHECK_SOUND();
    }
    CHECK_EQUAL(global.counters.heap_grows, grows);
    arena.limit = kArenaBegin + 64 * kMiB;
    give(take(2'000'000));
    CHECK_SOUND();
    for (uint32_t k = 0; k < blocks.size(); ++k)
      CHECK(all_bytes(blocks[k], static_cast<uint8_t>(k), sizes[k % 6]));
  }
}

TEST("flush before growth: what is at hand goes home when an eighth of the heap, and a heap page, "
     "was "
     "handed out since the last") {
  start_heap(0, 512 * kMiB);
  take(16 * kMiB);
  take(64);
  uint32_t flushes = 0, kept = 0;
  for (int i = 0; i < 40; ++i) {
    give(take(kClassMax)), give(take(64));
    const Word at_hand = stats_now().cached_blocks;
    CHECK(at_hand > 1);
    const Word taken = global.counters.taken_mini_pages, since = taken - global.taken_at_flush;
    const bool due = since >= (global.end - global.first).raw / Word{8} + kMiniPagesPerPage;
    const Word grows = global.counters.heap_grows;
    take(kMiB + 100'000 * (i % 5));
    CHECK(global.counters.heap_grows > grows);
    CHECK_EQUAL(stats_now().cached_blocks, due ? 0 : at_hand);
    CHECK_EQUAL(global.taken_at_flush == taken, due);
    (due ? flushes : kept)++;
    CHECK_SOUND();
  }
  CHECK(flushes > 3 && kept > 3);
}

TEST("flush before growth: memory that cannot grow is a reason, however little was handed out") {
  start_heap(0, 64 * kMiB);
  take(16 * kMiB);
  take(kMiB);  // flushed just now
  std::vector<Address> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(take(8700));  // their stack holds four
  while (cut_run(1) != kNoMiniPage) continue;
  const size_t runs = stats_now().small_mini_pages;
  for (const Address block : blocks) give(block);
  while (cut_run(1) != kNoMiniPage) continue;
  CHECK(!is_flush_due() && stats_now().cached_blocks >= 4 && stats_now().small_mini_pages > 0);
  arena.limit = arena.break_now;
  const Word refused = global.counters.refused_grows;
  CHECK(gharial_malloc(bytes_in(run_of(class_of(8700)))) != nullptr);
  CHECK(stats_now().small_mini_pages < runs);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST(
    "flush before growth: where memory cannot grow, what is free is found behind others of its bin "
    "too") {
  for (const bool grows : {true, false}) {
    start_free(4000);
    const Address longer = take(bytes_in(MiniPages{79}));
    take(bytes_in(MiniPages{31}));
    const Address shorter = take(bytes_in(MiniPages{66}));
    while (cut_run(1) != kNoMiniPage) continue;
    give(longer), give(shorter);
    CHECK_EQUAL(bin_of(MiniPages{66}), bin_of(MiniPages{79}));
    if (!grows) arena.limit = arena.break_now;
    const MiniPageIndex end = global.end;
    // One look before growth, which is constant time.
    const Address block = take(bytes_in(MiniPages{76}));
    CHECK_EQUAL(block == longer, !grows);
    CHECK_EQUAL(global.end > end, grows);
    CHECK_EQUAL(global.counters.refused_grows, 0);
    CHECK_SOUND();
  }
}

}  // namespace gharial_test
