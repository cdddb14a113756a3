// units_small.hpp — size classes, the blocks of one small run, free-block stacks, cursors, current runs and countdowns.
#pragma once
#include "test.hpp"

namespace gharial_test {

using namespace gharial;

// A header in a meta-page of its own, for a run of so many MiniPages that is nowhere.
inline MiniPageHeader& lone_header(SizeClass size_class, MiniPageIndex first, MiniPages count) {
  alignas(kMetaPageBytes) static MetaPage meta;
  std::memset(&meta, 0xff, sizeof meta);  // what lay there before
  meta.page = page_of(first);
  MiniPageHeader& header = meta.mini_pages[first.raw % kMiniPagesPerPage];
  make_header(header, size_class, first, count);
  return header;
}
inline MiniPageIndex first_of_run(const MiniPageHeader& header) {
  return mini_page_of(run_address(header));
}

TEST("size classes: their runs are short, and waste little at the end") {
  start_attached(0, kMiB);
  struct Cut {
    uint32_t bytes, mini_pages;
  };
  for (const Cut cut :
       {Cut{8, 1}, {64, 1},   {160, 2},   {384, 3},  {448, 2},  {640, 1},  {896, 4},
        {1280, 2}, {1152, 4}, {1792, 7},  {2048, 2}, {2304, 7}, {2560, 4}, {3072, 3},
        {3584, 7}, {4096, 4}, {4352, 17}, {6144, 6}, {8192, 8}, {8704, 17}})
    CHECK_EQUAL(run_of(class_of(cut.bytes)).raw, cut.mini_pages);
}

TEST("size classes: the first run of each holds two blocks or more, and no run less would") {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    const size_t bytes = bytes_of(size_class);
    const MiniPages first = first_run_of(size_class);
    CHECK(first != kNoMiniPages && bytes_in(first) >= 2 * bytes);
    CHECK(first == kOneMiniPage || bytes_in(first - kOneMiniPage) < 2 * bytes);
    CHECK(first <= run_of(size_class));
  }
}

TEST("size classes: every size to 8.5 KiB gets the tightest class that is aligned as it needs") {
  start_attached(0, kMiB);
  for (uint32_t bytes = 0; bytes <= kClassMax; ++bytes) {
    const uint32_t align = bytes >= kBaseAlignment ? kBaseAlignment : 8;
    uint32_t tightest = kClassMax;
    for (uint8_t c = 1; c <= kSizeClasses; ++c) {
      const uint32_t size = bytes_of(SizeClass{c});
      if (size >= bytes && size % align == 0 && size < tightest) tightest = size;
    }
    CHECK_EQUAL(bytes_of(class_of(bytes)), tightest);
    if (bytes <= kSmallMax) CHECK(class_of_key(key_of_small(bytes)) == class_of(bytes));
  }
}

TEST("size classes: they are numbered in the order of their sizes, and no step between two wastes "
     "more than a fifth") {
  uint32_t below = 0;
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const uint32_t size = bytes_of(SizeClass{c});
    CHECK(size > below);
    CHECK(size <= 64 || (size - below) * 5 <= size);
    CHECK(size > 64 || size - below == 8);
    CHECK(class_of_key(key_of(SizeClass{c})) == SizeClass{c});
    below = size;
  }
  CHECK_EQUAL(below, kClassMax);
}

TEST("size classes: alignments to 2 KiB get blocks that lie on them in every place of the run") {
  start_attached(0, kMiB);
  for (uint32_t align = 8; align <= kMiniPageBytes; align *= 2)
    for (uint32_t bytes = 0; bytes <= kAlignedMax; bytes += bytes < kAlignedMax - 6 ? 7 : 1) {
      const SizeClass c = aligned_class_of(bytes, align);
      CHECK(c.raw <= kSizeClasses && bytes_of(c) >= bytes && bytes_of(c) % align == 0);
    }
}

