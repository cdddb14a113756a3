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

// ---- blocks going home ----------------------------------------------------------------------

// Every block of the run is home, and the run is on no list: its MiniPages are free.
void retire_small_run(MiniPageHeader& header) noexcept {
  MetaPage& meta = meta_of(header);
  map_mini_pages(address_of(meta, header.first), header.run, kNotSmall, nullptr);
  give_back_mini_pages(meta, header.first, header.run);
}

// The countdown has run out: the first block home lists the run, the last one frees it.
[[gnu::noinline]] void change_state(MiniPageHeader& header) noexcept {
  if (header.prev != kUnlisted) {
    unlist_run(meta_of(header), header);
    retire_small_run(header);
  } else if (header.capacity == 1) {
    retire_small_run(header);
  } else {
    header.countdown = static_cast<uint16_t>(header.capacity - 1);
    list_run(meta_of(header), header);
  }
}

// Sets the block's bit in its run, wherever the block was before. Constant time.
inline void send_home(Address block) noexcept {
  MiniPageHeader& header = *header_at(block);
  const uint32_t offset =
      static_cast<uint32_t>(block & (kHeapPageBytes - 1)) - header.first * kMiniPageBytes;
  const uint32_t number = block_number(header, offset);
  expect(header.kind == RunKind::small_run && !is_home(header, number), block);
  if (give_home(header, number)) change_state(header);
}

// Sends home up to two of the oldest entries of one stack, another one each time: idle stacks must
// not pin pages.
void age_one_stack() noexcept {
  const uint8_t last = global.aged_class;
  global.aged_class = last == kSizeClasses ? 1 : static_cast<uint8_t>(last + 1);
  const SizeClass size_class{global.aged_class};
  Word* start = stack_start(size_class);
  for (uint32_t i = 0; i < kAgedPerSlowPath; ++i) {
    Word* top = front.tops[size_class.raw];
    if (top == start) return;
    const Address oldest = start[1];
    start[1] = *top;  // the newest takes its place: order matters little in a stack that ages
    front.tops[size_class.raw] = top - 1;
    send_home(oldest);
  }
}

// The class's current run stops being it: what the cursor holds goes home.
void drop_current(SizeClass size_class) noexcept {
  MiniPageHeader* header = front_current[size_class.raw];
  if (header == nullptr) return;
  unload_cursor(*header, run_address(*header), front_cursors[size_class.raw]);
  front_current[size_class.raw] = nullptr;
  const uint32_t home = blocks_home(*header);
  if (home == header->capacity) return retire_small_run(*header);
  header->countdown = home == 0 ? 1 : static_cast<uint16_t>(header->capacity - home);
  if (home != 0) list_run(meta_of(*header), *header);
}

// ---- small -----------------------------------------------------------------------------------

// A new run of the class, not on any list, or null iff memory ran out.
MiniPageHeader* obtain_small_run(SizeClass size_class) noexcept {
  const uint32_t length = mini_pages_of(size_class);
  MetaPage* meta = obtain_page_with_room(length);
  if (meta == nullptr) return nullptr;
  uint32_t touched;
  const uint8_t first = static_cast<uint8_t>(take_mini_pages(*meta, length, 1, &touched));
  MiniPageHeader& header = meta->mini_pages[first];
  make_small_run(header, size_class, first);
  map_mini_pages(address_of(*meta, first), length, size_class, &header);
  return &header;
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
  age_one_stack();
  Cursor& cursor = front_cursors[size_class.raw];
  MiniPageHeader*& current = front_current[size_class.raw];
  if (current == nullptr || !load_cursor(*current, run_address(*current), cursor)) {
    if (current != nullptr) current->countdown = 1;  // full: the first block home lists it again
    current = nullptr;
    MiniPageHeader* header = pop_listed_run(size_class);
    if (header == nullptr) header = obtain_small_run(size_class);
    if (header == nullptr) return kNone;
    load_cursor(*header, run_address(*header), cursor);
    current = header;
  }
  return take_from_cursor(size_class);
}

// ---- medium: whole MiniPages of one page --------------------------------------------------------

constexpr uint32_t mini_pages_for(size_t bytes) noexcept {
  const uint32_t whole = static_cast<uint32_t>((bytes + kMiniPageBytes - 1) >> kMiniPageShift);
  return whole == 0 ? 1 : whole;
}

// Clears those of the block's MiniPages that were in use before.
void clear_touched(Address block, uint32_t touched) noexcept {
  for (; touched != 0; touched &= touched - 1)
    __builtin_memset(reinterpret_cast<void*>(
                         block + static_cast<uint32_t>(std::countr_zero(touched)) * kMiniPageBytes),
                     0, kMiniPageBytes);
}

// A block of `length` MiniPages that begins at a multiple of `step` MiniPages.
Address allocate_medium(uint32_t length, uint32_t step, Contents contents) noexcept {
  MetaPage* meta = obtain_page_with_room(length + step - 1);
  if (meta == nullptr) return kNone;
  uint32_t touched;
  const uint32_t first = take_mini_pages(*meta, length, step, &touched);
  MiniPageHeader& header = meta->mini_pages[first];
  make_plain_run(header, RunKind::medium_run, static_cast<uint8_t>(first), length);
  const Address block = address_of(*meta, first);
  map_mini_pages(block, 1, kNotSmall, &header);
  if (contents == Contents::zero) clear_touched(block, touched);
  return block;
}

