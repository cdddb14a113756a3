// units_metadata.hpp — slots and their pieces, meta-pages, the lists of a page and the global stacks of pages.
#pragma once
#include "units_runs.hpp"

namespace gharial_test {

using namespace gharial;

inline uint32_t free_slots_of(Address slot) {
  const MiniPageIndex at = mini_page_of(slot);
  const RunEntry& entry = entry_of(at);
  const uint32_t number = kind_of(entry) == RunKind::slots ? 0 : length_of(entry).raw;
  CHECK(kind_of(entry_of(at - MiniPages{number})) == RunKind::slots);
  return length_of(entry_of(at - MiniPages{number})).raw;
}
// Pieces on the stack of those with free slots, which is linked both ways.
inline uint32_t pieces_with_room() {
  uint32_t count = 0;
  MiniPageIndex before = kNoMiniPage;
  for (MiniPageIndex at = global.slots_stack; at != kNoMiniPage; at = entry_of(at).links.next) {
    CHECK(entry_of(at).links.prev == before);
    CHECK(kind_of(entry_of(at)) == RunKind::slots && length_of(entry_of(at)) != kNoMiniPages);
    before = at;
    count++;
  }
  return count;
}

TEST("slots: each is aligned and used once, and a flush frees the pieces whose slots are all "
     "free") {
  start_heap(0, 8 * kMiB);
  give(take(8));
  gharial_malloc_trim(0);
  const gharial_stats before = stats_now();
  CHECK_EQUAL(before.metadata_bytes, bytes_in(length_of(entry_of(global.first))));  // the maps
  std::vector<Address> slots;
  for (int i = 0; i < 100; ++i) {
    slots.push_back(obtain_slot());
    CHECK(slots.back() != kNone && slots.back() % kSlotBytes == 0);
    fill(slots.back(), i, kSlotBytes);
  }
  for (int i = 0; i < 100; ++i) CHECK(all_bytes(slots[i], static_cast<uint8_t>(i), kSlotBytes));
  CHECK_EQUAL(stats_now().metadata_bytes, before.metadata_bytes + 100 * kSlotBytes);
  CHECK_EQUAL(stats_now().metadata_mini_pages, before.metadata_mini_pages + 104);
  for (int i = 0; i < 100; ++i) {
    give_back_slot(slots[i * 37 % 100]);
    CHECK_EQUAL(stats_now().metadata_bytes, before.metadata_bytes + (99 - i) * kSlotBytes);
  }
  CHECK_EQUAL(pieces_with_room(), 13);
  CHECK_SOUND();
  flush();
  CHECK_EQUAL(stats_now().metadata_mini_pages, before.metadata_mini_pages);
  CHECK(global.slots_stack == kNoMiniPage && stats_now().free_runs == before.free_runs);
  CHECK_SOUND();
}

TEST(
    "slots: a piece serves from its lowest free slot, leaves the stack when full, and comes back") {
  start_heap(0, 8 * kMiB);
  Address slots[3 * kSlotsPerPiece];
  for (uint32_t i = 0; i < 3 * kSlotsPerPiece; ++i) {
    const bool is_new = i % kSlotsPerPiece == 0;
    CHECK_EQUAL(pieces_with_room(), is_new ? 0 : 1);
    slots[i] = obtain_slot();
    if (!is_new) CHECK_EQUAL(slots[i], slots[i - 1] + kSlotBytes);
    CHECK_EQUAL(free_slots_of(slots[i]), 0xffu & 0xfeu << i % kSlotsPerPiece);
  }
  CHECK(pieces_with_room() == 0 && global.slots_stack == kNoMiniPage);
  give_back_slot(slots[3]);
  CHECK_EQUAL(free_slots_of(slots[0]), 1u << 3);
  give_back_slot(slots[0]);  // the head of its piece
  CHECK_EQUAL(free_slots_of(slots[7]), 1u << 3 | 1u);
  give_back_slot(slots[15]);
  give_back_slot(slots[20]);
  CHECK_EQUAL(pieces_with_room(), 3);
  CHECK_EQUAL(obtain_slot(), slots[20]);
  CHECK_EQUAL(obtain_slot(), slots[15]);
  CHECK_EQUAL(obtain_slot(), slots[0]);
  CHECK_EQUAL(obtain_slot(), slots[3]);
  CHECK_EQUAL(pieces_with_room(), 0);
}

TEST("slots: a flush keeps every piece with a slot in use, wherever it stands on the stack") {
  for (uint32_t used = 0; used < 8; ++used) {
    start_heap(0, 8 * kMiB);
    Address slots[3 * kSlotsPerPiece];
    for (Address& slot : slots) slot = obtain_slot();
    for (uint32_t piece = 0; piece < 3; ++piece)
      for (uint32_t i = 0; i < kSlotsPerPiece; ++i)
        if (i != 5 || (used >> piece & 1) == 0) give_back_slot(slots[piece * kSlotsPerPiece + i]);
    give_back_free_pieces();
    CHECK_EQUAL(pieces_with_room(), static_cast<uint32_t>(std::popcount(used)));
    for (uint32_t piece = 0; piece < 3; ++piece) {
      const Address slot = slots[piece * kSlotsPerPiece + 5];
      if ((used >> piece & 1) != 0) {
        CHECK_EQUAL(free_slots_of(slot), 0xffu & ~(1u << 5));
        give_back_slot(slot);
      }
    }
    give_back_free_pieces();
    CHECK_EQUAL(stats_now().free_runs, 1);
    CHECK_SOUND();
  }
}

TEST("meta-pages: one appears with the first small run of a page and goes with the last") {
  start_free(300);
  const SizeClass size_class = class_of(700);
  std::vector<MiniPageHeader*> runs;
  for (int i = 0; i < 70; ++i) {
    const gharial_stats before = stats_now();
    MiniPageHeader* header = obtain_small_run(size_class);
    CHECK(header != nullptr);
    const PageIndex page = page_of(header->first);
    uint32_t there = 0;
    for (const MiniPageHeader* run : runs) there += page_of(run->first) == page;
    runs.push_back(header);
    MetaPage* meta = find_meta(page);
    CHECK(meta != nullptr && meta == &meta_of(*header) && meta->page == page);
    CHECK(header == &meta->mini_pages[header->first.raw % kMiniPagesPerPage]);
    CHECK_EQUAL(meta->runs, there + 1);
    CHECK_EQUAL(stats_now().metadata_bytes - before.metadata_bytes, there == 0 ? kSlotBytes : 0);
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    MiniPageHeader* header = runs[i * 33 % runs.size()];
    const PageIndex page = page_of(header->first);
    const uint32_t there = find_meta(page)->runs;
    retire_small_run(*header);
    CHECK_EQUAL(find_meta(page) == nullptr, there == 1);
    if (there > 1) CHECK_EQUAL(find_meta(page)->runs, there - 1);
  }
  CHECK_EQUAL(global.counters.used_mini_pages, 0);
  CHECK_SOUND();
  flush();
  CHECK_EQUAL(stats_now().free_runs, 1);
}

TEST("meta-pages: a run that reaches into the next page is described where it begins, and nowhere "
     "else") {
  start_heap(0, 8 * kMiB);
  const Address slot = obtain_slot();  // the piece comes before what is looked at
  give_back_slot(slot);
  const SizeClass size_class = class_of(7168);
  const uint32_t length = mini_pages_of(size_class).raw;
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
  if (before != 0) CHECK_EQUAL(obtain_block(MiniPages{before}, 1, Contents::any), stand);
  MiniPageHeader* header = obtain_small_run(size_class);
  CHECK(header->first == next + MiniPages{before});
  const PageIndex page = page_of(header->first);
  CHECK(page_of(header->first + MiniPages{length - 1}).raw == page.raw + 1);
  CHECK(find_meta(page) != nullptr && find_meta(PageIndex{page.raw + 1}) == nullptr);
  for (uint32_t i = 0; i < length; ++i) {
    const MiniPageIndex at = header->first + MiniPages{i};
    CHECK(&header_at(address_of(at)) == header);
    CHECK(class_at(address_of(at) + 2040) == size_class);
  }
  CHECK(class_at(address_of(header->first + MiniPages{length})) == kLargeClass);
  const MiniPageIndex first = header->first;
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
    MiniPageHeader* header = obtain_small_run(size_class);
    CHECK(header != nullptr);
    if (page_of(header->first) != last && run == 3) page++, run = 0;
    if (page > 2) break;
    if (run == 3 || (run > 0 && page_of(header->first) != last)) continue;
    last = page_of(header->first);
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

// A heap at its limit with no slot free: `count` MiniPages are free, in a page without small runs.
inline MiniPageIndex start_without_slots(uint32_t count) {
  start_heap(0, 8 * kMiB);
  take(10 * kHeapPageBytes);
  const Address block = take(bytes_in(MiniPages{100}));
  take(bytes_in(MiniPages{50}));
  while (run_of(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  const MiniPageIndex first = mini_page_of(block);
  write_block(first, MiniPages{100 - count});
  write_block(first + MiniPages{100 - count}, MiniPages{count});
  give_run(first + MiniPages{100 - count});
  CHECK(global.slots_stack == kNoMiniPage && free_runs() == 1);
  return first + MiniPages{100 - count};
}

TEST("meta-pages: when memory ends before their slot, the run goes back and the heap is whole") {
  for (uint32_t count = 1; count <= kSlotsPerPiece + 2; ++count) {
    const MiniPageIndex first = start_without_slots(count);
    CHECK_SOUND();
    const Word used = global.counters.used_mini_pages;
    errno = 0;
    const Address block = address(gharial_malloc(24));
    CHECK_SOUND();
    if (count > kSlotsPerPiece) {  // one for the run, eight for the piece of slots
      CHECK(block == address_of(first) && find_meta(page_of(first)) != nullptr);
      CHECK_EQUAL(global.counters.used_mini_pages, used + 1);
      CHECK_EQUAL(free_slots_of(reinterpret_cast<Address>(find_meta(page_of(first)))), 0xfe);
      continue;
    }
    CHECK(block == kNone && errno == ENOMEM);
    CHECK_EQUAL(free_run_at(first).raw, count);
    CHECK(free_runs() == 1 && global.counters.used_mini_pages == used);
    CHECK(find_meta(page_of(first)) == nullptr && global.slots_stack == kNoMiniPage);
    CHECK(class_at(address_of(first)) == kLargeClass);
    CHECK_EQUAL(address(gharial_malloc(bytes_in(MiniPages{count}))), address_of(first));
    CHECK_SOUND();
  }
}

TEST("meta-pages: a flush that is done for their slot takes no run from under the allocation") {
  start_without_slots(1);
  // Nine MiniPages at hand as a medium block: the flush frees them, for the piece of slots.
  Address ballast = kNone;
  gharial_visit_blocks(
      [](void* block, size_t bytes, gharial_block_state, void* context) {
        if (bytes != bytes_in(MiniPages{99})) return 0;
        *static_cast<Address*>(context) = address(block);
        return 1;
      },
      &ballast);
  const MiniPageIndex first = mini_page_of(ballast);
  write_block(first, MiniPages{90});
  write_block(first + MiniPages{90}, MiniPages{9});
  give(address_of(first + MiniPages{90}));
  CHECK_EQUAL(stats_now().cached_blocks, 1);
  CHECK_SOUND();
  const Address block = take(24);
  CHECK(class_at(block) == class_of(24) && stats_now().cached_blocks > 1);
  CHECK(&header_at(block) == front_current[class_of(24).raw]);
  CHECK_SOUND();
  CHECK_EQUAL(take(24), block + bytes_of(class_of(24)));
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
