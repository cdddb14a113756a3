// threads_stress.hpp — several threads at once, each with a shadow of what it holds, and a table through which blocks change hands.
// What a block holds is written and read as a program would, so that ThreadSanitizer sees a block that two threads have, and one
// that was handed on without order.
#pragma once
#include "threads_ends.hpp"

namespace gharial_test {

struct Load {
  uint32_t threads, steps;
  size_t small, large;  // most bytes of a small block, and of a rare large one
  uint32_t one_large_in;
  uint32_t handed_on;  // so many of 16 blocks are freed by whoever finds them
  size_t limit = 256 * kMiB;
};

class Stress {
public:
  explicit Stress(const Load& of) : load{of}, table(512) {}

  // A round of threads, all of which end.
  void run(uint64_t seed) {
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < load.threads; ++i)
      threads.emplace_back([this, seed, i] { Worker{*this, seed * 100 + i + 1}.work(); });
    for (std::thread& thread : threads) thread.join();
  }
  // Nothing is live, and nothing is in use but the maps and the heaps.
  void end() {
    for (auto& place : table)
      if (const Address block = place.exchange(0)) check_and_give(block);
    gharial_malloc_trim(0);
    CHECK_SOUND();
    const gharial_stats stats = stats_now();
    CHECK_EQUAL(stats.live_blocks, 0);
    CHECK_EQUAL(stats.small_mini_pages + stats.block_mini_pages, 0);
    const gharial_thread_stats threads = threads_now();
    CHECK_EQUAL(threads.blocks_on_their_way, 0);
    CHECK_EQUAL(threads.owned_pages, 0);
    CHECK(threads.heaps <= load.threads + 1);
  }
  // What the table holds is live, and nothing else.
  void check() {
    {
      const Locked locked;
      drain_deferred();
    }
    CHECK_SOUND();
    size_t held = 0;
    for (auto& place : table) held += place.load() != 0;
    CHECK_EQUAL(stats_now().live_blocks, held);
  }

private:
  static constexpr size_t kHead = 16;  // bytes and seed; what follows depends on both

  static size_t step_of(size_t bytes) { return bytes <= 1024 ? 8 : 1016; }
  static void write(Address block, size_t bytes, uint64_t seed) {
    auto* const words = reinterpret_cast<uint64_t*>(block);
    words[0] = bytes, words[1] = seed;
    for (size_t at = kHead; at + 8 <= bytes; at += step_of(bytes))
      *reinterpret_cast<uint64_t*>(block + at) = seed + at;
  }
  static void check(Address block, size_t within) {
    const auto* const words = reinterpret_cast<const uint64_t*>(block);
    const size_t bytes = words[0];
    for (size_t at = kHead; at + 8 <= within; at += step_of(bytes))
      PROMISE(*reinterpret_cast<uint64_t*>(block + at) == words[1] + at,
              "block %#zx of %zu bytes, byte %zu", block, bytes, at);
  }
  static void check_and_give(Address block) {
    check(block, *reinterpret_cast<size_t*>(block));
    give(block);
  }

  struct Worker {
    Stress& stress;
    uint64_t state;
    std::vector<Address> own{};

    uint32_t random(size_t below) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      return static_cast<uint32_t>((state >> 20) % below);
    }
    size_t size() {
      const Load& load = stress.load;
      return kHead + random(random(load.one_large_in) == 0 ? load.large : load.small);
    }
    void keep(void* block, size_t bytes) {
      if (block == nullptr) return;  // memory is short for the moment
      write(address(block), bytes, state);
      own.push_back(address(block));
    }
    Address lose() {
      std::swap(own[random(own.size())], own.back());
      const Address block = own.back();
      own.pop_back();
      return block;
    }
    void allocate() {
      const size_t bytes = size();
      switch (random(8)) {
      case 0: {
        void* const block = gharial_calloc(1, bytes);
        for (size_t at = 0; block != nullptr && at + 8 <= bytes; at += step_of(bytes))
          PROMISE(*reinterpret_cast<uint64_t*>(address(block) + at) == 0, "byte %zu", at);
        return keep(block, bytes);
      }
      case 1: return keep(gharial_memalign(size_t{16} << random(9), bytes), bytes);
      default: return keep(gharial_malloc(bytes), bytes);
      }
    }
    void move() {
      const Address block = lose();
      const size_t had = *reinterpret_cast<size_t*>(block), bytes = size();
      check(block, had);
      void* const moved = gharial_realloc(reinterpret_cast<void*>(block), bytes);
      if (moved == nullptr) return own.push_back(block);
      check(address(moved), had < bytes ? had : bytes);
      keep(moved, bytes);
    }
    void hand_on(Address block) {
      if (const Address other = stress.table[random(stress.table.size())].exchange(block))
        check_and_give(other);
    }
    void work() {
      state = state * 0x9e37'79b9'7f4a'7c15u | 1;
      for (int i = 0; i < 8; ++i) random(2);
      for (uint32_t i = 0; i < stress.load.steps; ++i) {
        if (own.empty() || (own.size() < 400 && random(2) == 0))
          allocate();
        else if (random(16) < stress.load.handed_on)
          hand_on(lose());
        else if (random(16) == 0)
          move();
        else
          check_and_give(lose());
        if (random(5000) == 0) gharial_malloc_trim(0);
        if (random(1000) == 0) threads_now();
      }
      while (!own.empty()) hand_on(lose());
    }
  };

  const Load load;
  std::vector<std::atomic<Address>> table;
};

inline void play(const Load& load, uint32_t rounds) {
  start_heap(0, load.limit);
  Stress stress{load};
  for (uint32_t round = 1; round <= rounds; ++round) {
    stress.run(round);
    stress.check();
  }
  stress.end();
}

TEST("stress: small blocks, a part of them freed elsewhere") {
  play({.threads = 4,
        .steps = 30'000,
        .small = 600,
        .large = 9000,
        .one_large_in = 50,
        .handed_on = 6},
       3);
}

TEST("stress: every block is freed by another thread, and of one size") {
  play({.threads = 3, .steps = 40'000, .small = 1, .large = 2, .one_large_in = 2, .handed_on = 16},
       3);
}

TEST("stress: large blocks, which meet at the lock") {
  play({.threads = 4,
        .steps = 6000,
        .small = 30'000,
        .large = 400'000,
        .one_large_in = 10,
        .handed_on = 8},
       3);
}

TEST("stress: at the limit of memory, with flushes") {
  play({.threads = 3,
        .steps = 15'000,
        .small = 4000,
        .large = 100'000,
        .one_large_in = 20,
        .handed_on = 8,
        .limit = 2 * kMiB},
       3);
}

TEST("stress: one thread after the other, each with what the others left") {
  play({.threads = 2,
        .steps = 400,
        .small = 2000,
        .large = 60'000,
        .one_large_in = 30,
        .handed_on = 8},
       60);
}

}  // namespace gharial_test