TEST("size classes: the block number of every byte of every run is exact") {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    const MiniPageHeader& header =
        lone_header(size_class, MiniPageIndex{0x6003}, run_of(size_class));
    const uint32_t block_bytes = bytes_of(size_class);
    CHECK_EQUAL(capacity_of(header), blocks_of(size_class));
    for (uint32_t offset = 0; offset < capacity_of(header) * block_bytes; ++offset)
      CHECK_EQUAL(block_number(header, run_address(header) + offset), offset / block_bytes);
  }
}

TEST("small runs: each gives every block once through the cursor, and takes each home") {
  for (uint32_t i = 2; i < 2 * (kSizeClasses + 1u); ++i) {
    const uint8_t c = static_cast<uint8_t>(i / 2);
    const MiniPages count = i % 2 == 0 ? first_run_of(SizeClass{c}) : run_of(SizeClass{c});
    const MiniPageIndex first{0x61f};  // the last of a page
    MiniPageHeader& header = lone_header(SizeClass{c}, first, count);
    CHECK(first_of_run(header) == first && header.size_class.raw == c && header.prev == kUnlisted);
    CHECK_EQUAL(blocks_home(header), capacity_of(header));
    CHECK_EQUAL(capacity_of(header), bytes_in(count) / bytes_of(SizeClass{c}));
    Cursor cursor{};
    uint32_t expected = 0;
    while (load_cursor(header, cursor)) {
      while (const Address block = from_cursor(cursor))
        CHECK_EQUAL(block, address_of(first) + expected++ * bytes_of(SizeClass{c}));
      CHECK_EQUAL(blocks_home(header), capacity_of(header) - expected);
      CHECK_EQUAL(header.countdown, kNever);
    }
    CHECK_EQUAL(expected, capacity_of(header));
    CHECK_EQUAL(blocks_home(header), 0);
    header.countdown = capacity_of(header);
    for (uint32_t block = capacity_of(header); block-- > 0;) {
      CHECK(!is_home(header, block));
      CHECK(give_home(header, block));
      CHECK(!give_home(header, block));  // once more changes nothing
      CHECK_EQUAL(header.countdown, block);
      CHECK_EQUAL(blocks_home(header), capacity_of(header) - block);
      CHECK(is_home(header, block) && (block == 0 || !is_home(header, block - 1)));
    }
  }
}

TEST("small runs: what is left in a cursor goes home to its own word") {
  MiniPageHeader& header = lone_header(SizeClass{1}, MiniPageIndex{2},
                                       kOneMiniPage);  // 256 blocks of 8 bytes: four words
  Cursor cursor{};
  for (uint32_t word = 0; word < 4; ++word) {
    CHECK(load_cursor(header, cursor));
    if (word == 2) break;
    cursor.bits = 0;
  }
  cursor.bits &= cursor.bits - 1;  // block 128 is live
  unload_cursor(header, cursor);
  CHECK(cursor.bits == 0 && header.free[0] == 0 && header.free[1] == 0);
  CHECK_EQUAL(header.free[2], ~uint64_t{1});
  CHECK_EQUAL(header.free[3], ~uint64_t{0});
  CHECK_EQUAL(blocks_home(header), 127);
}

TEST("free-block stacks: each takes its capacity, newest first, and keeps the words at both ends") {
  start_heap(0, 8 * kMiB);
  give(take(8));
  gharial_malloc_trim(0);
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    const ClassKey key = key_of(size_class);
    const uint32_t capacity = stack_capacity(size_class);
    CHECK(capacity >= kStackCapacityMin && capacity <= 63);
    CHECK(capacity == kStackCapacityMin || capacity * bytes_of(size_class) <= 4096);
    CHECK(pop_block(key) == kNone);
    for (uint32_t i = 0; i < capacity; ++i) CHECK(push_block(key, 0x1000 + 8 * i));
    CHECK(!push_block(key, 0x9000));
    for (uint32_t i = capacity; i-- > 0;) CHECK_EQUAL(pop_block(key), 0x1000 + 8 * i);
    CHECK(pop_block(key) == kNone);
  }
  CHECK(!push_block(key_of(kLargeClass), 0x1000) && !push_block(key_of(kLargeClass), kNone));
  CHECK_SOUND();
}

