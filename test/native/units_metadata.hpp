// units_metadata.hpp — meta-pages, the lists of a page and the global stacks of pages.
#pragma once
#include "units_runs.hpp"
#include "units_small.hpp"

namespace gharial_test {

using namespace gharial;

inline uint32_t meta_runs() {
  uint32_t count = 0;
  walk_runs([&](MiniPageIndex, const RunEntry& entry, MiniPages) {
    count += kind_of(entry) == RunKind::meta_page;
  });
  return count;
}

TEST("meta-pages: each has a MiniPage of its own, which is free when it goes") {
  start_free(1000);
  const gharial_stats before = stats_now();
  CHECK_EQUAL(before.metadata_bytes, bytes_in(length_of(entry_of(global.first))));  // the maps
  const PageIndex low = page_of(global.first);
  std::vector<MetaPage*> metas;
  for (uint32_t i = 0; i < 30; ++i) {
    MetaPage* const meta = obtain_meta(PageIndex{low.raw + i}, false);
    CHECK(meta != nullptr && reinterpret_cast<Address>(meta) % kMetaPageBytes == 0);
    CHECK(meta->page.raw == low.raw + i && meta->runs == 0 && !is_own(*meta));
    CHECK(find_meta(meta->page) == meta && obtain_meta(meta->page, false) == meta);
    for (uint8_t c = 1; c <= kSizeClasses; ++c) CHECK_EQUAL(meta->lists[c], kEndOfList);
    CHECK_EQUAL(entry_of(link_to(*meta)).value, entry_value(RunKind::meta_page, 1));
    for (const MetaPage* other : metas) CHECK(other != meta);
    metas.push_back(meta);
    CHECK_EQUAL(stats_now().metadata_bytes, before.metadata_bytes + (i + 1) * kMetaPageBytes);
    CHECK_EQUAL(stats_now().metadata_mini_pages, before.metadata_mini_pages + i + 1);
  }
  CHECK_EQUAL(meta_runs(), 30);
  for (uint32_t i = 0; i < 30; ++i) {
    MetaPage& meta = *metas[i * 7 % 30];
    const PageIndex page = meta.page;
    give_back_meta(meta);
    CHECK(find_meta(page) == nullptr);
    CHECK_EQUAL(stats_now().metadata_bytes, before.metadata_bytes + (29 - i) * kMetaPageBytes);
  }
  CHECK_EQUAL(stats_now().free_runs, before.free_runs);
  CHECK_SOUND();
}

TEST("meta-pages: they lie together, in the shortest hole") {
  start_free(1000);
  const MiniPageIndex hole = cut_run(3), behind = cut_run(1);
  give_run(hole);
  const PageIndex low = page_of(global.first);
  for (uint32_t i = 0; i < 5; ++i) {
    const MetaPage* const meta = obtain_meta(PageIndex{low.raw + i}, false);
    CHECK(link_to(*meta) == (i < 3 ? hole + MiniPages{i} : behind + MiniPages{i - 2}));
  }
}

TEST("meta-pages: one appears with the first small run of a page and goes with the last") {
  start_free(300);
  const SizeClass size_class = class_of(700);
  std::vector<MiniPageHeader*> runs;
  for (int i = 0; i < 70; ++i) {
    const gharial_stats before = stats_now();
    MiniPageHeader* header = long_run(size_class);
    CHECK(header != nullptr);
    const PageIndex page = page_of(first_of_run(*header));
    uint32_t there = 0;
    for (const MiniPageHeader* run : runs) there += page_of(first_of_run(*run)) == page;
    runs.push_back(header);
    MetaPage* meta = find_meta(page);
    CHECK(meta != nullptr && meta == &meta_of(*header) && meta->page == page);
    CHECK(header == &meta->mini_pages[first_of_run(*header).raw % kMiniPagesPerPage]);
    CHECK_EQUAL(meta->runs, there + 1);
    CHECK_EQUAL(stats_now().metadata_bytes - before.metadata_bytes,
                there == 0 ? kMetaPageBytes : 0);
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    MiniPageHeader* header = runs[i * 33 % runs.size()];
    const PageIndex page = page_of(first_of_run(*header));
    const uint32_t there = find_meta(page)->runs;
    retire_small_run(*header);
    const MetaPage* const left = find_meta(page);
    if (left == nullptr) CHECK_EQUAL(there, 1);
    if (left != nullptr) CHECK_EQUAL(left->runs, there - 1);
    if (left != nullptr && there == 1) CHECK(is_own(*left) && own_pages().free_pages == kKeptPages);
  }
  CHECK_EQUAL(mini_pages_in_use(), 0);
  CHECK_SOUND();
  flush();
  CHECK_EQUAL(stats_now().free_runs, 1);
}

TEST("meta-pages: a run that reaches into the next page is described where it begins, and nowhere "
     "else") {
  start_attached(0, 8 * kMiB);
  grow_heap(kOneMiniPage);
  const SizeClass size_class = class_of(7168);
  const uint32_t length = run_of(size_class).raw;
  CHECK(length > 3);
  MiniPageIndex next = global.first;
  walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages) {
    if (kind_of(entry) == RunKind::free_run) next = first;
  });
  // So many MiniPages are taken that the run begins with the last two of a page.
  const uint32_t before =
      (2 * kMiniPagesPerPage - 2 - next.raw % kMiniPagesPerPage) % kMiniPagesPerPage;
  grow_heap(MiniPages{before + length + kMiniPagesPerPage});
  const Address stand = address_of(next);
  if (before != 0) CHECK_EQUAL(obtain_block(MiniPages{before}), stand);
  MiniPageHeader* header = long_run(size_class);
  CHECK(first_of_run(*header) == next + MiniPages{before});
  const PageIndex page = page_of(first_of_run(*header));
  CHECK(page_of(first_of_run(*header) + MiniPages{length - 1}).raw == page.raw + 1);
  CHECK(find_meta(page) != nullptr && find_meta(PageIndex{page.raw + 1}) == nullptr);
  for (uint32_t i = 0; i < length; ++i) {
    const MiniPageIndex at = first_of_run(*header) + MiniPages{i};
    bool begins = false;  // does a block, in this MiniPage?
    for (uint32_t offset = 0; offset < bytes_in(MiniPages{length}); offset += 7168)
      begins = begins || offset / kMiniPageBytes == i;
    CHECK(class_at(address_of(at) + 2040) == (begins ? size_class : kLargeClass));
    if (begins) CHECK(&header_at(address_of(at)) == header);
  }
  CHECK(class_at(address_of(first_of_run(*header) + MiniPages{length})) == kLargeClass);
  const MiniPageIndex first = first_of_run(*header);
  retire_small_run(*header);
  CHECK(find_meta(page) == nullptr);
  for (uint32_t i = 0; i < length; ++i) CHECK(front.class_map[first.raw + i] == 0);
  CHECK_SOUND();
}

