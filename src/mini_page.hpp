// mini_page.hpp — blocks inside one small run: give home, take a word, nothing else.
// Assumes: the header is that of the run's first MiniPage. Keeps: I1.
#pragma once
#include "layout.hpp"

namespace gharial {

// Meta-page that holds this header: meta-pages are aligned to MiniPages.
inline MetaPage& meta_of(const MiniPageHeader& header) noexcept {
  const Address at = reinterpret_cast<Address>(&header);
  return *reinterpret_cast<MetaPage*>(at & ~Address{kMetaPageBytes - 1});
}

inline Address run_address(const MiniPageHeader& header) noexcept {
  if constexpr (sizeof(Address) == 4) return header.base;
  return address_of(first_of(meta_of(header).page)) + header.base % kHeapPageBytes;
}

// Blocks in the run. Constant time.
inline uint32_t capacity_of(const MiniPageHeader& header) noexcept {
  return block_at(header.mini_pages * kMiniPageBytes, header.reciprocal);
}

// Makes the header that of a run of the class, current from now on: every block is home. Constant time.
inline void make_header(MiniPageHeader& header, SizeClass size_class, MiniPageIndex first,
                        MiniPages count) noexcept {
  header.mini_pages = static_cast<uint8_t>(count.raw);
  header.reciprocal = reciprocal_of(bytes_of(size_class));
  header.size_class = size_class;
  const uint32_t blocks = capacity_of(header);
  header.free[0] = blocks < 64 ? (uint64_t{1} << blocks) - 1 : ~uint64_t{0};
  header.free[1] = header.free[2] = header.free[3] = 0;
  for (uint32_t below = 64; below < blocks; below += 64)
    header.free[below / 64] = ~uint64_t{0} >> (blocks - below < 64 ? below + 64 - blocks : 0);
  header.base = static_cast<uint32_t>(address_of(first));
  header.countdown = kNever;
  header.next = kEndOfList;
  header.prev = kUnlisted;
}

// Number of the block in its run. Constant time.
inline uint32_t block_number(const MiniPageHeader& header, Address block) noexcept {
  return block_at(static_cast<uint32_t>(block) - header.base, header.reciprocal);
}

inline bool is_home(const MiniPageHeader& header, uint32_t block) noexcept {
  return (header.free[block / 64] >> (block % 64) & 1) != 0;
}

// Sends a block home. False, and nothing changed, iff it is there already. Constant time.
inline bool give_home(MiniPageHeader& header, uint32_t block) noexcept {
  uint64_t& word = header.free[block / 64];
  const uint64_t with = word ^ uint64_t{1} << (block % 64);
  if (with < word) [[unlikely]]
    return false;
  word = with;
  header.countdown--;
  return true;
}

// How many blocks are home.
inline uint32_t blocks_home(const MiniPageHeader& header) noexcept {
  int count = 0;
  for (uint32_t word = 0; word < kFreeWords; ++word) count += std::popcount(header.free[word]);
  return static_cast<uint32_t>(count);
}

// Moves the first bitmap word that has free blocks into the cursor. False iff no block is home.
// Constant time.
inline bool load_cursor(MiniPageHeader& header, Cursor& cursor) noexcept {
  for (uint32_t word = 0; word < kFreeWords; ++word) {
    const uint64_t bits = header.free[word];
    if (bits == 0) continue;
    const uint32_t block_bytes = bytes_of(header.size_class);
    header.free[word] = 0;
    header.countdown = kNever;
    cursor.bits = bits;
    cursor.base = run_address(header) + word * 64u * block_bytes;
    cursor.block_bytes = block_bytes;
    return true;
  }
  return false;
}

// Sends what is left in the cursor home to its run.
inline void unload_cursor(MiniPageHeader& header, Cursor& cursor) noexcept {
  header.free[block_number(header, cursor.base) / 64] |= cursor.bits;
  cursor.bits = 0;
}

}  // namespace gharial
