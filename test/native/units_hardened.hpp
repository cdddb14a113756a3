// units_hardened.hpp — the hardened variant: what it notices, how sure it is, and what it leaves alone.
// Assumes: built with GHARIAL_HARDENED=1.
#pragma once
#include "test.hpp"

namespace gharial_test {

using gharial::Fault;
using gharial::kDead;
using gharial::kTailBytes;

inline uint32_t code(Fault fault) { return static_cast<uint32_t>(fault); }
// Bytes of the block, tail included.
inline size_t bytes_at(Address block) { return gharial::usable_bytes(block); }

// Sizes on both sides of every border: classes, large blocks, what room is for.
inline constexpr size_t kSizes[] = {
    0,    1,    7,    8,    9,    24,    56,    57,    120,    1016,   2040,   2041,     4088,
    4089, 8184, 8185, 8696, 8697, 20000, 53240, 53241, 70'000, 65'528, 65'529, 1'000'000};

TEST("hardened: exactly what was asked for may be used, whatever the size") {
  start_heap(0, 64 * kMiB);
  for (const size_t bytes : kSizes) {
    const Address block = take(bytes);
    CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(block)), bytes);
    fill(block, 0xee, bytes);
    CHECK_SOUND();
    give(block);
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(mini_pages_in_use(), 0);
}

TEST("hardened: each byte behind a block is watched, up to its tail's last") {
  for (const size_t bytes : kSizes)
    for (size_t off = 0; off < kTailBytes; ++off) {
      start_heap(0, 64 * kMiB);
      const Address block = take(bytes);
      // The first byte behind what was asked for, or one of the tail.
      const Address end = block + (bytes_at(block) - kTailBytes),
                    at = off == 0 ? block + bytes : end + off % 4;
      *reinterpret_cast<uint8_t*>(at) ^= 0x10;
      CHECK_EQUAL(gharial_validate(), gharial::kTailInvariant);
      CHECK_EQUAL(fault_of([=] { give(block); }), code(Fault::block_overrun));
      *reinterpret_cast<uint8_t*>(at) ^= 0x10;
      CHECK_SOUND();
      give(block);
    }
}

TEST("hardened: a block freed twice, at once, later, and after it went home") {
  for (const size_t bytes : kSizes) {
    start_heap(0, 64 * kMiB);
    take(bytes);
    const Address block = take(bytes);
    give(block);
    const bool large = bytes + kTailBytes > gharial::kClassMax;
    const uint32_t expected = code(large ? Fault::not_a_block : Fault::double_free);
    CHECK_EQUAL(fault_of([=] { give(block); }), expected);
    CHECK_EQUAL(fault_of([=] { gharial_realloc(reinterpret_cast<void*>(block), 10); }), expected);
    CHECK_EQUAL(fault_of([=] { gharial_malloc_usable_size(reinterpret_cast<void*>(block)); }),
                expected);
    gharial_malloc_trim(0);
    CHECK(fault_of([=] { give(block); }) != 0);
    CHECK_SOUND();
  }
}

TEST("hardened: no address but that of a live block is one") {
  start_heap(0x1'0000, 64 * kMiB);
  Address blocks[std::size(kSizes)];
  for (size_t i = 0; i < std::size(kSizes); ++i) blocks[i] = take(kSizes[i]);
  for (const Address block : blocks)
    fill(block, 0, gharial_malloc_usable_size(reinterpret_cast<void*>(block)));
  const Address begin = address_of(gharial::global.first), end = address_of(gharial::global.end);
  size_t accepted = 0;
  // Every eighth byte and some odd ones, blocks, metadata and free memory alike; one MiniPage less, as a tail is looked for above.
  for (Address at = begin; at < end - gharial::kClassMax; at += at % 8 == 0 ? 3 : 5) {
    bool is_block = false;
    for (const Address block : blocks) is_block = is_block || block == at;
    if (is_block) continue;
    if (fault_of([=] { give(at); }) == 0) accepted++;
  }
  CHECK_EQUAL(accepted, 0);
  CHECK_SOUND();
  for (const Address block : blocks) give(block);
  gharial_free(nullptr);
}

TEST("hardened: addresses outside the heap") {
  start_heap(0x1'0000, 64 * kMiB);
  CHECK_EQUAL(fault_of([] { give(4096); }), code(Fault::not_a_block));  // before the first block
  take(100);
  for (const Address at : {Address{8}, Address{4096}, gharial::kArenaBegin,
                           gharial::kArenaBegin + 63 * kMiB, Address{0xffff'fff8}, ~Address{7}})
    CHECK_EQUAL(fault_of([=] { give(at); }), code(Fault::not_a_block));
  CHECK_SOUND();
}

TEST("hardened: realloc keeps what was asked for, in place and elsewhere, and leaves no live tail "
     "behind") {
  start_heap(0, 64 * kMiB);
  uint32_t state = 1;
  for (int round = 0; round < 300; ++round) {
    Address block = take(kSizes[round % std::size(kSizes)]);
    for (int step = 0; step < 12; ++step) {
      state = state * 1664525u + 1013904223u;
      const size_t bytes = step % 3 == 0 ? kSizes[state % std::size(kSizes)] : (state >> 8) % 3000;
      block = address(gharial_realloc(reinterpret_cast<void*>(block), bytes));
      CHECK(block != gharial::kNone);
      CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(block)), bytes);
      fill(block, 0xdd, bytes);
      if (step % 4 == 0) CHECK_SOUND();
    }
    give(block);
  }
  gharial_malloc_trim(0);
  CHECK_EQUAL(mini_pages_in_use(), 0);
}

TEST("hardened: a shrink that finds no memory stays, and is as long as was asked") {
  start_heap(0, kMiB);
  const Address block = take(2000);
  std::vector<Address> all;
  while (void* other = gharial_malloc(100)) all.push_back(address(other));
  void* const stays = gharial_realloc(reinterpret_cast<void*>(block), 40);
  CHECK(stays != nullptr);
  CHECK_EQUAL(gharial_malloc_usable_size(stays), 40);
  CHECK(gharial_realloc(reinterpret_cast<void*>(all[0]), 500'000) == nullptr);
  CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(all[0])), 100);
  CHECK_SOUND();
}

TEST("hardened: nothing behind a large block of one MiniPage is taken for its tail, nor written") {
  start_heap(0, 64 * kMiB);
  const Address block = address(gharial_memalign(0x1000, 100)),
                behind = block + gharial::kMiniPageBytes;
  CHECK_EQUAL(gharial::block_length(block).raw, 1);
  while (gharial::free_run_at(gharial::mini_page_of(behind)) != gharial::kNoMiniPages)
    CHECK(gharial::take_run(gharial::kOneMiniPage, gharial::RunKind::block_run) !=
          gharial::kNoMiniPage);
  // What lies there looks like the tail of a block of no class.
  gharial::write_tail(block, behind, gharial::canary_of(block), gharial::kMiniPageBytes);
  const uint32_t canary = gharial::word_at(behind);
  CHECK_EQUAL(gharial_malloc_usable_size(reinterpret_cast<void*>(block)), 100);
  give(block);
  CHECK_EQUAL(gharial::word_at(behind), canary);
}

TEST("hardened: the sized forms of free take the size that was asked for, and no other") {
  for (const size_t bytes : kSizes) {
    start_heap(0, 64 * kMiB);
    void* const block = gharial_malloc(bytes);
    CHECK_EQUAL(fault_of([=] { gharial_free_sized(block, bytes + 1); }), code(Fault::wrong_size));
    if (bytes != 0)
      CHECK_EQUAL(fault_of([=] { gharial_free_sized(block, bytes - 1); }), code(Fault::wrong_size));
    gharial_require_size(block, bytes);
    if (bytes + kTailBytes <= gharial::kClassMax)
      CHECK_EQUAL(fault_of([=] { gharial_require_size(block, bytes + 8); }),
                  code(Fault::wrong_size));
    gharial_free_sized(block, bytes);
    gharial_free_sized(nullptr, 5);
    gharial_require_size(reinterpret_cast<void*>(address(block) + 1), 99);  // not for it to judge
    CHECK_SOUND();
  }
  // new(0) asks malloc for one byte.
  void* const one = gharial_malloc(1);
  gharial_require_size(one, 0);
  gharial_free(one);
}

TEST("hardened: sizes near the end of what a number holds are out of memory, with the tail as "
     "well") {
  start_heap(0, 16 * kMiB);
  for (size_t less = 0; less < 20; ++less) {
    CHECK(gharial_malloc(~size_t{0} - less) == nullptr);
    CHECK(gharial_calloc(1, ~size_t{0} - less) == nullptr);
    CHECK(gharial_memalign(16, ~size_t{0} - less) == nullptr);
    void* const block = gharial_malloc(10);
    CHECK(gharial_realloc(block, ~size_t{0} - less) == nullptr);
    CHECK_EQUAL(gharial_malloc_usable_size(block), 10);
    gharial_free(block);
    CHECK(gharial_malloc(gharial::kLargest - less) == nullptr);
  }
  CHECK_SOUND();
}

// ---- metadata ----------------------------------------------------------------------------------

TEST("hardened: a free block that looks live is not handed out") {
  start_heap(0, 16 * kMiB);
  const Address block = take(48), other = take(48);
  give(other);
  // As if somebody had written the address of a live block over the newest entry of its class's stack.
  *gharial::top_of(gharial::key_of_small(48 + kTailBytes)) = block;
  CHECK_EQUAL(fault_of([] { gharial_malloc(48); }), code(Fault::meta_page_corrupt));
}

TEST("hardened: a block does not go home twice") {
  start_heap(0, 16 * kMiB);
  std::vector<Address> all;
  for (int i = 0; i < 200; ++i) all.push_back(take(48));
  for (const Address block : all) give(block);
  gharial_malloc_trim(0);
  take(48);
  gharial::MiniPageHeader& header = gharial::header_at(all[0]);
  const Address block = take(48);
  const uint32_t number = gharial::block_number(header, block);
  header.free[number / 64] |= uint64_t{1} << number % 64;
  CHECK_EQUAL(fault_of([=] { gharial::send_home(gharial::header_at(block), block); }),
              code(Fault::double_free));
}

TEST("hardened: links of free runs, of pages, and the cookie of a meta-page are looked at before "
     "they are relied on") {
  const auto scene = [] {
    start_heap(0, 64 * kMiB);
    std::vector<Address> all;
    for (int i = 0; i < 4000; ++i) all.push_back(take(1000));
    for (size_t i = 0; i < all.size(); i += 3) give(all[i]);
    gharial::flush();
  };
  const uint32_t c = gharial::class_of(1008).raw;
  scene();
  const auto second = gharial::meta_at(gharial::global.class_stacks[c]).class_links[c].next;
  CHECK(second != gharial::kNoMiniPage);
  gharial::meta_at(second).class_links[c].prev.raw++;
  CHECK_EQUAL(fault_of([] {
                for (int i = 0; i < 4000; ++i) take(1000);
              }),
              code(Fault::meta_page_corrupt));
  scene();
  gharial::cookie_at(gharial::meta_at(gharial::global.class_stacks[c])) ^= 1;
  CHECK_EQUAL(fault_of([] {
                for (int i = 0; i < 8; ++i)
                  take(1000);  // from that page: none is taken over for it
              }),
              code(Fault::meta_page_corrupt));

  for (const bool is_next : {false, true}) {
    start_heap(0, 64 * kMiB);
    std::vector<Address> large;
    for (int i = 0; i < 12; ++i) large.push_back(take(100'000));
    give(large[2]), give(large[5]), give(large[8]);
    const auto first = gharial::mini_page_of(large[5]);
    CHECK(gharial::kind_of(gharial::entry_of(first)) == gharial::RunKind::free_run);
    auto& links = gharial::entry_of(first).links;
    (is_next ? links.next : links.prev).raw += 1;
    CHECK_EQUAL(fault_of([=] { give(large[4]); }), code(Fault::meta_page_corrupt));
  }
}

TEST("hardened: a secret that differs from heap to heap, odd, and no two blocks with one canary") {
  std::map<uint32_t, int> seen;
  for (int i = 0; i < 20; ++i) {
    start_heap(0, 16 * kMiB);
    take(8);
    CHECK(gharial::secret % 2 == 1);
    seen[gharial::secret]++;
  }
  CHECK(seen.size() >= 19);
  std::map<uint32_t, int> canaries;
  for (Address at = gharial::kArenaBegin; at < gharial::kArenaBegin + 0x8'0000; at += 8)
    canaries[gharial::canary_of(at)]++;
  CHECK_EQUAL(canaries.size(), 0x1'0000);
  for (const auto& [canary, times] : canaries) CHECK(canary % 2 == 1 && canary != kDead);
}

}  // namespace gharial_test