// Three runs of a class in each of three pages.
inline void runs_in_pages(SizeClass size_class, MiniPageHeader* (&runs)[3][3]) {
  PageIndex last{0};
  int page = -1, run = 3;
  while (page < 2 || run < 3) {
    MiniPageHeader* header = long_run(size_class);
    CHECK(header != nullptr);
    if (page_of(first_of_run(*header)) != last && run == 3) page++, run = 0;
    if (page > 2) break;
    if (run == 3 || (run > 0 && page_of(first_of_run(*header)) != last)) continue;
    last = page_of(first_of_run(*header));
    runs[page][run++] = header;
  }
}

TEST("meta-pages: lists of runs and stacks of pages agree whichever is taken out") {
  for (int order = 0; order < 6; ++order) {
    start_heap(0, 8 * kMiB);
    const SizeClass size_class{5};
    MiniPageHeader* runs[3][3] = {};
    runs_in_pages(size_class, runs);
    for (auto& page : runs)
      for (MiniPageHeader* header : page) list_run(*header);
    CHECK(global.class_stacks[5] == link_to(meta_of(*runs[2][0])));
    const int first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
    uint32_t left = 9;
    for (const int page : {first, second, third})
      for (const int run : {second, first, third}) {
        unlist_run(*runs[page][run]);
        CHECK_EQUAL(runs[page][run]->prev, kUnlisted);
        left--;
        uint32_t found = 0;
        MetaLink before = kNoMiniPage;
        for (MetaLink at = global.class_stacks[5]; at != kNoMiniPage;
             at = meta_at(at).class_links[5].next) {
          const MetaPage& meta = meta_at(at);
          CHECK(meta.class_links[5].prev == before);
          before = at;
          uint8_t previous = kEndOfList;
          CHECK(meta.lists[5] != kEndOfList);
          for (uint8_t i = meta.lists[5]; i != kEndOfList; i = meta.mini_pages[i].next, ++found) {
            CHECK_EQUAL(meta.mini_pages[i].prev, previous);
            previous = i;
          }
        }
        CHECK_EQUAL(found, left);
      }
    CHECK(global.class_stacks[5] == kNoMiniPage);
  }
}

TEST("meta-pages: a pop takes the newest run of the page on top, then of the page below (M3)") {
  start_heap(0, 8 * kMiB);
  const SizeClass size_class{7}, other{12};
  MiniPageHeader* runs[3][3] = {};
  runs_in_pages(size_class, runs);
  CHECK(pop_listed_run(size_class) == nullptr);
  list_run(*runs[0][0]), list_run(*runs[1][2]), list_run(*runs[2][1]);
  list_run(*runs[1][0]), list_run(*runs[0][1]);  // their pages are on the stack already
  CHECK(pop_listed_run(other) == nullptr);
  for (MiniPageHeader* expected : {runs[2][1], runs[1][0], runs[1][2], runs[0][1], runs[0][0]}) {
    CHECK(pop_listed_run(size_class) == expected);
    CHECK_EQUAL(expected->prev, kUnlisted);
  }
  CHECK(pop_listed_run(size_class) == nullptr);
}

