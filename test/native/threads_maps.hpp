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

// All of memory, in runs of one MiniPage outside of own pages.
static std::vector<Address> all_mini_pages() {
  CHECK(has_heap());
  std::vector<Address> blocks;
  while (const Address block = obtain_block(kOneMiniPage)) blocks.push_back(block);
  return blocks;
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

TEST("limits: wherever memory ends, malloc fails, the heap is whole, and all that was freed is had "
     "again") {
  for (size_t limit = 32 * kMiniPageBytes; limit <= 320 * kMiniPageBytes; limit += kMiniPageBytes) {
    start_heap(0, limit);
    std::vector<void*> blocks;
    while (void* block = gharial_malloc(900)) blocks.push_back(block);
    CHECK_SOUND();
    const size_t count = blocks.size();
    for (void* block : blocks) gharial_free(block);
    blocks.clear();
    while (void* block = gharial_malloc(900)) blocks.push_back(block);
    CHECK_EQUAL(blocks.size(), count);
    CHECK_SOUND();
    own_heap = &no_heap;  // the next heap is another one
  }
}

TEST("limits: what lies before or behind whole heap pages describes them, down to the last one") {
  constexpr uint32_t kPages = 6, kPairs = kPages * kMetaMiniPages.raw;
  for (const bool is_before : {true, false}) {
    start_heap(0, 4 * kMiB);
    std::vector<Address> blocks = all_mini_pages();
    std::sort(blocks.begin(), blocks.end());
    const auto page = std::find_if(blocks.begin() + kMiniPagesPerPage, blocks.end(),
                                   [](Address block) { return block % kHeapPageBytes == 0; });
    const auto from = is_before ? page - kPairs : page;
    const uint32_t count = kPages * kMiniPagesPerPage + kPairs;
    CHECK_EQUAL(from[count - 1] - from[0], (count - 1) * kMiniPageBytes);
    for (uint32_t i = 0; i < count; ++i) give(from[i]);
    gharial_malloc_trim(0);
    uint32_t served = 0;
    while (gharial_malloc(kMiniPageBytes / 2) != nullptr) served++;
    CHECK(served >= 2 * kPages * kMiniPagesPerPage);
    CHECK_SOUND();
    own_heap = &no_heap;  // the next heap is another one
  }
}

TEST("limits: where memory cannot grow a heap page is found behind others of its bin in which none "
     "lies") {
  start_heap(0, 4 * kMiB);
  std::vector<Address> blocks = all_mini_pages();
  std::sort(blocks.begin(), blocks.end());
  const auto page = std::find_if(blocks.begin() + kMiniPagesPerPage, blocks.end(),
                                 [](Address block) { return block % kHeapPageBytes == 0; });
  CHECK(blocks.end() - page > 4 * kMiniPagesPerPage);
  const auto give_run = [](auto from, uint32_t count) {
    CHECK_EQUAL(from[count - 1] - from[0], bytes_in(MiniPages{count - 1}));
    for (uint32_t i = 0; i < count; ++i) give(from[i]);
  };
  give_run(page - 4, 40);
  give_run(page + 2 * kMiniPagesPerPage + 4, 40);
  CHECK(global.runs.bins[bin_of(MiniPages{40})] == mini_page_of(page[2 * kMiniPagesPerPage + 4]));
  CHECK_EQUAL(page_of(mini_page_of(take(64))).raw, page_of(mini_page_of(page[0])).raw);
  CHECK_SOUND();
}

TEST("limits: a heap page whose meta-page finds one MiniPage where it needs two is given back") {
  start_heap(0, 4 * kMiB);
  std::vector<Address> blocks = all_mini_pages();
  std::sort(blocks.begin(), blocks.end());
  // A whole heap page, and two MiniPages elsewhere.
  const auto page = std::find_if(blocks.begin() + 8, blocks.end(),
                                 [](Address block) { return block % kHeapPageBytes == 0; });
  CHECK(blocks.end() - page > 2 * kMiniPagesPerPage);
  CHECK_EQUAL(page[kMiniPagesPerPage - 1] - page[0], kHeapPageBytes - kMiniPageBytes);
  for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) give(page[i]);
  give(page[kMiniPagesPerPage + 2]);
  gharial_malloc_trim(0);
  const size_t free_bytes = stats_now().free_bytes;
  errno = 0;
  CHECK(gharial_malloc(64) == nullptr);
  CHECK_EQUAL(errno, ENOMEM);
  CHECK_EQUAL(stats_now().free_bytes, free_bytes);
  CHECK_SOUND();
  give(page[kMiniPagesPerPage + 3]);
  gharial_malloc_trim(0);
  give(take(64));
  CHECK_SOUND();
}

}  // namespace gharial_test
