// front.hpp — what malloc and free touch first, at link-time addresses: bases of the maps, free-block
// stacks, cursors.
// Assumes: thread_heap.hpp attaches a heap before the first block exists. Keeps: I8 (with heap.cpp).
#pragma once
#include "atomic.hpp"
#include "layout.hpp"

namespace gharial {

struct Front {
  uint8_t* class_map;  // key of the class of the blocks in each MiniPage, or 0; by address >> 11
  RunEntry* run_map;   // where the entry of MiniPage 0 would be: by address >> 11, of the heap's
  Word* tops[kSizeClasses + 1];  // newest entry of each stack, or its 0 word; [0]: always full
};
extern constinit Front front;
extern constinit Word front_stack_words[kStackWords];
extern constinit Cursor front_cursors[kSizeClasses + 1];  // [0] stays empty
extern constinit MiniPageHeader*
    front_current[kSizeClasses + 1];  // run that the cursor works through

// Shared memory: every thread has a front, in its heap, and the maps are segments that never move. The objects above are not used
// there, nor these elsewhere: the linker drops them.
extern constinit thread_local Heap* own_heap;  // no_heap before the thread's first allocation
extern constinit Heap no_heap;                 // every stack is empty and full at once
extern constinit uint8_t*
    segments[kSegments<ThisModel>];  // each as the classes that it begins with
inline Segment& segment_at(uint32_t number) noexcept {
  return *reinterpret_cast<Segment*>(load_relaxed(segments[number]));
}

// Opens the stack of every class, empty, in so many words: kStackPlan says where each begins.
void open_stacks(Word** tops, Word* words) noexcept;
// Makes the tables of the front that is not shared.
void set_up_front() noexcept;

// The class's stack. One load and no shift on wasm32: a key is a class times the bytes of an address.
inline Word*& top_of(ClassKey key) noexcept {
  constexpr uint32_t scale = sizeof(Word) >> kClassKeyShift;
  if constexpr (kShared)
    return *reinterpret_cast<Word**>(reinterpret_cast<Address>(own_heap->tops) + key.raw * scale);
  else
    return *reinterpret_cast<Word**>(reinterpret_cast<Address>(front.tops) + key.raw * scale);
}
static_assert(sizeof(Word) % (1u << kClassKeyShift) == 0);

// Newest free block of the class, or kNone. Two dependent loads.
inline Address pop_block(ClassKey key) noexcept {
  Word*& top = top_of(key);
  Word* const newest = top;
  const Address block = *newest;
  if (block != kNone) [[likely]]
    top = newest - 1;
  return block;
}

// False iff the stack is full, which that of "large" always is.
inline bool push_block(ClassKey key, Address block) noexcept {
  Word*& top = top_of(key);
  Word* const newest = top;
  if (newest[1] == kStackEnd) [[unlikely]]
    return false;
  newest[1] = block;
  top = newest + 1;
  return true;
}

// The class's cursor; that of "large" stays empty. A key is a quarter of what an entry of 16 bytes needs, so
// no shift by 4 follows one by 2.
inline Cursor& cursor_of(ClassKey key) noexcept {
  static_assert(sizeof(Cursor) % (1u << kClassKeyShift) == 0);
  Address cursors;
  if constexpr (kShared)
    cursors = reinterpret_cast<Address>(own_heap->cursors);
  else
    cursors = reinterpret_cast<Address>(front_cursors);
  return *reinterpret_cast<Cursor*>(cursors + key.raw * (sizeof(Cursor) >> kClassKeyShift));
}
inline Cursor& cursor_of(SizeClass size_class) noexcept {
  if constexpr (kShared)
    return own_heap->cursors[size_class.raw];
  else
    return front_cursors[size_class.raw];
}
inline MiniPageHeader*& current_of(SizeClass size_class) noexcept {
  if constexpr (kShared)
    return own_heap->current[size_class.raw];
  else
    return front_current[size_class.raw];
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
  if constexpr (kShared)
    return ClassKey{load_relaxed(
        segments[block >> kSegmentShift])[(block >> kMiniPageShift) % kMiniPagesPerSegment]};
  else
    return ClassKey{front.class_map[block >> kMiniPageShift]};
}
inline SizeClass class_at(Address block) noexcept { return class_of_key(key_at(block)); }
// Where the class map keeps what key_at reads, for the MiniPages from there to the end of the heap page at least.
inline uint8_t* keys_from(MiniPageIndex at) noexcept {
  if constexpr (kShared)
    return &segment_at(at.raw / kMiniPagesPerSegment).classes[at.raw % kMiniPagesPerSegment];
  else
    return front.class_map + at.raw;
}

// The run map. Without shared memory its base is loaded once: stores to entries might change it, for all the compiler knows.
class RunMap {
public:
  RunMap() noexcept {
    if constexpr (!kShared) base = front.run_map;
  }
  RunEntry& operator[](uint32_t at) const noexcept {
    if constexpr (kShared)
      return segment_at(at / kMiniPagesPerSegment).entries[at % kMiniPagesPerSegment];
    else
      return base[at];
  }

private:
  RunEntry* base = nullptr;
};

// The word below the oldest entry of the class's stack.
inline Word* stack_start(SizeClass size_class) noexcept {
  if constexpr (kShared)
    return &own_heap->stack_words[kStackPlan.start[size_class.raw]];
  else
    return &front_stack_words[kStackPlan.start[size_class.raw]];
}

}  // namespace gharial
