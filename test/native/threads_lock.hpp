// threads_lock.hpp — the one lock: who waits for it and how, who never does; reserves and real-time threads, which need it not.
#pragma once
#include "threads_remote.hpp"

namespace gharial_test {

// While one lives, another thread holds the lock.
class HeldElsewhere {
public:
  HeldElsewhere()
      : holder{[this] {
          lock();
          is_held = true;
          wait_until([this] { return is_over.load(); }, "the test ends");
          unlock();
        }} {
    wait_until([this] { return is_held.load(); }, "the lock is held");
  }
  ~HeldElsewhere() {
    is_over = true;
    holder.join();
  }

private:
  std::atomic<bool> is_held{false}, is_over{false};
  std::thread holder;
};

TEST("lock: a thread that does not get it spins, waits, is counted, and is woken when it is free") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  const uint32_t waited = waits;
  std::thread waiting;
  {
    const HeldElsewhere held;
    waiting = std::thread{[] { give(take(100'000)); }};
    wait_until([&] { return waits > waited; }, "the thread waits");
    CHECK(load_relaxed(global.shared.lock_waits) == 1);
  }
  waiting.join();
  CHECK_EQUAL(threads_now().lock_waits, 1);
  CHECK_EQUAL(global.shared.waiting, 0);
  CHECK_SOUND();
}

TEST("lock: three threads that wait are all woken") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  const uint32_t waited = waits;
  std::vector<std::thread> waiting;
  {
    const HeldElsewhere held;
    for (int i = 0; i < 3; ++i) waiting.emplace_back([] { give(take(100'000)); });
    wait_until([&] { return waits >= waited + 3; }, "all wait");
  }
  for (std::thread& thread : waiting) thread.join();
  CHECK(threads_now().lock_waits >=
        3);  // one that is woken may find the lock taken, and waits again
  CHECK_EQUAL(global.shared.waiting, 0);
}

TEST("lock: a thread that must not wait spins until it is free") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  std::thread spinning;
  {
    const HeldElsewhere held;
    spinning = std::thread{[] {
      this_thread.must_not_wait = true;
      give(take(100'000));
    }};
    wait_until([] { return load_relaxed(global.shared.lock_waits) != 0; }, "it gives up spinning");
  }
  spinning.join();
  CHECK_EQUAL(threads_now().lock_waits, 1);
}

TEST("lock: nested, it is free when the outermost holder is done") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  {
    const Locked outer;
    {
      const Locked inner;
      CHECK(try_lock());
      unlock();
    }
    in_thread([] { CHECK(!try_lock()); });
  }
  in_thread([] {
    CHECK(try_lock());
    unlock();
  });
}

TEST("deferred: free does not wait for the lock; the next ones that take it do the work, two at a "
     "time") {
  start_heap(0, 64 * kMiB);
  const std::vector<Address> blocks = take_blocks(11, 100'000);
  {
    const HeldElsewhere held;
    give_all(blocks);
  }
  uint32_t locked = 0;
  for (size_t left = 11; left != 0;
       left = left > kDrainedAtOnce ? left - kDrainedAtOnce : 0, ++locked) {
    CHECK(global.shared.deferred.raw != 0 || global.shared.drained.raw != 0);
    const Locked once;
  }
  CHECK_EQUAL(locked, 6);
  CHECK(global.shared.deferred.raw == 0 && global.shared.drained.raw == 0);
  CHECK_SOUND();
  CHECK_EQUAL(stats_now().block_mini_pages, 0);
}

TEST("deferred: a flush does all of it") {
  start_heap(0, 64 * kMiB);
  const std::vector<Address> blocks = take_blocks(40, 100'000);
  {
    const HeldElsewhere held;
    give_all(blocks);
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(stats_now().live_blocks, 0);
  CHECK_EQUAL(stats_now().block_mini_pages, 0);
  CHECK_SOUND();
}

TEST("deferred: realloc of a large block moves it, or leaves it as long as it is, rather than "
     "wait") {
  start_heap(0, 64 * kMiB);
  const Address block = take(200'000);
  fill(block, 7, 200'000);
  {
    const HeldElsewhere held;
    CHECK_EQUAL(address(gharial_realloc(reinterpret_cast<void*>(block), 100'000)), block);
  }
  CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(block)), 200'704);
  CHECK(all_bytes(block, 7, 200'000));
  CHECK_SOUND();
}

TEST("reserve: so many pages are the thread's own, stay free at a flush, and need no lock") {
  start_heap(0, 64 * kMiB);
  CHECK_EQUAL(gharial_thread_reserve(10 * kHeapPageBytes), 0);
  CHECK_EQUAL(threads_now().free_owned_pages, 10);
  gharial_malloc_trim(0);
  CHECK_EQUAL(threads_now().free_owned_pages, 10);
  CHECK_SOUND();
  std::vector<Address> blocks;
  {
    const HeldElsewhere held;  // whoever asks for the lock now waits for ever
    blocks = take_blocks(9 * kHeapPageBytes / 512, 480);
    for (const size_t bytes : {24u, 1000u, kClassMax}) blocks.push_back(take(bytes));
    give_all(blocks);
  }
  CHECK_EQUAL(threads_now().lock_waits, 0);
  CHECK_SOUND();
  CHECK_EQUAL(gharial_thread_reserve(0), 0);
  gharial_malloc_trim(0);
  CHECK_EQUAL(threads_now().owned_pages, 0);
  CHECK_SOUND();
}

TEST("reserve: more than there is fails with ENOMEM, and what was reserved before stays") {
  start_heap(0, 4 * kMiB);
  CHECK_EQUAL(gharial_thread_reserve(2 * kHeapPageBytes), 0);
  for (const size_t bytes : {size_t{8 * kMiB}, ~size_t{0}, ~size_t{0} / 2}) {
    errno = 0;
    CHECK_EQUAL(gharial_thread_reserve(bytes), -1);
    CHECK_EQUAL(errno, ENOMEM);
    CHECK_SOUND();
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(threads_now().free_owned_pages, 2);
}

TEST("real time: malloc fails with ENOMEM, and is counted, where it would need the lock or more "
     "memory") {
  start_heap(0, 64 * kMiB);
  CHECK_EQUAL(gharial_thread_reserve(2 * kHeapPageBytes), 0);
  CHECK_EQUAL(gharial_thread_realtime(1), 0);
  CHECK_EQUAL(gharial_thread_realtime(1), 1);
  const Address break_before = arena.break_now;
  const HeldElsewhere held;
  size_t taken = 0, refusals = 0;
  errno = 0;
  while (gharial_malloc(200) != nullptr) taken++;
  refusals++;
  CHECK_EQUAL(errno, ENOMEM);
  CHECK(taken >= 2 * (kHeapPageBytes - 3 * kMiniPageBytes) / 208);
  const auto is_refused_now = [&](void* block) {
    CHECK(block == nullptr);
    CHECK_EQUAL(load_relaxed(global.shared.refusals), ++refusals);
  };
  CHECK_EQUAL(load_relaxed(global.shared.refusals), refusals);
  is_refused_now(gharial_malloc(20'000));
  is_refused_now(gharial_malloc(1'000'000));
  is_refused_now(gharial_calloc(1, 50'000));
  is_refused_now(gharial_memalign(4096, 200'000));
  CHECK_EQUAL(arena.break_now, break_before);
}

TEST("real time: realloc does not grow memory either") {
  start_heap(0, 64 * kMiB);
  const Address block = take(300'000);
  CHECK_EQUAL(gharial_thread_realtime(1), 0);
  const Address break_before = arena.break_now;
  const size_t refused = threads_now().refusals;
  CHECK(gharial_realloc(reinterpret_cast<void*>(block), 3'000'000) == nullptr);
  CHECK_EQUAL(threads_now().refusals, refused + 1);
  CHECK_EQUAL(arena.break_now, break_before);
  CHECK_EQUAL(gharial_thread_realtime(0), 1);
  CHECK(gharial_realloc(reinterpret_cast<void*>(block), 3'000'000) != nullptr);
  CHECK_SOUND();
}

TEST("real time: a block of any class comes out of the reserve, and a longer one does not") {
  start_heap(0, 64 * kMiB);
  uint32_t mini_pages = 0;
  for (uint8_t c = 1; c <= kSizeClasses; ++c) mini_pages += first_run_of(SizeClass{c}).raw;
  CHECK_EQUAL(gharial_thread_reserve(bytes_in(MiniPages{2 * mini_pages})), 0);
  CHECK_EQUAL(gharial_thread_realtime(1), 0);
  const HeldElsewhere held;
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const size_t bytes = bytes_of(SizeClass{c});
    const Address block = take(bytes);
    CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(block)),
                bytes_of(class_of(bytes)));
    CHECK_EQUAL(header_at(block).mini_pages, first_run_of(class_of(bytes)).raw);
    give(block);
  }
  CHECK_EQUAL(load_relaxed(global.shared.refusals), 0);
  CHECK(gharial_malloc(kClassMax + 1) == nullptr);
  CHECK_EQUAL(load_relaxed(global.shared.refusals), 1);
}

TEST("real time: what others freed is taken in rather than malloc fail") {
  start_heap(0, 64 * kMiB);
  CHECK_EQUAL(gharial_thread_realtime(1), 0);
  CHECK_EQUAL(gharial_thread_realtime(0), 1);
  CHECK_EQUAL(gharial_thread_reserve(4 * kHeapPageBytes), 0);
  CHECK_EQUAL(gharial_thread_realtime(1), 0);
  std::vector<Address> blocks;
  while (void* block = gharial_malloc(1700)) blocks.push_back(address(block));
  CHECK(blocks.size() > 100);
  give_elsewhere(blocks);
  for (size_t i = 0; i < blocks.size(); ++i)
    PROMISE(gharial_malloc(1700) != nullptr, "%zu of %zu come back", i, blocks.size());
  gharial_thread_realtime(0);
  CHECK_SOUND();
}

TEST("real time: neither it nor the reserve is handed down with the heap of a thread that ended") {
  start_heap(0, 64 * kMiB);
  give(take(8));
  in_thread([] {
    CHECK_EQUAL(gharial_thread_reserve(4 * kHeapPageBytes), 0);
    CHECK_EQUAL(gharial_thread_realtime(1), 0);
  });
  in_thread([] {
    give(take(100'000));
    CHECK_EQUAL(gharial_thread_realtime(0), 0);
    gharial_malloc_trim(0);
    CHECK_EQUAL(threads_now().owned_pages, 1);  // of the other heap
  });
  CHECK_EQUAL(threads_now().heaps, 2);
}

TEST("threads: the calls that cannot be answered say why") {
  start_heap(0, 16 * kMiB);
  gharial_thread_stats stats{};
  errno = 0;
  CHECK_EQUAL(gharial_thread_stats_get(&stats), -1);
  CHECK_EQUAL(errno, EINVAL);
  start_heap(0, 2048);  // no memory for a heap
  errno = 0;
  CHECK_EQUAL(gharial_malloc(8) == nullptr, true);
  CHECK_EQUAL(errno, ENOMEM);
  in_thread([] {
    errno = 0;
    CHECK_EQUAL(gharial_thread_realtime(1), -1);
    CHECK_EQUAL(errno, ENOMEM);
    errno = 0;
    CHECK_EQUAL(gharial_thread_reserve(kHeapPageBytes), -1);
    CHECK_EQUAL(errno, ENOMEM);
  });
}

}  // namespace gharial_test
