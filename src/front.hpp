// front.hpp — what malloc and free touch first, at link-time addresses: bases of the maps, free-block
// stacks, cursors.
// Assumes: growth.cpp closes the stacks before the first block exists. Keeps: I8 (with heap.cpp).
#pragma once
#include "layout.hpp"

namespace gharial {

struct Front {
  uint8_t* class_map;  // key of the class of the blocks in each MiniPage, or 0; by address >> 11
  RunEntry* run_map;   // entry of every MiniPage; by address >> 11
  Word* tops[kSizeClasses + 1];  // newest entry of each stack, or its 0 word; [0]: always full
};
extern constinit Front front;
extern constinit Word front_stack_words[kStackWords];
extern constinit Cursor front_cursors[kSharedClasses + 2];  // that of one MiniPage stays empty
extern constinit MiniPageHeader*
    front_current[kSharedClasses + 1];  // run that the cursor works through

// The class's stack. One load and no shift on wasm32: a key is a class times the bytes of an address.
inline Word*& top_of(ClassKey key) noexcept {
  constexpr uint32_t scale = sizeof(Word) >> kClassKeyShift;
  return *reinterpret_cast<Word**>(reinterpret_cast<Address>(front.tops) + key.raw * scale);
}
static_assert(sizeof(Word) % (1u << kClassKeyShift) == 0);

// Newest free block of the class, or kNone. Two dependent loads.
inline Address pop_block(ClassKey key) noexcept {
  Word* const top = top_of(key);
  const Address block = *top;
  if (block != kNone) [[likely]]
    top_of(key) = top - 1;
  return block;
}

// False iff the stack is full, which that of "large" always is.
inline bool push_block(ClassKey key, Address block) noexcept {
  Word* top = top_of(key);
  if (top[1] == kStackEnd) [[unlikely]]
    return false;
  top[1] = block;
  top_of(key) = top + 1;
  return true;
}

// The class's cursor; that of blocks of one MiniPage stays empty. A key is a quarter of what an entry of 16 bytes needs, so
// no shift by 4 follows one by 2.
inline Cursor& cursor_of(ClassKey key) noexcept {
  static_assert(sizeof(Cursor) % (1u << kClassKeyShift) == 0);
  return *reinterpret_cast<Cursor*>(reinterpret_cast<Address>(front_cursors) +
                                    key.raw * (sizeof(Cursor) >> kClassKeyShift));
}

// Lowest block left in the cursor's word, which is not empty. One look at the bits: the base does not depend
// on them.
inline Address take_from(Cursor& cursor) noexcept {
  const uint64_t bits = cursor.bits;
  cursor.bits = bits & (bits - 1);
  const Address block =
      cursor.base + static_cast<uint32_t>(std::countr_zero(bits)) * cursor.block_bytes;
  if (block == kNone) __builtin_unreachable();  // malloc need not look whether memory ran out
  return block;
}

// Key of the class of the block at `block`, 0 for NULL and for whatever is no block of a class. One
// load behind the base.
inline ClassKey key_at(Address block) noexcept {
  return ClassKey{front.class_map[block >> kMiniPageShift]};
}
inline SizeClass class_at(Address block) noexcept { return class_of_key(key_at(block)); }

// The word below the oldest entry of the class's stack.
inline Word* stack_start(SizeClass size_class) noexcept {
  return &front_stack_words[kStackPlan.start[size_class.raw]];
}

}  // namespace gharial
