// large.cpp — large blocks: allocate, free, resize in place.
// Assumes: run.hpp and heap_page.hpp. Keeps: I4 the spare stacks, I9 both ends of a block's pages are true, I12 a
// tail is a run of its page.
// Constant time, but for growth and for bytes cleared for the caller.
#include "large.hpp"
#include "growth.hpp"
#include "metadata.hpp"
#include "mini_page.hpp"

namespace gharial {
namespace {

void leave_spare_stack(const PageEntry& entry) noexcept {
  if (entry.spare == 0) return;
  if (entry.links.next != kNoPage) entry_of(entry.links.next).links.prev = entry.links.prev;
  if (entry.links.prev != kNoPage) {
    entry_of(entry.links.prev).links.next = entry.links.next;
    return;
  }
  global.spare_stacks[entry.spare] = entry.links.next;
  if (entry.links.next == kNoPage) global.spare_mask &= ~(1u << entry.spare);
}

// First and last entry of the block's pages: true at both ends, stale between. The last `count * 32 - mini_pages` MiniPages
// are spare.
void write_large(PageIndex head, HeapPages count, uint32_t mini_pages, bool is_fresh) noexcept {
  PageEntry& last = entry_of(head + count - kOnePage);
  last.kind = PageKind::large_last;
  last.run_pages = count.raw;
  PageEntry& first = entry_of(head);  // the same entry iff count is 1: large_head wins
  first.kind = PageKind::large_head;
  first.run_pages = count.raw;
  first.tail = 0;
  const uint32_t spare = count.raw * kMiniPagesPerPage - mini_pages;
  first.spare = static_cast<uint8_t>(spare);
  first.spare_is_fresh = is_fresh;
  if (spare == 0) return;
  first.links = {global.spare_stacks[spare], kNoPage};
  if (first.links.next != kNoPage) entry_of(first.links.next).links.prev = head;
  global.spare_stacks[spare] = head;
  global.spare_mask |= 1u << spare;
}

// The page of the block's tail becomes a page of the block again. False iff others use it.
bool rejoin_tail(PageIndex head, PageEntry& entry) noexcept {
  const PageIndex last = head + HeapPages{entry.run_pages};
  MetaPage& meta = meta_of(last);
  const uint32_t tail = entry.tail;
  if (meta.free_mask != ~low_mask(tail)) return false;
  uncut_page(meta);
  write_large(head, HeapPages{entry.run_pages} + kOnePage,
              entry.run_pages * kMiniPagesPerPage + tail, false);
  return true;
}

// Takes MiniPages after the tail, which must be free, or gives back its last ones. False: unchanged.
bool resize_tail(PageIndex head, PageEntry& entry, uint32_t tail) noexcept {
  MetaPage& meta = meta_of(head + HeapPages{entry.run_pages});
  const uint32_t from = entry.tail;
  if (tail > from) {
    const uint32_t wanted = low_mask(tail - from) << from;
    if ((meta.free_mask & wanted) != wanted) return false;
    take_these_mini_pages(meta, from, tail - from);
  }
  entry.tail = meta.mini_pages[0].run = static_cast<uint8_t>(tail);
  if (tail < from) give_back_mini_pages(meta, tail, from - tail);
  return true;
}

}  // namespace

Address allocate_large(size_t bytes, uint32_t step, Contents contents) noexcept {
  const uint32_t mini_pages = large_mini_pages_for(bytes);
  const HeapPages needed = pages_for(mini_pages), more{step - 1};
  const Run taken = obtain_run(needed + more);
  const PageIndex run = taken.first;
  if (run == kNoPage) return kNone;
  const PageIndex head{align_up(run.raw, step)}, end = head + needed;
  write_large(head, needed, mini_pages, end > taken.fresh_from);
  note_used(mini_pages);
  if (head != run) give_back_run(run, head - run);
  if (end != run + needed + more) give_back_run(end, (run + needed + more) - end);
  const Address block = address_of(head);
  if (contents == Contents::zero && head < taken.fresh_from) {  // the rest was never handed out
    const size_t old = static_cast<size_t>((taken.fresh_from - head).raw) << kHeapPageShift;
    __builtin_memset(reinterpret_cast<void*>(block), 0, old < bytes ? old : bytes);
  }
  return block;
}

void release_large(PageIndex head) noexcept {
  PageEntry& entry = entry_of(head);
  const HeapPages pages{entry.run_pages};
  leave_spare_stack(entry);
  entry.kind = PageKind::unknown;  // a run that joins it from below leaves it: no block begins here
  if (entry.tail != 0) give_back_mini_pages(meta_of(head + pages), 0, entry.tail);
  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage - entry.spare;
  give_back_run(head, pages);
}

MetaPage* cut_spare_page(uint32_t length) noexcept {
  if (length >= kRoomStacks || global.spare_mask >> length == 0) return nullptr;
  const Address slots = obtain_meta_slots();  // a flush meanwhile only makes room, no large block
  if (slots == kNone) return nullptr;
  const uint32_t spare =
      static_cast<uint32_t>(std::countr_zero(global.spare_mask >> length << length));
  const PageIndex head = global.spare_stacks[spare];
  PageEntry& entry = entry_of(head);
  leave_spare_stack(entry);
  const uint32_t mini_pages = mini_pages_of_large(entry);
  const HeapPages whole{entry.run_pages - 1};
  const bool is_fresh = entry.spare_is_fresh;
  write_large(head, whole, whole.raw * kMiniPagesPerPage, false);
  entry.tail = static_cast<uint8_t>(mini_pages % kMiniPagesPerPage);
  cut_after_tail(head + whole, slots, entry.tail, is_fresh);
  return &meta_of(head + whole);
}

bool resize_large(PageIndex head, size_t bytes) noexcept {
  if (bytes > kLargest) return false;
  PageEntry& entry = entry_of(head);
  const uint32_t from = mini_pages_of_large(entry), to = large_mini_pages_for(bytes);
  if (entry.tail != 0) {
    const uint32_t whole = entry.run_pages * kMiniPagesPerPage;
    if (to > whole && to < whole + kMiniPagesPerPage) return resize_tail(head, entry, to - whole);
    if (to <= whole) {
      give_back_mini_pages(meta_of(head + HeapPages{entry.run_pages}), 0, entry.tail);
      entry.tail = 0;
    } else if (!rejoin_tail(head, entry)) {
      return false;
    }
  }
  const HeapPages had{entry.run_pages}, needed = pages_for(to);
  bool is_fresh = entry.spare_is_fresh && to >= from;
  if (needed > had) {
    const HeapPages more = needed - had;
    const PageIndex after = head + had;
    if (free_run_at(after) < more) {
      // Growing in place saves the copy, but is not worth a refusal, which may end the program.
      const bool ends_heap = after + free_run_at(after) == global.end_page;
      if (!ends_heap || !can_grow_heap(more)) return false;
      grow_heap(more);
      if (free_run_at(after) < more) return false;
    }
    is_fresh = take_front_of_run(after, more).fresh_from < after + more;
  }
  PageEntry& now = entry_of(head);  // growth may have moved the maps
  leave_spare_stack(now);
  const uint32_t mini_pages = mini_pages_of_large(now);
  write_large(head, needed, to, is_fresh);
  if (to > mini_pages)
    note_used(to - mini_pages);
  else
    global.counters.used_mini_pages -= mini_pages - to;
  if (needed < had) give_back_run(head + needed, had - needed);
  return true;
}

}  // namespace gharial
