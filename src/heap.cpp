// heap.cpp — where blocks come from when no free one is at hand, and where they go when the stack is full.
// Assumes: heap_page.hpp's and run.hpp's constant-time operations. Keeps: I2 (with the cursor), I7, I8.
// Levels: free-block stack → cursor → its run's other words → the page on top of the class's stack (M3) → free MiniPages of
// the page with the tightest room → the warm page → a free run of heap pages → growth.
#include "heap.hpp"
#include "heap_page.hpp"
#include "metadata.hpp"
#include "mini_page.hpp"
#include "run.hpp"

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
  Front made{map_of_nothing, {always_full}};
  for (uint32_t c = 1; c <= kSizeClasses; ++c) made.tops[c] = &front_stack_words[kStackPlan.start[c]];
  return made;
}
constinit Front front = make_front();

namespace {

// ---- blocks going home ----------------------------------------------------------------------

// Every block of the run is home, and the run is on no list: its MiniPages are free.
void retire_small_run(MetaPage& meta, MiniPageHeader& header) noexcept {
  const uint32_t first = header.first, run = header.run;
  header.kind = RunKind::interior;
  __builtin_memset(&front.mini_page_map[address_of(meta, first) >> kMiniPageShift], kNotSmall.raw, run);
  give_back_mini_pages(meta, first, run);
}

// Sets the block's bit in its run, wherever the block was before. Constant time.
void send_home(Address block, SizeClass size_class) noexcept {
  MetaPage& meta = meta_of(page_of(block));
  const uint8_t first = meta.mini_pages[mini_page_of(block).raw].first;
  MiniPageHeader& header = meta.mini_pages[first];
  const uint32_t offset = (block & (kHeapPageBytes - 1)) - first * kMiniPageBytes;
  expect(header.kind == RunKind::small_run && header.size_class == size_class, block);
  const uint32_t number = block_number(header, offset);
  expect(!is_home(header, number), block);
  const uint32_t home = give_home(header, number);
  if (&header == front_current[size_class.raw]) return;
  if (home == header.capacity) {
    if (home > 1) unlist_run(meta, header);
    retire_small_run(meta, header);
  } else if (home == 1) {
    list_run(meta, header);
  }
}

// Sends home up to two of the oldest entries of one stack, another one each time: idle stacks must not pin pages.
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
    send_home(oldest, size_class);
  }
}

// The class's current run stops being it: what the cursor holds goes home.
void drop_current(SizeClass size_class) noexcept {
  MiniPageHeader* header = front_current[size_class.raw];
  if (header == nullptr) return;
  unload_cursor(*header, run_address(*header), front_cursors[size_class.raw]);
  front_current[size_class.raw] = nullptr;
  if (header->home == header->capacity)
    retire_small_run(meta_of(*header), *header);
  else if (header->home > 0)
    list_run(meta_of(*header), *header);
}

// ---- pages and slots, growing where there is none ---------------------------------------------

// A run of heap pages by every means: free ones, growth, and after refused growth what the stacks pin.
Run obtain_run(HeapPages count) noexcept {
  const Run run = take_run(count);
  if (run.first != kNoPage) return run;
  if (grow_heap(count)) return take_run(count);
  flush();
  return search_run(count);
}

Address obtain_meta_slots() noexcept {
  const Address slots = take_slots(kMetaPageSlots);
  if (slots != kNone) return slots;
  const Run run = obtain_run(kOnePage);
  if (run.first == kNoPage) return kNone;
  make_metadata_page(run.first, ~0u);
  return take_slots(kMetaPageSlots);
}

// A page with `length` free MiniPages in a row, or null iff memory ran out.
MetaPage* obtain_page_with_room(uint32_t length) noexcept {
  if (MetaPage* meta = page_with_room(length)) return meta;
  if (MetaPage* meta = take_warm_page()) return meta;
  const Address slots = obtain_meta_slots();
  if (slots != kNone) {
    const Run run = obtain_run(kOnePage);
    if (run.first != kNoPage) return &cut_page(run.first, slots, run.first >= run.fresh_from);
    give_back_slots(slots, kMetaPageSlots);
  }
  return page_with_room(length);  // refused growth made everything go home: there may be room now
}

// ---- small -----------------------------------------------------------------------------------

