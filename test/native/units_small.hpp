// units_small.hpp — arithmetic, size classes, the blocks of one run, free-block stacks and cursors.
#pragma once
#include "test.hpp"

namespace gharial_test {

using namespace gharial;

TEST("bits: runs of ones agree with counting them one by one") {
  uint32_t mask = 0x9e37'79b9;
  for (int round = 0; round < 20'000; ++round) {
    mask = mask * 1'664'525 + 1'013'904'223;
    const uint32_t bits = round % 3 == 0   ? mask | mask << 7
                          : round % 3 == 1 ? mask & mask >> 5
                                           : mask;
    uint32_t longest = 0, run = 0;
    for (uint32_t i = 0; i < 32; ++i) {
      run = (bits >> i & 1) != 0 ? run + 1 : 0;
      longest = run > longest ? run : longest;
    }
    CHECK_EQUAL(longest_run(bits), longest);
    for (uint32_t length = 1; length <= 32; ++length) {
      uint32_t starts = 0;
      for (uint32_t i = 0; i + length <= 32; ++i)
        if ((bits >> i & low_mask(length)) == low_mask(length)) starts |= 1u << i;
      CHECK_EQUAL(starts_of_runs(bits, length), starts);
    }
  }
}

TEST("size classes: every size to 62 KiB gets the first class that is large enough and aligned") {
  for (uint32_t bytes = 0; bytes <= kClassMax; ++bytes) {
    const uint32_t align = bytes >= kBaseAlignment ? kBaseAlignment : 8;
    uint8_t c = 1;
    while (bytes_of(SizeClass{c}) < bytes ||
           (bytes <= kSmallMax && bytes_of(SizeClass{c}) % align != 0))
      ++c;
    CHECK_EQUAL((bytes <= kSmallMax ? class_of(bytes) : computed_class_of(bytes)).raw, c);
  }
}

TEST("size classes: alignments to 2 KiB get blocks that lie on them in every place of the run") {
  for (uint32_t align = 8; align <= kMiniPageBytes; align *= 2)
    for (uint32_t bytes = 0; bytes <= kClassMax; bytes += 7) {
      const SizeClass c = aligned_class_of(bytes, align);
      CHECK(c.raw <= kSizeClasses && bytes_of(c) >= bytes && bytes_of(c) % align == 0);
    }
}

TEST("size classes: the block number of every byte of every run is exact") {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    MiniPageHeader header;
    make_small_run(header, SizeClass{c}, 3);
    for (uint32_t offset = 0; offset < header.capacity * uint32_t{header.block_bytes}; ++offset)
      CHECK_EQUAL(block_number(header, offset), offset / header.block_bytes);
  }
}

TEST("MiniPages: a run gives every block once through the cursor, and takes each home") {
  for (uint8_t c = 1; c <= kSharedClasses; ++c) {
    if (is_one_block(SizeClass{c})) continue;
    MiniPageHeader header;
    make_small_run(header, SizeClass{c}, 0);
    CHECK_EQUAL(blocks_home(header), header.capacity);
    CHECK_EQUAL(header.capacity, header.run * kMiniPageBytes / header.block_bytes);
    const Address run = 0x30'0000;
    Cursor cursor{};
    uint32_t expected = 0;
    while (load_cursor(header, run, cursor)) {
      for (; cursor.bits != 0; cursor.bits &= cursor.bits - 1, ++expected)
        CHECK_EQUAL(cursor.base +
                        static_cast<uint32_t>(std::countr_zero(cursor.bits)) * cursor.block_bytes,
                    run + expected * bytes_of(SizeClass{c}));
      CHECK_EQUAL(blocks_home(header), header.capacity - expected);
      CHECK_EQUAL(header.countdown, kNever);
    }
    CHECK_EQUAL(expected, header.capacity);
    CHECK_EQUAL(blocks_home(header), 0);
    header.countdown = header.capacity;
    for (uint32_t block = header.capacity; block-- > 0;) {
      CHECK(!is_home(header, block));
      CHECK_EQUAL(give_home(header, block), block == 0);
      CHECK_EQUAL(blocks_home(header), header.capacity - block);
      CHECK(is_home(header, block) && (block == 0 || !is_home(header, block - 1)));
    }
  }
}