TEST("small blocks: all sizes to 10 KiB and alignments to 4 KiB, each apart, all usable") {
  start_heap(0x7770, 64 * kMiB);
  std::vector<Address> blocks;
  for (size_t align = 8; align <= 4096; align *= 2)
    for (size_t bytes = 0; bytes <= 10'240; bytes += bytes < 130 ? 1 : 61) {
      const Address block = address(gharial_memalign(align, bytes));
      CHECK(block != kNone && block % align == 0);
      const size_t usable = gharial_malloc_usable_size(reinterpret_cast<void*>(block));
      CHECK(usable >= bytes && usable % 8 == 0);
      fill_pattern(block, usable, block);
      blocks.push_back(block);
    }
  CHECK_SOUND();
  for (const Address block : blocks) {
    const size_t usable = gharial_malloc_usable_size(reinterpret_cast<void*>(block));
    CHECK_EQUAL(first_wrong(block, usable, block, usable), usable);
    give(block);
  }
  gharial_malloc_trim(0);
  CHECK_SOUND();
  CHECK_EQUAL(mini_pages_in_use(), 0);
}

TEST("small blocks: memory that came home is used again, and the heap does not grow") {
  for (const size_t bytes : {8u, 48u, 100u, 700u, 2048u, 5000u, 8704u, 16384u}) {
    start_heap(0, 64 * kMiB);
    std::vector<Address> blocks;
    uint32_t end = 0;
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 300; ++i) blocks.push_back(take(bytes));
      if (round == 0) end = global.end.raw;
      CHECK_EQUAL(global.end.raw, end);
      for (size_t i = 0; i < blocks.size(); ++i)
        give(blocks[round % 2 == 0 ? i : blocks.size() - 1 - i]);
      blocks.clear();
      CHECK_SOUND();
    }
  }
}

TEST("small blocks: a partly free run serves before new MiniPages are taken (M3)") {
  start_heap(0, 64 * kMiB);
  std::vector<Address> blocks;
  for (int i = 0; i < 4000; ++i) blocks.push_back(take(64));
  for (size_t i = 0; i < blocks.size(); i += 2) give(blocks[i]);
  CHECK_SOUND();
  const Word used = mini_pages_in_use();
  for (size_t i = 0; i < blocks.size(); i += 2) take(64);
  CHECK_EQUAL(mini_pages_in_use(), used);
  CHECK_SOUND();
}

// Takes all blocks of the class's first run: the next one lies in a long run.
inline void use_up_first_run(SizeClass size_class) {
  const MiniPageHeader& header = header_at(allocate_class(size_class));
  CHECK_EQUAL(header.mini_pages, first_run_of(size_class).raw);
  for (uint32_t i = 1; i < capacity_of(header); ++i)
    CHECK(&header_at(allocate_class(size_class)) == &header);
}

TEST("small runs: a class begins with a short one, goes on with long ones, and begins anew when "
     "nothing of it is at hand") {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    start_attached(0, 8 * kMiB);
    const SizeClass size_class{c};
    std::vector<Address> blocks;
    // Takes what a run of so many MiniPages holds, and sees that it does.
    const auto take_run_of = [&](MiniPages count) {
      const MiniPageHeader* header = nullptr;
      for (size_t i = 0; i < bytes_in(count) / bytes_of(size_class); ++i) {
        blocks.push_back(allocate_class(size_class));
        if (i == 0) header = &header_at(blocks.back());
        CHECK(&header_at(blocks.back()) == header);
      }
      CHECK_EQUAL(header->mini_pages, count.raw);
      CHECK_EQUAL(capacity_of(*header), bytes_in(count) / bytes_of(size_class));
      CHECK(length_of(entry_of(first_of_run(*header))) == count);
    };
    const size_t before = mini_pages_in_use();
    take_run_of(first_run_of(size_class));
    take_run_of(run_of(size_class));
    take_run_of(run_of(size_class));
    CHECK_EQUAL(mini_pages_in_use() - before,
                (first_run_of(size_class) + run_of(size_class) + run_of(size_class)).raw);
    CHECK_SOUND();
    // Listed runs come first, long or short, and the next new one is long.
    for (const Address block : blocks) send_home(block);
    blocks.clear();
    const Address current = allocate_class(size_class);
    CHECK_EQUAL(header_at(current).mini_pages, run_of(size_class).raw);
    send_home(current);
    flush();
    CHECK_EQUAL(mini_pages_in_use(), 0);
    take_run_of(first_run_of(size_class));
    take_run_of(run_of(size_class));
    CHECK_SOUND();
  }
}

