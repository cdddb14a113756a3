// units_check.hpp — the checker: a heap with something of everything, broken in one place at a time, one invariant each.
#pragma once
#include "units_growth.hpp"
#include "units_metadata.hpp"

namespace gharial_test {

using namespace gharial;

// Breaks one place, sees that the checker names the invariant, and repairs it.
template <class T> void finds(int invariant, T& place, std::type_identity_t<T> wrong) {
  const T right = place;
  PROMISE(std::memcmp(&right, &wrong, sizeof right) != 0, "I%d: this breaks nothing", invariant);
  place = wrong;
  CHECK_EQUAL(gharial_validate(), invariant);
  place = right;
  CHECK_SOUND();
}

struct Scene {
  MiniPageHeader *full, *listed, *below,
      *current;          // runs of 64-byte blocks; `below`: next on the page's list
  MiniPageHeader* wide;  // a run of several MiniPages, full
  Address live, cached;  // of 64 bytes
  MiniPageIndex block, large, gap, maps;  // `block`: of 10 MiniPages
  MiniPageIndex free_runs[2];             // of the same bin, the head first
};

inline Scene make_scene() {
  start_heap(0x5550, 64 * kMiB);
  Scene scene{};
  std::vector<Address> small;
  for (int i = 0; i < 44'000; ++i) small.push_back(take(64));  // the last ones in own pages
  for (uint32_t i = 0; i <= blocks_of(class_of(5000)); ++i) take(5000);  // the first run is full
  scene.block = mini_page_of(take(20'000));
  scene.large = mini_page_of(take(300'000));
  for (MiniPageIndex& run : scene.free_runs) {
    run = mini_page_of(take(bytes_in(MiniPages{17})));
    take(bytes_in(MiniPages{17}));
  }
  arena.move(5000);
  take(2 * kMiB);
  flush();
  // Five pages lose all their small runs, and most of them their meta-pages.
  const PageIndex low{page_of(mini_page_of(small[0])).raw + kSmallHeap / kMiniPagesPerPage - 2};
  const Address begin = address_of(first_of(low)), end = begin + 5 * kHeapPageBytes;
  for (const Address block : small)
    if (block >= begin && block < end) send_home(block);
  uint32_t gone = 0;
  for (uint32_t i = 0; i < 5; ++i) gone += find_meta(PageIndex{low.raw + i}) == nullptr;
  CHECK_EQUAL(gone, 5 - kKeptPages);
  // A third of the rest comes home, to runs that are listed, and some stay at hand.
  for (size_t i = small.size() / 2; i < small.size(); i += 3)
    if (state_of(small[i]) == BlockState::live) send_home(small[i]);
  for (size_t i = small.size() / 2 + 1; i < small.size() / 2 + 60; i += 3) give(small[i]);
  const uint8_t c = class_of(64).raw;
  while (front.tops[c] > stack_start(SizeClass{c}) + 8) CHECK(take(64) != kNone);
  scene.cached = *front.tops[c];
  // The cursor of the class is loaded from a run that was listed.
  const Word* top = front.tops[c];
  while (front_current[c] == nullptr || front_cursors[c].bits == 0)
    CHECK(allocate_slow(64) != kNone);
  CHECK(front.tops[c] == top);
  scene.current = front_current[c];
  MetaPage& meta = meta_at(global.class_stacks[c]);
  scene.listed = &meta.mini_pages[meta.lists[c]];
  CHECK(scene.listed->next != kEndOfList);
  scene.below = &meta.mini_pages[scene.listed->next];
  scene.gap = kNoMiniPage;
  walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages) {
    const RunKind kind = kind_of(entry);
    if (kind == RunKind::gap) scene.gap = first;
    if (kind == RunKind::maps) scene.maps = first;
    if (kind != RunKind::small_run) return;
    MiniPageHeader& header = header_at(address_of(first));
    if (header.size_class.raw == c && header.prev == kUnlisted && &header != scene.current)
      scene.full = &header;
    if (header.size_class == class_of(5000) && header.prev == kUnlisted) scene.wide = &header;
  });
  give(take(kClassMax));
  for (const MiniPageIndex run : scene.free_runs) release_block(address_of(run));
  std::swap(scene.free_runs[0], scene.free_runs[1]);
  scene.live = kNone;
  for (const Address block : small)
    if (state_of(block) == BlockState::live) scene.live = block;
  CHECK(scene.full != nullptr && scene.wide != nullptr && scene.live != kNone);
  CHECK(scene.gap != kNoMiniPage);
  CHECK(entry_of(scene.free_runs[0]).links.next == scene.free_runs[1]);
  CHECK_SOUND();
  return scene;
}

TEST("checker: I1, free bits, capacities and countdowns of runs") {
  const Scene scene = make_scene();
  MiniPageHeader& full = *scene.full;
  finds(1, full.free[0], uint64_t{1} << capacity_of(full));
  finds(1, full.free[3], uint64_t{1} << 63);
  finds(1, full.countdown, 2);
  finds(1, full.countdown, capacity_of(full));
  finds(1, scene.listed->countdown, scene.listed->countdown - 1);
  finds(1, scene.listed->countdown, scene.listed->countdown + 1);
  finds(1, scene.current->countdown, capacity_of(*scene.current));
  finds(1, full.reciprocal, full.reciprocal + 1);
  finds(1, full.base, full.base + kMiniPageBytes);
  finds(1, full.size_class, class_of(80));
  finds(1, entry_of(first_of_run(*scene.wide)).value,
        entry_value(RunKind::small_run, run_of(scene.wide->size_class).raw * 2));
  finds(1, scene.wide->mini_pages, static_cast<uint8_t>(scene.wide->mini_pages - 1));
  finds(1, full.mini_pages, uint8_t{0});
  // Entry and header agree on a length that no run of the class has.
  RunEntry* const entries = &entry_of(first_of_run(*scene.wide));
  const uint32_t first = entries[0].value, third = entries[2].value;
  entries[0].value = entry_value(RunKind::small_run, 3), scene.wide->mini_pages = 3;
  entries[2].value = entry_value(RunKind::inside, 0);
  CHECK_EQUAL(gharial_validate(), 1);
  entries[0].value = first, entries[2].value = third, scene.wide->mini_pages = 5;
  CHECK_SOUND();
}

TEST("checker: I2, a run is listed exactly if a block is home and it is not current") {
  const Scene scene = make_scene();
  const uint8_t c = class_of(64).raw;
  MetaPage& meta = meta_of(*scene.listed);
  finds(2, scene.listed->prev, kUnlisted);
  finds(2, scene.full->prev, kEndOfList);
  finds(2, scene.below->prev, kEndOfList);
  finds(2, scene.listed->next, kEndOfList);  // `below` is listed nowhere
  finds(2, scene.below->next,
        static_cast<uint8_t>(first_of_run(*scene.listed).raw % kMiniPagesPerPage));
  finds(2, meta.lists[c], static_cast<uint8_t>(kMiniPagesPerPage));
  finds(2, meta.lists[c], static_cast<uint8_t>(first_of_run(*scene.below).raw % kMiniPagesPerPage));
  // All home, and still a run: bits and countdown say the same, so nothing else can notice.
  MiniPageHeader& header = *scene.listed;
  const MiniPageHeader right = header;
  make_header(header, right.size_class, first_of_run(header), MiniPages{right.mini_pages});
  header.countdown = 0, header.next = right.next, header.prev = right.prev;
  CHECK_EQUAL(gharial_validate(), 2);
  header = right;
  CHECK_SOUND();
}

TEST("checker: I3, the global stacks hold the pages with a list, once each, linked both ways") {
  make_scene();
  const uint8_t c = class_of(64).raw;
  MetaPage& top = meta_at(global.class_stacks[c]);
  MetaPage& next = meta_at(top.class_links[c].next);
  finds(3, global.class_stacks[c], kNoMiniPage);
  finds(3, global.class_stacks[c], top.class_links[c].next);
  finds(3, global.class_stacks[c], global.first);
  finds(3, global.class_stacks[c], global.end);
  finds(3, global.class_stacks[class_of(1700).raw], global.class_stacks[c]);
  finds(3, top.class_links[c].prev, link_to(next));
  finds(3, next.class_links[c].prev, kNoMiniPage);
  finds(3, top.class_links[c].next, kNoMiniPage);
  finds(3, next.class_links[c].next, link_to(top));
}

TEST("checker: I4, a page has a meta-page exactly if small runs begin in it") {
  const Scene scene = make_scene();
  MetaPage& meta = meta_of(*scene.full);
  Word* map = reinterpret_cast<Word*>(global.meta_map);
  const PageIndex page = page_of(first_of_run(*scene.full));
  finds(4, map[page.raw], Word{0});
  finds(4, map[page.raw], map[page.raw] + 8);
  finds(4, map[page.raw], maps_at());
  finds(4, map[page.raw], reinterpret_cast<Word>(&meta_of(*scene.listed)));
  finds(4, map[page_of(scene.large).raw + 1], reinterpret_cast<Word>(&meta));
  finds(4, meta.page, PageIndex{page.raw + 1});
  finds(4, meta.runs, meta.runs + 1);
  finds(4, meta.runs, meta.runs - 1);
  // The run that a meta-page lies in is none of that kind.
  RunEntry& run = entry_of(link_to(meta));
  finds(4, run.value, entry_value(RunKind::gap, 1));
  finds(4, run.value, entry_value(RunKind::meta_page, 2));
}

TEST("checker: I5, two free runs that touch") {
  const Scene scene = make_scene();
  const MiniPageIndex first = scene.free_runs[0];
  const uint32_t right = entry_of(first).value;
  for (const uint32_t cut : {1u, 8u, 16u}) {
    const MiniPageIndex second = first + MiniPages{cut};
    entry_of(first).value = entry_of(second - kOneMiniPage).value =
        entry_value(RunKind::free_run, cut);
    entry_of(second).value = entry_of(first + MiniPages{16}).value =
        entry_value(RunKind::free_run, 17 - cut);
    CHECK_EQUAL(gharial_validate(), 5);
    entry_of(first).value = entry_of(first + MiniPages{16}).value = right;
  }
  CHECK_SOUND();
}

TEST("checker: I6, a free run is in the bin of its length, and the mask agrees") {
  const Scene scene = make_scene();
  const uint32_t bin = bin_of(MiniPages{17});
  CHECK(global.runs.bins[bin] == scene.free_runs[0]);
  finds(6, global.runs.mask, global.runs.mask & ~(uint64_t{1} << bin));
  finds(6, global.runs.mask, global.runs.mask | uint64_t{1} << (kRunBins - 1));
  finds(6, global.runs.bins[bin], kNoMiniPage);
  finds(6, global.runs.bins[bin], scene.free_runs[1]);
  finds(6, global.runs.bins[bin], scene.block);
  finds(6, global.runs.bins[bin], global.end);
  finds(6, global.runs.bins[bin], global.first - kOneMiniPage);
  finds(6, global.runs.bins[kRunBins - 1], scene.free_runs[0]);
  finds(6, entry_of(scene.free_runs[0]).links.next, kNoMiniPage);
  finds(6, entry_of(scene.free_runs[0]).links.prev, scene.free_runs[1]);
  finds(6, entry_of(scene.free_runs[1]).links.prev, kNoMiniPage);
  finds(6, entry_of(scene.free_runs[1]).links.next, scene.free_runs[0]);
}

TEST("checker: I7, the class map and the headers that entries name") {
  const Scene scene = make_scene();
  uint8_t* const keys = front.class_map;
  const auto byte = [&](MiniPageIndex at, uint32_t more) -> uint8_t& {
    return keys[at.raw + more];
  };
  const uint32_t wide = run_of(scene.wide->size_class).raw;
  CHECK(wide == 5 && bytes_of(scene.wide->size_class) == 5120);  // blocks begin in 0 and 2
  for (const uint32_t i : {0u, 2u}) {
    finds(7, byte(first_of_run(*scene.wide), i), 0);
    finds(7, byte(first_of_run(*scene.wide), i), key_of(class_of(64)).raw);
    finds(7, entry_of(first_of_run(*scene.wide) + MiniPages{i}).header, Word{0});
  }
  for (const uint32_t i : {1u, 3u, 4u})
    finds(7, byte(first_of_run(*scene.wide), i), key_of(scene.wide->size_class).raw);
  finds(7, entry_of(first_of_run(*scene.full)).header, reinterpret_cast<Word>(scene.listed));
  finds(7, scene.full->size_class, kLargeClass);
  finds(7, scene.full->size_class, SizeClass{kSizeClasses + 1});
  finds(7, byte(scene.block, 0), key_of(SizeClass{kSizeClasses}).raw);
  finds(7, byte(scene.block, 0), uint8_t{4});
  finds(7, byte(scene.block, 1), uint8_t{4});
  finds(7, byte(scene.block, 9), uint8_t{4});
  finds(7, byte(scene.large, 0), key_of(SizeClass{kSizeClasses}).raw);
  finds(7, byte(scene.large, 31), uint8_t{4});
  finds(7, byte(scene.large, 146), uint8_t{4});
  for (const MiniPageIndex first : {scene.free_runs[0], scene.gap, scene.maps}) {
    finds(7, byte(first, 0), uint8_t{4});
    finds(7, byte(first, 1), uint8_t{4});
  }
}

TEST("checker: I8, a block is in one place only") {
  const Scene scene = make_scene();
  const uint8_t c = class_of(64).raw;
  Word* const start = stack_start(SizeClass{c});
  Word*& top = front.tops[c];
  CHECK(top > start + 4);
  finds(8, start[1], Word{start[2]});
  finds(8, *top, Word{start[1]});
  finds(8, start[2], Word{scene.live + 8});
  finds(8, start[2], address_of(scene.block));
  finds(8, start[2], address_of(global.end));
  finds(8, start[2], Word{1} << 40);
  finds(8, start[0], Word{8});
  finds(8, start[stack_capacity(SizeClass{c}) + 1], Word{0});
  finds(8, top, start - 1);
  finds(8, top, start + stack_capacity(SizeClass{c}) + 1);
  // On the stack and home: the run's countdown agrees.
  MiniPageHeader& header = header_at(scene.cached);
  const MiniPageHeader right = header;
  const uint32_t number = block_number(header, scene.cached);
  CHECK(&header != scene.current && blocks_home(header) > 0 && header.countdown > 1);
  header.free[number / 64] |= uint64_t{1} << number % 64, header.countdown--;
  CHECK_EQUAL(gharial_validate(), 8);
  header = right;
  Cursor& cursor = front_cursors[c];
  const Address in_cursor =
      cursor.base + static_cast<uint32_t>(std::countr_zero(cursor.bits)) * cursor.block_bytes;
  finds(8, start[1], in_cursor);
  finds(8, cursor.base, cursor.base + 64);
  finds(8, cursor.base, cursor.base - 64 * 64);
  finds(8, cursor.base, Word{scene.maps.raw});
  finds(8, cursor.block_bytes, 48u);
  finds(8, cursor.bits, cursor.bits | uint64_t{1} << 63);  // above the capacity
  finds(8, scene.current->free[0], cursor.bits);
  finds(8, front.tops[1], static_cast<Word*>(nullptr));  // as if nothing had been allocated
  finds(8, front_cursors[kLargeClass.raw].bits, uint64_t{1});
  finds(8, front_cursors[class_of(1700).raw].bits, uint64_t{1});  // of no run
  finds(8, front_current[class_of(1700).raw], &meta_of(*scene.full).mini_pages[0]);
  // One of the longest class on its stack.
  Word*& longest = front.tops[kSizeClasses];
  CHECK(longest == stack_start(SizeClass{kSizeClasses}) + 1);
  finds(8, *longest, address_of(scene.block));
  finds(8, *longest, address_of(scene.free_runs[0]));
  finds(8, *longest, Word{*longest + bytes_of(SizeClass{kSizeClasses})});  // in the cursor
}

TEST("checker: I9, the run map is walkable to the end, and runs end as they must") {
  const Scene scene = make_scene();
  const MiniPageIndex block = scene.block, large = scene.large, run = scene.free_runs[0];
  finds(9, entry_of(block).value, 0u);
  finds(9, entry_of(large).value, entry_value(RunKind::inside, 147));
  finds(9, entry_of(large).value, entry_value(RunKind::block_run, 0));
  finds(9, entry_of(large).value, entry_value(RunKind::block_run, 1u << 28));
  finds(9, entry_of(large).value, entry_value(RunKind::maps, 147));
  finds(9, entry_of(block + MiniPages{9}).value, entry_value(RunKind::block_run, 1));
  finds(9, entry_of(run + MiniPages{16}).value, entry_value(RunKind::free_run, 16));
  finds(9, entry_of(run + MiniPages{16}).value, entry_value(RunKind::inside, 0));
  finds(9, entry_of(scene.maps + length_of(entry_of(scene.maps)) - kOneMiniPage).value, 0u);
  finds(9, entry_of(scene.gap + length_of(entry_of(scene.gap)) - kOneMiniPage).value, 0u);
  finds(9, global.end, global.end - kOneMiniPage);
  finds(9, global.mapped_pages, Word{page_of(global.end).raw});
  // The bases of the maps, and where the heap begins, which says what MiniPage they are of.
  finds(9, global.mapped_pages, global.mapped_pages + 1);
  finds(9, front.run_map, front.run_map + 1);
  finds(9, front.run_map, front.run_map + kMiniPagesPerPage);
  finds(9, front.class_map, front.class_map + kMiniPageBytes);
  finds(9, global.meta_map, global.meta_map + sizeof(Word));
  finds(9, global.first, global.first + MiniPages{kMiniPagesPerPage});
  finds(9, global.first, kNoMiniPage);
}

TEST("checker: I10, a run that says a meta-page lies there") {
  const Scene scene = make_scene();
  RunEntry& large = entry_of(scene.large);
  finds(10, large.value, entry_value(RunKind::meta_page, length_of(large).raw));
}

TEST("checker: I11, the counters of what is in use and of what is lost") {
  make_scene();
  Counters& counters = global.counters;
  finds(11, counters.used_mini_pages, counters.used_mini_pages + 1);
  finds(11, counters.used_mini_pages, counters.used_mini_pages - 1);
  finds(11, counters.peak_used_mini_pages, counters.used_mini_pages - 1);
  finds(11, counters.external_mini_pages, counters.external_mini_pages + 1);
  finds(11, counters.external_mini_pages, Word{0});
}

TEST("checker: it reads nothing outside the heap's metadata, whatever a word of that holds") {
  make_scene();
  // Every word of the global meta-page, of one meta-page and of the run map's used part, set to what is never right.
  const auto spoil = [](uint32_t* words, size_t count, size_t step) {
    for (size_t i = 0; i < count; i += step)
      for (const uint32_t wrong : {0u, ~0u, 0x7fff'fff7u, words[i] ^ 1u}) {
        const uint32_t right = words[i];
        words[i] = wrong;
        CHECK(gharial_validate() >= 0);  // it comes back
        words[i] = right;
      }
  };
  MetaPage& meta = meta_at(global.class_stacks[class_of(64).raw]);
  spoil(reinterpret_cast<uint32_t*>(&meta), sizeof meta / 4, 1);
  RunEntry& first = entry_of(global.first);
  spoil(reinterpret_cast<uint32_t*>(&first), (global.end - global.first).raw * sizeof first / 4, 7);
  spoil(reinterpret_cast<uint32_t*>(global.class_stacks), kSizeClasses + 1, 1);
  spoil(reinterpret_cast<uint32_t*>(global.runs.bins), kRunBins, 1);
  CHECK_SOUND();
}

}  // namespace gharial_test
