// threads_ends.hpp — threads that end, and workers that are terminated: whose heap it is then, and what becomes of the blocks.
#pragma once
#include "threads_remote.hpp"

namespace gharial_test {

TEST("ends: the next thread that needs a heap adopts the one that was left, and all that lay in "
     "it") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  Heap* left = nullptr;
  std::vector<Address> blocks;
  in_thread([&] {
    blocks = take_blocks(1000, 80);
    for (const Address block : blocks) fill(block, 0x5a, 80);
    give(blocks.back());
    left = own_heap;
  });
  CHECK_EQUAL(threads_now().orphaned_heaps, 1);
  CHECK(threads_now().orphaned_pages >= 1);
  CHECK_SOUND();
  in_thread([&] {
    const Address block = take(80);
    CHECK_EQUAL(block, blocks.back());  // from the stack that was left
    CHECK(own_heap == left);
    CHECK_EQUAL(threads_now().orphaned_heaps, 0);
    blocks.pop_back();
    for (const Address block : blocks) CHECK(all_bytes(block, 0x5a, 80));
    give_all(blocks);
    CHECK_EQUAL(threads_now().blocks_on_their_way, 0);  // they are its own now
    CHECK_SOUND();
  });
  CHECK_EQUAL(threads_now().heaps, 2);
}

TEST("ends: blocks of a heap without a thread are freed like any other, and taken in by the next "
     "one") {
  start_heap(0, 16 * kMiB);
  std::vector<Address> blocks;
  in_thread([&] { blocks = take_blocks(2000, 80); });
  give(take(8));
  CHECK_EQUAL(threads_now().orphaned_heaps, 0);  // this thread adopted it
  in_thread([&] { blocks = take_blocks(2000, 80); });
  give_all(blocks);
  CHECK(threads_now().blocks_on_their_way != 0);
  CHECK_SOUND();
  in_thread([&] {
    std::vector<Address> again = take_blocks(8000, 80);
    CHECK_EQUAL(threads_now().blocks_on_their_way, 0);
    CHECK(are_distinct(again));
    CHECK_SOUND();
  });
}

TEST("ends: a thousand threads, one after the other, need the memory of one") {
  start_heap(0, 64 * kMiB);
  std::vector<Address> kept;
  size_t heap_bytes = 0;
  for (int i = 0; i < 1000; ++i) {
    in_thread([&] {
      give_all(kept);  // those of the thread before
      kept = take_blocks(300, 40);
      give(take(50'000));
    });
    if (i == 100) heap_bytes = stats_now().heap_bytes;
  }
  CHECK_EQUAL(stats_now().heap_bytes, heap_bytes);
  CHECK_EQUAL(threads_now().heaps, 1);
  CHECK_SOUND();
}

TEST("ends: a thread that allocates again behind its end gets a heap again, and leaves that too") {
  start_heap(0, 16 * kMiB);
  in_thread([] {
    give(take(8));
    leave_heap();
    CHECK_EQUAL(threads_now().orphaned_heaps, 1);
    leave_heap();  // nothing left
    CHECK_EQUAL(threads_now().orphaned_heaps, 1);
    give(take(8));
    CHECK_EQUAL(threads_now().orphaned_heaps, 0);
  });
  CHECK_EQUAL(threads_now().orphaned_heaps, 1);
  CHECK_EQUAL(threads_now().heaps, 1);
}

TEST("terminated: a worker that was changing nothing leaves a heap that is sound, once it was "
     "named") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  std::vector<Address> blocks;
  const Word worker = terminated_thread([&] { blocks = take_blocks(1000, 80); });
  CHECK_EQUAL(threads_now().orphaned_heaps, 0);  // nobody told
  CHECK_EQUAL(gharial_thread_terminated(worker), 0);
  CHECK_EQUAL(threads_now().orphaned_heaps, 1);
  CHECK_EQUAL(gharial_thread_terminated(worker), 0);  // once more changes nothing
  CHECK_EQUAL(threads_now().orphaned_heaps, 1);
  CHECK_SOUND();
  in_thread([&] {
    give_all(blocks);
    CHECK_SOUND();
  });
  CHECK_EQUAL(threads_now().heaps, 2);
  CHECK_EQUAL(stats_now().live_blocks, 0);
}

TEST("terminated: inside a long run nothing is left of the short ones that were there before") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  const Word worker = terminated_thread([] {
    give(take(8));  // the thread has a heap
    std::vector<MiniPageHeader*> shorts;
    for (uint32_t i = 0; i < kOwnRunMax; ++i) shorts.push_back(long_run(class_of(64)));
    full_run(64);  // the page stays in use
    for (MiniPageHeader* header : shorts) retire_small_run(*header);
    const MiniPageHeader* const wide = full_run(4352);
    CHECK(run_of(wide->size_class).raw == kOwnRunMax && wide == shorts[0]);
  });
  CHECK_SOUND();
  CHECK_EQUAL(gharial_thread_terminated(worker), 0);
  CHECK_SOUND();
}

