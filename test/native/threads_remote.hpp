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
// True iff that is noticed as a second free; there is nothing to see where a fault is a trap.
template <class Body> bool is_caught(Body body) {
  return !kChecked || fault_of(body) == static_cast<uint32_t>(Fault::double_free);
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
    CHECK_EQUAL(threads_now().blocks_on_their_way, kSentAtOnce);  // once, ten found room again
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
  while (again.size() < 500) again.push_back(take(64));
  CHECK(are_distinct(again));
  size_t came_back = 0;
  for (const Address block : again)
    came_back += std::find(blocks.begin(), blocks.end(), block) != blocks.end();
  CHECK_EQUAL(came_back, kSentAtOnce);  // the others lie on the stack of the thread that ended
}

TEST("remote: no block in use is taken for a free one while its owner turns to another word of the "
     "run") {
  start_heap(0, 16 * kMiB);
  const Address block = take(16);
  const MiniPageHeader& header = header_at(block);
  const uint32_t number = block_number(header, block);
  Cursor& cursor = cursor_of(header.size_class);
  const uint64_t bits = cursor.bits;
  // What others see of it: the new word's bits, and the old one's base.
  cursor.bits |= uint64_t{1} << number;
  {
    const Changing changing;
    in_thread([&] { CHECK(state_of(block) == BlockState::live); });
  }
  in_thread([&] { CHECK(state_of(block) == BlockState::cached); });
  // The change that began and ended between two looks.
  const uint32_t before = changes_of_heap();
  CHECK(is_unchanged_since(before));
  { const Changing changing; }
  CHECK(!is_unchanged_since(before));
  cursor.bits = bits;
  CHECK_SOUND();
}

TEST("remote: one step sends those on top of the stack that lie in the same bitmap word, and no "
     "others") {
  start_heap(0, 16 * kMiB);
  const std::vector<Address> blocks = take_blocks(3 * 128, 16);  // three runs of two words
  const ClassKey key = key_of(class_of(16));
  const auto on_their_way = [] { return threads_now().blocks_on_their_way; };
  in_thread([&] {
    give(take(16));
    for (const Address other : {blocks[128 + 1], blocks[65], blocks[0], blocks[63]}) {
      push_block(key, other);
      CHECK(is_on_stack(class_of(16), other));
    }
    send_home(blocks[32]);  // and 63 and 0, for 65 is in another word
    CHECK_EQUAL(on_their_way(), 3);
    CHECK(is_on_its_way(header_at(blocks[0]), 63) && !is_on_its_way(header_at(blocks[0]), 1));
    CHECK_EQUAL(pop_block(key), blocks[65]);
    send_home(blocks[2]);  // 128 + 1 is in another run
    CHECK_EQUAL(on_their_way(), 4);
    CHECK_EQUAL(pop_block(key), blocks[128 + 1]);
    pop_block(key);
    for (const size_t i : {4, 5, 4}) push_block(key, blocks[i]);
    CHECK(is_caught([&] { send_home(blocks[6]); }));
    while (pop_block(key) != kNone) {}
    for (size_t i = 66; i < 128; ++i) push_block(key, blocks[i]);
    send_home(blocks[65]);
    CHECK_EQUAL(on_their_way(), 4 + kSentAtOnce);
  });
}

TEST("remote: a block that was sent to its owner, or is home, is not freed by another thread "
     "again") {
  start_heap(0, 16 * kMiB);
  const std::vector<Address> blocks = take_blocks(200, 64);
  const Address sent = blocks[0], home = blocks[1];
  MiniPageHeader& header = header_at(home);
  in_thread([&] {
    give(take(64));
    send_home(sent);
    CHECK(is_caught([=] { send_home(sent); }));
    CHECK_EQUAL(threads_now().blocks_on_their_way, 1);
  });
  const uint32_t number = block_number(header, home);
  header.free[number / 64] |= uint64_t{1} << number % 64;
  in_thread([&] { send_to_owner(header, number); });
  CHECK(is_caught([] { collect_all(); }));
}

TEST("remote: a thread without a heap frees what others own, and gets no heap by it") {
  start_heap(0, 16 * kMiB);
  const Address small = take(64), longest = take(kClassMax), large = take(300'000);
  in_thread([&] {
    give(kNone);
    give(small), give(longest), give(large);
    CHECK(own_heap == &no_heap);
  });
  CHECK_EQUAL(threads_now().heaps, 1);
  CHECK_EQUAL(threads_now().blocks_on_their_way, 2);
  CHECK_EQUAL(stats_now().live_blocks, 0);
  CHECK_SOUND();
}

TEST("remote: every state that the owner's run may be in takes the blocks in") {
  for (const size_t bytes : {8u, 24u, 64u, 200u, 1000u, 2000u, 3000u, 4352u, kClassMax}) {
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

TEST("remote: large blocks go back under the lock, whoever frees them") {
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
