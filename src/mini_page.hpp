// mini_page.hpp — blocks inside one small run: give home, take a word, nothing else.
// Assumes: the header is that of the run's first MiniPage. Keeps: I1.
#pragma once
#include "layout.hpp"

namespace gharial {

// Makes the header that of a run of the class, current from now on: every block is home, but the only one of a run, which
// is live. Constant time.
inline void make_small_run(MiniPageHeader& header, SizeClass size_class, uint8_t first) noexcept {
  const uint32_t blocks = blocks_of(size_class);
  const bool one_block = blocks == 1;
  header.free[0] = one_block ? 0 : ~uint64_t{0} >> (blocks < 64 ? 64 - blocks : 0);
  header.free[1] = header.free[2] = header.free[3] = 0;
  for (uint32_t below = 64; below < blocks; below += 64)
    header.free[below / 64] = ~uint64_t{0} >> (blocks - below < 64 ? below + 64 - blocks : 0);
  header.reciprocal = reciprocal_of(bytes_of(size_class));
  header.block_bytes = static_cast<uint16_t>(bytes_of(size_class));
  header.capacity = static_cast<uint16_t>(blocks);
  header.countdown = one_block ? 1 : kNever;
  header.size_class = size_class;
  header.kind = size_class.raw > kSharedClasses ? RunKind::medium_run : RunKind::small_run;
  header.first = first;
  header.run = static_cast<uint8_t>(mini_pages_of(size_class));
  header.next = kNoMiniPage;
  header.prev = kUnlisted;
}

// Makes the header that of the tail of a large block.
inline void make_tail(MiniPageHeader& header, uint32_t run) noexcept {
  header.size_class = kNotSmall;
  header.kind = RunKind::large_tail;
  header.first = 0;
  header.run = static_cast<uint8_t>(run);
}

// Number of the block at this byte offset into the run. Constant time.
inline uint32_t block_number(const MiniPageHeader& header, uint32_t offset) noexcept {
  return block_at(offset, header.reciprocal);
}

inline bool is_home(const MiniPageHeader& header, uint32_t block) noexcept {
  return (header.free[block / 64] >> (block % 64) & 1) != 0;
}

// Sends a block home; true iff the run changes its state. Constant time.
inline bool give_home(MiniPageHeader& header, uint32_t block) noexcept {
  header.free[block / 64] |= uint64_t{1} << (block % 64);
  return --header.countdown == 0;
}

// How many blocks are home.
inline uint32_t blocks_home(const MiniPageHeader& header) noexcept {
  int count = 0;
  for (uint32_t word = 0; word < kFreeWords; ++word) count += std::popcount(header.free[word]);
  return static_cast<uint32_t>(count);
}

// Moves the first bitmap word that has free blocks into the cursor. False iff no block is home.
// Constant time.
inline bool load_cursor(MiniPageHeader& header, Address run, Cursor& cursor) noexcept {
  for (uint32_t word = 0; word < kFreeWords; ++word) {
    const uint64_t bits = header.free[word];
    if (bits == 0) continue;
    header.free[word] = 0;
    header.countdown = kNever;
    cursor.bits = bits;
    cursor.base = run + word * 64u * header.block_bytes;
    cursor.block_bytes = header.block_bytes;
    return true;
  }
  return false;
}

// Sends what is left in the cursor home to its run.
inline void unload_cursor(MiniPageHeader& header, Address run, Cursor& cursor) noexcept {
  const uint32_t word = block_number(header, static_cast<uint32_t>(cursor.base - run)) / 64;
  header.free[word] |= cursor.bits;
  cursor.bits = 0;
}

}  // namespace gharial