// A new run of the class, not on any list, or null iff memory ran out.
MiniPageHeader* obtain_small_run(SizeClass size_class) noexcept {
  const uint32_t length = mini_pages_of(size_class);
  MetaPage* meta = obtain_page_with_room(length);
  if (meta == nullptr) return nullptr;
  uint32_t touched;
  const uint8_t first = static_cast<uint8_t>(take_mini_pages(*meta, length, 1, &touched));
  for (uint32_t i = 1; i < length; ++i) {
    meta->mini_pages[first + i].kind = RunKind::interior;
    meta->mini_pages[first + i].first = first;
  }
  make_small_run(meta->mini_pages[first], size_class, first);
  __builtin_memset(&front.mini_page_map[address_of(*meta, first) >> kMiniPageShift], size_class.raw, length);
  return &meta->mini_pages[first];
}

// The newest partly free run on the page on top of the class's stack, or null iff there is none. A pop, never a search.
MiniPageHeader* pop_listed_run(SizeClass size_class) noexcept {
  const PageIndex page{global.class_stacks[size_class.raw]};
  if (page == kNoPage) return nullptr;
  MetaPage& meta = meta_of(page);
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
    current = nullptr;  // full: it is listed again when a block of it comes home
    MiniPageHeader* header = pop_listed_run(size_class);
    if (header == nullptr) header = obtain_small_run(size_class);
    if (header == nullptr) header = pop_listed_run(size_class);  // the flush may have sent blocks of the class home
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
    __builtin_memset(reinterpret_cast<void*>(block + static_cast<uint32_t>(std::countr_zero(touched)) * kMiniPageBytes), 0,
                     kMiniPageBytes);
}

// A block of `length` MiniPages that begins at a multiple of `step` MiniPages.
Address allocate_medium(uint32_t length, uint32_t step, Contents contents) noexcept {
  age_one_stack();
  MetaPage* meta = obtain_page_with_room(length + step - 1);
  if (meta == nullptr) return kNone;
  uint32_t touched;
  const uint32_t first = take_mini_pages(*meta, length, step, &touched);
  make_plain_run(meta->mini_pages[first], RunKind::medium_run, static_cast<uint8_t>(first), length);
  const Address block = address_of(*meta, first);
  if (contents == Contents::zero) clear_touched(block, touched);
  return block;
}

// ---- large: whole heap pages, and a tail of MiniPages of the page after them ----------------------

struct LargeSize {
  HeapPages pages;
  uint32_t tail;  // MiniPages
  HeapPages pages_with_tail() const noexcept { return HeapPages{pages.raw + (tail != 0 ? 1 : 0)}; }
  size_t bytes() const noexcept {
    return (static_cast<size_t>(pages.raw) << kHeapPageShift) + tail * size_t{kMiniPageBytes};
  }
};
// The caller has excluded overflow.
constexpr LargeSize large_size_of(size_t bytes) noexcept {
  const size_t mini_pages = (bytes + kMiniPageBytes - 1) >> kMiniPageShift;
  const LargeSize size{HeapPages{static_cast<uint32_t>(mini_pages / kMiniPagesPerPage)},
                       static_cast<uint32_t>(mini_pages % kMiniPagesPerPage)};
  return size.pages.raw == 0 ? LargeSize{kOnePage, 0} : size;
}
// No request above this has a chance; the page counts below it cannot overflow.
constexpr size_t kLargest = sizeof(Word) == 4 ? ~size_t{0} - 2 * kHeapPageBytes : static_cast<size_t>(kAddressEnd<ThisModel>);

// Cuts the page after a large block's whole pages; its first `tail` MiniPages are the block's.
void cut_tail(PageIndex page, uint32_t tail, Address slots, bool is_fresh) noexcept {
  MetaPage& meta = cut_page(page, slots, is_fresh);
  take_these_mini_pages(meta, 0, tail);
  make_plain_run(meta.mini_pages[0], RunKind::large_tail, 0, tail);
}

// A block of the size, at a multiple of `step` heap pages (a power of two).
Address allocate_large(LargeSize size, uint32_t step, Contents contents) noexcept {
  age_one_stack();
  Address slots = kNone;
  if (size.tail != 0) {
    slots = obtain_meta_slots();
    if (slots == kNone) return kNone;
  }
  const HeapPages needed = size.pages_with_tail();
  const HeapPages spare{step - 1};
  const Run taken = obtain_run(needed + spare);
  const PageIndex run = taken.first;
  if (run == kNoPage) {
    if (slots != kNone) give_back_slots(slots, kMetaPageSlots);
    return kNone;
  }
  const PageIndex head{align_up(run.raw, step)};
  write_large_entries(head, size.pages, size.tail);
  if (size.tail != 0) cut_tail(head + size.pages, size.tail, slots, head + size.pages >= taken.fresh_from);
  note_used(size.pages.raw * kMiniPagesPerPage);
  if (head != run) give_back_run(run, head - run);
  if (head + needed != run + needed + spare) give_back_run(head + needed, (run + spare) - head);
  const Address block = address_of(head);
  if (contents == Contents::zero && head < taken.fresh_from) {  // the rest has never been handed out
    const size_t old = static_cast<size_t>((taken.fresh_from - head).raw) << kHeapPageShift;
    __builtin_memset(reinterpret_cast<void*>(block), 0, old < size.bytes() ? old : size.bytes());
  }
  return block;
}

