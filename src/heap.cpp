// heap.cpp — where blocks come from when no free one is at hand, and where they go when the stack
// is full.
// Assumes: heap_page.hpp's and run.hpp's constant-time operations. Keeps: I2 (with the cursor), I8.
// Levels: free-block stack → cursor → its run's other words → the page on top of the class's
// stack (M3) → a free run → flush → growth.
#include "heap.hpp"
#include "block_run.hpp"
#include "thread_heap.hpp"

namespace gharial {

constinit GlobalMetaPage global{};

namespace {

// The class's current run stops being it: what the cursor holds goes home.
void drop_current(SizeClass size_class) noexcept {
  MiniPageHeader* header = current_of(size_class);
  if (header == nullptr) return;
  unload_cursor(*header, cursor_of(size_class));
  current_of(size_class) = nullptr;
  const uint32_t home = blocks_home(*header), capacity = capacity_of(*header);
  if (home == capacity) return retire_small_run(*header);
  header->countdown = home == 0 ? 1 : capacity - home;
  if (home != 0) list_run(*header);
}

// A block of the class when its stack and cursor are empty. kNone iff memory ran out.
[[gnu::noinline]] Address refill(SizeClass size_class) noexcept {
  const Changing changing;
  collect_some();
  Cursor& cursor = cursor_of(size_class);
  MiniPageHeader*& current = current_of(size_class);
  MiniPageHeader* header = current;
  // A class begins with a short run, and has long ones when it has used one up: few blocks do not pin much.
  const MiniPages count = header == nullptr ? first_run_of(size_class) : run_of(size_class);
  while (header == nullptr || !load_cursor(*header, cursor)) {
    if (header != nullptr) header->countdown = 1;  // full: the first block home lists it again
    current = nullptr;
    header = pop_listed_run(size_class);
    if (header == nullptr) header = obtain_small_run(size_class, count);
    if (header == nullptr) return kNone;
    current = header;
  }
  return take_from(cursor);
}

// From the stack, the cursor, or wherever the class has room.
Address allocate_class(SizeClass size_class) noexcept {
  const ClassKey key = key_of(size_class);
  if (const Address block = pop_block(key); block != kNone) return block;
  if (cursor_of(key).bits != 0) return take_from(cursor_of(key));
  return refill(size_class);
}

}  // namespace

void change_state(MiniPageHeader& header) noexcept {
  const Changing changing;
  if (header.prev != kUnlisted) {
    unlist_run(header);
    retire_small_run(header);
  } else {
    header.countdown = capacity_of(header) - 1;
    list_run(header);
  }
}

Address allocate_slow(size_t bytes) noexcept {
  if (!is_attached()) {
    if (!attach_heap()) return kNone;
    // A heap that was adopted has blocks at hand, which refill assumes there are none of.
    if constexpr (kShared) return allocate(bytes);
  }
  if (bytes <= kSmallMax) return refill(class_of_key(key_of_small(bytes)));
  if (bytes <= kClassMax) return allocate_class(class_of(bytes));
  if (bytes > kLargest) return kNone;
  return obtain_block(mini_pages_for(bytes));
}

Address allocate_zeroed(size_t bytes) noexcept {
  if (bytes > kLargest || !has_heap()) return kNone;
  if (bytes > kClassMax) return obtain_zeroed_block(mini_pages_for(bytes));
  const Address block = allocate(bytes);
  if (block != kNone) __builtin_memset(reinterpret_cast<void*>(block), 0, bytes);
  return block;
}

[[clang::minsize]] Address allocate_aligned(size_t alignment, size_t bytes) noexcept {
  if (alignment <= kStepBytes || (alignment <= kBaseAlignment && bytes >= kBaseAlignment))
    return allocate(bytes);
  if (!has_heap()) return kNone;
  if (bytes <= kAlignedMax && alignment <= kMiniPageBytes)
    return allocate_class(
        aligned_class_of(static_cast<uint32_t>(bytes), static_cast<uint32_t>(alignment)));
  if (bytes > kLargest || alignment > kLargest - bytes) return kNone;
  if (alignment <= kMiniPageBytes) return obtain_block(mini_pages_for(bytes));
  return obtain_aligned_block(mini_pages_for(bytes),
                              static_cast<uint32_t>(alignment >> kMiniPageShift));
}

void release_slow(Address block) noexcept {
  // There, hardened.cpp frees what has a run of its own; but not what leaves the quarantine.
  if constexpr (kHardened && !kQuarantine) return guard(false, block, 7);
  if (block != kNone) release_block(block);
}

size_t bytes_of_large(Address block) noexcept { return bytes_in(block_length(block)); }

bool resize_in_place(Address block, size_t usable, size_t bytes) noexcept {
  if (class_at(block) != kLargeClass) return bytes <= usable && usable == kStepBytes;
  if (bytes <= kClassMax || bytes > kLargest) return false;
  const MiniPages count = mini_pages_for(bytes),
                  had{static_cast<uint32_t>(usable >> kMiniPageShift)};
  if (count <= had) {
    if (count < had) shorten_block(block, count);
    return true;
  }
  if (bytes > kRoomMax) return extend_block(block, count, count);
  const size_t roomy = with_room_to_grow(usable, bytes);
  return extend_block(block, count, mini_pages_for(roomy < kRoomMax ? roomy : kRoomMax));
}

// As free does; where that does nothing else, the linker keeps one of the two.
[[maybe_unused, gnu::noinline]] static void release_again(Address block) noexcept {
  release(block);
}

// What the heap has at hand goes home.
[[clang::minsize]] static void send_all_home() noexcept {
  const Changing changing;
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const ClassKey key = key_of(SizeClass{c});
    if constexpr (kShared) {
      while (const Address block = pop_block(key)) send_home(header_at(block), block);
    } else {
      // Freed again, it finds the stack full.
      Word* at = top_of(key);
      top_of(key) = top_of(key_of(kLargeClass));
      for (; *at != kNone; --at) release_again(*at);
      top_of(key) = at;
    }
    drop_current(SizeClass{c});
  }
}

[[clang::minsize]] void flush() noexcept {
  const Locked locked;
  each_heap_at_hand([] { send_all_home(); });
  if constexpr (kShared) drain_deferred();
  each_heap_at_hand([] {
    const Changing changing;
    if constexpr (kShared) collect_all();
    give_back_free_pages();
  });
  global.taken_at_flush = global.counters.taken_mini_pages;
}

}  // namespace gharial
