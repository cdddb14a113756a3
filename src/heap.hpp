// heap.hpp — the heap: fast paths inline, on one screen; everything else behind allocate_slow and
// release_slow.
// Assumes: front.hpp's stacks. Keeps: I8. Constant time but for growth, for bytes cleared or copied
// for the caller, and for the flush before growth.
#pragma once
#include "fault.hpp"
#include "heap_page.hpp"
#include "mini_page.hpp"
#include "remote.hpp"

namespace gharial {

// Out of line, last: no free block of the class is at hand, or the request is not small. kNone iff
// memory ran out.
[[gnu::noinline]] Address allocate_slow(size_t bytes) noexcept;
// The block has a run of its own, or the address is NULL.
[[gnu::noinline]] void release_slow(Address block) noexcept;
// The countdown has run out: the first block home lists the run, the last one frees it.
[[gnu::noinline]] void change_state(MiniPageHeader& header) noexcept;

// A block of at least `bytes`; 0 is a size like any other. kNone iff memory ran out.
inline Address allocate(size_t bytes) noexcept {
  if (bytes <= kSmallMax) [[likely]] {
    const ClassKey key = key_of_small(bytes);
    if (const Address block = pop_block(key); block != kNone) [[likely]]
      return block;
    if (Cursor& cursor = cursor_of(key); cursor.bits != 0) [[likely]]
      return take_from(cursor);
  }
  return allocate_slow(bytes);
}

// Sets the block's bit in its run, wherever the block was before. Constant time.
[[gnu::always_inline]] inline void send_home(MiniPageHeader& header, Address block) noexcept {
  const uint32_t number = block_number(header, block);
  if constexpr (kShared)
    if (owner_of(meta_of(header)) != own_heap) return send_to_owner(header, number);
  if (!give_home(header, number)) [[unlikely]]
    fault(Fault::double_free, block, bytes_of(header.size_class));
  if (header.countdown == 0) [[unlikely]]
    change_state(header);
}

// Makes a block free whose class the caller knows, and how to find its run's header. User memory is neither read nor written.
template <class HeaderOf>
[[gnu::always_inline]] inline void release_of(ClassKey key, Address block,
                                              HeaderOf find_header) noexcept {
  if (push_block(key, block)) [[likely]]
    return;
  if (key != key_of(kLargeClass)) return send_home(find_header(), block);
  release_slow(block);
}
[[gnu::always_inline]] inline void release_of_class(ClassKey key, Address block) noexcept {
  release_of(key, block, [=]() -> MiniPageHeader& { return header_at(block); });
}
inline void release(Address block) noexcept {
  if constexpr (!kShared) return release_of_class(key_at(block), block);
  // Both maps are in one segment: it is found once.
  Segment& segment = segment_at(static_cast<uint32_t>(block >> kSegmentShift));
  const uint32_t number = (block >> kMiniPageShift) % kMiniPagesPerSegment;
  release_of(ClassKey{segment.classes[number]}, block,
             [&]() -> MiniPageHeader& { return header_of(segment.entries[number]); });
}

// The same as allocate, every byte of the block zero. Clears what may not be zero, once.
Address allocate_zeroed(size_t bytes) noexcept;
// A block at a multiple of `alignment`, any power of two.
Address allocate_aligned(size_t alignment, size_t bytes) noexcept;
// What a block of `usable` bytes that must hold more is given: what grows by less than half is likely to grow again, and
// gets room, twice its bytes while it is small, an eighth more when it is large.
constexpr size_t with_room_to_grow(size_t usable, size_t bytes) noexcept {
  if (bytes - usable >= usable / 2) return bytes;
  const size_t roomy = usable <= kRoomMax / 2 ? usable * 2 : bytes + usable / 8;
  return roomy > bytes ? roomy : bytes;  // near SIZE_MAX the sum wraps round
}
static_assert(with_room_to_grow(~size_t{0} / 4 * 3, ~size_t{0}) == ~size_t{0});
static_assert(with_room_to_grow(~size_t{0} / 4 * 3, ~size_t{0} / 16 * 15) == ~size_t{0} / 16 * 15);
static_assert(with_room_to_grow(1000, 1100) == 2000 && with_room_to_grow(1000, 1500) == 1500);
// Bytes that may be used in a block that has a run of its own, and in any block.
size_t bytes_of_large(Address block) noexcept;
inline size_t usable_bytes(Address block) noexcept {
  const SizeClass size_class = class_at(block);
  if (size_class == kLargeClass) [[unlikely]]
    return bytes_of_large(block);
  return bytes_of(size_class);
}
// True iff a block of `usable` bytes stays as it is for so many. A shrink that saves less than half does: the room may be one that an
// earlier growth was given.
inline bool fits_as_it_is(size_t usable, size_t bytes) noexcept {
  return bytes <= usable && bytes > usable / 2 && bytes <= kRoomMax;
}
// True iff the block, of `usable` bytes that do not fit as they are, holds `bytes` now, where it is. False: unchanged, and the caller may
// move it.
bool resize_in_place(Address block, size_t usable, size_t bytes) noexcept;
// Everything at hand goes home, that of ended threads too; whole runs, and metadata that is not needed, become free runs. O(blocks at hand).
void flush() noexcept;

}  // namespace gharial