TEST("MiniPages: a run of one block begins live, and is free when the block comes home") {
  for (uint32_t length = 1; length <= kClassMaxMiniPages; ++length) {
    const SizeClass size_class = class_of_mini_pages(length);
    CHECK(is_one_block(size_class) && bytes_of(size_class) == length * kMiniPageBytes);
    MiniPageHeader header;
    std::memset(&header, 0xff, sizeof header);
    make_small_run(header, size_class, 1);
    CHECK(header.capacity == 1 && header.run == length && blocks_home(header) == 0);
    CHECK(give_home(header, 0));
  }
}

TEST("MiniPages: what is left in a cursor goes home to its own word") {
  MiniPageHeader header;
  make_small_run(header, SizeClass{1}, 0);  // 256 blocks of 8 bytes: four words
  Cursor cursor{};
  for (uint32_t word = 0; word < 4; ++word) {
    CHECK(load_cursor(header, 0x1000, cursor));
    if (word == 2) break;
    cursor.bits = 0;
  }
  cursor.bits &= cursor.bits - 1;  // block 128 is live
  unload_cursor(header, 0x1000, cursor);
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
    const uint32_t capacity = stack_capacity(size_class);
    CHECK(capacity >= kStackCapacityMin && capacity <= 63);
    CHECK(capacity == kStackCapacityMin || capacity * bytes_of(size_class) <= 4096);
    CHECK(pop_block(size_class) == kNone);
    for (uint32_t i = 0; i < capacity; ++i) CHECK(push_block(size_class, 0x1000 + 8 * i));
    CHECK(!push_block(size_class, 0x9000));
    for (uint32_t i = capacity; i-- > 0;) CHECK_EQUAL(pop_block(size_class), 0x1000 + 8 * i);
    CHECK(pop_block(size_class) == kNone);
  }
  CHECK(!push_block(kNotSmall, 0x1000));
  CHECK_SOUND();
}

TEST("small blocks: all sizes and alignments to 4 KiB, each apart, all usable") {
  start_heap(0x7770, 64 * kMiB);
  std::vector<Address> blocks;
  for (size_t align = 8; align <= 4096; align *= 2)
    for (size_t bytes = 0; bytes <= 4096; bytes += bytes < 130 ? 1 : 61) {
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
  CHECK_EQUAL(global.counters.used_mini_pages, 0);
}

TEST("small blocks: memory that came home is used again, and the heap does not grow") {
  for (const size_t bytes : {8u, 48u, 100u, 700u, 2048u, 5000u, 16384u}) {
    start_heap(0, 64 * kMiB);
    std::vector<Address> blocks;
    Word pages = 0;
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 300; ++i) blocks.push_back(take(bytes));
      if (round == 0) pages = global.end_page.raw;
      CHECK_EQUAL(global.end_page.raw, pages);
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
  const Word used = global.counters.used_mini_pages;
  for (size_t i = 0; i < blocks.size(); i += 2) take(64);
  CHECK_EQUAL(global.counters.used_mini_pages, used);
  CHECK_SOUND();
}

TEST("idle stacks pin nothing: what they hold goes home before memory grows") {
  start_heap(0, 64 * kMiB);
  std::vector<Address> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(take(64));
  take(64);  // the run stays
  for (const Address block : idle) give(block);
  CHECK(stats_now().cached_blocks >= 20);
  const Address medium[] = {take(30'000), take(30'000)};
  for (const Address block : medium) give(block);
  const SizeClass size_class = class_of(64);
  const Word grows = global.counters.heap_grows;
  while (global.counters.heap_grows == grows) take(3000);
  CHECK(front.tops[size_class.raw] == stack_start(size_class));
  CHECK(*front.tops[class_at(medium[0]).raw] == kNone);
  CHECK_SOUND();
}

TEST("medium blocks are at hand again: the newest first, from the stack of their class") {
  start_heap(0, 8 * kMiB);
  Address blocks[6];
  for (Address& block : blocks) block = take(30'000);
  const Word fresh = global.counters.fresh_mini_pages;
  for (const Address block : blocks) give(block);
  CHECK_EQUAL(stats_now().cached_blocks, 4);  // two found the stack full: their MiniPages are free
  CHECK_SOUND();
  for (int i = 3; i >= 0; --i) CHECK_EQUAL(take(29'000), blocks[i]);
  CHECK_EQUAL(global.counters.fresh_mini_pages, fresh);
  CHECK_SOUND();
}

}  // namespace gharial_test
