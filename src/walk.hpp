// walk.hpp — the one walker: runs, blocks. Checker and statistics visit
// it.
// Assumes: nothing allocates or frees meanwhile. Keeps: reads only; stops at the first thing that
// makes no sense.
#pragma once
#include "front.hpp"
#include "heap_page.hpp"
#include "mini_page.hpp"
#include "remote.hpp"
#include "thread_heap.hpp"

namespace gharial {

enum class BlockState : uint8_t { no_block = 0, live = 1, cached = 2, home = 3 };

// Free MiniPages of an own page, from this one on to the next in use; none iff this is no such one.
inline MiniPages own_free_at(MiniPageIndex at) noexcept {
  const Address described = meta_word(page_of(at)) & ~Address{kMetaPageBytes - 1};
  if (described - address_of(global.first) > bytes_in(global.end - global.first) - kMetaPageBytes)
    return kNoMiniPages;
  const MetaPage* meta = reinterpret_cast<const MetaPage*>(described);
  if (!is_own(*meta)) return kNoMiniPages;
  return MiniPages{
      static_cast<uint32_t>(std::countr_one(meta->free >> at.raw % kMiniPagesPerPage))};
}

// MiniPages of the run that begins at the entry; none iff none does.
inline MiniPages walked_length(const RunEntry& entry) noexcept {
  switch (kind_of(entry)) {
  case RunKind::none:
  case RunKind::inside: return kNoMiniPages;
  default: return length_of(entry);
  }
}

// Calls visit(first, entry, length) for every run, in order. Free MiniPages of own pages are in no entry: visit is given one
// that says what others do. False iff the run map makes no sense.
template <class Visit> bool walk_runs(Visit visit) noexcept {
  MiniPageIndex at = global.first;
  while (at < global.end) {
    RunEntry entry = entry_of(at);
    const MiniPages own_free = own_free_at(at);
    if (own_free != kNoMiniPages) entry.value = entry_value(RunKind::free_run, own_free.raw);
    const MiniPages length = walked_length(entry);
    if (length == kNoMiniPages || length > global.end - at) return false;
    visit(at, entry, length);
    at = at + length;
  }
  return at == global.end;
}

// True iff the address lies on the free-block stack of the class. O(capacity).
inline bool is_on_own_stack(SizeClass size_class, Address block) noexcept {
  const Word* start = stack_start(size_class);
  for (const Word* at = top_of(key_of(size_class)); at > start; --at)
    if (*at == block) return true;
  return false;
}
// The same for every thread's.
inline bool is_on_stack(SizeClass size_class, Address block) noexcept {
  bool found = false;
  each_heap([&] { found = found || is_on_own_stack(size_class, block); });
  return found;
}

// True iff some thread's cursor works through the run, and holds the block of this number. Other threads go on meanwhile: the words of a
// cursor belong together only if its heap was in no change, and none came to an end between two looks.
inline bool is_in_cursor(const MiniPageHeader& header, uint32_t number) noexcept {
  bool found = false;
  each_heap([&] {
    const uint32_t before = changes_of_heap();
    if (&header != current_of(header.size_class)) return;
    const Cursor cursor = cursor_of(header.size_class);
    const uint32_t bit = number - block_number(header, cursor.base);
    found = bit < 64 && (cursor.bits >> bit & 1) != 0 && is_unchanged_since(before);
  });
  return found;
}
// True iff it is some thread's current run.
inline bool is_current(const MiniPageHeader& header) noexcept {
  bool found = false;
  each_heap([&] { found = found || &header == current_of(header.size_class); });
  return found;
}

// Where a block of a small run is.
inline BlockState state_in_run(const MiniPageHeader& header, uint32_t number) noexcept {
  const Address block = run_address(header) + number * bytes_of(header.size_class);
  if (is_home(header, number)) return BlockState::home;
  if (is_in_cursor(header, number)) return BlockState::cached;
  if constexpr (kShared)
    if (is_on_its_way(header, number)) return BlockState::cached;
  return is_on_stack(header.size_class, block) ? BlockState::cached : BlockState::live;
}

// What any address at all is: no_block iff no block begins there. Constant time, but for the stack.
inline BlockState state_of(Address block) noexcept {
  if (static_cast<uint64_t>(block) >= kAddressEnd<ThisModel>) return BlockState::no_block;
  const MiniPageIndex at = mini_page_of(block);
  if (at < global.first || at >= global.end) return BlockState::no_block;
  const SizeClass size_class = class_at(block);
  if (size_class == kLargeClass)
    return block == address_of(at) && kind_of(entry_of(at)) == RunKind::block_run
               ? BlockState::live
               : BlockState::no_block;
  const MiniPageHeader& header = header_at(block);
  const uint32_t number = block_number(header, block);
  return number < capacity_of(header) &&
                 run_address(header) + number * bytes_of(size_class) == block
             ? state_in_run(header, number)
             : BlockState::no_block;
}

}  // namespace gharial