void release_tail(PageIndex page, uint32_t tail) noexcept {
  if (tail == 0) return;
  MetaPage& meta = meta_of(page);
  meta.mini_pages[0].kind = RunKind::interior;
  give_back_mini_pages(meta, 0, tail);
}

void release_large(PageIndex head, const PageEntry& entry) noexcept {
  const HeapPages pages{entry.run_pages};
  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage;
  release_tail(head + pages, entry.tail);
  give_back_run(head, pages);
}

LargeSize size_of_large(const PageEntry& entry) noexcept { return {HeapPages{entry.run_pages}, entry.tail}; }

// Fewer pages or a shorter tail. False iff a new tail needs a meta-page and there is no memory for one.
bool shrink_large(PageIndex head, LargeSize from, LargeSize to) noexcept {
  if (from.pages == to.pages) {
    entry_of(head).tail = static_cast<uint8_t>(to.tail);
    if (to.tail == 0) {
      release_tail(head + from.pages, from.tail);
    } else {
      MetaPage& meta = meta_of(head + from.pages);
      meta.mini_pages[0].run = static_cast<uint8_t>(to.tail);
      give_back_mini_pages(meta, to.tail, from.tail - to.tail);
    }
    return true;
  }
  Address slots = kNone;
  if (to.tail != 0) {
    slots = obtain_meta_slots();
    if (slots == kNone) return false;
  }
  release_tail(head + from.pages, from.tail);
  write_large_entries(head, to.pages, to.tail);
  global.counters.used_mini_pages -= (from.pages - to.pages).raw * kMiniPagesPerPage;
  if (to.tail != 0) cut_tail(head + to.pages, to.tail, slots, false);
  if (to.pages_with_tail() < from.pages) give_back_run(head + to.pages_with_tail(), from.pages - to.pages_with_tail());
  return true;
}

// Into the free MiniPages and the free run that follow, growing memory where the block ends the heap. False: unchanged.
bool grow_large(PageIndex head, LargeSize from, LargeSize to) noexcept {
  MetaPage* old_tail = from.tail != 0 ? &meta_of(head + from.pages) : nullptr;
  if (old_tail != nullptr && from.pages == to.pages) {
    const uint32_t more = to.tail - from.tail;
    const uint32_t wanted = low_mask(more) << from.tail;
    if ((old_tail->free_mask & wanted) != wanted) return false;
    take_these_mini_pages(*old_tail, from.tail, more);
    old_tail->mini_pages[0].run = static_cast<uint8_t>(to.tail);
    entry_of(head).tail = static_cast<uint8_t>(to.tail);
    return true;
  }
  // Nobody else may live in the tail page: it becomes a whole page of the block.
  if (old_tail != nullptr && old_tail->free_mask != ~low_mask(from.tail)) return false;
  const PageIndex after = head + from.pages_with_tail();
  const HeapPages more = to.pages_with_tail() - from.pages_with_tail();
  if (more.raw != 0 && free_run_at(after) < more) {
    const bool ends_heap = after + free_run_at(after) == global.end_page;
    if (!ends_heap || !grow_heap(more) || free_run_at(after) < more) return false;
  }
  Address slots = kNone;
  if (to.tail != 0) {
    slots = take_slots(kMetaPageSlots);  // without growth, which might take the pages behind the block
    if (slots == kNone) return false;
  }
  bool tail_is_fresh = false;
  if (more.raw != 0) tail_is_fresh = after + more > take_front_of_run(after, more).fresh_from;
  if (old_tail != nullptr) {
    global.counters.used_mini_pages -= from.tail;
    uncut_page(*old_tail);
  }
  write_large_entries(head, to.pages, to.tail);
  note_used((to.pages - from.pages).raw * kMiniPagesPerPage);
  if (to.tail != 0) cut_tail(head + to.pages, to.tail, slots, tail_is_fresh);
  return true;
}