// All blocks of a run that was new, and became full when one more block was taken: that is in the current run.
struct FullRun {
  std::vector<Address> blocks;
  MiniPageHeader* header;
  Address next;
};
inline FullRun full_run(SizeClass size_class) {
  FullRun run{};
  run.blocks.push_back(allocate_class(size_class));
  run.header = &header_at(run.blocks[0]);
  while (run.blocks.size() < capacity_of(*run.header))
    run.blocks.push_back(allocate_class(size_class));
  run.next = allocate_class(size_class);
  for (const Address block : run.blocks) CHECK(&header_at(block) == run.header);
  CHECK(&header_at(run.next) != run.header);
  return run;
}

TEST("small runs: the first block home lists a full run, the last one frees it, whatever the "
     "class") {
  for (uint32_t i = 2; i < 2 * (kSizeClasses + 1u); ++i) {
    start_attached(0, 8 * kMiB);
    const SizeClass size_class{static_cast<uint8_t>(i / 2)};
    const uint8_t c = size_class.raw;
    if (i % 2 == 0) use_up_first_run(size_class);
    const FullRun run = full_run(size_class);
    const MiniPageHeader& header = *run.header;
    const MiniPageIndex first = first_of_run(header);
    const MetaPage& meta = meta_of(header);
    const uint32_t mini_pages = header.mini_pages;
    CHECK_EQUAL(mini_pages, (i % 2 == 0 ? run_of(size_class) : first_run_of(size_class)).raw);
    CHECK(header.countdown == 1 && header.prev == kUnlisted);
    CHECK(global.class_stacks[c] == kNoMiniPage && meta.lists[c] == kEndOfList);
    CHECK_SOUND();
    const Word used = mini_pages_in_use();
    for (size_t i = 0; i < run.blocks.size(); ++i) {
      CHECK(state_of(run.blocks[i]) == BlockState::live);
      send_home(run.blocks[i]);
      if (i + 1 == run.blocks.size()) break;
      CHECK(state_of(run.blocks[i]) == BlockState::home);
      CHECK_EQUAL(header.countdown, run.blocks.size() - 1 - i);
      CHECK(header.prev == kEndOfList && global.class_stacks[c] == link_to(meta));
      CHECK_EQUAL(mini_pages_in_use(), used);
      CHECK_SOUND();
    }
    CHECK(global.class_stacks[c] == kNoMiniPage);
    CHECK_EQUAL(mini_pages_in_use(), used - mini_pages);
    for (uint32_t k = 0; k < mini_pages; ++k) CHECK(front.class_map[first.raw + k] == 0);
    for (const Address block : run.blocks) CHECK(state_of(block) == BlockState::no_block);
    CHECK_SOUND();
  }
}

TEST("small runs: a full run that is listed serves again, all of it, and counts down anew") {
  start_attached(0, 8 * kMiB);
  const SizeClass size_class = class_of(200);
  const FullRun run = full_run(size_class);
  send_home(run.blocks[3]);
  send_home(run.blocks[1]);
  CHECK_EQUAL(run.header->countdown, run.blocks.size() - 2);
  for (uint32_t i = 1; i < blocks_of(size_class); ++i) take(200);  // the current run's
  CHECK_EQUAL(take(200), run.blocks[1]);
  CHECK(front_current[size_class.raw] == run.header && run.header->countdown == kNever);
  CHECK(run.header->prev == kUnlisted && global.class_stacks[size_class.raw] == kNoMiniPage);
  CHECK_SOUND();
  CHECK_EQUAL(take(200), run.blocks[3]);
  const Address other = take(200);
  CHECK(&header_at(other) != run.header);
  CHECK_EQUAL(run.header->countdown, 1);
  CHECK_SOUND();
  send_home(run.blocks[0]);
  CHECK_EQUAL(run.header->countdown, run.blocks.size() - 1);
  CHECK_SOUND();
}