// A heap at its limit of which `count` MiniPages are free, in a page without small runs.
inline MiniPageIndex start_at_limit(uint32_t count, size_t idle_bytes = 0) {
  start_heap(0, 8 * kMiB);
  const Address idle = idle_bytes != 0 ? take(idle_bytes) : kNone;  // with a meta-page
  take(10 * kHeapPageBytes);
  const Address block = take(bytes_in(MiniPages{100}));
  take(bytes_in(MiniPages{50}));
  while (cut_run(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  const MiniPageIndex first = mini_page_of(block);
  write_run(first, MiniPages{100 - count}, RunKind::block_run);
  write_run(first + MiniPages{100 - count}, MiniPages{count}, RunKind::block_run);
  give_run(first + MiniPages{100 - count});
  give(idle);
  CHECK_EQUAL(free_runs(), 1);
  CHECK_SOUND();
  return first + MiniPages{100 - count};
}

TEST("meta-pages: when memory ends before they are had, the run goes back and the heap is whole") {
  for (uint32_t count = 1; count <= 4; ++count) {
    const MiniPageIndex first = start_at_limit(count);
    const size_t used = mini_pages_in_use();
    errno = 0;
    const Address block = address(gharial_malloc(24));
    CHECK_SOUND();
    if (count > 1) {  // one for the run, and one for this
      CHECK(mini_page_of(block) == first && find_meta(page_of(first)) != nullptr);
      CHECK_EQUAL(mini_pages_in_use(), used + 1);
      CHECK_EQUAL(stats_now().free_mini_pages, count - 2);
      continue;
    }
    CHECK(block == kNone && errno == ENOMEM);
    CHECK_EQUAL(free_run_at(first).raw, count);
    CHECK(free_runs() == 1 && mini_pages_in_use() == used);
    CHECK(find_meta(page_of(first)) == nullptr && meta_runs() == 0);
    CHECK(class_at(address_of(first)) == kLargeClass);
    CHECK_EQUAL(obtain_block(MiniPages{count}), address_of(first));
    CHECK_SOUND();
  }
}

TEST("meta-pages: a run of several MiniPages goes back whole when it cannot be described") {
  const uint32_t length = run_of(class_of(7168)).raw;
  const MiniPageIndex first = start_at_limit(length);
  CHECK(gharial_malloc(7168) == nullptr);
  CHECK(free_run_at(first).raw == length && class_at(address_of(first)) == kLargeClass);
  CHECK_SOUND();
}

TEST("meta-pages: the flush that is done for them takes no run from under the allocation") {
  const MiniPageIndex first = start_at_limit(1, 700);  // an idle run, and the meta-page it pins
  CHECK(meta_runs() == 1 && stats_now().small_mini_pages > 0);
  const Address block = take(24);
  CHECK(mini_page_of(block) == first && class_at(block) == class_of(24));
  CHECK(&header_at(block) == front_current[class_of(24).raw]);
  CHECK(meta_runs() == 1 && stats_now().small_mini_pages == 1);
  CHECK_SOUND();
  CHECK_EQUAL(take(24), block + bytes_of(class_of(24)));
}

TEST("meta-pages: at the limit a hole of one MiniPage serves as the meta-page for the other") {
  const MiniPageIndex first = start_at_limit(3);
  CHECK(cut_run(1) == first && cut_run(1) == first + MiniPages{1});
  give_run(first);  // two holes, no two in a row
  CHECK_EQUAL(free_runs(), 2);
  CHECK(gharial_malloc(24) != nullptr);
  CHECK_EQUAL(free_runs(), 0);
  CHECK_SOUND();
}

TEST("an allocation looks at few meta-pages, however many there are (M3)") {
  if (!kChecked) return;  // the release variant does not count
  start_heap(0, 512 * kMiB);
  std::vector<Address> blocks;
  for (int i = 0; i < 30'000; ++i) blocks.push_back(take(1000 + i % 5 * 500));
  for (size_t i = 0; i < blocks.size(); i += 3) give(blocks[i]);
  for (const size_t bytes : {8u, 100u, 1000u, 3000u, 16'000u, 50'000u, 300'000u}) {
    const Word before = global.counters.touched_meta_pages;
    const Address block = take(bytes);
    give(block);
    CHECK(global.counters.touched_meta_pages - before < 24);
  }
}

}  // namespace gharial_test
