// hardened.hpp — the hardened variant, between the C interface and the heap: every block ends in a tail that says whether it is
// live and how many bytes were asked for, and every pointer that comes in must lead to one that is intact.
//                                           0 ┬ tail ── 4 ────── 8      8 bytes are added to each request; the tail is
//   │ what was asked for │ mark │ slack … │ canary │ slack │      the last 8 of the block's class or run
// The canary is a secret of this run mixed with the block's address, kDead while the block is free; `slack` is how many bytes of the
// block nobody asked for; the mark, a byte of the canary, stands behind the last byte that was asked for (it is the canary's own
// first one if there is no slack). So a tail says "live" at one address only: a second free, a pointer into a block or
// beside one, and whatever was written past the end of a block do not find it (but once in 2^32; an overrun of a single odd byte
// passes once in 128, of an even one, such as the 0 that ends a string, never: marks are odd).
// Assumes: growth.cpp draws the secret before the first block. Keeps: no live tail in free memory. Constant time, but for what is
// filled with zero=1 and poison=1.
#pragma once
#include "block_run.hpp"
#include "guard.hpp"
#include "heap.hpp"

namespace gharial {

inline constexpr uint32_t kTailBytes = 8;
inline constexpr uint32_t kDead = 0x6465'6164;  // even, which no canary is

// Memory of the program's: any type may have been written there.
using AnyWord [[gnu::may_alias]] = uint32_t;
inline AnyWord& word_at(Address at) noexcept { return *reinterpret_cast<AnyWord*>(at); }
inline uint8_t& byte_at(Address at) noexcept { return *reinterpret_cast<uint8_t*>(at); }

// Where the tail of a block of the class begins. A large block has none here, and NULL is no block: for them it names a place that can
// be read, even where the block is one MiniPage; where no block has its tail; and which for NULL lies below static data, which has a copy of
// the secret.
inline constexpr uint32_t kNoTail = 1000;
struct TailOffsets {
  uint16_t of_class[kSizeClasses + 1];
};
consteval TailOffsets make_tail_offsets() {
  TailOffsets table{{kNoTail}};
  for (uint8_t c = 1; c <= kSizeClasses; ++c)
    table.of_class[c] = static_cast<uint16_t>(bytes_of(SizeClass{c}) - kTailBytes);
  return table;
}
inline constexpr TailOffsets kTailOffsets = make_tail_offsets();
consteval bool no_class_has_its_tail_there() {
  for (uint8_t c = 1; c <= kSizeClasses; ++c)
    if (kTailOffsets.of_class[c] == kNoTail) return false;
  return kNoTail + kTailBytes <= 1024;  // where Emscripten's static data begins
}
static_assert(no_class_has_its_tail_there());
// One load and one shift: a key is twice the offset in the table.
inline uint32_t tail_offset(ClassKey key) noexcept {
  static_assert(sizeof(uint16_t) << 1 == 1u << kClassKeyShift);
  return *reinterpret_cast<const uint16_t*>(reinterpret_cast<const char*>(kTailOffsets.of_class) +
                                            (key.raw >> 1));
}

inline uint32_t canary_of(Address block) noexcept {
  return secret ^ static_cast<uint32_t>(block) * 0x9e37'79b1u;
}

// A live block's tail.
struct Tail {
  Address at;
  uint32_t canary;
  uint32_t slack;
};

// Says what a pointer is that leads to no intact block, and stops the program.
[[noreturn, gnu::cold, gnu::noinline]] void refuse(Address block) noexcept;

// Reads the tail that begins at `at`. False iff it is not that of a live block, or what is behind the block was written.
[[gnu::always_inline]] inline bool read_tail(Address block, Address at, Tail& tail) noexcept {
  uint32_t canary, slack;  // a pointer that is no block may be odd
  __builtin_memcpy(&canary, reinterpret_cast<const void*>(at), sizeof canary);
  __builtin_memcpy(&slack, reinterpret_cast<const void*>(at + 4), sizeof slack);
  tail = {at, canary_of(block), slack};
  return canary == tail.canary && byte_at(at - slack) == static_cast<uint8_t>(canary);
}

// Writes the tail of a block of which `bytes` were asked for.
[[gnu::always_inline]] inline void write_tail(Address block, Address at, uint32_t canary,
                                              size_t bytes) noexcept {
  word_at(at) = canary;
  word_at(at + 4) = static_cast<uint32_t>(at - block - bytes);
  byte_at(block + bytes) = static_cast<uint8_t>(canary);
}

// The program's end if the block is live indeed: its tail began like a live one's.
[[gnu::cold, gnu::noinline]] void require_free(Address block, Address at) noexcept;

// Makes a free block a live one. What is free must not look live: else the heap's own book is wrong.
[[gnu::always_inline]] inline Address make_live(Address block, Address at, size_t bytes) noexcept {
  const uint32_t canary = canary_of(block);
  if (word_at(at) == canary) [[unlikely]]
    require_free(block, at);
  write_tail(block, at, canary, bytes);
  return block;
}

// The interface of heap.hpp, for sizes that were asked for. A struct, so that malloc.cpp can choose.
struct HardenedHeap {
  static constexpr bool kSmallIsUsual = !kStacks && !kQuarantine && !kShuffle;
  static Address allocate_unusual(size_t bytes) noexcept;
  [[gnu::always_inline]] static Address allocate(size_t bytes) noexcept {
    if constexpr (kSmallIsUsual) {
      if (bytes <= kSmallMax - kTailBytes) [[likely]] {
        const Address block = gharial::allocate(bytes + kTailBytes);
        if (block == kNone) [[unlikely]]
          return kNone;
        return make_live(block, block + tail_offset(key_of_small(bytes + kTailBytes)), bytes);
      }
    }
    return allocate_unusual(bytes);
  }
  static Address allocate_zeroed(size_t bytes) noexcept;
  static Address allocate_aligned(size_t alignment, size_t bytes) noexcept;