TEST("terminated: counts of a run that the worker had only begun to change are made good") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  std::vector<Address> blocks;
  const Word worker = terminated_thread([&] {
    blocks = take_blocks(4 * blocks_of(class_of(500)), 500);
    // As send_home: the bit is set, the countdown not yet. One in a full run, all of another.
    const MiniPageHeader *one = &header_at(blocks.front()), *all = nullptr;
    for (const Address block : blocks) {
      MiniPageHeader& header = header_at(block);
      if (&header == one || is_current(header)) continue;
      if (all == nullptr) all = &header;
      const uint32_t number = block_number(header, block);
      if (&header == all) header.free[number / 64] |= uint64_t{1} << number % 64;
    }
    MiniPageHeader& header = header_at(blocks.front());
    header.free[0] |= uint64_t{1} << block_number(header, blocks.front());
  });
  CHECK(gharial_validate() != 0);
  CHECK_EQUAL(gharial_thread_terminated(worker), 0);
  CHECK_SOUND();
  in_thread([&] {
    for (const Address block : blocks)
      if (state_of(block) == BlockState::live) give(block);
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(stats_now().live_blocks, 0);
  });
}

TEST("terminated: a worker in the middle of a change leaves pages that nobody uses again, and "
     "counts") {
  start_heap(0, 64 * kMiB);
  give(take(8));
  std::vector<Address> blocks;
  const Word worker = terminated_thread(
      [&] {
        blocks = take_blocks(700, 80);
        const Changing changing;
        std::longjmp(*this_thread.stop_in_wait, 1);
      },
      true);
  const size_t pages = threads_now().owned_pages;
  CHECK_EQUAL(gharial_thread_terminated(worker), 1);
  CHECK_EQUAL(threads_now().quarantined_heaps, 1);
  CHECK(threads_now().quarantined_pages >= 1);
  CHECK_EQUAL(threads_now().owned_pages, pages);
  CHECK_EQUAL(threads_now().orphaned_heaps, 0);
  CHECK_SOUND();
  // Its blocks stay valid, may be freed, and never serve again.
  for (const Address block : blocks) fill(block, 1, 80);
  in_thread([&] {
    give_all(blocks);
    gharial_malloc_trim(0);
    for (const Address block : take_blocks(10'000, 80))
      CHECK(std::find(blocks.begin(), blocks.end(), block) == blocks.end());
    CHECK_SOUND();
  });
  CHECK_EQUAL(threads_now().quarantined_heaps, 1);
}

TEST("terminated: a worker that waits for the lock for its first heap has none") {
  start_heap(0, 64 * kMiB);
  give(take(8));
  lock();
  const Word worker = terminated_thread([] { take(80); }, true);
  unlock();
  CHECK_EQUAL(gharial_thread_terminated(worker), 0);
  CHECK_EQUAL(threads_now().heaps, 1);
  CHECK_SOUND();
}

TEST("terminated: one that waits for the lock inside of its change is in the middle of it") {
  start_heap(0, 64 * kMiB);
  give(take(8));
  std::atomic<bool> is_held{false}, is_over{false};
  std::thread holder{[&] {
    wait_until([&] { return is_held.load(); }, "the worker has a heap");
    lock();
    is_held = false;
    wait_until([&] { return is_over.load(); }, "the worker is terminated");
    unlock();
  }};
  const Word worker = terminated_thread(
      [&] {
        give(take(8));
        is_held = true;
        wait_until([&] { return !is_held.load(); }, "the lock is held");
        for (int i = 0; i < 10'000; ++i) take(80);  // needs another page sooner or later
      },
      true);
  is_over = true;
  holder.join();
  CHECK_EQUAL(gharial_thread_terminated(worker), 1);
  CHECK_EQUAL(threads_now().quarantined_heaps, 1);
}

TEST("terminated: a lock that its holder takes into its grave is a fault, for whoever names it or "
     "waits") {
  start_heap(0, 16 * kMiB);
  if constexpr (!kChecked) return;  // there a fault is a trap
  give(take(8));
  const Word worker = terminated_thread([] { lock(); });
  CHECK_EQUAL(fault_of([&] { gharial_thread_terminated(worker); }),
              static_cast<uint32_t>(Fault::lock_lost));
  CHECK_EQUAL(fault_of([] { gharial_malloc(1'000'000); }), static_cast<uint32_t>(Fault::lock_lost));
  own_heap = &no_heap;  // this thread cannot leave its heap any more
}

TEST("terminated: a worker that never allocated, or that nobody knows, changes nothing") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  CHECK_EQUAL(gharial_thread_terminated(terminated_thread([] {})), 0);
  CHECK_EQUAL(gharial_thread_terminated(12'345'678), 0);
  CHECK_EQUAL(threads_now().heaps, 1);
  CHECK_EQUAL(threads_now().orphaned_heaps, 0);
}

}  // namespace gharial_test
