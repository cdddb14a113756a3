// units_heap.hpp — medium and large blocks, resizing in place, fresh memory, trim, faults, and the C rules.
#pragma once
#include "test.hpp"

namespace gharial_test {

using namespace gharial;

inline size_t usable(Address block) {
  return gharial_malloc_usable_size(reinterpret_cast<void*>(block));
}
inline Address resized(Address block, size_t bytes) {
  return address(gharial_realloc(reinterpret_cast<void*>(block), bytes));
}

TEST(
    "medium: a block of whole MiniPages grows into those behind it and gives back what it leaves") {
  start_heap(0, 8 * kMiB);
  const Address block = take(20'000), behind = take(20'000);  // 10 MiniPages each
  CHECK_EQUAL(usable(block), 20'480);
  CHECK_EQUAL(behind, block + 20'480);
  fill(block, 0x5a, 20'480);
  fill(behind, 0xa5, 20'480);
  CHECK(resized(block, 20'480) == block && resized(block, 18'500) == block);
  CHECK_EQUAL(usable(block), 20'480);  // a shrink that saves less than half
  CHECK_EQUAL(resized(behind, 40'960), behind);
  CHECK_EQUAL(usable(behind), 40'960);
  CHECK_SOUND();
  CHECK(all_bytes(block, 0x5a, 20'480) && all_bytes(behind, 0xa5, 20'480));
  const Address moved = resized(block, 22'000);  // behind is in the way
  CHECK(moved != block && all_bytes(moved, 0x5a, 20'480) && all_bytes(behind, 0xa5, 20'480));
  CHECK_SOUND();
  CHECK_EQUAL(resized(behind, 6'145), behind);
  CHECK_EQUAL(usable(behind), 8'192);
  CHECK_SOUND();
  const Address small = resized(behind, 1025);
  CHECK(small != behind && usable(small) == 1280);
  CHECK_SOUND();
  give(small), give(moved);
  gharial_malloc_trim(0);
  CHECK_EQUAL(global.counters.used_mini_pages, 0);
  CHECK_SOUND();
}

TEST("medium: the last MiniPage of a page is the end, and 31 of them the most") {
  start_heap(0, 8 * kMiB);
  const Address block = take(31 * kMiniPageBytes);
  CHECK_EQUAL(usable(block), 31 * kMiniPageBytes);
  fill(block, 1, 31 * kMiniPageBytes);
  const Address more = resized(block, 32 * kMiniPageBytes);
  CHECK(usable(more) >= kHeapPageBytes);
  CHECK(all_bytes(more, 1, 31 * kMiniPageBytes));
  const Address edge = address(gharial_memalign(32'768, 32'000));
  CHECK_SOUND();
  give(more), give(edge);
  CHECK_SOUND();
}

TEST("large: spare MiniPages of the last page stay whole until somebody needs them") {
  start_heap(0, 16 * kMiB);
  take(100);
  while (has_free_run()) take(kHeapPageBytes);
  while (global.room_mask != 0) take(kMiniPageBytes);
  const Address tight = take(kHeapPageBytes + 28 * kMiniPageBytes);
  const Address loose = take(2 * kHeapPageBytes + 5 * kMiniPageBytes);
  const gharial_stats before = stats_now();
  CHECK_EQUAL(entry_of(page_of(tight)).spare, 4);
  CHECK_EQUAL(entry_of(page_of(loose)).spare, 27);
  CHECK_EQUAL(global.spare_mask, (1u << 4 | 1u << 27));
  const Address small = take(3 * kMiniPageBytes);  // the tightest that fits
  CHECK_EQUAL(small, tight + usable(tight));
  CHECK_EQUAL(stats_now().cut_pages, before.cut_pages + 1);
  CHECK_EQUAL(global.spare_mask, 1u << 27);
  CHECK_SOUND();
  CHECK_EQUAL(resized(loose, 2 * kHeapPageBytes + 20 * kMiniPageBytes), loose);
  CHECK_EQUAL(global.spare_mask, 1u << 12);
  CHECK_SOUND();
  give(tight), give(loose);
  CHECK_EQUAL(global.spare_mask, 0);
  CHECK_SOUND();
}

TEST("large: calloc from spare MiniPages that a shrink left is zero") {
  start_heap(0, 16 * kMiB);
  const Address block = take(3 * kHeapPageBytes);
  while (global.room_mask != 0) take(kMiniPageBytes);
  fill(block, 0xdd, 3 * kHeapPageBytes);
  CHECK_EQUAL(resized(block, 2 * kHeapPageBytes + kMiniPageBytes), block);
  const Address zeroed = address(gharial_calloc(1, 60'000));
  CHECK_EQUAL(zeroed, block + 2 * kHeapPageBytes + kMiniPageBytes);
  CHECK_EQUAL(first_other(zeroed, 60'000, 0), 60'000);
  CHECK_SOUND();
}

TEST("realloc: what grows by less than half gets room, and what grows by more does not") {
  start_heap(0, 16 * kMiB);
  const Address creeping = resized(take(1000), 1100), doubling = resized(take(1000), 2000);
  CHECK_EQUAL(usable(creeping), 2048);
  CHECK_EQUAL(usable(doubling), 2048);
  CHECK_EQUAL(usable(resized(take(2048), 2100)), 4096);
  CHECK_EQUAL(usable(resized(take(2048), 3100)), 3584);
  const Address medium = take(20'000);
  CHECK_EQUAL(resized(medium, 21'000), medium);  // into the MiniPages behind it
  CHECK_EQUAL(usable(medium), 40'960);
  CHECK_EQUAL(resized(medium, 21'000), medium);
  CHECK_EQUAL(usable(medium), 40'960);
  CHECK_EQUAL(resized(medium, 20'000), medium);  // saves half: the last MiniPages go back
  CHECK_EQUAL(usable(medium), 20'480);
  CHECK_SOUND();
}

TEST("large: whole pages and a tail whose page serves others") {
  start_heap(0, 16 * kMiB);
  for (uint32_t pages = 1; pages < 5; ++pages)
    for (uint32_t tail = 0; tail < 32; tail += 3) {
      const size_t bytes = pages * size_t{kHeapPageBytes} + tail * size_t{kMiniPageBytes};
      const Address block = take(bytes), small = take(2000);
      CHECK_EQUAL(usable(block), bytes);
      CHECK(block % kHeapPageBytes == 0);
      fill(block, 0x77, bytes), fill(small, 0x33, 2000);
      CHECK(all_bytes(block, 0x77, bytes));
      CHECK_SOUND();
      CHECK(usable(take(bytes + 1)) == bytes + kMiniPageBytes || tail == 31);
      give(block), give(small);
      CHECK_SOUND();
    }
}

TEST("large: grows in place into free pages, in the tail's page, and at the end of the heap") {
  start_heap(0, 64 * kMiB);
  give(take(8 * kMiB));
  const Address block = take(2 * kHeapPageBytes);
  fill(block, 0x11, 2 * kHeapPageBytes);
  size_t bytes = 2 * kHeapPageBytes;
  for (const size_t more : {2048u, 4096u, 2048u, 57'344u, 65'536u, 67'584u, 200'000u}) {
    bytes += more;
    CHECK_EQUAL(resized(block, bytes), block);
    // Where no slot is left for a meta-page, the tail takes its whole page.
    CHECK(usable(block) >= bytes && usable(block) < bytes + kHeapPageBytes);
    CHECK_SOUND();
  }
  CHECK(all_bytes(block, 0x11, 2 * kHeapPageBytes));
  fill(block, 0x12, usable(block));
  CHECK_SOUND();
  // Up to the end of the heap, then memory grows under it.
  const Address wall = address_of(global.end_page);
  CHECK_EQUAL(resized(block, wall - block), block);
  CHECK_SOUND();
  CHECK_EQUAL(resized(block, wall - block + 5 * kHeapPageBytes), block);
  CHECK(global.end_page.raw > page_of(wall).raw);
  CHECK_SOUND();
  fill(block, 0x13, usable(block));
  give(block);
  CHECK_SOUND();
}

TEST("large: does not grow over a neighbour: in the tail's page, behind it, or behind the heap") {
  start_heap(0, 64 * kMiB);
  const Address block = take(kHeapPageBytes + 3 * kMiniPageBytes);
  const Address neighbour = address(gharial_memalign(2048, 20'000));
  CHECK_EQUAL(neighbour,
              block + kHeapPageBytes + 3 * kMiniPageBytes);  // the tightest room is the tail's page
  fill(block, 0x21, usable(block)), fill(neighbour, 0x22, 20'000);
  const Address moved = resized(block, kHeapPageBytes + 4 * kMiniPageBytes);
  CHECK(moved != block && all_bytes(moved, 0x21, kHeapPageBytes + 3 * kMiniPageBytes));
  CHECK(all_bytes(neighbour, 0x22, 20'000));
  CHECK_SOUND();
  const Address left = take(3 * kHeapPageBytes), right = take(3 * kHeapPageBytes);
  fill(left, 0x23, 3 * kHeapPageBytes), fill(right, 0x24, 3 * kHeapPageBytes);
  const Address again = resized(left, 20 * kHeapPageBytes);
  CHECK(all_bytes(again, 0x23, 3 * kHeapPageBytes) && all_bytes(right, 0x24, 3 * kHeapPageBytes));
  CHECK_SOUND();
  // A neighbour that is whole MiniPages away does not stop growth within the tail's page.
  const Address tailed = take(kHeapPageBytes + 2048), far = take(30'000);
  if (page_of(far) == page_of(tailed + kHeapPageBytes)) {
    CHECK(resized(tailed, 3 * kHeapPageBytes) != tailed);
    CHECK_SOUND();
  }
}

TEST("large: shrinks in place, and what it leaves is free at once") {
  start_heap(0, 64 * kMiB);
  size_t bytes = 20 * kHeapPageBytes + 9 * kMiniPageBytes;
  const Address block = take(bytes);
  const Address after = take(kHeapPageBytes);
  fill_pattern(block, usable(block), 5);
  for (const size_t to :
       {20 * 65'536u + 4 * 2048u, 20 * 65'536u, 19 * 65'536u + 31 * 2048u, 19 * 65'536u + 2048u,
        17 * 65'536u, 12 * 65'536u + 2048u, 65'536u + 2048u, 65'536u}) {
    const Word used = global.counters.used_mini_pages;
    CHECK_EQUAL(resized(block, to), block);
    CHECK_EQUAL(usable(block), to);
    CHECK_EQUAL(used - global.counters.used_mini_pages, (bytes - to) / kMiniPageBytes);
    CHECK_EQUAL(first_wrong(block, 20 * kHeapPageBytes + 9 * kMiniPageBytes, 5, to), to);
    CHECK_SOUND();
    bytes = to;
  }
  const PageIndex end = global.end_page;
  take(10 * kHeapPageBytes);  // where the block was
  CHECK(end == global.end_page);
  give(after), give(block);
  CHECK_SOUND();
}

TEST("aligned: every power of two to 8 MiB, at every kind of size") {
  start_heap(0x9990, 512 * kMiB);
  std::vector<Address> blocks;
  for (size_t align = 1; align <= 8 * kMiB; align *= 2)
    for (const size_t bytes : {0u, 1u, 24u, 100u, 2048u, 3000u, 16'384u, 16'385u, 40'000u, 63'488u,
                               63'489u, 65'536u, 200'000u}) {
      const Address block = address(gharial_memalign(align, bytes));
      CHECK(block != kNone && block % align == 0 && usable(block) >= bytes);
      fill_pattern(block, usable(block), align);
      blocks.push_back(block);
      if (blocks.size() % 5 == 0) CHECK_SOUND();
    }
  for (const Address block : blocks) {
    give(block);
    CHECK_SOUND();
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(global.counters.used_mini_pages, 0);
}

TEST("fresh memory: calloc clears what anybody may have written, and only that") {
  start_heap(0x50, 128 * kMiB);
  // Others dirty memory above the heap and lower the break again: it is not fresh any more.
  give(take(100));
  for (const size_t theirs : {3 * 65'536u, 65'536u, 10'000u}) {
    const Address begin = arena.move(static_cast<int64_t>(theirs));
    std::memset(reinterpret_cast<void*>(begin), 0xcc, theirs);
    arena.move(-static_cast<int64_t>(theirs));
    for (const size_t bytes : {20'000u, 65'536u, 2 * 65'536u + 6000u, 400'000u}) {
      const Address block = address(gharial_calloc(1, bytes));
      CHECK_EQUAL(first_other(block, bytes, 0), bytes);
      fill(block, 0xcc, usable(block));
    }
  }
  // Blocks that were written, freed, cut otherwise, and asked for again.
  for (int round = 0; round < 6; ++round) {
    std::vector<Address> blocks;
    for (const size_t bytes : {30'000u, 70'000u, 17'000u, 65'536u, 130'000u, 300'000u, 62'000u}) {
      const Address block = address(gharial_calloc(bytes, 1));
      CHECK_EQUAL(first_other(block, bytes, 0), bytes);
      fill(block, 0xdd, usable(block));
      blocks.push_back(block);
    }
    for (size_t i = 0; i < blocks.size(); ++i)
      if ((i + round) % 3 != 0) give(blocks[i]);
  }
  CHECK_SOUND();
}

TEST("fresh memory: counted once as fresh, then as re-used") {
  start_heap(0, 64 * kMiB);
  take(100);
  const Word fresh = global.counters.fresh_pages, reused = global.counters.reused_pages;
  const Address block = take(10 * kHeapPageBytes);
  CHECK_EQUAL(global.counters.fresh_pages - fresh, 10);
  give(block);
  CHECK_EQUAL(take(10 * kHeapPageBytes), block);
  CHECK_EQUAL(global.counters.reused_pages - reused, 10);
  CHECK_EQUAL(global.counters.fresh_pages - fresh, 10);
  const Word fresh_mini = global.counters.fresh_mini_pages,
             reused_mini = global.counters.reused_mini_pages;
  const Address medium = take(20'000);
  CHECK_EQUAL(global.counters.fresh_mini_pages - fresh_mini, 10);
  give(medium);
  CHECK_EQUAL(take(20'000), medium);  // it was at hand: its run was never given back
  CHECK_EQUAL(global.counters.reused_mini_pages - reused_mini, 0);
  give(medium);
  gharial_malloc_trim(0);
  CHECK_EQUAL(take(20'000), medium);
  CHECK_EQUAL(global.counters.reused_mini_pages - reused_mini, 10);
}

TEST("trim: everything at hand goes home and whole pages become one free run") {
  start_heap(0, 64 * kMiB);
  CHECK_EQUAL(gharial_malloc_trim(0), 0);
  std::vector<Address> blocks;
  for (int i = 0; i < 3000; ++i) blocks.push_back(take(i % 40 * 100 + 1));
  CHECK(stats_now().live_blocks == 3000);
  for (size_t i = 0; i < blocks.size(); ++i) give(blocks[i * 1009 % blocks.size()]);
  CHECK_EQUAL(stats_now().live_blocks, 0);
  CHECK_EQUAL(gharial_malloc_trim(0), 1);
  const gharial_stats stats = stats_now();
  CHECK(stats.cached_blocks == 0 && stats.cut_pages == 0 && stats.live_bytes == 0);
  CHECK(stats.peak_used_bytes >= 3000 * 1000u);
  CHECK_EQUAL(gharial_malloc_trim(0), 0);
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

TEST("C rules: sizes of zero, overflow, alignments, errno") {
  start_heap(0, 8 * kMiB);
  CHECK(take(0) != take(0));
  gharial_free(nullptr);
  CHECK(gharial_malloc_usable_size(nullptr) == 0);
  errno = 0;
  for (const size_t bytes :
       {~size_t{0}, ~size_t{0} - 7, ~size_t{0} / 2 + 1, kLargest, kLargest + 1}) {
    CHECK(gharial_malloc(bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_realloc(nullptr, bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_memalign(4096, bytes) == nullptr && errno == ENOMEM);
    errno = 0;
    CHECK(gharial_pvalloc(bytes) == nullptr && errno == ENOMEM);
    errno = 0;
  }
  CHECK(gharial_calloc(~size_t{0} / 2, 3) == nullptr && errno == ENOMEM);
  errno = 0;
  CHECK(gharial_memalign(0, 8) == nullptr && errno == EINVAL);
  errno = 0;
  CHECK(gharial_memalign(48, 8) == nullptr && errno == EINVAL);
  void* block = nullptr;
  CHECK(gharial_posix_memalign(&block, 4, 8) == EINVAL &&
        gharial_posix_memalign(&block, 48, 8) == EINVAL);
  CHECK(gharial_posix_memalign(&block, 64, ~size_t{0}) == ENOMEM && block == nullptr);
  CHECK(address(gharial_valloc(10)) % kHeapPageBytes == 0 &&
        usable(address(gharial_pvalloc(1))) >= kHeapPageBytes);
  Address same = take(100);
  fill(same, 9, 100);
  CHECK(resized(same, ~size_t{0}) == kNone && all_bytes(same, 9, 100));
  same = resized(same, 0);
  CHECK(same != kNone && usable(same) == 8);
  CHECK_SOUND();
}

TEST("faults: the checked variant stops at a pointer that is no live block") {
  if (!kChecked) return;
  start_heap(0, 64 * kMiB);
  const Address small = take(100), medium = take(20'000), large = take(300'000);
  const auto freeing = [](Address block) { return fault_of([&] { give(block); }); };
  const uint32_t not_a_block = static_cast<uint32_t>(Fault::not_a_block);
  const uint32_t double_free = static_cast<uint32_t>(Fault::double_free);
  for (const Address block :
       {small + 8, medium + 2048, medium + 8, large + 8, large + kHeapPageBytes,
        address_of(global.end_page), Address{8}, address_of(global.first_page), ~Address{7}})
    CHECK_EQUAL(freeing(block), not_a_block);
  give(small);
  CHECK_EQUAL(freeing(small), double_free);
  gharial_malloc_trim(0);
  CHECK(freeing(small) != 0);
  give(medium), give(large);
  CHECK_EQUAL(freeing(medium), double_free);  // it is at hand for the next of its size
  CHECK_EQUAL(freeing(large), not_a_block);
  CHECK_SOUND();
}

TEST("fresh memory: the tail's page of a block that grew or shrank is not fresh") {
  start_heap(0, 64 * kMiB);
  const Address dirty = take(8 * kMiB);
  fill(dirty, 0xdd, 8 * kMiB);
  give(dirty);
  const Address grown = take(2 * kHeapPageBytes), shrunk = take(10 * kHeapPageBytes);
  CHECK_EQUAL(resized(shrunk, 5 * kHeapPageBytes + kMiniPageBytes), shrunk);
  Address block = address(gharial_calloc(1, 60'000));  // from the tail's page: the tightest room
  CHECK_EQUAL(page_of(block).raw, page_of(shrunk).raw + 5);
  CHECK_EQUAL(first_other(block, 60'000, 0), 60'000);
  give(grown);
  const Address last = take(20 * kHeapPageBytes);
  CHECK_EQUAL(resized(last, 21 * kHeapPageBytes + kMiniPageBytes), last);
  block = address(gharial_calloc(1, 60'000));
  CHECK_EQUAL(page_of(block).raw, page_of(last).raw + 21);
  CHECK_EQUAL(first_other(block, 60'000, 0), 60'000);
  CHECK_SOUND();
}

TEST("C rules: realloc to less never fails, however full memory is") {
  start_heap(0, 2 * kMiB);
  const Address small = take(2000);
  for (const size_t bytes : {300'000u, 20'000u, 2000u, 300u, 8u})
    while (gharial_malloc(bytes) != nullptr) continue;
  CHECK(resized(small, 8) == small);
  CHECK_SOUND();
}

TEST("faults: a block inside a run of pages joined on both sides is no block any more") {
  if (!kChecked) return;
  start_heap(0, 64 * kMiB);
  give(take(40 * kHeapPageBytes));
  Address blocks[9];
  for (Address& block : blocks) block = take(kHeapPageBytes);
  const Address tailed = take(kHeapPageBytes + kMiniPageBytes);
  CHECK_EQUAL(resized(tailed, 3 * kHeapPageBytes), tailed);  // its tail's page is cut no more
  for (const int i : {0, 2, 4, 6, 8, 1, 3, 5, 7}) give(blocks[i]);
  const uint32_t not_a_block = static_cast<uint32_t>(Fault::not_a_block);
  const auto freeing = [](Address block) { return fault_of([&] { give(block); }); };
  for (const Address block : blocks) CHECK_EQUAL(freeing(block), not_a_block);
  CHECK_EQUAL(freeing(tailed + kHeapPageBytes), not_a_block);
  CHECK_EQUAL(take(9 * kHeapPageBytes), blocks[0]);
  for (int i = 1; i < 9; ++i) CHECK_EQUAL(freeing(blocks[i]), not_a_block);
  CHECK_SOUND();
}

TEST("large: a block that grows over a cut tail keeps its pages when a metadata page behind it "
     "goes") {
  start_heap(0, 64 * kMiB);
  const Address low = take(2 * kHeapPageBytes), middle = take(2 * kHeapPageBytes);
  const Address high = take(kHeapPageBytes);
  take(kHeapPageBytes);
  while (global.metadata_stack != kNoPage) take(31 * kMiniPageBytes);
  give(low), give(high);
  while (global.room_mask != 0) take(kMiniPageBytes);
  const Address block = take(kHeapPageBytes + kMiniPageBytes);
  const Address behind = take(20 * kMiniPageBytes);  // the meta-page of the tail opens `high`
  CHECK(block == low && behind == block + kHeapPageBytes + kMiniPageBytes);
  CHECK(entry_of(page_of(high)).kind == PageKind::metadata);
  give(behind), give(middle);
  gharial_malloc_trim(0);
  CHECK_EQUAL(resized(block, 4 * kHeapPageBytes), block);
  CHECK_SOUND();
  const Address other = take(3 * kHeapPageBytes);
  CHECK(other >= block + 4 * kHeapPageBytes || other + 3 * kHeapPageBytes <= block);
}

TEST("large: a run that is long enough serves, wherever it stands in its bin") {
  start_heap(0, 64 * kMiB);
  const Address first = take(33 * kHeapPageBytes);
  take(kHeapPageBytes);
  const Address second = take(36 * kHeapPageBytes);
  give(second), give(first);  // the bin's head is too short now
  CHECK_EQUAL(take(35 * kHeapPageBytes), second);
  CHECK_SOUND();
}

TEST("small: the page that a flush frees at the limit is not spent on metadata") {
  start_heap(0, 64 * kMiB);
  const Address pinned = take(31 * kMiniPageBytes);
  while (global.metadata_stack != kNoPage) take(31 * kMiniPageBytes);
  while (global.room_mask != 0) take(kMiniPageBytes);
  while (has_free_run()) take(kHeapPageBytes);
  gharial_malloc_trim(0);
  while (global.room_mask != 0) take(kMiniPageBytes);
  give(pinned);
  const Address fillers[] = {take(16'384), take(16'384), take(14'336), take(14'336), take(2048)};
  const Address base = pinned & ~Address{kHeapPageBytes - 1};
  for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) {
    const Address at = base + i * kMiniPageBytes;
    if (class_at(at) == class_of(2048) && state_of(at) == BlockState::live) give(at);
  }
  for (int i = 0; i < 4; ++i) give(fillers[i]);
  arena.limit = arena.break_now;
  CHECK(gharial_malloc(24) != nullptr);
  CHECK_SOUND();
}

TEST("realloc: asks sbrk for nothing where it can be refused, and copies only to save memory") {
  start_heap(0, 64 * kMiB);
  const Address block = take(2 * kHeapPageBytes);
  CHECK_EQUAL(resized(block, kHeapPageBytes - 8), block);
  while (gharial_malloc(kHeapPageBytes) != nullptr) continue;
  while (gharial_malloc(2000) != nullptr) continue;
  const Word refused = global.counters.refused_grows;
  CHECK_EQUAL(resized(block, 100), block);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST("small: room that a flush makes in a cut page comes before an sbrk that may be refused") {
  start_heap(0, 2 * kMiB);
  std::vector<Address> blocks;
  while (void* block = gharial_malloc(2048)) blocks.push_back(address(block));
  while (gharial_malloc(24) != nullptr) continue;
  give(blocks[10]), give(blocks[40]);  // they stay on the stack of their class
  const Word refused = global.counters.refused_grows;
  CHECK(gharial_malloc(24) != nullptr);
  CHECK_EQUAL(global.counters.refused_grows, refused);
  CHECK_SOUND();
}

TEST("C rules: free_aligned_sized takes NULL as free does") {
  start_heap(0, kMiB);
  gharial_free_aligned_sized(nullptr, 0, 0);
}

}  // namespace gharial_test
