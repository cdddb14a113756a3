// front.hpp — what malloc and free touch first, at link-time addresses: bases of the maps, free-block
// stacks, cursors.
// Assumes: growth.cpp closes the stacks before the first block exists. Keeps: I8 (with heap.cpp).
#pragma once
#include "layout.hpp"

namespace gharial {

struct Front {
  PageEntry* page_map;           // entry of every heap page; indexed by address >> 16
  MiniPageHeader** header_map;   // the MiniPage map: header of the run, or null; by address >> 11
  uint8_t* mini_page_map;        // the MiniPage map: size class, or 0; by address >> 11
  Word* tops[kSizeClasses + 1];  // newest entry of each stack, or its 0 word; [0]: always full
};
extern constinit Front front;
extern constinit Word front_stack_words[kStackWords];
extern constinit Cursor front_cursors[kSizeClasses + 1];
extern constinit MiniPageHeader*
    front_current[kSizeClasses + 1];  // run that the cursor works through

// Newest free block of the class, or kNone. Two dependent loads.
inline Address pop_block(SizeClass size_class) noexcept {
  Word* const top = front.tops[size_class.raw];
  const Address block = *top;
  if (block != kNone) [[likely]]
    front.tops[size_class.raw] = top - 1;
  return block;
}

// False iff the stack is full, which that of "not small" always is.
inline bool push_block(SizeClass size_class, Address block) noexcept {
  Word* top = front.tops[size_class.raw];
  if (top[1] == kStackEnd) [[unlikely]]
    return false;
  top[1] = block;
  front.tops[size_class.raw] = top + 1;
  return true;
}

// Lowest block left in the cursor's word, or kNone. One look at the bits: the base does not depend
// on them.
inline Address take_from_cursor(SizeClass size_class) noexcept {
  Cursor& cursor = front_cursors[size_class.raw];
  const uint64_t bits = cursor.bits;
  if (bits == 0) return kNone;
  cursor.bits = bits & (bits - 1);
  return cursor.base + static_cast<uint32_t>(std::countr_zero(bits)) * cursor.block_bytes;
}

// Class of the block at `block`, kNotSmall for NULL and for whatever is no block of a class. One
// load behind the base.
inline SizeClass class_at(Address block) noexcept {
  return SizeClass{front.mini_page_map[block >> kMiniPageShift]};
}

// Header of the run of blocks that the address lies in, or null.
inline MiniPageHeader* header_at(Address block) noexcept {
  return front.header_map[block >> kMiniPageShift];
}

// Writes class and header of `count` MiniPages.
inline void map_mini_pages(Address first, uint32_t count, SizeClass size_class,
                           MiniPageHeader* header) noexcept {
  const Address at = first >> kMiniPageShift;
  for (uint32_t i = 0; i < count; ++i) {
    front.mini_page_map[at + i] = size_class.raw;
    front.header_map[at + i] = header;
  }
}

// The word below the oldest entry of the class's stack.
inline Word* stack_start(SizeClass size_class) noexcept {
  return &front_stack_words[kStackPlan.start[size_class.raw]];
}

}  // namespace gharial