  // What the options do with a block that was freed; true: it is kept for now.
  static bool note_freed(Address block, const Tail& tail) noexcept;
  // Large blocks, NULL, and pointers that are no block.
  static void release_unusual(Address block) noexcept;
  [[gnu::always_inline]] static void release(Address block) noexcept {
    Tail tail;
    ClassKey key{0};
    if (!find_tail(block, key, tail)) [[unlikely]]
      return release_unusual(block);
    word_at(tail.at) = kDead;
    if constexpr (kStacks || kQuarantine || kFillOnFree) {
      if (note_freed(block, tail)) return;
    }
    release_of_class(key, block);
  }

  // The tail of a block of a class. False: it is none, or not intact. What lies below the heap can be read in wasm.
  [[gnu::always_inline]] static bool find_tail(Address block, ClassKey& key, Tail& tail) noexcept {
    if (!may_be_block(block)) [[unlikely]]
      return false;
    key = key_at(block);
    return read_tail(block, block + tail_offset(key), tail);
  }
  // False: the class map does not reach there, or it is below the heap where wasm has nothing to read.
  [[gnu::always_inline]] static bool may_be_block(Address block) noexcept {
    const MiniPageIndex page = mini_page_of(block);
    return page < global.end && (sizeof(Address) == 4 || page >= global.first);
  }

  // Where the tail of a large block would begin; kNone: no large block can be there.
  static Address large_tail(Address block) noexcept;
  static size_t usable_bytes(Address block) noexcept;
  // What realloc does to a block that there is: the block, where it is now; kNone: unchanged, memory ran out.
  static Address reallocate_unusual(Address block, size_t bytes) noexcept;
  [[gnu::always_inline]] static Address reallocate(Address block, size_t bytes) noexcept {
    Tail tail;
    ClassKey key{0};
    // A block stays where it would without a tail.
    if (may_be_block(block)) [[likely]] {
      key = key_at(block);
      const Address at = key != key_of(kLargeClass) ? block + tail_offset(key) : large_tail(block);
      if (at != kNone && read_tail(block, at, tail) && bytes <= kRoomMax - kTailBytes &&
          fits_as_it_is(at - block + kTailBytes, bytes + kTailBytes)) [[likely]] {
        write_tail(block, tail.at, tail.canary, bytes);
        return block;
      }
    }
    return reallocate_unusual(block, bytes);
  }
  // Stops the program unless so many bytes were asked for.
  static void require_size(Address block, size_t bytes) noexcept;
  // What waits in quarantine becomes free.
  static void drain() noexcept;
};

// I12, of this variant alone: every live block has an intact tail. Its number, or 0. O(heap).
inline constexpr int kTailInvariant = 12;
int broken_tail() noexcept;

// The heap as it is, in every other variant.
struct PlainHeap {
  [[gnu::always_inline]] static Address allocate(size_t bytes) noexcept {
    return gharial::allocate(bytes);
  }
  static Address allocate_zeroed(size_t bytes) noexcept { return gharial::allocate_zeroed(bytes); }
  static Address allocate_aligned(size_t alignment, size_t bytes) noexcept {
    return gharial::allocate_aligned(alignment, bytes);
  }
  [[gnu::always_inline]] static void release(Address block) noexcept { gharial::release(block); }
  static size_t usable_bytes(Address block) noexcept { return gharial::usable_bytes(block); }
  static void require_size(Address, size_t) noexcept {}
  static void drain() noexcept {}
};

using Blocks = std::conditional_t<kHardened, HardenedHeap, PlainHeap>;

}  // namespace gharial
