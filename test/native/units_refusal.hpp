// units_refusal.hpp — growth that is refused, at every place of a run: the n-th time for every n, and at every limit of a small
// range. Whatever happens, the heap stays whole and serves again.
#pragma once
#include "test.hpp"

namespace gharial_test {

// A run that grows often: small blocks and large ones, some of them freed, some resized. Writes into every block that it
// gets. Returns how many requests found no memory.
inline size_t play_a_run(uint32_t seed) {
  struct Held {
    Address at;
    size_t bytes;
    uint8_t byte;
  };
  std::vector<Held> held;
  size_t refused = 0;
  const auto draw = [&seed](uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return static_cast<uint32_t>((uint64_t{seed} * below) >> 32);
  };
  const auto intact = [](const Held& each) { return all_bytes(each.at, each.byte, each.bytes); };
  for (int i = 0; i < 400; ++i) {
    const size_t bytes = i % 11 == 0  ? 70'000 + draw(100'000)
                         : i % 5 == 0 ? 2000 + draw(50'000)
                                      : draw(900);
    const uint32_t what = draw(10);
    const uint8_t byte = static_cast<uint8_t>(1 + draw(255));
    if (what < 6 || held.empty()) {
      void* const block = what == 0   ? gharial_calloc(1, bytes)
                          : what == 1 ? gharial_memalign(size_t{1} << draw(14), bytes)
                                      : gharial_malloc(bytes);
      if (block == nullptr) {
        CHECK_SOUND();
        refused++;
        continue;
      }
      if (what == 0) CHECK(all_bytes(address(block), 0, bytes));
      fill(address(block), byte, bytes);
      held.push_back({address(block), bytes, byte});
      continue;
    }
    Held& one = held[draw(static_cast<uint32_t>(held.size()))];
    CHECK(intact(one));
    if (what < 8) {
      void* const block = gharial_realloc(reinterpret_cast<void*>(one.at), bytes);
      if (block == nullptr) {
        CHECK_SOUND();
        CHECK(intact(one));
        refused++;
        continue;
      }
      CHECK(all_bytes(address(block), one.byte, bytes < one.bytes ? bytes : one.bytes));
      fill(address(block), byte, bytes);
      one = {address(block), bytes, byte};
    } else {
      give(one.at);
      one = held.back();
      held.pop_back();
    }
  }
  for (const Held& each : held) CHECK(intact(each));
  CHECK_SOUND();
  // Memory may grow again: what was refused is served now.
  gharial::arena.limit = gharial::kArenaBegin + gharial::kArenaBytes;
  gharial::arena.refuse_after = 0;
  give(take(3'000'000));
  for (const Held& each : held) give(each.at);
  gharial_malloc_trim(0);
  CHECK_SOUND();
  CHECK_EQUAL(mini_pages_in_use(), 0);
  return refused;
}

TEST("refusal: the n-th growth of a run, for every n; the first is the heap's beginning") {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    start_heap(0x3000, 256 * kMiB);
    CHECK_EQUAL(play_a_run(seed), 0);
    const uint32_t growths = static_cast<uint32_t>(gharial::global.counters.heap_grows);
    CHECK(growths > 20);
    size_t refused = 0;
    for (uint32_t n = 1; n < growths; ++n) {  // the last one is after the run
      start_heap(0x3000, 256 * kMiB);
      gharial::arena.refuse_after = n;
      refused += play_a_run(seed);
      CHECK(gharial::global.counters.refused_grows >= 1);
    }
    CHECK(refused >= growths / 2);  // a refusal may be met by what is free elsewhere
  }
}

TEST("refusal: before there is a heap, again and again") {
  start_heap(0, 64 * kMiB);
  for (int i = 0; i < 5; ++i) {
    gharial::arena.refuse_after = 1;
    CHECK(gharial_malloc(i % 2 == 0 ? 10 : 100'000) == nullptr);
    CHECK(gharial_calloc(3, 5) != nullptr || gharial::global.end == gharial::kNoMiniPage);
    CHECK_SOUND();
    start_heap(0, 64 * kMiB);
  }
  gharial::arena.refuse_after = 1;
  CHECK(gharial_malloc(10) == nullptr);
  give(take(10));
  CHECK_SOUND();
}

TEST("refusal: a limit at every MiniPage of a small range") {
  for (size_t limit = 0; limit <= 0x10'0000; limit += limit < 0x2'0000 ? 2048 : 0x6000) {
    start_heap(0, limit);
    play_a_run(7);
    start_heap(0x1230, limit < 0x1230 ? 0x1230 : limit);
    play_a_run(8);
  }
}

}  // namespace gharial_test