TEST("current run: it stays when all its blocks are home, serves them again, and goes at a flush") {
  start_attached(0, 8 * kMiB);
  const SizeClass size_class = class_of(100);
  std::vector<Address> blocks;
  for (uint32_t i = 0; i < blocks_of(size_class); ++i) blocks.push_back(take(100));
  const MiniPageHeader& header = header_at(blocks[0]);
  const Word used = mini_pages_in_use();
  for (const Address block : blocks) send_home(block);
  CHECK(front_current[size_class.raw] == &header && blocks_home(header) == capacity_of(header));
  CHECK(header.countdown > capacity_of(header) && header.prev == kUnlisted);
  CHECK_SOUND();
  CHECK_EQUAL(take(100), blocks[0]);
  CHECK_EQUAL(mini_pages_in_use(), used);
  CHECK_SOUND();
  flush();  // one is live: it is listed
  CHECK(front_current[size_class.raw] == nullptr && header.prev == kEndOfList);
  CHECK_EQUAL(header.countdown, 1);
  CHECK_SOUND();
  CHECK_EQUAL(take(100), blocks[1]);
  send_home(blocks[0]), send_home(blocks[1]);
  flush();
  CHECK_EQUAL(mini_pages_in_use(), used - run_of(size_class).raw);
  CHECK(state_of(blocks[0]) == BlockState::no_block);
  CHECK_SOUND();
}

TEST("current run: a flush that finds it full leaves it to the first block that comes home") {
  start_attached(0, 8 * kMiB);
  const SizeClass size_class = class_of(700);
  use_up_first_run(size_class);
  std::vector<Address> blocks;
  for (uint32_t i = 0; i < blocks_of(size_class); ++i) blocks.push_back(take(700));
  const MiniPageHeader& header = header_at(blocks[0]);
  flush();
  CHECK(header.countdown == 1 && header.prev == kUnlisted);
  CHECK(front_current[size_class.raw] == nullptr);
  CHECK_SOUND();
  send_home(blocks[2]);
  CHECK_EQUAL(header.countdown, capacity_of(header) - 1);
  CHECK_SOUND();
  CHECK_EQUAL(take(700), blocks[2]);
  CHECK_SOUND();
}

TEST("idle stacks pin nothing: what they hold goes home before memory grows") {
  start_attached(0, 64 * kMiB);
  std::vector<Address> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(take(64));
  take(64);  // the run stays
  for (const Address block : idle) give(block);
  CHECK(stats_now().cached_blocks >= 20);
  const Address long_ones[] = {take(kClassMax), take(kClassMax)};
  for (const Address block : long_ones) give(block);
  const SizeClass size_class = class_of(64);
  const Word taken = global.counters.taken_mini_pages;
  while (front.tops[size_class.raw] != stack_start(size_class)) {
    take(3000);
    CHECK(global.counters.taken_mini_pages - taken < 500);
  }
  CHECK(*front.tops[kSizeClasses] == kNone);
  CHECK_SOUND();
}

TEST("blocks of the longest class are at hand again: the newest first, from the stack of their "
     "class") {
  start_attached(0, 8 * kMiB);
  Address blocks[6];  // two in the first run, four in the next
  for (Address& block : blocks) block = take(8'700);
  const Word fresh = global.counters.fresh_mini_pages;
  for (const Address block : blocks) give(block);
  CHECK_EQUAL(stats_now().cached_blocks, 4);  // two found the stack full and are home
  CHECK(state_of(blocks[4]) == BlockState::home && state_of(blocks[5]) == BlockState::home);
  CHECK_SOUND();
  for (int i = 3; i >= 0; --i) CHECK_EQUAL(take(8'200), blocks[i]);
  CHECK_EQUAL(global.counters.fresh_mini_pages, fresh);
  CHECK_SOUND();
}

}  // namespace gharial_test