bool resize_large(PageIndex head, size_t bytes) noexcept {
  if (bytes > kLargest) return false;
  const LargeSize from = size_of_large(entry_of(head)), to = large_size_of(bytes);
  if (to.bytes() == from.bytes()) return true;
  return to.bytes() < from.bytes() ? shrink_large(head, from, to) : grow_large(head, from, to);
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

// A block that is not small: its page's entry, and its header if it lies in a cut page. A pointer that is neither stops
// the program.
struct Place {
  PageIndex page;
  PageEntry* entry;
  MiniPageHeader* header;  // of a medium run; null for a large block
};
Place place_of(Address block) noexcept {
  const PageIndex page = page_of(block);
  PageEntry* entry = find_entry(page);
  if (entry != nullptr && entry->kind == PageKind::large_head && block == address_of(page)) return {page, entry, nullptr};
  if (entry != nullptr && entry->kind == PageKind::cut) {
    MetaPage& meta = meta_of(*entry);
    const MiniPageIndex mini = mini_page_of(block);
    MiniPageHeader& header = meta.mini_pages[mini.raw];
    if ((meta.free_mask >> mini.raw & 1) == 0 && header.kind == RunKind::medium_run && block == address_of(page, mini))
      return {page, entry, &header};
  }
  fault(Fault::not_a_block, block, 0);
}

Address allocate_above_classes(size_t bytes, Contents contents) noexcept {
  if (bytes <= (kMiniPagesPerPage - 1) * kMiniPageBytes) return allocate_medium(mini_pages_for(bytes), 1, contents);
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
  if (alignment <= kStepBytes || (alignment <= kBaseAlignment && bytes >= kBaseAlignment)) return allocate(bytes);
  if (alignment <= kMiniPageBytes && bytes <= kClassMax)
    return allocate_class(aligned_class_of(static_cast<uint32_t>(bytes), static_cast<uint32_t>(alignment)));
  if (alignment <= kHeapPageBytes && bytes <= (kMiniPagesPerPage - 1) * kMiniPageBytes) {
    const uint32_t step = alignment <= kMiniPageBytes ? 1 : static_cast<uint32_t>(alignment >> kMiniPageShift);
    return allocate_medium(mini_pages_for(bytes), step, Contents::any);
  }
  if (bytes > kLargest || alignment > kLargest - bytes) return kNone;
  const uint32_t step = alignment <= kHeapPageBytes ? 1 : static_cast<uint32_t>(alignment >> kHeapPageShift);
  return allocate_large(large_size_of(bytes), step, Contents::any);
}

void release_slow(Address block, SizeClass size_class) noexcept {
  if (size_class != kNotSmall) return send_home(block, size_class);
  if (block == kNone) return;
  age_one_stack();
  const Place place = place_of(block);
  if (place.header == nullptr) return release_large(place.page, *place.entry);
  place.header->kind = RunKind::interior;
  give_back_mini_pages(meta_of(*place.entry), place.header->first, place.header->run);
}

size_t usable_bytes(Address block) noexcept {
  const SizeClass size_class = class_at(block);
  if (size_class != kNotSmall) return bytes_of(size_class);
  const Place place = place_of(block);
  return place.header != nullptr ? place.header->run * size_t{kMiniPageBytes} : size_of_large(*place.entry).bytes();
}

bool resize_in_place(Address block, size_t bytes) noexcept {
  const SizeClass size_class = class_at(block);
  if (size_class != kNotSmall) {
    const size_t usable = bytes_of(size_class);
    return bytes <= usable && (bytes > usable / 2 || usable == kStepBytes);
  }
  const Place place = place_of(block);
  if (place.header != nullptr) {
    if (bytes <= kMiniPageBytes / 2) return false;  // a small block saves half or more
    return resize_medium(meta_of(*place.entry), *place.header, bytes);
  }
  const size_t usable = size_of_large(*place.entry).bytes();
  if (bytes <= usable / 2 && bytes < kHeapPageBytes) return false;  // a smaller block saves half or more
  return resize_large(place.page, bytes);
}

void flush() noexcept {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    while (const Address block = pop_block(size_class)) send_home(block, size_class);
    drop_current(size_class);
  }
  if (MetaPage* meta = take_warm_page()) {
    const PageIndex page = meta->page;
    uncut_page(*meta);
    give_back_run(page, kOnePage);
  }
}

}  // namespace gharial
