// units_metadata.hpp — slots and their pieces, meta-pages, the lists of a page and the global stacks of pages.
#pragma once
#include "units_runs.hpp"
#include "units_small.hpp"

namespace gharial_test {

using namespace gharial;

// Which slots of the piece are free that this one is of.
inline uint32_t mask_around(const MetaPage* meta) {
  const RunEntry& piece =
      entry_of(mini_page_of(reinterpret_cast<Address>(meta)) - MiniPages{meta->slot});
  CHECK(kind_of(piece) == RunKind::slots && meta->slot < slots_in(piece).raw);
  return free_slots(piece);
}
// Pieces on the stack of those with free slots.
inline uint32_t pieces_with_room() {
  uint32_t count = 0;
  for (MiniPageIndex at = global.slots_stack; at != kNoMiniPage; at = entry_of(at).links.next) {
    CHECK(kind_of(entry_of(at)) == RunKind::slots && free_slots(entry_of(at)) != 0);
    count++;
  }
  return count;
}
inline uint32_t pieces() {
  uint32_t count = 0;
  walk_runs([&](MiniPageIndex, const RunEntry& entry, MiniPages) {
    count += kind_of(entry) == RunKind::slots;
  });
  return count;
}

TEST("slots: each is aligned and used once, and a flush frees the pieces whose slots are all "
     "free") {
  start_free(1000);
  const gharial_stats before = stats_now();
  CHECK_EQUAL(before.metadata_bytes, bytes_in(length_of(entry_of(global.first))));  // the maps
  std::vector<MetaPage*> slots;
  for (int i = 0; i < 100; ++i) {
    slots.push_back(obtain_slot());
    const Address at = reinterpret_cast<Address>(slots.back());
    CHECK(at != kNone && at % kSlotBytes == 0);
    const uint32_t number = slots.back()->slot;
    fill(at, i, kSlotBytes);
    slots.back()->slot = number;
  }
  for (int i = 0; i < 100; ++i) {
    const Address at = reinterpret_cast<Address>(slots[i]);
    CHECK(all_bytes(at, static_cast<uint8_t>(i), offsetof(MetaPage, slot)));
    CHECK(all_bytes(at + sizeof(MetaPage), static_cast<uint8_t>(i), kSlotBytes - sizeof(MetaPage)));
  }
  CHECK_EQUAL(stats_now().metadata_bytes, before.metadata_bytes + 100 * kSlotBytes);
  CHECK_EQUAL(stats_now().metadata_mini_pages, before.metadata_mini_pages + 104);
  for (int i = 0; i < 100; ++i) {
    give_back_slot(*slots[i * 37 % 100]);
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
  start_free(600);
  MetaPage* slots[3 * kSlotsPerPiece];
  for (uint32_t i = 0; i < 3 * kSlotsPerPiece; ++i) {
    const bool is_new = i % kSlotsPerPiece == 0;
    CHECK_EQUAL(pieces_with_room(), is_new ? 0 : 1);
    slots[i] = obtain_slot();
    CHECK_EQUAL(slots[i]->slot, i % kSlotsPerPiece);
    if (!is_new)
      CHECK_EQUAL(reinterpret_cast<Address>(slots[i]) - reinterpret_cast<Address>(slots[i - 1]),
                  kSlotBytes);
    CHECK_EQUAL(mask_around(slots[i]), 0xffu & 0xfeu << i % kSlotsPerPiece);
  }
  CHECK(pieces_with_room() == 0 && pieces() == 3);
  give_back_slot(*slots[3]);
  CHECK_EQUAL(mask_around(slots[1]), 1u << 3);
  give_back_slot(*slots[0]);  // the head of its piece
  CHECK_EQUAL(mask_around(slots[7]), 1u << 3 | 1u);
  give_back_slot(*slots[15]);
  give_back_slot(*slots[20]);
  CHECK_EQUAL(pieces_with_room(), 3);
  for (const int i : {20, 15, 0, 3}) CHECK(obtain_slot() == slots[i]);
  CHECK_EQUAL(pieces_with_room(), 0);
}

TEST("slots: a flush keeps every piece with a slot in use, wherever it stands on the stack") {
  for (uint32_t used = 0; used < 8; ++used) {
    start_free(600);
    MetaPage* slots[3 * kSlotsPerPiece];
    for (MetaPage*& slot : slots) slot = obtain_slot();
    for (uint32_t piece = 0; piece < 3; ++piece)
      for (uint32_t i = 0; i < kSlotsPerPiece; ++i)
        if (i != 5 || (used >> piece & 1) == 0) give_back_slot(*slots[piece * kSlotsPerPiece + i]);
    give_back_free_pieces();
    CHECK_EQUAL(pieces_with_room(), static_cast<uint32_t>(std::popcount(used)));
    CHECK_EQUAL(pieces(), pieces_with_room());
    for (uint32_t piece = 0; piece < 3; ++piece) {
      MetaPage* const slot = slots[piece * kSlotsPerPiece + 5];
      if ((used >> piece & 1) == 0) continue;
      CHECK_EQUAL(mask_around(slot), 0xffu & ~(1u << 5));
      give_back_slot(*slot);
    }
    give_back_free_pieces();
    CHECK_EQUAL(stats_now().free_runs, 1);
    CHECK_SOUND();
  }
}

TEST("slots: one at a time in a small heap, and where no whole piece is free before memory grows") {
  start_heap(0, 64 * kMiB);
  const auto next = [] {
    const uint32_t before = pieces();
    const MetaPage* slot = obtain_slot();
    CHECK(slot != nullptr && pieces() == before + 1);
    return slots_in(entry_of(mini_page_of(reinterpret_cast<Address>(slot)))).raw;
  };
  CHECK_EQUAL(next(), 1);
  release_block(take(bytes_in(MiniPages{kSmallHeap - 50 - (global.end - global.first).raw})));
  CHECK((global.end - global.first).raw < kSmallHeap && global.runs.mask >> bin_of(MiniPages{40}));
  CHECK_EQUAL(next(), 1);
  release_block(take(bytes_in(MiniPages{kSmallHeap})));
  CHECK_EQUAL(next(), kSlotsPerPiece);
  while (pieces_with_room() != 0) obtain_slot();
  // A hole of less than eight: it serves, and memory does not grow.
  const MiniPageIndex hole = run_of(kSlotsPerPiece - 1);
  while (run_of(1) != kNoMiniPage) continue;
  give_run(hole);
  const Word grows = global.counters.heap_grows;
  for (uint32_t i = 0; i < kSlotsPerPiece - 1; ++i) CHECK_EQUAL(next(), 1);
  CHECK_EQUAL(global.counters.heap_grows, grows);
  CHECK_EQUAL(stats_now().free_runs, 0);
  CHECK_EQUAL(next(), 1);  // now it grows
  CHECK_EQUAL(global.counters.heap_grows, grows + 1);
}

TEST("meta-pages: one appears with the first small run of a page and goes with the last") {
  start_free(300);
  const SizeClass size_class = class_of(700);
  std::vector<MiniPageHeader*> runs;
  for (int i = 0; i < 70; ++i) {
    const gharial_stats before = stats_now();
    MiniPageHeader* header = obtain_small_run(size_class);
    CHECK(header != nullptr);
    const PageIndex page = page_of(first_of_run(*header));
    uint32_t there = 0;
    for (const MiniPageHeader* run : runs) there += page_of(first_of_run(*run)) == page;
    runs.push_back(header);
    MetaPage* meta = find_meta(page);
    CHECK(meta != nullptr && meta == &meta_of(*header) && meta->page == page);
    CHECK(header == &meta->mini_pages[first_of_run(*header).raw % kMiniPagesPerPage]);
    CHECK_EQUAL(meta->runs, there + 1);
    CHECK_EQUAL(stats_now().metadata_bytes - before.metadata_bytes, there == 0 ? kSlotBytes : 0);
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
  start_heap(0, 8 * kMiB);
  give_back_slot(*obtain_slot());  // the piece comes before what is looked at
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
  if (before != 0) CHECK_EQUAL(obtain_block(MiniPages{before}), stand);
  MiniPageHeader* header = obtain_small_run(size_class);
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
    MiniPageHeader* header = obtain_small_run(size_class);
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

// A heap at its limit with no slot free: `count` MiniPages are, in a page without small runs.
inline MiniPageIndex start_without_slots(uint32_t count, size_t idle_bytes = 0) {
  start_heap(0, 8 * kMiB);
  const Address idle = idle_bytes != 0 ? take(idle_bytes) : kNone;  // with a slot of its own
  take(10 * kHeapPageBytes);
  const Address block = take(bytes_in(MiniPages{100}));
  take(bytes_in(MiniPages{50}));
  while (run_of(1) != kNoMiniPage) continue;
  arena.limit = arena.break_now;
  const MiniPageIndex first = mini_page_of(block);
  write_block(first, MiniPages{100 - count});
  write_block(first + MiniPages{100 - count}, MiniPages{count});
  give_run(first + MiniPages{100 - count});
  give(idle);
  CHECK(global.slots_stack == kNoMiniPage && free_runs() == 1);
  CHECK_SOUND();
  return first + MiniPages{100 - count};
}

TEST("meta-pages: when memory ends before their slot, the run goes back and the heap is whole") {
  for (uint32_t count = 1; count <= kSlotsPerPiece + 2; ++count) {
    const MiniPageIndex first = start_without_slots(count);
    const size_t used = mini_pages_in_use();
    errno = 0;
    const Address block = address(gharial_malloc(24));
    CHECK_SOUND();
    if (count > 1) {  // one for the run, and one or eight for slots
      CHECK(mini_page_of(block) == first && find_meta(page_of(first)) != nullptr);
      CHECK_EQUAL(mini_pages_in_use(), used + 1);
      CHECK_EQUAL(mask_around(find_meta(page_of(first))), count > kSlotsPerPiece ? 0xfe : 0);
      continue;
    }
    CHECK(block == kNone && errno == ENOMEM);
    CHECK_EQUAL(free_run_at(first).raw, count);
    CHECK(free_runs() == 1 && mini_pages_in_use() == used);
    CHECK(find_meta(page_of(first)) == nullptr && pieces() == 0);
    CHECK(class_at(address_of(first)) == kLargeClass);
    CHECK_EQUAL(address(gharial_malloc(bytes_in(MiniPages{count}))), address_of(first));
    CHECK_SOUND();
  }
}

TEST("meta-pages: a run of several MiniPages goes back whole when there is no slot for it") {
  const uint32_t length = shared_run_of(class_of(7168)).raw;
  const MiniPageIndex first = start_without_slots(length);
  CHECK(gharial_malloc(7168) == nullptr);
  CHECK(free_run_at(first).raw == length && class_at(address_of(first)) == kLargeClass);
  CHECK_SOUND();
}

TEST("meta-pages: the flush that is done for their slot takes no run from under the allocation") {
  const MiniPageIndex first = start_without_slots(1, 700);  // an idle run, and the slot it pins
  CHECK(pieces() == 1 && stats_now().small_mini_pages > 0);
  const Address block = take(24);
  CHECK(mini_page_of(block) == first && class_at(block) == class_of(24));
  CHECK(&header_at(block) == front_current[class_of(24).raw]);
  CHECK(pieces() == 1 && stats_now().small_mini_pages == 1);
  CHECK_SOUND();
  CHECK_EQUAL(take(24), block + bytes_of(class_of(24)));
}

TEST("meta-pages: at the limit a hole of one MiniPage serves as a slot for the other") {
  const MiniPageIndex first = start_without_slots(3);
  CHECK(run_of(1) == first && run_of(1) == first + MiniPages{1});
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
