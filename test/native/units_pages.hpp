// units_pages.hpp — MiniPages of a cut page, metadata slots, runs of heap pages, growth and its gaps.
#pragma once
#include "test.hpp"

namespace gharial_test {

using namespace gharial;

// A cut page with all MiniPages free and on no stack, of a heap with free pages around.
inline MetaPage& page_to_cut() {
  const Address slots = obtain_meta_slots();
  const Run run = obtain_run(kOnePage);
  CHECK(slots != kNone && run.first != kNoPage);
  return cut_page(run.first, slots, run.first >= run.fresh_from);
}

TEST("heap pages: MiniPages are taken, tightest page first, and given back until the page is "
     "whole") {
  start_heap(0, 8 * kMiB);
  MetaPage& meta = page_to_cut();
  MetaPage& other = page_to_cut();
  uint32_t touched;
  CHECK_EQUAL(take_mini_pages(meta, 5, 1, &touched), 0);
  CHECK_EQUAL(touched, 0);
  CHECK_EQUAL(meta.room, 27);
  CHECK(page_with_room(27) == &meta && page_with_room(28) == nullptr);
  take_these_mini_pages(other, 0, 10);
  CHECK(page_with_room(3) == &other && page_with_room(22) == &other && page_with_room(23) == &meta);
  CHECK(page_with_room(31) == nullptr && page_with_room(32) == nullptr &&
        page_with_room(60) == nullptr);
  take_these_mini_pages(other, 10, 22);
  CHECK_EQUAL(other.room, 0);
  CHECK(page_with_room(1) == &meta);
  give_back_mini_pages(other, 7, 2);
  CHECK_EQUAL(other.room, 2);
  CHECK(page_with_room(2) == &other && page_with_room(3) == &meta);
  give_back_mini_pages(other, 0, 7);
  CHECK_EQUAL(other.room, 9);
  give_back_mini_pages(other, 9, 23);
  CHECK(global.warm_page == other.page && other.room == 0);
  const PageIndex page = meta.page;
  give_back_mini_pages(meta, 0, 5);
  CHECK(entry_of(page).kind != PageKind::cut);
  CHECK_EQUAL(global.counters.used_mini_pages, 0);
  CHECK_EQUAL(global.room_mask, 0);
  CHECK_SOUND();
}

TEST("heap pages: MiniPages that were in use come first (M6), and on the step that is asked") {
  start_heap(0, 8 * kMiB);
  MetaPage& meta = page_to_cut();
  take_these_mini_pages(meta, 0, 3);
  take_these_mini_pages(meta, 20, 4);
  give_back_mini_pages(meta, 20, 4);
  uint32_t touched;
  CHECK_EQUAL(take_mini_pages(meta, 2, 1, &touched), 20);
  CHECK_EQUAL(touched, 3);
  CHECK_EQUAL(take_mini_pages(meta, 3, 1, &touched), 3);  // the two that are left are too few
  CHECK_EQUAL(touched, 0);
  CHECK_EQUAL(take_mini_pages(meta, 3, 8, &touched), 8);
  CHECK_EQUAL(take_mini_pages(meta, 1, 16, &touched), 16);
  CHECK_EQUAL(take_mini_pages(meta, 4, 4, &touched), 12);
  CHECK_EQUAL(take_mini_pages(meta, 3, 1, &touched), 17);
  CHECK_EQUAL(take_mini_pages(meta, 4, 1, &touched), 22);  // partly in use before
  CHECK_EQUAL(touched, 3);
}

TEST("heap pages: lists of runs and stacks of pages agree whichever is taken out") {
  for (int order = 0; order < 6; ++order) {
    start_heap(0, 8 * kMiB);
    MetaPage* pages[] = {&page_to_cut(), &page_to_cut(), &page_to_cut()};
    const SizeClass size_class{5};
    for (MetaPage* meta : pages)
      for (uint8_t first = 0; first < 3; ++first) {
        take_these_mini_pages(*meta, first, 1);
        make_small_run(meta->mini_pages[first], size_class, first);
        list_run(*meta, meta->mini_pages[first]);
      }
    CHECK(global.class_stacks[5] == link_to(*pages[2]));
    const int first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
    uint32_t left = 9;
    for (const int page : {first, second, third})
      for (const int run : {second, first, third}) {
        unlist_run(*pages[page], pages[page]->mini_pages[run]);
        left--;
        uint32_t found = 0;
        MetaLink before = kNoLink;
        for (MetaLink at = global.class_stacks[5]; at != kNoLink;
             at = meta_at(at)->class_links[5].next) {
          const MetaPage& meta = *meta_at(at);
          CHECK(meta.class_links[5].prev == before);
          before = at;
          uint8_t previous = kNoMiniPage;
          CHECK(meta.lists[5] != kNoMiniPage);
          for (uint8_t i = meta.lists[5]; i != kNoMiniPage; i = meta.mini_pages[i].next, ++found) {
            CHECK_EQUAL(meta.mini_pages[i].prev, previous);
            previous = i;
          }
        }
        CHECK_EQUAL(found, left);
      }
    CHECK(global.class_stacks[5] == kNoLink);
  }
}

TEST("metadata: slots are aligned, used once, and a page of free slots becomes a free run") {
  start_heap(0, 8 * kMiB);
  give(take(8));
  gharial_malloc_trim(0);
  const Word before = stats_now().metadata_bytes, pages_before = stats_now().metadata_pages;
  std::vector<Address> slots;
  for (int i = 0; i < 100; ++i) {
    slots.push_back(obtain_meta_slots());
    CHECK(slots.back() != kNone && slots.back() % kMetaSlotBytes == 0);
    fill(slots.back(), i, kMetaSlotBytes);
  }
  for (int i = 0; i < 100; ++i) CHECK(all_bytes(slots[i], static_cast<uint8_t>(i), kMetaSlotBytes));
  CHECK_EQUAL(stats_now().metadata_bytes, before + 100 * kMetaSlotBytes);
  CHECK_SOUND();
  for (int i = 0; i < 100; ++i) {
    give_back_slots(slots[i * 37 % 100], 1);
    CHECK_SOUND();
  }
  CHECK_EQUAL(stats_now().metadata_bytes, before);
  CHECK(stats_now().metadata_pages <= pages_before);
  // A page of its own with its first slot in use: the next free slot is no multiple of two.
  make_metadata_page(search_run(kOnePage).first, ~1u);
  for (uint32_t count = 2; count <= 16; count *= 2) {
    const Address several = take_slots(count);
    CHECK(several != kNone && several % (count * kMetaSlotBytes) == 0);
    give_back_slots(several, count);
  }
}

TEST("metadata: the checker finds slots used twice or while free, and gaps counted wrongly") {
  start_heap(0, 8 * kMiB);
  const PageIndex page = page_of(take(100));
  CHECK_SOUND();
  const auto finds = [](Word& place, Word wrong, int invariant) {
    const Word right = place;
    place = wrong;
    CHECK_EQUAL(gharial_validate(), invariant);
    place = right;
    CHECK_SOUND();
  };
  finds(entry_of(page).meta, reinterpret_cast<Address>(front.page_map), 10);
  finds(entry_of(page).meta, address_of(page), 10);
  finds(global.counters.external_pages, 3, 11);
  PageEntry& slots = entry_of(page_of(entry_of(page).meta));
  const uint32_t bit = 1u << (entry_of(page).meta % kHeapPageBytes / kMetaSlotBytes);
  slots.run_pages |= bit;
  CHECK_EQUAL(gharial_validate(), 10);
  slots.run_pages &= ~bit;
  CHECK_SOUND();
}

TEST("runs: bins hold lengths in order, each in one bin") {
  uint32_t before = 0;
  for (uint32_t length = 1; length <= 70'000; ++length) {
    const uint32_t bin = bin_of(HeapPages{length});
    CHECK(bin == before || bin == before + 1);
    CHECK(length > 32 || bin == length - 1);
    CHECK(bin < kRunBins);
    before = bin;
  }
}

// Takes pages as a large block does: whoever takes them writes the entries.
inline PageIndex pages_of(uint32_t count, Run (*from)(HeapPages) noexcept = take_run) {
  const Run run = from(HeapPages{count});
  if (run.first != kNoPage)
    write_large(run.first, HeapPages{count}, count * kMiniPagesPerPage, false);
  return run.first;
}

TEST("runs: pages given back join the free pages on both sides, in any order") {
  for (int order = 0; order < 6; ++order) {
    start_heap(0, 16 * kMiB);
    give(take(3 * kMiB));  // 48 pages
    const PageIndex whole = pages_of(40);
    CHECK(whole != kNoPage);
    const HeapPages parts[] = {HeapPages{7}, HeapPages{13}, HeapPages{20}};
    const PageIndex starts[] = {whole, whole + HeapPages{7}, whole + HeapPages{20}};
    const int first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
    for (int i = 0; i < 3; ++i)
      write_large(starts[i], parts[i], parts[i].raw * kMiniPagesPerPage, false);
    for (const int i : {first, second, third}) give_back_run(starts[i], parts[i]);
    CHECK_SOUND();
    CHECK_EQUAL(pages_of(40).raw, whole.raw);
    give_back_run(whole, HeapPages{40});
    CHECK_SOUND();
  }
}

TEST("runs: of free runs the tightest bin serves, and a split leaves the rest in its own") {
  start_heap(0, 64 * kMiB);
  give(take(30 * kMiB));
  struct Piece {
    PageIndex first;
    HeapPages length;
  };
  std::vector<Piece> pieces;
  for (const uint32_t length : {1u, 2u, 3u, 31u, 32u, 33u, 40u, 41u, 64u, 65u}) {
    pieces.push_back({pages_of(length), HeapPages{length}});
    pages_of(1);  // stands between
  }
  for (const Piece& piece : pieces) give_back_run(piece.first, piece.length);
  for (const Piece& piece : pieces) {
    if (piece.length.raw == 33 || piece.length.raw == 41) continue;  // not alone in their bins
    CHECK_EQUAL(pages_of(piece.length.raw).raw, piece.first.raw);
    give_back_run(piece.first, piece.length);
  }
  CHECK_EQUAL(pages_of(20).raw, pieces[3].first.raw);  // the first 20 of 31
  CHECK_EQUAL(free_run_at(pieces[3].first + HeapPages{20}).raw, 11);
  CHECK_EQUAL(free_run_at(pieces[3].first).raw, 0);
  // 34 … 40 share a bin: the one too short is passed over, by the bins above or by search.
  CHECK_EQUAL(pages_of(40, search_run).raw, pieces[6].first.raw);
}

TEST("runs: a search finds the run that fits, behind others of the same bin") {
  start_heap(0, 8 * kMiB);
  give(take(7 * kMiB));
  const PageIndex longer = pages_of(40);
  pages_of(1);
  const PageIndex shorter = pages_of(33);
  while (pages_of(1) != kNoPage) continue;  // nothing else is free
  give_back_run(longer, HeapPages{40});
  give_back_run(shorter, HeapPages{33});
  CHECK(pages_of(36) == kNoPage);  // one look into the bin is not enough
  CHECK_EQUAL(pages_of(36, search_run).raw, longer.raw);
  CHECK(pages_of(36, search_run) == kNoPage);
  CHECK_EQUAL(pages_of(33, search_run).raw, shorter.raw);
}

TEST("growth: the heap may begin anywhere in a page, and uses what is below the first whole page") {
  for (const size_t first_break : {0u, 16u, 2048u, 30'000u, 63'488u, 63'504u, 65'520u}) {
    start_heap(first_break, 4 * kMiB);
    const Address block = take(100);
    CHECK(block >= kArenaBegin + first_break);
    CHECK_SOUND();
    const gharial_stats stats = stats_now();
    CHECK_EQUAL(stats.live_bytes + stats.cached_bytes + stats.free_bytes + stats.slack_bytes +
                    stats.metadata_bytes,
                stats.heap_bytes);
    // The maps, one meta-page and one cut page: never more than three heap pages and a piece of one, besides the map.
    CHECK(arena.break_now - kArenaBegin - first_break <= 4 * kHeapPageBytes + global.map_bytes);
  }
}

TEST("growth: memory of others stays theirs, whatever lies between, and is counted") {
  for (const size_t foreign :
       {size_t{16}, size_t{2048}, size_t{65'536}, size_t{70'000}, 20 * kMiB}) {
    start_heap(0x1230, 256 * kMiB);
    const Address below = take(100'000);
    const Address theirs = arena.move(static_cast<int64_t>(foreign));
    std::memset(reinterpret_cast<void*>(theirs), 0xee, foreign);
    std::vector<Address> blocks;
    for (int i = 0; i < 200; ++i) {
      blocks.push_back(take(100'000));
      fill(blocks.back(), i, 100'000);
      CHECK(blocks.back() + 100'000 <= theirs || blocks.back() >= theirs + foreign);
    }
    CHECK_SOUND();
    const size_t pages = (foreign + kHeapPageBytes - 1) / kHeapPageBytes;
    CHECK_EQUAL(global.counters.external_pages, pages);
    CHECK_EQUAL(stats_now().external_bytes, pages * kHeapPageBytes);
    CHECK_EQUAL(first_other(theirs, foreign, 0xee), foreign);
    for (const Address block : blocks) give(block);
    give(below);
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(first_other(theirs, foreign, 0xee), foreign);
  }
}

TEST("growth: maps grow with the heap (M4), past every move, and leave nothing") {
  start_heap(0, 900 * kMiB);
  for (int i = 0; i < 26; ++i) {
    take(32 * kMiB);
    CHECK_SOUND();
    const gharial_stats stats = stats_now();
    CHECK(stats.metadata_bytes <=
          global.map_bytes + stats.cut_pages * kMetaSlotBytes + 8 * kMetaSlotBytes);
  }
  for (int i = 0; i < 40; ++i) CHECK(class_at(take(64)) == class_of(64));
}

TEST("growth: refused, the heap is whole and goes on with what it has") {
  for (size_t limit = kHeapPageBytes; limit < 6 * kMiB; limit += 5 * kHeapPageBytes / 2) {
    start_heap(0x4320, 0x4320 + limit);
    std::vector<Address> blocks;
    for (const size_t bytes : {500'000u, 70'000u, 30'000u, 3000u, 40u}) {
      void* block;
      while ((block = gharial_malloc(bytes)) != nullptr) blocks.push_back(address(block));
      CHECK(errno == ENOMEM);
      CHECK_SOUND();
    }
    if (blocks.empty()) continue;  // less than the maps need
    CHECK(global.counters.refused_grows > 0);
    for (const Address block : blocks) give(block);
    // What small blocks took serves a large one again: stacks and cursors are emptied for it.
    const size_t largest =
        stats_now().heap_bytes / 2 > 2 * kHeapPageBytes ? stats_now().heap_bytes / 2 : 40;
    give(take(largest));
    gharial_malloc_trim(0);
    CHECK_SOUND();
    CHECK_EQUAL(global.counters.used_mini_pages, 0);
  }
}

}  // namespace gharial_test
