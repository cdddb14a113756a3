// large.cpp — large blocks: allocate, free, resize in place.
// Assumes: run.hpp and heap_page.hpp. Keeps: I9 both ends of a block's pages are true, I12 a tail
// is a run of its page.
// Constant time, but for growth and for bytes cleared for the caller.
#include "large.hpp"
#include "growth.hpp"
#include "metadata.hpp"
#include "mini_page.hpp"

namespace gharial {
namespace {

// First and last entry of the whole pages: true at both ends, stale between.
void write_large_entries(PageIndex head, HeapPages count, uint32_t tail) noexcept {
  PageEntry& last = entry_of(head + count - kOnePage);
  last.kind = PageKind::large_last;
  last.run_pages = count.raw;
  PageEntry& first = entry_of(head);  // the same entry iff count is 1: large_head wins
  first.kind = PageKind::large_head;
  first.run_pages = count.raw;
  first.tail = static_cast<uint8_t>(tail);
  first.owner = 0;
}

// Cuts the page after a large block's whole pages; its first `tail` MiniPages are the block's.
void cut_tail(PageIndex page, uint32_t tail, Address slots, bool is_fresh) noexcept {
  MetaPage& meta = cut_page(page, slots, is_fresh);
  take_these_mini_pages(meta, 0, tail);
  make_plain_run(meta.mini_pages[0], RunKind::large_tail, 0, tail);
}

void release_tail(PageIndex page, uint32_t tail) noexcept {
  if (tail == 0) return;
  MetaPage& meta = meta_of(page);
  give_back_mini_pages(meta, 0, tail);
}

// Fewer pages or a shorter tail. False iff a new tail needs a meta-page and there is no memory for
// one.
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
  if (to.pages_with_tail() < from.pages)
    give_back_run(head + to.pages_with_tail(), from.pages - to.pages_with_tail());
  return true;
}

// Into the free MiniPages and the free run that follow, growing memory where the block ends the
// heap. False: unchanged.
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
    // Growing in place saves the copy, but is not worth a refusal, which may end the program.
    if (!ends_heap || !can_grow_heap(more)) return false;
    grow_heap(more);
    if (free_run_at(after) < more) return false;
  }
  Address slots = kNone;
  if (to.tail != 0) {
    // Without growth, which might take the pages behind the block.
    slots = take_slots(kMetaPageSlots);
    if (slots == kNone) to = {to.pages + kOnePage, 0};  // the tail's page whole needs no meta-page
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

}  // namespace

Address allocate_large(LargeSize size, uint32_t step, Contents contents) noexcept {
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
  if (size.tail != 0)
    cut_tail(head + size.pages, size.tail, slots, head + size.pages >= taken.fresh_from);
  note_used(size.pages.raw * kMiniPagesPerPage);
  if (head != run) give_back_run(run, head - run);
  if (head + needed != run + needed + spare) give_back_run(head + needed, (run + spare) - head);
  const Address block = address_of(head);
  if (contents == Contents::zero &&
      head < taken.fresh_from) {  // the rest has never been handed out
    const size_t old = static_cast<size_t>((taken.fresh_from - head).raw) << kHeapPageShift;
    __builtin_memset(reinterpret_cast<void*>(block), 0, old < size.bytes() ? old : size.bytes());
  }
  return block;
}

void release_large(PageIndex head) noexcept {
  PageEntry& entry = entry_of(head);
  const HeapPages pages{entry.run_pages};
  entry.kind = PageKind::unknown;  // a run that joins it from below leaves it: no block begins here
  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage;
  release_tail(head + pages, entry.tail);
  give_back_run(head, pages);
}

bool resize_large(PageIndex head, size_t bytes) noexcept {
  if (bytes > kLargest) return false;
  const LargeSize from = size_of_large(entry_of(head)), to = large_size_of(bytes);
  if (to.bytes() == from.bytes()) return true;
  return to.bytes() < from.bytes() ? shrink_large(head, from, to) : grow_large(head, from, to);
}

}  // namespace gharial
