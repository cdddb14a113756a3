// units_blocks.hpp — large blocks: their runs, resizing in place, alignment.
#pragma once
#include "units_runs.hpp"

namespace gharial_test {

using namespace gharial;

inline size_t usable(Address block) {
  return gharial_malloc_usable_size(reinterpret_cast<void*>(block));
}
inline Address resized(Address block, size_t bytes) {
  return address(gharial_realloc(reinterpret_cast<void*>(block), bytes));
}
inline size_t mini_pages(uint32_t count) { return bytes_in(MiniPages{count}); }

TEST("large: each is a run of its own, without a class, exactly as long, and free at once") {
  start_heap(0x1000, 64 * kMiB);
  take(kClassMax);
  flush();  // nothing is at hand
  for (uint32_t count = 5; count <= 100; ++count)
    for (const size_t less : {0u, 1u, 500u, 1535u, 2047u}) {
      const size_t bytes = mini_pages(count) - less;
      if (bytes <= kClassMax) continue;  // these share a run
      const size_t used = mini_pages_in_use();
      const Address block = take(bytes), after = take(bytes);
      CHECK_EQUAL(usable(block), mini_pages(count));
      CHECK(block % kMiniPageBytes == 0);
      const RunEntry& entry = entry_of(mini_page_of(block));
      CHECK(kind_of(entry) == RunKind::block_run && length_of(entry).raw == count);
      CHECK_EQUAL(mini_pages_in_use(), used + 2 * count);
      for (uint32_t i = 0; i < count; ++i) CHECK(class_at(block + mini_pages(i)) == kLargeClass);
      CHECK(state_of(block) == BlockState::live);
      fill(block, 0x77, mini_pages(count)), fill(after, 0x33, mini_pages(count));
      CHECK(all_bytes(block, 0x77, mini_pages(count)));
      if (count % 7 == 0) CHECK_SOUND();
      give(block), give(after);
      CHECK(state_of(block) == BlockState::no_block);
      CHECK(mini_pages_in_use() == used && stats_now().cached_blocks == 0);
      if (count % 7 == 0) CHECK_SOUND();
    }
}

TEST("large: the shortest grow into the MiniPages behind them, with room, and give back what they "
     "leave") {
  start_free(2000);
  const Address block = take(20'000), behind = take(20'000);  // 10 MiniPages each
  CHECK_EQUAL(usable(block), 20'480);
  CHECK_EQUAL(behind, block + 20'480);
  fill(block, 0x5a, 20'480);
  fill(behind, 0xa5, 20'480);
  CHECK(resized(block, 20'480) == block && resized(block, 18'500) == block);
  CHECK_EQUAL(usable(block), 20'480);            // a shrink that saves less than half
  const Address moved = resized(block, 22'000);  // behind is in the way
  CHECK(moved != block && all_bytes(moved, 0x5a, 20'480) && all_bytes(behind, 0xa5, 20'480));
  CHECK_SOUND();
  CHECK(free_run_at(mini_page_of(block)).raw >= 10);
  const Address roomy = take(30'000);
  CHECK(roomy != block);
  CHECK_EQUAL(resized(roomy, 45'000), roomy);
  CHECK_EQUAL(usable(roomy), mini_pages(24));  // an eighth more
  CHECK_EQUAL(resized(roomy, 51'000), roomy);
  CHECK_EQUAL(usable(roomy), kRoomMax);  // an eighth more would be beyond what room is for
  CHECK_EQUAL(class_at(roomy).raw, 0);
  CHECK_SOUND();
  CHECK_EQUAL(resized(roomy, 70'000), roomy);  // and so is this, which is given none
  CHECK_EQUAL(usable(roomy), mini_pages(35));
  CHECK_EQUAL(class_at(roomy).raw, 0);
  CHECK_SOUND();
  CHECK_EQUAL(resized(roomy, 8'705), roomy);
  CHECK_EQUAL(usable(roomy), 10'240);
  CHECK_EQUAL(class_at(roomy).raw, 0);
  CHECK_EQUAL(resized(roomy, 8'704), roomy);  // a shrink that saves less than half
  CHECK_EQUAL(usable(roomy), 10'240);
  CHECK_SOUND();
  const Address small = resized(roomy, 1025);
  CHECK(small != roomy && usable(small) == 1152);
  CHECK_SOUND();
  give(small), give(moved), give(behind);
  CHECK_SOUND();
}

TEST("large: what follows is taken as far as it is free and wanted, and no block's") {
  const MiniPageIndex first = start_free(100);
  CHECK(cut_run(10) == first);
  const MiniPageIndex wall = first + MiniPages{15};
  CHECK(cut_run(5) == first + MiniPages{10} && cut_run(20) == wall);
  give_run(first + MiniPages{10});
  const Address block = address_of(first);
  CHECK_EQUAL(resized(block, 21'000), block);  // wants 20, 15 are there
  CHECK_EQUAL(usable(block), mini_pages(15));
  CHECK_SOUND();
  const Address moved = resized(block, 31'000);
  CHECK(moved != block);
  CHECK_SOUND();
  give(address_of(wall));  // free at once
  CHECK_EQUAL(stats_now().cached_blocks, 0);
  CHECK(cut_run(15) == first);
  CHECK(resized(block, 45'000) == block);  // into what was the wall
  CHECK_EQUAL(usable(block), mini_pages(24));
  CHECK(free_run_at(first + MiniPages{24}) >= MiniPages{11});  // the rest of the wall
  CHECK_SOUND();
}

TEST(
    "large: growing one to up to 52 KiB in place is not worth growing memory, growing a longer one "
    "is") {
  start_free(600);
  // A short one that ends the heap.
  MiniPages trailing = free_below(global.end);
  if (trailing.raw > 20) take(mini_pages(trailing.raw - 20));
  trailing = free_below(global.end);
  CHECK(trailing.raw > 0 && trailing.raw <= 20);
  const Address ends = address_of(cut_run(trailing.raw));
  CHECK_EQUAL(ends + mini_pages(trailing.raw), address_of(global.end));
  CHECK(resized(ends, mini_pages(trailing.raw) + 9'300) != ends);
  CHECK_SOUND();
  // A long one.
  trailing = free_below(global.end);
  const Address large = take(mini_pages(trailing.raw + 40));
  trailing = free_below(global.end);
  const Address whole = resized(large, usable(large) + mini_pages(trailing.raw));
  CHECK_EQUAL(whole, large);
  CHECK_EQUAL(large + usable(large), address_of(global.end));
  const Word grows = global.counters.heap_grows;
  fill(large, 0x31, usable(large));
  const size_t had = usable(large);
  CHECK_EQUAL(resized(large, had + 5 * kHeapPageBytes), large);
  CHECK_EQUAL(usable(large), had + 5 * kHeapPageBytes);
  CHECK_EQUAL(global.counters.heap_grows, grows + 1);
  CHECK(all_bytes(large, 0x31, had));
  CHECK_SOUND();
}

TEST("large: one that ends the heap moves into a hole that holds it, and memory grows if none "
     "does") {
  for (const bool is_held : {true, false}) {
    start_heap(0, 64 * kMiB);
    const Address hole = take(mini_pages(300));
    take(mini_pages(3));  // stands between
    const Address large = take(mini_pages(100));
    CHECK_EQUAL(resized(large, address_of(global.end) - large), large);
    const size_t had = usable(large), wanted = mini_pages(is_held ? 250 : 301);
    CHECK(had < mini_pages(200));
    fill(large, 0x36, had);
    give(hole);
    const Word grows = global.counters.heap_grows;
    const MiniPageIndex end = global.end;
    CHECK_EQUAL(resized(large, wanted), is_held ? hole : large);
    CHECK_EQUAL(global.counters.heap_grows, grows + !is_held);
    CHECK_EQUAL(global.end == end, is_held);
    CHECK(all_bytes(is_held ? hole : large, 0x36, had));
    CHECK_SOUND();
  }
}

TEST("realloc: what fits as it is: no more than there is, more than half of it, and up to 52 KiB") {
  CHECK_EQUAL(kRoomMax, 53'248);
  for (const size_t had : {size_t{8}, size_t{100}, size_t{8704}, size_t{kRoomMax}}) {
    CHECK(fits_as_it_is(had, had) && fits_as_it_is(had, had / 2 + 1));
    CHECK(!fits_as_it_is(had, had + 1) && !fits_as_it_is(had, had / 2) && !fits_as_it_is(had, 0));
    CHECK(!fits_as_it_is(had, ~size_t{0}));
  }
  CHECK(fits_as_it_is(kRoomMax + 2048, kRoomMax));
  CHECK(!fits_as_it_is(kRoomMax + 2048, kRoomMax + 1));
  // As realloc has it.
  start_heap(0, 16 * kMiB);
  release_block(take(kMiB));
  const Address block = take(mini_pages(40));
  for (const uint32_t count : {39u, 27u, 26u}) {
    CHECK_EQUAL(resized(block, mini_pages(count)), block);
    CHECK_EQUAL(usable(block), mini_pages(count == 26 ? 27 : count));
  }
  CHECK_SOUND();
}

TEST("large: growth by a third is worth the way into a hole, growth by less is not") {
  for (const uint32_t less : {0u, 1u}) {
    start_heap(0, 64 * kMiB);
    const Address hole = take(mini_pages(300));
    take(mini_pages(3));  // stands between
    const Address large = take(mini_pages(100));
    CHECK_EQUAL(resized(large, address_of(global.end) - large), large);
    const uint32_t had = length_of(entry_of(mini_page_of(large))).raw, third = (had + 2) / 3;
    CHECK(had + third < 300);
    give(hole);
    CHECK_EQUAL(resized(large, mini_pages(had + third - less)), less == 0 ? hole : large);
    CHECK_SOUND();
  }
}

TEST("large: does not grow where memory cannot, or where others stand behind the heap") {
  for (const bool foreign : {false, true}) {
    start_heap(0, 64 * kMiB);
    const Address large = take(mini_pages(100));
    CHECK_EQUAL(resized(large, address_of(global.end) - large), large);
    const size_t had = usable(large);
    fill(large, 0x32, had);
    if (foreign)
      fill(arena.move(4096), 0xee, 4096);
    else
      arena.limit = arena.break_now;
    const Address theirs = arena.break_now - 4096;
    errno = 0;
    const Address moved = resized(large, had + mini_pages(64));
    CHECK_EQUAL(moved == kNone, !foreign);
    if (foreign) CHECK(moved != large && moved >= theirs + 4096);
    CHECK(foreign || errno == ENOMEM);
    CHECK(all_bytes(foreign ? moved : large, 0x32, had));
    if (foreign) CHECK(all_bytes(theirs, 0xee, 4096));
    CHECK_SOUND();
    CHECK_EQUAL(usable(foreign ? moved : large) >= had, true);
  }
}

TEST("large: one that grows again and again at the end of the heap stays there, maps or not") {
  for (const size_t part : {20u, 10u, 4u, 2u}) {
    start_heap(0, 512 * kMiB);
    Address block = take(kMiB);
    int moves = 0;
    for (size_t bytes = kMiB; bytes < 100 * kMiB; bytes += bytes / part) {
      const Address now = resized(block, bytes);
      moves += now != block;
      block = now;
    }
    CHECK(moves <= 3);
    CHECK_SOUND();
  }
}

TEST("large: one that ends the heap moves to what is free before sbrk is asked to refuse") {
  start_heap(0, 64 * kMiB);
  const Address free = take(mini_pages(300)), large = take(mini_pages(100));
  CHECK_EQUAL(resized(large, address_of(global.end) - large), large);
  give(free);
  arena.limit = arena.break_now;
  fill(large, 0x35, mini_pages(100));
  const size_t wanted =
      usable(large) + mini_pages(20);  // a little: memory would grow for it, if it could
  CHECK(wanted < mini_pages(300) && 3 * mini_pages(20) < usable(large));
  const Address moved = resized(large, wanted);
  CHECK(moved != kNone && moved != large && all_bytes(moved, 0x35, mini_pages(100)));
  CHECK_EQUAL(global.counters.refused_grows, 0);
  CHECK_SOUND();
}

TEST("large: one that does not end the heap moves to what is free before memory grows") {
  start_free(2000);
  const Address free = take(mini_pages(300)), large = take(mini_pages(100));
  while (free_below(global.end) != kNoMiniPages) cut_run(free_below(global.end).raw);
  give(free);
  const Word grows = global.counters.heap_grows;
  CHECK_EQUAL(resized(large, mini_pages(140)), free);
  CHECK_EQUAL(global.counters.heap_grows, grows);
  CHECK_SOUND();
}

TEST("large: one that must move while it grows goes to the end of the heap, where it need not move "
     "again") {
  start_free(3000);
  const Address hole = take(400'000);
  const Address block = take(60'000), behind = take(60'000);  // what ends the heap is free
  give(hole);
  fill(block, 0x21, 60'000);
  const Address moved = resized(block, 100'000);  // the hole would do, and soon no longer
  CHECK(moved > behind && all_bytes(moved, 0x21, 60'000));
  CHECK_EQUAL(resized(moved, 1'500'000), moved);
  CHECK_SOUND();
  // With nothing free there, a hole it is.
  const Address stuck = take(60'000);
  take(60'000);
  while (free_below(global.end) != kNoMiniPages) obtain_block(free_below(global.end));
  CHECK(resized(stuck, 100'000) < behind);
  CHECK_SOUND();
}

TEST("large: one that is to grow beyond all memory stays as it is, also where its MiniPages would "
     "wrap round") {
  start_heap(0, 64 * kMiB);
  const Address block = take(60'000);
  release_block(take(2'000'000));  // what ends the heap is free
  fill(block, 0x21, 60'000);
  for (const size_t bytes :
       {~size_t{0}, ~size_t{0} - 100, kLargest + 1, (size_t{1} << 43) + 70'000}) {
    errno = 0;
    CHECK_EQUAL(resized(block, bytes), kNone);
    CHECK(errno == ENOMEM && all_bytes(block, 0x21, 60'000));
  }
  CHECK_EQUAL(usable(block), mini_pages(30));
  CHECK_SOUND();
}

TEST("large: does not grow over a neighbour, of whatever kind") {
  start_heap(0, 64 * kMiB);
  give(take(8 * kMiB));
  const Address block = take(mini_pages(35)), neighbour = take(20'000);
  CHECK_EQUAL(neighbour, block + mini_pages(35));
  fill(block, 0x21, usable(block)), fill(neighbour, 0x22, 20'000);
  const Word grows = global.counters.heap_grows;
  const Address moved = resized(block, mini_pages(36));
  CHECK_EQUAL(global.counters.heap_grows, grows);  // there is room elsewhere
  CHECK(moved != block && all_bytes(moved, 0x21, mini_pages(35)));
  CHECK(all_bytes(neighbour, 0x22, 20'000));
  CHECK_SOUND();
  const Address left = take(mini_pages(96)), right = take(mini_pages(96));
  fill(left, 0x23, mini_pages(96)), fill(right, 0x24, mini_pages(96));
  const Address again = resized(left, mini_pages(640));
  CHECK(again != left && all_bytes(again, 0x23, mini_pages(96)));
  CHECK(all_bytes(right, 0x24, mini_pages(96)));
  CHECK_SOUND();
  // Meta-pages are neighbours too, and own pages, whether used or free.
  const MiniPageIndex begin = start_free(kSmallHeap + 100);
  const Address last = take(mini_pages(40));
  MetaPage* const meta = obtain_meta(page_of(begin), false);
  CHECK_EQUAL(reinterpret_cast<Address>(meta), last + mini_pages(40));
  CHECK(resized(last, mini_pages(41)) != last);
  give_back_meta(*meta);
  start_free(kSmallHeap + 100);
  MiniPageHeader* const header = long_run(class_of(500));
  const MiniPageIndex front = begin + kOneMiniPage;  // its meta-page lies before
  const MiniPages before = free_run_at(front);
  CHECK(before != kNoMiniPages && front + before == first_of_run(*header));
  const Address below = address_of(cut_run(before.raw));
  CHECK_EQUAL(below, address_of(front));
  CHECK(!extend_block(below, before + kOneMiniPage, before + kOneMiniPage));
  retire_small_run(*header);
  CHECK_EQUAL(own_pages().free_pages, 1);
  CHECK(!extend_block(below, before + kOneMiniPage, before + kOneMiniPage));
  release_block(below);
  CHECK(free_run_at(front) == before);
  CHECK_SOUND();
}

TEST("large: grows in place into free MiniPages, exactly as far as it is asked") {
  start_heap(0, 64 * kMiB);
  give(take(8 * kMiB));
  const Address block = take(mini_pages(64));
  fill(block, 0x11, mini_pages(64));
  size_t bytes = mini_pages(64);
  for (const size_t more : {2048u, 4096u, 1u, 2047u, 57'344u, 65'536u, 67'584u, 200'000u}) {
    bytes += more;
    const Word used = mini_pages_in_use(), had = usable(block);
    CHECK_EQUAL(resized(block, bytes), block);
    CHECK_EQUAL(usable(block), align_up<size_t>(bytes, kMiniPageBytes));
    CHECK_EQUAL(mini_pages_in_use() - used, (usable(block) - had) / kMiniPageBytes);
    CHECK_EQUAL(class_at(block).raw, 0);
    CHECK_SOUND();
  }
  CHECK(all_bytes(block, 0x11, mini_pages(64)));
  fill(block, 0x12, usable(block));
  CHECK_SOUND();
  // To the end of the heap, then memory grows under it.
  const Address wall = address_of(global.end);
  CHECK_EQUAL(resized(block, wall - block), block);
  CHECK(free_run_at(mini_page_of(wall) - kOneMiniPage) == kNoMiniPages);
  CHECK_SOUND();
  CHECK_EQUAL(resized(block, wall - block + 5 * kHeapPageBytes), block);
  CHECK(global.end > mini_page_of(wall));
  CHECK_SOUND();
  fill(block, 0x13, usable(block));
  give(block);
  CHECK_SOUND();
}

TEST("large: shrinks in place, and what it leaves is free at once") {
  start_heap(0, 64 * kMiB);
  uint32_t count = 649;
  const Address block = take(mini_pages(count)), after = take(kHeapPageBytes);
  fill_pattern(block, usable(block), 5);
  for (const uint32_t to : {644u, 640u, 639u, 609u, 608u, 385u, 384u, 33u, 32u, 30u, 15u, 5u}) {
    const Word used = mini_pages_in_use();
    CHECK_EQUAL(resized(block, mini_pages(to)), block);
    // Of up to 26 MiniPages it keeps what is less than half; one of 30 shrinks to 15.
    CHECK_EQUAL(usable(block), mini_pages(to));
    CHECK_EQUAL(used - mini_pages_in_use(), count - to);
    CHECK_EQUAL(first_wrong(block, mini_pages(649), 5, mini_pages(to)), mini_pages(to));
    CHECK_EQUAL(free_run_at(mini_page_of(block) + MiniPages{to}).raw, 649 - to);
    CHECK_EQUAL(class_at(block).raw, 0);
    CHECK_SOUND();
    count = to;
  }
  const MiniPageIndex end = global.end;
  CHECK_EQUAL(take(mini_pages(644)), block + mini_pages(5));  // where the block was
  CHECK(end == global.end);
  give(after), give(block);
  CHECK_SOUND();
}

TEST("large: one that grew over a meta-page that went keeps its MiniPages") {
  const PageIndex page = page_of(start_free(600));
  const Address block = take(mini_pages(40));
  MetaPage* meta = obtain_meta(page, false);
  const Address place = reinterpret_cast<Address>(meta);
  CHECK_EQUAL(place, block + mini_pages(40));
  CHECK_EQUAL(take(mini_pages(40)), place + kMetaPageBytes);
  give_back_meta(*meta);
  CHECK_EQUAL(resized(block, mini_pages(41)), block);
  CHECK_SOUND();
  fill(block, 0x41, usable(block));
  CHECK_EQUAL(resized(block, mini_pages(40)), block);
  meta = obtain_meta(page, false);
  CHECK_EQUAL(reinterpret_cast<Address>(meta), place);
  CHECK(all_bytes(block, 0x41, mini_pages(40)));
  give_back_meta(*meta);
  CHECK_SOUND();
}

TEST("realloc: what grows by less than half gets room, and what grows by more does not") {
  start_heap(0, 16 * kMiB);
  release_block(take(kMiB));
  const Address creeping = resized(take(1000), 1100), doubling = resized(take(1000), 2000);
  CHECK_EQUAL(usable(creeping), 2048);
  CHECK_EQUAL(usable(doubling), 2048);
  CHECK_EQUAL(usable(resized(take(2048), 2100)), 4096);
  CHECK_EQUAL(usable(resized(take(2048), 3100)), 3584);
  const Address block = take(20'000);
  CHECK_EQUAL(resized(block, 21'000), block);  // into the MiniPages behind it
  CHECK_EQUAL(usable(block), 40'960);
  CHECK_EQUAL(resized(block, 21'000), block);
  CHECK_EQUAL(usable(block), 40'960);
  CHECK_EQUAL(resized(block, 20'000), block);  // saves half: the last MiniPages go back
  CHECK_EQUAL(usable(block), 20'480);
  CHECK_EQUAL(resized(block, 31'000), block);  // more by half: no room
  CHECK_EQUAL(usable(block), mini_pages(16));
  // A long block that must move is given an eighth more.
  const Address large = take(mini_pages(80));
  CHECK_EQUAL(take(mini_pages(80)), large + mini_pages(80));
  const Address moved = resized(large, mini_pages(90));
  CHECK(moved != large);
  CHECK_EQUAL(usable(moved), mini_pages(100));
  CHECK_SOUND();
}

TEST("realloc: what no room is to be had for is given what it asks") {
  start_heap(0, 64 * kMiB);
  const Address small = take(kClassMax), hole = take(10'000);
  const Address block = take(mini_pages(100)), wall = take(mini_pages(3));
  CHECK_EQUAL(wall, block + mini_pages(100));
  const Address place = take(mini_pages(106));
  while (cut_run(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  const Word refused = global.counters.refused_grows;
  give(hole);
  CHECK_EQUAL(resized(small, 10'000), hole);  // 17 kB would be room
  give(place);
  CHECK_EQUAL(resized(block, mini_pages(105)), place);  // 112 would be room
  CHECK_EQUAL(usable(place), mini_pages(105));
  CHECK_EQUAL(global.counters.refused_grows, refused);  // room is not worth a refusal
  CHECK_SOUND();
}

TEST("refusal: what stacks hold serves where sbrk refuses though the limit allows it") {
  start_heap(0, 64 * kMiB);
  const Address pinned[] = {take(kClassMax), take(kClassMax)};  // a run of nine MiniPages
  while (cut_run(1) != kNoMiniPage) continue;
  gharial_malloc_trim(0);  // none is due
  for (const Address block : pinned) give(block);
  CHECK(!is_flush_due() && can_grow_heap(kOneMiniPage));
  arena.refuse_after = 1;
  CHECK_EQUAL(take(mini_pages(9)), pinned[0]);
  CHECK_SOUND();
}

TEST("aligned: every power of two to 8 MiB, at every kind of size") {
  start_heap(0x9990, 512 * kMiB);
  std::vector<Address> blocks;
  for (size_t align = 1; align <= 8 * kMiB; align *= 2)
    for (const size_t bytes : {0u, 1u, 24u, 100u, 2048u, 3000u, 16'384u, 16'385u, 40'000u, 59'392u,
                               59'393u, 65'536u, 200'000u}) {
      const Address block = address(gharial_memalign(align, bytes));
      CHECK(block != kNone && block % align == 0 && usable(block) >= bytes);
      fill_pattern(block, usable(block), align);
      blocks.push_back(block);
      if (blocks.size() % 5 == 0) CHECK_SOUND();
    }
  for (const Address block : blocks) {
    give(block);
    CHECK_SOUND();
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(mini_pages_in_use(), 0);
}

TEST("aligned: what a block gives back at once was never in use") {
  start_heap(0, 64 * kMiB);
  give(take(kMiB));
  const Word used = global.counters.used_mini_pages;
  const Word peak = global.counters.peak_used_mini_pages;
  CHECK(peak < used + 600);
  const Address block = address(gharial_memalign(4 * kMiB, 2048));
  CHECK(block != kNone && global.counters.used_mini_pages <= used + 1 + 200);
  CHECK(global.counters.peak_used_mini_pages < used + 600);
  CHECK_SOUND();
}

TEST("aligned: a block takes its own MiniPages and gives back both rests, wherever it falls") {
  for (const size_t align : {4096u, 65'536u, 262'144u})
    for (uint32_t shift = 0; shift <= 33; ++shift)
      for (const uint32_t count : {1u, 7u, 32u, 50u}) {
        const MiniPageIndex first = start_free(600);
        if (shift != 0) CHECK(cut_run(shift) == first);
        const gharial_stats before = stats_now();
        const Address block = address(gharial_memalign(align, mini_pages(count)));
        CHECK(block % align == 0);
        const MiniPageIndex at = mini_page_of(block);
        CHECK_EQUAL(before.free_mini_pages - stats_now().free_mini_pages, count);
        CHECK_EQUAL(usable(block), mini_pages(count));
        const MiniPageIndex begin = first + MiniPages{shift};
        CHECK(at >= begin);
        if (at != begin) CHECK(free_run_at(begin) == at - begin);
        CHECK_EQUAL(stats_now().free_runs, before.free_runs + (at != begin));
        CHECK_EQUAL(stats_now().block_mini_pages, before.block_mini_pages + count);
        if (shift % 8 == 0) CHECK_SOUND();
        release_block(block);
        CHECK_EQUAL(stats_now().free_runs, before.free_runs);
      }
}

}  // namespace gharial_test
