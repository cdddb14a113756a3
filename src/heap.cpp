// heap.cpp — where blocks come from when no free one is at hand, and where they go when the stack
// is full.
// Assumes: heap_page.hpp's and run.hpp's constant-time operations. Keeps: I2 (with the cursor), I7,
// I8. Levels: free-block stack → cursor → its run's other words → the page on top of the class's
// stack (M3) → free MiniPages of the page with the tightest room → the warm page → a free run of
// heap pages → growth.
#include "heap.hpp"
#include "heap_page.hpp"
#include "large.hpp"
#include "mini_page.hpp"
#include "obtain.hpp"

namespace gharial {

constinit GlobalMetaPage global{};

// Before the first allocation: the map has one byte, for NULL, and every stack is empty.
static constinit uint8_t map_of_nothing[1] = {};
// "Not small" is a stack that is always full: large blocks and NULL cost no branch of their own.
static constinit Word always_full[2] = {kNone, kStackEnd};
constinit Word front_stack_words[kStackWords] = {};
constinit Cursor front_cursors[kSizeClasses + 1] = {};
constinit MiniPageHeader* front_current[kSizeClasses + 1] = {};

consteval Front make_front() {
  Front made{nullptr, nullptr, map_of_nothing, {always_full}};
  for (uint32_t c = 1; c <= kSizeClasses; ++c)
    made.tops[c] = &front_stack_words[kStackPlan.start[c]];
  return made;
}
constinit Front front = make_front();

namespace {

// MiniPages of the run that are in the MiniPage map.
uint32_t mapped_of(const MiniPageHeader& header) noexcept {
  return header.capacity == 1 ? 1 : header.run;
}

// ---- blocks going home ----------------------------------------------------------------------

// Every block of the run is home, and the run is on no list: its MiniPages are free.
void retire_run(MiniPageHeader& header) noexcept {
  MetaPage& meta = meta_of(header);
  map_mini_pages(address_of(meta, header.first), mapped_of(header), kNotSmall, nullptr);
  give_back_mini_pages(meta, header.first, header.run);
}

// The class's current run stops being it: what the cursor holds goes home.
void drop_current(SizeClass size_class) noexcept {
  MiniPageHeader* header = front_current[size_class.raw];
  if (header == nullptr) return;
  unload_cursor(*header, run_address(*header), front_cursors[size_class.raw]);
  front_current[size_class.raw] = nullptr;
  const uint32_t home = blocks_home(*header);
  if (home == header->capacity) return retire_run(*header);
  header->countdown = home == 0 ? 1 : static_cast<uint16_t>(header->capacity - home);
  if (home != 0) list_run(meta_of(*header), *header);
}

// ---- blocks coming --------------------------------------------------------------------------

// Clears those of the block's MiniPages that were in use before.
void clear_touched(Address block, uint32_t touched) noexcept {
  for (; touched != 0; touched &= touched - 1)
    __builtin_memset(reinterpret_cast<void*>(
                         block + static_cast<uint32_t>(std::countr_zero(touched)) * kMiniPageBytes),
                     0, kMiniPageBytes);
}

// A new run of the class that begins at a multiple of `step` MiniPages, on no list, or null iff memory ran out.
MiniPageHeader* obtain_class_run(SizeClass size_class, uint32_t step, uint32_t* touched) noexcept {
  const uint32_t length = mini_pages_of(size_class);
  MetaPage* meta = obtain_page_with_room(length + step - 1);
  if (meta == nullptr) return nullptr;
  const uint8_t first = static_cast<uint8_t>(take_mini_pages(*meta, length, step, touched));
  MiniPageHeader& header = meta->mini_pages[first];
  make_small_run(header, size_class, first);
  map_mini_pages(address_of(*meta, first), mapped_of(header), size_class, &header);
  return &header;
}

// The block of a new run that has just one. kNone iff memory ran out.
Address obtain_only_block(SizeClass size_class, uint32_t step, Contents contents) noexcept {
  uint32_t touched;
  const MiniPageHeader* header = obtain_class_run(size_class, step, &touched);
  if (header == nullptr) return kNone;
  const Address block = run_address(*header);
  if (contents == Contents::zero) clear_touched(block, touched);
  return block;
}

// The newest partly free run on the page on top of the class's stack, or null iff there is none. A
// pop, never a search.
MiniPageHeader* pop_listed_run(SizeClass size_class) noexcept {
  const MetaLink page = global.class_stacks[size_class.raw];
  if (page == kNoLink) return nullptr;
  MetaPage& meta = *meta_at(page);
  MiniPageHeader& header = meta.mini_pages[meta.lists[size_class.raw]];
  unlist_run(meta, header);
  return &header;
}

// A block of the class when its stack and cursor are empty. kNone iff memory ran out.
Address refill(SizeClass size_class) noexcept {
  if (is_one_block(size_class)) return obtain_only_block(size_class, 1, Contents::any);
  Cursor& cursor = front_cursors[size_class.raw];
  MiniPageHeader*& current = front_current[size_class.raw];
  if (current == nullptr || !load_cursor(*current, run_address(*current), cursor)) {
    if (current != nullptr) current->countdown = 1;  // full: the first block home lists it again
    current = nullptr;
    MiniPageHeader* header = pop_listed_run(size_class);
    uint32_t touched;
    if (header == nullptr) header = obtain_class_run(size_class, 1, &touched);
    if (header == nullptr) return kNone;
    load_cursor(*header, run_address(*header), cursor);
    current = header;
  }
  return take_from_cursor(size_class);
}

// The run of one block has another length from now on.
void set_class(MiniPageHeader& header, SizeClass size_class) noexcept {
  make_small_run(header, size_class, header.first);
  front.mini_page_map[run_address(header) >> kMiniPageShift] = size_class.raw;
}

// From the stack, the cursor, or wherever the class has room.
Address allocate_class(SizeClass size_class) noexcept {
  if (const Address block = pop_block(size_class); block != kNone) return block;
  if (const Address block = take_from_cursor(size_class); block != kNone) return block;
  return refill(size_class);
}

// Makes a run of one block longer, in place: by free MiniPages after it, for `most` bytes if there are so many. False iff
// there are too few for `least`: unchanged.
bool extend_run(MiniPageHeader& header, size_t least, size_t most) noexcept {
  MetaPage& meta = meta_of(header);
  const uint32_t end = header.first + uint32_t{header.run};
  if (end == kMiniPagesPerPage) return false;
  const uint32_t there = static_cast<uint32_t>(std::countr_one(meta.free_mask >> end)),
                 needed = mini_pages_for(least) - header.run,
                 wanted = mini_pages_for(most < kClassMax ? most : kClassMax) - header.run;
  if (there < needed) return false;
  const uint32_t more = wanted < there ? wanted : there;
  take_these_mini_pages(meta, end, more);
  set_class(header, class_of_mini_pages(header.run + more));
  return true;
}

// Gives back the last MiniPages of a run of one block, which keeps three or more.
void shorten_run(MiniPageHeader& header, size_t bytes) noexcept {
  const uint32_t from = header.run, to = mini_pages_for(bytes);
  set_class(header, class_of_mini_pages(to));
  give_back_mini_pages(meta_of(header), header.first + to, from - to);
}

// The page that a large block begins at. A pointer that is no block stops the program.
PageIndex large_page(Address block) noexcept {
  const PageEntry* entry = find_entry(page_of(block));
  if (entry == nullptr || entry->kind != PageKind::large_head || block % kHeapPageBytes != 0)
    fault(Fault::not_a_block, block, 0);
  return page_of(block);
}

}  // namespace

void change_state(MiniPageHeader& header) noexcept {
  if (header.prev != kUnlisted) {
    unlist_run(meta_of(header), header);
    retire_run(header);
  } else if (header.capacity == 1) {
    retire_run(header);
  } else {
    header.countdown = static_cast<uint16_t>(header.capacity - 1);
    list_run(meta_of(header), header);
  }
}

Address allocate_slow(size_t bytes) noexcept {
  if (bytes <= kSmallMax) return refill(class_of(bytes));
  if (bytes <= kClassMax) return allocate_class(computed_class_of(static_cast<uint32_t>(bytes)));
  if (bytes > kLargest) return kNone;
  return allocate_large(bytes, 1, Contents::any);
}

Address allocate_zeroed(size_t bytes) noexcept {
  if (bytes > kLargest) return kNone;
  if (bytes > kClassMax) return allocate_large(bytes, 1, Contents::zero);
  if (bytes > kSmallMax) {  // memory that was never used is zero
    const SizeClass size_class = computed_class_of(static_cast<uint32_t>(bytes));
    if (is_one_block(size_class) && *front.tops[size_class.raw] == kNone)
      return obtain_only_block(size_class, 1, Contents::zero);
  }
  const Address block = allocate(bytes);
  if (block != kNone) __builtin_memset(reinterpret_cast<void*>(block), 0, bytes);
  return block;
}

Address allocate_aligned(size_t alignment, size_t bytes) noexcept {
  if (alignment <= kStepBytes || (alignment <= kBaseAlignment && bytes >= kBaseAlignment))
    return allocate(bytes);
  if (bytes <= kClassMax && alignment <= kHeapPageBytes) {
    const uint32_t small = static_cast<uint32_t>(bytes);
    if (alignment <= kMiniPageBytes)
      return allocate_class(aligned_class_of(small, static_cast<uint32_t>(alignment)));
    return obtain_only_block(class_of_mini_pages(bytes == 0 ? 1 : mini_pages_for(bytes)),
                             static_cast<uint32_t>(alignment >> kMiniPageShift), Contents::any);
  }
  if (bytes > kLargest || alignment > kLargest - bytes) return kNone;
  const uint32_t step =
      alignment <= kHeapPageBytes ? 1 : static_cast<uint32_t>(alignment >> kHeapPageShift);
  return allocate_large(bytes, step, Contents::any);
}

void release_slow(Address block) noexcept {
  if (block != kNone) release_large(large_page(block));
}

size_t usable_bytes(Address block) noexcept {
  const SizeClass size_class = class_at(block);
  return size_class != kNotSmall ? bytes_of(size_class)
                                 : bytes_of_large(entry_of(large_page(block)));
}

bool resize_in_place(Address block, size_t bytes) noexcept {
  const SizeClass size_class = class_at(block);
  // A shrink that saves less than half stays: the room may be one that an earlier growth was given.
  if (size_class == kNotSmall) {
    const PageIndex head = large_page(block);
    const size_t usable = bytes_of_large(entry_of(head));
    return (bytes > usable / 2 || bytes > kClassMax) && resize_large(head, bytes);
  }
  const size_t usable = bytes_of(size_class);
  if (bytes <= usable && (bytes > usable / 2 || usable == kStepBytes)) return true;
  if (bytes <= kSharedMax || bytes > kClassMax || !is_one_block(size_class)) return false;
  MiniPageHeader& header = *header_at(block);
  if (bytes > usable) return extend_run(header, bytes, with_room_to_grow(usable, bytes));
  shorten_run(header, bytes);
  return true;
}

[[clang::minsize]] void flush() noexcept {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    while (const Address block = pop_block(size_class)) send_home(block);
    drop_current(size_class);
  }
  if (MetaPage* meta = take_warm_page()) dissolve_page(*meta);
}

}  // namespace gharial
