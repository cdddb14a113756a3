// threads_remote.hpp — blocks that another thread frees: on its own stack first, then by remote bits, then home.
#pragma once
#include "thread_native.hpp"

namespace gharial_test {

using namespace gharial;

// So many blocks of this thread's heap.
inline std::vector<Address> take_blocks(size_t count, size_t bytes) {
  std::vector<Address> blocks;
  for (size_t i = 0; i < count; ++i) blocks.push_back(take(bytes));
  return blocks;
}
inline void give_all(const std::vector<Address>& blocks) {
  for (const Address block : blocks) give(block);
}
inline size_t capacity_of_stack(size_t bytes) {
  return stack_capacity(class_of(static_cast<uint32_t>(bytes)));
}
// A thread frees them, ends, and leaves nothing on its stacks.
inline void give_elsewhere(const std::vector<Address>& blocks) {
  in_thread([&] {
    give_all(blocks);
    gharial_malloc_trim(0);
  });
}
inline bool are_distinct(std::vector<Address> blocks) {
  std::sort(blocks.begin(), blocks.end());
  return std::adjacent_find(blocks.begin(), blocks.end()) == blocks.end();
}

TEST("remote: a block freed elsewhere stays there while the stack of its class has room") {
  start_heap(0, 16 * kMiB);
  const std::vector<Address> blocks = take_blocks(capacity_of_stack(64), 64);
  in_thread([&] {
    give_all({take(64)});  // a heap of its own
    give_all({blocks.begin(), blocks.end() - 1});
    CHECK_EQUAL(threads_now().blocks_on_their_way, 0);
    const Address block = take(64);
    CHECK_EQUAL(block, blocks[blocks.size() - 2]);  // the newest first, whoever owns it
    CHECK_SOUND();
  });
  CHECK_EQUAL(threads_now().heaps, 2);
  CHECK_SOUND();
}

TEST("remote: what the stack has no room for is on its way to the owner, whose next slow path "
     "takes it in") {
  start_heap(0, 16 * kMiB);
  const size_t full = capacity_of_stack(64);
  const std::vector<Address> blocks = take_blocks(full + 10, 64);
  in_thread([&] {
    give_all({take(64)});
    give_all(blocks);
    CHECK_EQUAL(threads_now().blocks_on_their_way, 11);  // 1 is the own one
    CHECK(state_of(blocks.back()) == BlockState::cached);
    CHECK_SOUND();
  });
  CHECK_SOUND();
  std::vector<Address> again;
  while (threads_now().blocks_on_their_way != 0) {
    again.push_back(take(64));
    PROMISE(again.size() < 1000, "the owner never collects");
  }
  CHECK_SOUND();
  while (again.size() < 1000) again.push_back(take(64));
  CHECK(are_distinct(again));
  size_t came_back = 0;
  for (const Address block : again)
    came_back += std::find(blocks.begin(), blocks.end(), block) != blocks.end();
  CHECK_EQUAL(came_back, 11);  // the others lie on the stack of the thread that ended
}

TEST("remote: a thread without a heap frees what others own, and gets no heap by it") {
  start_heap(0, 16 * kMiB);
  const Address small = take(64), medium = take(20'000), large = take(300'000);
  in_thread([&] {
    give(kNone);
    give(small), give(medium), give(large);
    CHECK(own_heap == &no_heap);
  });
  CHECK_EQUAL(threads_now().heaps, 1);
  CHECK_EQUAL(threads_now().blocks_on_their_way, 1);
  CHECK_EQUAL(stats_now().live_blocks, 0);
  CHECK_SOUND();
}

TEST("remote: every state that the owner's run may be in takes the blocks in") {
  for (const size_t bytes : {8u, 24u, 64u, 200u, 1000u, 2000u, 3000u, 9000u}) {
    start_heap(0, 64 * kMiB);
    const size_t run = blocks_of(class_of(static_cast<uint32_t>(bytes)));
    const std::vector<Address> blocks = take_blocks(run * 4, bytes);
    // Current run, full runs, then a listed one; at last whole ones, which become free.
    for (const size_t step : {7u, 3u, 2u, 1u}) {
      std::vector<Address> some;
      for (size_t i = 0; i < blocks.size(); i += step)
        if (state_of(blocks[i]) == BlockState::live) some.push_back(blocks[i]);
      give_elsewhere(some);
      {
        const Changing changing;
        collect_all();
      }
      CHECK_EQUAL(threads_now().blocks_on_their_way, 0);
      CHECK_SOUND();
    }
    CHECK_EQUAL(stats_now().live_blocks, 0);
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(stats_now().small_mini_pages, 0);
    CHECK_EQUAL(threads_now().owned_pages, 0);
  }
}

TEST("remote: whoever frees all that a thread holds gives it all of its memory back") {
  start_heap(0, 64 * kMiB);
  size_t heap_bytes = 0;
  for (int round = 0; round < 50; ++round) {
    const std::vector<Address> blocks = take_blocks(5000, 100);
    CHECK(are_distinct(blocks));
    give_elsewhere(blocks);
    if (round == 1) heap_bytes = stats_now().heap_bytes;
    if (round > 1) CHECK_EQUAL(stats_now().heap_bytes, heap_bytes);
  }
  CHECK_SOUND();
}

TEST("remote: what the owner takes in at once is bounded, and nothing is forgotten") {
  start_heap(0, 64 * kMiB);
  const std::vector<Address> blocks = take_blocks(64 * 64, 32);
  give_elsewhere(blocks);
  const size_t before = threads_now().blocks_on_their_way;
  CHECK_EQUAL(before, blocks.size());
  collect();
  const size_t after = threads_now().blocks_on_their_way;
  CHECK(before - after <= 64 * kCollectedAtOnce && before - after >= kCollectedAtOnce);
  CHECK_SOUND();
  for (size_t left = after; left != 0;) {
    collect();
    const size_t now = threads_now().blocks_on_their_way;
    CHECK(now < left);
    left = now;
  }
  CHECK_SOUND();
}

TEST("remote: medium and large blocks go back under the lock, whoever frees them") {
  start_heap(0, 64 * kMiB);
  for (const size_t bytes : {10'000u, 50'000u, 100'000u, 2'000'000u}) {
    const std::vector<Address> blocks = take_blocks(6, bytes);
    give_elsewhere(blocks);
    gharial_malloc_trim(0);
    CHECK_EQUAL(stats_now().block_mini_pages, 0);
    CHECK_SOUND();
  }
}

TEST("remote: memory that others freed serves before malloc fails") {
  start_heap(0, 4 * kMiB);
  std::vector<Address> blocks;
  while (void* block = gharial_malloc(100)) blocks.push_back(address(block));
  CHECK(blocks.size() > 20'000);
  give_elsewhere(blocks);
  // The same class, another small one, a large one.
  for (const size_t bytes : {100u, 900u, 1'000'000u}) {
    void* const block = gharial_malloc(bytes);
    PROMISE(block != nullptr, "%zu bytes, though everything is free", bytes);
    gharial_free(block);
  }
  CHECK_SOUND();
}

TEST("remote: memory that ended threads left serves before malloc fails") {
  start_heap(0, 4 * kMiB);
  give(take(100));
  in_thread([] {
    std::vector<Address> blocks;
    while (void* block = gharial_malloc(100)) blocks.push_back(address(block));
    give_all(blocks);
  });
  for (const size_t bytes : {100u, 900u, 1'000'000u}) {
    void* const block = gharial_malloc(bytes);
    PROMISE(block != nullptr, "%zu bytes, though everything is free", bytes);
    gharial_free(block);
  }
  CHECK_SOUND();
}

}  // namespace gharial_test
