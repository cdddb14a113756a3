// units_heap.hpp — fresh memory, trim, the C rules, faults, and what is done before memory is refused.
#pragma once
#include "units_blocks.hpp"

#include <sys/wait.h>

namespace gharial_test {

using namespace gharial;

inline Address zeroed(size_t bytes) {
  const Address block = address(gharial_calloc(1, bytes));
  CHECK(block != kNone && first_other(block, bytes, 0) == bytes);
  return block;
}

// True iff the program does not outlive `body`: it is run in a child.
template <class Body> bool ends_program(Body body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    body();
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return status != 0;
}

TEST("front: before the first allocation it knows no class, and whatever comes first makes its "
     "tables") {
  using Call = void* (*)(size_t bytes);
  const Call calls[] = {
      gharial_malloc,
      [](size_t bytes) { return gharial_calloc(1, bytes); },
      [](size_t bytes) { return gharial_realloc(nullptr, bytes); },
      [](size_t bytes) { return gharial_reallocarray(nullptr, 1, bytes); },
      [](size_t bytes) { return gharial_memalign(16, bytes); },
      [](size_t bytes) { return gharial_memalign(64, bytes); },
      [](size_t bytes) { return gharial_memalign(4096, bytes); },
      [](size_t bytes) { return gharial_memalign(65'536, bytes); },
      [](size_t bytes) {
        void* block = nullptr;
        CHECK_EQUAL(gharial_posix_memalign(&block, 32, bytes), 0);
        return block;
      },
      gharial_valloc,
      gharial_pvalloc,
  };
  for (const Call call : calls)
    for (const size_t bytes : {0u, 8u, 100u, 2048u, 2049u, 8192u, 8704u, 8705u, 100'000u}) {
      start_heap(0x3000, 8 * kMiB);
      const Address break_before = arena.break_now;
      CHECK(!is_attached() && class_of(100) == kLargeClass);
      gharial_free(nullptr);
      CHECK_EQUAL(gharial_malloc_usable_size(nullptr), 0);
      CHECK_EQUAL(gharial_malloc_trim(0), 0);
      CHECK_EQUAL(stats_now().heap_bytes, 0);
      CHECK_SOUND();
      CHECK(!is_attached() && arena.break_now == break_before);
      const Address block = address(call(bytes));
      CHECK(block != kNone && is_attached());
      CHECK(usable(block) >= bytes);
      fill(block, 0xee, usable(block));
      CHECK_EQUAL(std::memcmp(&small_keys, &kSmallKeys, sizeof kSmallKeys), 0);
      for (uint8_t c = 1; c <= kSizeClasses; ++c) {
        const Word* const start = stack_start(SizeClass{c});
        CHECK(front.tops[c] == start && *start == kNone);
        CHECK_EQUAL(start[stack_capacity(SizeClass{c}) + 1], kStackEnd);
      }
      CHECK_SOUND();
      give(block);
      for (const size_t more : {0u, 100u, 2049u, 8704u, 20'000u}) give(take(more));
      CHECK_SOUND();
    }
}

TEST("fresh memory: calloc clears what anybody may have written, and only that") {
  start_heap(0x50, 128 * kMiB);
  // Others dirty memory above the heap and lower the break again: it is not fresh any more.
  give(take(100));
  for (const size_t theirs : {3 * 65'536u, 65'536u, 10'000u, 2048u, 100u}) {
    const Address begin = arena.move(static_cast<int64_t>(theirs));
    std::memset(reinterpret_cast<void*>(begin), 0xcc, theirs);
    arena.move(-static_cast<int64_t>(theirs));
    for (const size_t bytes : {20'000u, 65'536u, 2 * 65'536u + 6000u, 400'000u}) {
      const Address block = zeroed(bytes);
      fill(block, 0xcc, usable(block));
    }
  }
  // Blocks that were written, freed, split otherwise, and asked for again.
  for (int round = 0; round < 6; ++round) {
    std::vector<Address> blocks;
    for (const size_t bytes :
         {30'000u, 70'000u, 17'000u, 65'536u, 130'000u, 300'000u, 62'000u, 3000u, 100u, 2048u}) {
      const Address block = zeroed(bytes);
      fill(block, 0xdd, usable(block));
      blocks.push_back(block);
    }
    for (size_t i = 0; i < blocks.size(); ++i)
      if ((i + round) % 3 != 0) give(blocks[i]);
  }
  CHECK_SOUND();
}

TEST("fresh memory: calloc leaves it as it is, to the MiniPage, and clears all that lies below") {
  for (const uint32_t count : {10u, 29u, 30u, 70u})
    for (uint32_t used = 0; used <= count; used += count / 10) {
      start_attached(0, 64 * kMiB);
      CHECK(grow_heap(MiniPages{200}) != kNoMiniPage);
      const MiniPageIndex fresh = global.fresh;
      if (used != 0) {
        CHECK(cut_run(used) == fresh);
        fill(address_of(fresh), 0xdd, mini_pages(used));
        give_run(fresh);
      }
      CHECK(global.fresh == fresh + MiniPages{used});
      // Nobody has written to fresh memory; what is written here shows that calloc has not either.
      for (uint32_t i = used; i < count; ++i) fill(address_of(fresh + MiniPages{i}), 0xee, 2048);
      const Address block = address(gharial_calloc(mini_pages(count), 1));
      CHECK_EQUAL(block, address_of(fresh));
      CHECK_EQUAL(first_other(block, mini_pages(used), 0), mini_pages(used));
      CHECK(all_bytes(block + mini_pages(used), 0xee, mini_pages(count - used)));
    }
}

TEST("fresh memory: calloc clears a block that is at hand, one that came home, and one that a "
     "shrink "
     "left") {
  start_heap(0, 16 * kMiB);
  release_block(take(kMiB));  // there is room elsewhere
  for (const size_t bytes : {8u, 40u, 2048u, 4000u, 8704u}) {
    const Address first = take(bytes), second = take(bytes);
    fill(first, 0xdd, usable(first)), fill(second, 0xdd, usable(second));
    give(first), send_home(second);
    CHECK_EQUAL(zeroed(bytes), first);
    flush();  // the next comes from a run that is listed
    CHECK_EQUAL(zeroed(bytes), second);
  }
  const Address hole = take(50'000);
  take(9'000);
  fill(hole, 0xdd, usable(hole));
  give(hole);
  CHECK_EQUAL(zeroed(50'500), hole);
  const Address block = take(mini_pages(96));
  fill(block, 0xdd, mini_pages(96));
  take(9'000);
  CHECK_EQUAL(resized(block, mini_pages(33)), block);
  CHECK_EQUAL(zeroed(mini_pages(63)), block + mini_pages(33));
  CHECK_SOUND();
}

TEST("fresh memory: MiniPages that an aligned block gave back count as handed out") {
  start_attached(0, 64 * kMiB);
  CHECK(grow_heap(MiniPages{300}) != kNoMiniPage);
  const MiniPageIndex fresh = global.fresh;
  const Address block = address(gharial_memalign(131'072, mini_pages(40)));
  CHECK(global.fresh == fresh + MiniPages{40 + 63});
  const Address below = address_of(fresh), above = block + mini_pages(40);
  if (block != below) fill(below, 0xcc, block - below);  // stale, whoever wrote it
  fill(above, 0xcc, address_of(global.fresh) - above);
  for (int i = 0; i < 12; ++i) zeroed(mini_pages(10));
  CHECK_SOUND();
}

TEST("fresh memory: what the maps left is not, though all that was free around it is") {
  start_heap(0, 256 * kMiB);
  take(100);
  const auto grow_past_maps = [] {
    const Address maps = maps_at();
    while (maps_at() == maps)
      CHECK(grow_heap(free_below(global.end) + MiniPages{32}) != kNoMiniPage);
  };
  grow_past_maps();
  const Address old = maps_at();
  CHECK(mini_page_of(old) > global.fresh);  // nothing above them was handed out
  grow_past_maps();
  CHECK(kind_of(entry_of(mini_page_of(old))) != RunKind::maps);
  const Word grows = global.counters.heap_grows;
  bool passed = false;
  while (global.counters.heap_grows == grows) {
    const Address block = zeroed(mini_pages(29));
    passed = passed || block > old;
  }
  CHECK(passed);
  CHECK_SOUND();
}

TEST("fresh memory: counted once as fresh, then as re-used") {
  start_heap(0, 64 * kMiB);
  take(100);
  const Counters& counters = global.counters;
  const auto again = [&] { return counters.taken_pages - counters.fresh_pages; };
  const auto mini_pages_again = [&] {
    return counters.taken_mini_pages - counters.fresh_mini_pages;
  };
  const Word fresh = counters.fresh_pages, reused = again();
  const Address block = take(10 * kHeapPageBytes);
  CHECK_EQUAL(counters.fresh_pages - fresh, 10);
  give(block);
  CHECK_EQUAL(take(10 * kHeapPageBytes), block);
  CHECK_EQUAL(again() - reused, 10);
  CHECK_EQUAL(counters.fresh_pages - fresh, 10);
  const Word fresh_mini = counters.fresh_mini_pages, reused_mini = mini_pages_again();
  const Address large = take(20'000);
  CHECK_EQUAL(counters.fresh_mini_pages - fresh_mini, 10);
  give(large);
  CHECK_EQUAL(take(20'000), large);
  CHECK_EQUAL(counters.fresh_mini_pages - fresh_mini, 10);
  CHECK_EQUAL(mini_pages_again() - reused_mini, 10);
  const Word taken = counters.taken_mini_pages;
  const Address at_hand = take(kClassMax);
  CHECK_EQUAL(counters.taken_mini_pages - taken, 9 + 1);  // and a meta-page
  give(at_hand);
  CHECK_EQUAL(take(kClassMax), at_hand);  // its run was never given back
  CHECK_EQUAL(counters.taken_mini_pages - taken, 9 + 1);
}

TEST("trim: everything at hand goes home and the heap is one free run again") {
  start_heap(0, 64 * kMiB);
  CHECK_EQUAL(gharial_malloc_trim(0), 0);
  std::vector<Address> blocks;
  for (int i = 0; i < 3000; ++i) blocks.push_back(take(i % 40 * 100 + 1));
  for (int i = 0; i < 30; ++i) blocks.push_back(take(i * 3000));
  CHECK(stats_now().live_blocks == 3030);
  for (size_t i = 0; i < blocks.size(); ++i) give(blocks[i * 1009 % blocks.size()]);
  CHECK_EQUAL(stats_now().live_blocks, 0);
  CHECK(stats_now().cached_blocks > 0);
  CHECK_EQUAL(gharial_malloc_trim(0), 1);
  const gharial_stats stats = stats_now();
  CHECK(stats.cached_blocks == 0 && stats.live_bytes == 0);
  CHECK(stats.small_mini_pages == 0 && stats.block_mini_pages == 0);
  CHECK_EQUAL(stats.metadata_bytes, bytes_in(length_of(entry_of(mini_page_of(maps_at())))));
  CHECK(stats.free_runs <= 2);  // the maps lie between two, if they moved
  CHECK(stats.peak_used_bytes >= 3000 * 1000u);
  CHECK_EQUAL(gharial_malloc_trim(0), 0);
  CHECK_SOUND();
}

TEST("trim: a block at hand is enough to make MiniPages free") {
  start_heap(0, 8 * kMiB);
  take(64);
  gharial_malloc_trim(0);
  CHECK_EQUAL(gharial_malloc_trim(0), 0);
  give(take(kClassMax));
  CHECK_EQUAL(stats_now().cached_bytes, 2 * kClassMax);  // and what else the run holds
  CHECK_EQUAL(gharial_malloc_trim(0), 1);
  CHECK_EQUAL(stats_now().cached_bytes, 0);
  CHECK_SOUND();
}

TEST("C rules: sizes of zero, overflow, alignments, errno") {
  start_heap(0, 8 * kMiB);
  CHECK(take(0) != take(0));
  gharial_free(nullptr);
  CHECK(gharial_malloc_usable_size(nullptr) == 0);
  errno = 0;
  for (const size_t bytes :
       {~size_t{0}, ~size_t{0} - 7, ~size_t{0} / 2 + 1, kLargest, kLargest + 1}) {
    CHECK(gharial_malloc(bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_calloc(bytes, 1) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_realloc(nullptr, bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_memalign(4096, bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_memalign(size_t{1} << 38, bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_pvalloc(bytes) == nullptr && errno == ENOMEM);
    errno = 0;
  }
  CHECK(gharial_calloc(~size_t{0} / 2, 3) == nullptr && errno == ENOMEM);
  errno = 0;
  CHECK(gharial_reallocarray(nullptr, ~size_t{0} / 2, 3) == nullptr && errno == ENOMEM);
  errno = 0;
  CHECK(gharial_memalign(0, 8) == nullptr && errno == EINVAL);
  errno = 0;
  CHECK(gharial_memalign(48, 8) == nullptr && errno == EINVAL);
  void* block = nullptr;
  CHECK(gharial_posix_memalign(&block, 4, 8) == EINVAL &&
        gharial_posix_memalign(&block, 48, 8) == EINVAL);
  CHECK(gharial_posix_memalign(&block, 64, ~size_t{0}) == ENOMEM && block == nullptr);
  CHECK(address(gharial_valloc(10)) % kHeapPageBytes == 0 &&
        usable(address(gharial_pvalloc(1))) >= kHeapPageBytes);
  Address same = take(100);
  fill(same, 9, 100);
  CHECK(resized(same, ~size_t{0}) == kNone && all_bytes(same, 9, 100));
  same = resized(same, 0);
  CHECK(same != kNone && usable(same) == 8);
  CHECK_SOUND();
}

TEST("C rules: realloc to less never fails, however full memory is") {
  start_heap(0, 2 * kMiB);
  const Address small = take(2000), large = take(20'000), longer = take(5000);
  for (const size_t bytes : {300'000u, 20'000u, 5000u, 2000u, 300u, 8u})
    while (gharial_malloc(bytes) != nullptr) continue;
  const Word refused = global.counters.refused_grows;
  CHECK(resized(small, 8) == small);
  CHECK(resized(longer, 300) == longer);
  CHECK(resized(large, 8'000) == large && usable(large) == 20'480);
  CHECK(resized(large, 9'000) == large && usable(large) == 10'240);  // what it leaves is free
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST("C rules: free_aligned_sized takes NULL as free does") {
  start_heap(0, kMiB);
  gharial_free_aligned_sized(nullptr, 0, 0);
}

TEST("faults: the checked variant stops at a pointer that is no live block") {
  if (!kChecked) return;
  start_heap(0, 64 * kMiB);
  const Address small = take(100), longest = take(kClassMax), block = take(20'000),
                large = take(300'000);
  const auto freeing = [](Address block) { return fault_of([&] { give(block); }); };
  const uint32_t not_a_block = static_cast<uint32_t>(Fault::not_a_block);
  const uint32_t double_free = static_cast<uint32_t>(Fault::double_free);
  for (const Address wrong :
       {small + 8, longest + 2048, longest + 8, block + 2048, block + 8, large + 8,
        large + kHeapPageBytes, address_of(global.first) - kMiniPageBytes, Address{4096},
        address_of(global.end), Address{8}, address_of(global.first),
        reinterpret_cast<Address>(find_meta(page_of(mini_page_of(small)))), ~Address{7}})
    CHECK_EQUAL(freeing(wrong), not_a_block);
  give(small);
  CHECK_EQUAL(freeing(small), double_free);
  gharial_malloc_trim(0);
  CHECK(freeing(small) != 0);
  give(longest), give(block), give(large);
  CHECK_EQUAL(freeing(longest), double_free);  // it is at hand for the next of its size
  CHECK_EQUAL(freeing(block), not_a_block);
  CHECK_EQUAL(freeing(large), not_a_block);
  gharial_malloc_trim(0);
  CHECK_EQUAL(freeing(longest), not_a_block);
  CHECK_SOUND();
}

TEST("faults: a block inside MiniPages that were joined on both sides is no block any more") {
  if (!kChecked) return;
  start_heap(0, 64 * kMiB);
  give(take(40 * kHeapPageBytes));
  Address blocks[9];
  for (Address& block : blocks) block = take(kHeapPageBytes);
  const Address grown = take(mini_pages(33));
  CHECK_EQUAL(resized(grown, mini_pages(96)), grown);
  for (const int i : {0, 2, 4, 6, 8, 1, 3, 5, 7}) give(blocks[i]);
  const uint32_t not_a_block = static_cast<uint32_t>(Fault::not_a_block);
  const auto freeing = [](Address block) { return fault_of([&] { give(block); }); };
  for (const Address block : blocks) CHECK_EQUAL(freeing(block), not_a_block);
  CHECK_EQUAL(freeing(grown + mini_pages(33)), not_a_block);
  CHECK_EQUAL(take(9 * kHeapPageBytes), blocks[0]);
  for (int i = 1; i < 9; ++i) CHECK_EQUAL(freeing(blocks[i]), not_a_block);
  CHECK_SOUND();
}

TEST("faults: a large block that is freed twice stops the release variant too") {
  start_heap(0, 64 * kMiB);
  const Address low = take(100'000), high = take(100'000), live = take(100'000);
  give(high), give(low);  // joined: `high` lies inside a free run
  CHECK(ends_program([&] { give(high); }));
  CHECK(ends_program([&] { give(low); }));
  CHECK(ends_program([&] { give(low + 8); }));
  CHECK(ends_program([&] { give(live + 8); }));
  CHECK(ends_program([&] { give(live + 2048); }));
  CHECK(ends_program([&] { release_block(live + 8); }));  // past the checks of the checked variant
  CHECK(ends_program([&] { release_block(live + 2048); }));
  CHECK(ends_program([&] { release_block(high); }));
  CHECK(ends_program([&] { release_block(address_of(global.end)); }));
  CHECK(ends_program([&] { take(usable(live + 2048)); }));
  CHECK(!ends_program([&] { give(live); }));
}

TEST("faults: what lies below the heap is no block, whatever is written where its entry would be") {
  start_heap(kMiB, 64 * kMiB);
  take(100'000);
  const MiniPageIndex below = global.first - MiniPages{70};
  // The maps begin with the heap, and others' memory lies before them.
  auto* const entry = reinterpret_cast<RunEntry*>(
      maps_at() - (first_of(first_mapped(global.first)) - below).raw * sizeof(RunEntry));
  CHECK(reinterpret_cast<Address>(entry) > kArenaBegin);
  entry->value = entry_value(RunKind::block_run, 1);
  CHECK(class_at(address_of(below)) == kLargeClass);
  CHECK(state_of(address_of(below)) == BlockState::no_block);
  CHECK(ends_program([&] { release_block(address_of(below)); }));
  CHECK(ends_program([&] { gharial_free(reinterpret_cast<void*>(address_of(below))); }));
  CHECK(ends_program([&] { block_length(address_of(below)); }));
  if (kChecked)  // there a fault is no trap
    CHECK_EQUAL(fault_of([&] { release_block(address_of(below)); }),
                static_cast<uint32_t>(Fault::not_a_block));
  CHECK_SOUND();
}

TEST("small: a MiniPage that a flush frees at the limit serves a page that has its meta-page") {
  start_heap(0, 64 * kMiB);
  const Address pinned = take(40), block = take(1024);
  CHECK(page_of(mini_page_of(pinned)) == page_of(mini_page_of(block)));
  while (gharial_malloc(40) != nullptr) {
    if (&header_at(pinned) != front_current[class_of(40).raw]) break;
  }
  while (from_cursor(front_cursors[class_of(40).raw]) != kNone) continue;
  while (cut_run(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  CHECK(gharial_malloc(24) == nullptr);
  give(block);  // at hand: only a flush makes it free
  const Word refused = global.counters.refused_grows;
  const Address got = address(gharial_malloc(24));
  CHECK(mini_page_of(got) == mini_page_of(block));
  CHECK_EQUAL(global.counters.refused_grows, refused);
}

TEST("small: room that a flush makes comes before an sbrk that may be refused") {
  start_heap(0, 2 * kMiB);
  take(24);
  std::vector<Address> blocks;
  while (void* block = gharial_malloc(2048)) blocks.push_back(address(block));
  while (gharial_malloc(24) != nullptr) continue;
  CHECK(&header_at(blocks[10]) == &header_at(blocks[11]));  // all of a run
  give(blocks[10]), give(blocks[11]);                       // they stay on the stack of their class
  const Word refused = global.counters.refused_grows;
  CHECK(gharial_malloc(24) != nullptr);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST("realloc: asks sbrk for nothing where it can be refused, and copies only to save memory") {
  start_heap(0, 64 * kMiB);
  const Address block = take(2 * kHeapPageBytes);
  CHECK_EQUAL(resized(block, kHeapPageBytes - 8), block);
  while (gharial_malloc(kHeapPageBytes) != nullptr) continue;
  while (gharial_malloc(2000) != nullptr) continue;
  while (gharial_malloc(100) != nullptr) continue;
  const Word refused = global.counters.refused_grows;
  CHECK_EQUAL(resized(block, 100), block);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

}  // namespace gharial_test
