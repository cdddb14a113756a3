// units_damage.hpp — every byte of metadata damaged, one after the other, and shown to the checker: it comes back, it reads nothing
// outside the heap's metadata, and most of the time it says which invariant is broken.
#pragma once
#include "test.hpp"

namespace gharial_test {

// How many of the damages the checker named; how many there were.
struct Damages {
  size_t named = 0, all = 0;
};

inline void damage(void* at, size_t bytes, Damages& damages) {
  uint8_t* const first = static_cast<uint8_t*>(at);
  for (size_t i = 0; i < bytes; ++i) {
    const uint8_t right = first[i];
    for (const uint8_t wrong :
         {uint8_t(right ^ 1), uint8_t(right ^ 0x80), uint8_t(~right), uint8_t{0}, uint8_t{0xff}}) {
      if (wrong == right) continue;
      first[i] = wrong;
      const int broken = gharial_validate();
      CHECK(broken >= 0 && broken <= gharial::kTailInvariant);
      damages.named += broken != 0;
      damages.all++;
    }
    first[i] = right;
  }
}

TEST("damage: every byte of the global meta-page, a meta-page, the maps, stacks and cursors") {
  start_heap(0x3000, 64 * kMiB);
  std::vector<Address> all;
  for (int i = 0; i < 120; ++i) all.push_back(take(static_cast<size_t>(i) * 37 % 700));
  all.push_back(take(20'000)), all.push_back(take(90'000)), all.push_back(take(130'000));
  for (size_t i = 0; i < all.size(); i += 3) give(all[i]);
  CHECK_SOUND();

  using namespace gharial;
  uint32_t page_with_meta = page_of(global.first).raw;
  while (find_meta(PageIndex{page_with_meta}) == nullptr) page_with_meta++;
  MetaPage& meta = *find_meta(PageIndex{page_with_meta});
  const size_t mini_pages = (global.end - global.first).raw;

  Damages damages;
  damage(&global, sizeof global, damages);
  damage(&meta, sizeof meta, damages);
  damage(&entry_of(global.first), mini_pages * sizeof(RunEntry), damages);
  damage(front.class_map + global.first.raw, mini_pages, damages);
  damage(reinterpret_cast<Word*>(global.meta_map) + page_of(global.first).raw,
         (page_of(global.end).raw - page_of(global.first).raw + 1) * sizeof(Word), damages);
  damage(front_stack_words, sizeof front_stack_words, damages);
  damage(front_cursors, sizeof front_cursors, damages);
  damage(front_current, sizeof front_current, damages);
  CHECK_SOUND();
  // What it cannot see: counters that only climb, entries inside runs, words above the top of a stack.
  PROMISE(damages.named * 6 > damages.all, "%zu of %zu", damages.named, damages.all);
  std::fprintf(stderr, "%zu of %zu damages were named\n", damages.named, damages.all);
}

}  // namespace gharial_test