bool resize_medium(MetaPage& meta, MiniPageHeader& header, size_t bytes) noexcept {
  if (bytes > (kMiniPagesPerPage - 1) * kMiniPageBytes) return false;
  const uint32_t from = header.run, to = mini_pages_for(bytes), end = header.first + from;
  if (to > from) {
    if (header.first + to > kMiniPagesPerPage) return false;
    const uint32_t wanted = low_mask(to - from) << end;
    if ((meta.free_mask & wanted) != wanted) return false;
    take_these_mini_pages(meta, end, to - from);
  }
  header.run = static_cast<uint8_t>(to);
  if (to < from) give_back_mini_pages(meta, header.first + to, from - to);
  return true;
}

// ---- what a block is ---------------------------------------------------------------------------

// Header of the medium run that begins at the address, which is no small block; null iff a large block
// does. A pointer that is neither stops the program.
MiniPageHeader* medium_header(Address block) noexcept {
  MiniPageHeader* header = header_at(block);
  if (header == nullptr) {
    const PageEntry* entry = find_entry(page_of(block));
    if (entry == nullptr || entry->kind != PageKind::large_head || block % kHeapPageBytes != 0)
      fault(Fault::not_a_block, block, 0);
  } else if (block % kMiniPageBytes != 0) {
    fault(Fault::not_a_block, block, 0);
  }
  return header;
}

Address allocate_above_classes(size_t bytes, Contents contents) noexcept {
  age_one_stack();
  if (bytes <= (kMiniPagesPerPage - 1) * kMiniPageBytes)
    return allocate_medium(mini_pages_for(bytes), 1, contents);
  if (bytes > kLargest) return kNone;
  return allocate_large(large_size_of(bytes), 1, contents);
}

// From the stack, the cursor, or wherever the class has room.
Address allocate_class(SizeClass size_class) noexcept {
  if (const Address block = pop_block(size_class); block != kNone) return block;
  if (const Address block = take_from_cursor(size_class); block != kNone) return block;
  return refill(size_class);
}

}  // namespace

Address allocate_slow(size_t bytes) noexcept {
  if (bytes <= kSmallMax) return refill(class_of(bytes));
  if (bytes <= kClassMax) return allocate_class(computed_class_of(static_cast<uint32_t>(bytes)));
  return allocate_above_classes(bytes, Contents::any);
}

Address allocate_zeroed(size_t bytes) noexcept {
  if (bytes > kClassMax) return allocate_above_classes(bytes, Contents::zero);
  const Address block = allocate(bytes);
  if (block != kNone) __builtin_memset(reinterpret_cast<void*>(block), 0, bytes);
  return block;
}

Address allocate_aligned(size_t alignment, size_t bytes) noexcept {
  if (alignment <= kStepBytes || (alignment <= kBaseAlignment && bytes >= kBaseAlignment))
    return allocate(bytes);
  if (alignment <= kMiniPageBytes && bytes <= kClassMax)
    return allocate_class(
        aligned_class_of(static_cast<uint32_t>(bytes), static_cast<uint32_t>(alignment)));
  age_one_stack();
  if (alignment <= kHeapPageBytes && bytes <= (kMiniPagesPerPage - 1) * kMiniPageBytes) {
    const uint32_t step =
        alignment <= kMiniPageBytes ? 1 : static_cast<uint32_t>(alignment >> kMiniPageShift);
    return allocate_medium(mini_pages_for(bytes), step, Contents::any);
  }
  if (bytes > kLargest || alignment > kLargest - bytes) return kNone;
  const uint32_t step =
      alignment <= kHeapPageBytes ? 1 : static_cast<uint32_t>(alignment >> kHeapPageShift);
  return allocate_large(large_size_of(bytes), step, Contents::any);
}

void release_slow(Address block, SizeClass size_class) noexcept {
  if (size_class != kNotSmall) return send_home(block);
  if (block == kNone) return;
  age_one_stack();
  MiniPageHeader* header = medium_header(block);
  if (header == nullptr) return release_large(page_of(block));
  map_mini_pages(block, 1, kNotSmall, nullptr);
  give_back_mini_pages(meta_of(*header), header->first, header->run);
}

size_t usable_bytes(Address block) noexcept {
  const SizeClass size_class = class_at(block);
  if (size_class != kNotSmall) return bytes_of(size_class);
  const MiniPageHeader* header = medium_header(block);
  return header != nullptr ? header->run * size_t{kMiniPageBytes}
                           : size_of_large(entry_of(page_of(block))).bytes();
}

bool resize_in_place(Address block, size_t bytes) noexcept {
  const SizeClass size_class = class_at(block);
  if (size_class != kNotSmall) {
    const size_t usable = bytes_of(size_class);
    return bytes <= usable && (bytes > usable / 2 || usable == kStepBytes);
  }
  if (MiniPageHeader* header = medium_header(block)) {
    if (bytes <= kMiniPageBytes / 2) return false;  // a small block saves half or more
    return resize_medium(meta_of(*header), *header, bytes);
  }
  // What fits into one heap page with others saves half or more by moving there.
  const size_t usable = size_of_large(entry_of(page_of(block))).bytes();
  if (bytes <= usable / 2 && bytes <= (kMiniPagesPerPage - 1) * kMiniPageBytes) return false;
  return resize_large(page_of(block), bytes);
}

void flush() noexcept {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    while (const Address block = pop_block(size_class)) send_home(block);
    drop_current(size_class);
  }
  if (MetaPage* meta = take_warm_page()) dissolve_page(*meta);
}

}  // namespace gharial
