// threads_maps.hpp — the maps of shared memory: segments that never move, and lie in few places.
#pragma once
#include "threads_ends.hpp"

namespace gharial_test {

// Places where segments of maps lie.
static uint32_t places_of_maps() {
  uint32_t places = 0;
  walk_runs([&](MiniPageIndex, const RunEntry& entry, MiniPages length) {
    places += kind_of(entry) == RunKind::maps && bytes_in(length) >= sizeof(Segment);
  });
  return places;
}

TEST("maps: of a limited memory they are made at once, and what was freed joins to one block") {
  start_heap(0, 16 * kMiB);
  give(take(8));
  CHECK_EQUAL(places_of_maps(), 1);
  const size_t pages = (arena.limit >> kHeapPageShift) + 1;  // with the entry behind the last one
  CHECK_EQUAL(global.mapped_pages, align_up(pages, size_t{kPagesPerSegment}));
  for (size_t bytes : {500, 1000, 2000, 5000}) {
    std::vector<void*> blocks;
    while (void* block = gharial_malloc(bytes)) blocks.push_back(block);
    CHECK(blocks.size() * bytes > 12 * kMiB);
    CHECK_EQUAL(places_of_maps(), 1);
    for (void* block : blocks) gharial_free(block);
    void* const large = gharial_malloc(14 * kMiB);
    CHECK(large != nullptr);
    gharial_free(large);
    CHECK_SOUND();
  }
}

TEST("maps: where memory may grow for long, they are made for half as much again") {
  start_heap(0, 512 * kMiB);
  uint32_t places = 0;
  for (size_t taken = 0; taken < 384 * kMiB; taken += kMiB) {
    take(kMiB);
    if (places_of_maps() == places) continue;
    places++;
    CHECK_EQUAL(places_of_maps(), places);
    const size_t pages = page_of(global.end).raw;
    CHECK(global.mapped_pages >= pages + pages / 2 &&
          global.mapped_pages <= pages + pages / 2 + 2 * kPagesPerSegment);
  }
  CHECK(places >= 8 && places <= 12);
  CHECK_SOUND();
}

}  // namespace gharial_test
