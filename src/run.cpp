// run.cpp — runs of heap pages. Owns the bins; never looks inside a meta-page.
// Assumes: every heap page has an entry. Keeps: I5 no two free runs touch, I6 a run is in the bin
// of its length and in no other, I9 both ends of a run are true. Constant time: Masmano, Ripoll,
// Crespo, Real: TLSF, ECRTS 2004, §3.
#include "run.hpp"

namespace gharial {
namespace {

void insert_run(PageIndex page, HeapPages length) noexcept {
  const uint32_t bin = bin_of(length);
  PageEntry& head = entry_of(page);
  PageEntry& last = entry_of(page + length - kOnePage);
  last.kind = head.kind = PageKind::free_run;
  last.run_pages = head.run_pages = length.raw;
  head.tail = 0;
  head.links.prev = kNoPage;
  head.links.next = global.bins[bin];
  if (head.links.next != kNoPage)
    entry_of(head.links.next).links.prev = page;
  else
    global.bin_mask |= uint64_t{1} << bin;
  global.bins[bin] = page;
}

void unlink_run(const PageEntry& head) noexcept {
  const uint32_t bin = bin_of(HeapPages{head.run_pages});
  if (head.links.next != kNoPage) entry_of(head.links.next).links.prev = head.links.prev;
  if (head.links.prev != kNoPage) {
    entry_of(head.links.prev).links.next = head.links.next;
  } else {
    global.bins[bin] = head.links.next;
    if (head.links.next == kNoPage) global.bin_mask &= ~(uint64_t{1} << bin);
  }
}

// Counts pages as handed out, fresh or re-used (M6): the fresh ones are all those from
// global.fresh_page on. Pages that an aligned block does not need count too: they come back.
Run count_taken(PageIndex page, HeapPages count) noexcept {
  const Run run{page, global.fresh_page};
  const PageIndex end = page + count;
  uint32_t fresh = 0;
  if (end > global.fresh_page) {
    fresh = end.raw - (page > global.fresh_page ? page : global.fresh_page).raw;
    global.fresh_page = end;
  }
  global.counters.fresh_pages += fresh;
  global.counters.reused_pages += count.raw - fresh;
  return run;
}

}  // namespace

HeapPages free_run_at(PageIndex page) noexcept {
  const PageEntry* entry = find_entry(page);
  if (entry == nullptr || entry->kind != PageKind::free_run) return HeapPages{0};
  return HeapPages{entry->run_pages};
}

Run take_front_of_run(PageIndex page, HeapPages count) noexcept {
  PageEntry& head = entry_of(page);
  const HeapPages rest = HeapPages{head.run_pages} - count;
  unlink_run(head);
  if (rest.raw != 0) insert_run(page + count, rest);
  // Until the caller writes them, neither end may read as free to a neighbour that comes back.
  head.kind = entry_of(page + count - kOnePage).kind = PageKind::unknown;
  return count_taken(page, count);
}

Run take_run(HeapPages count) noexcept {
  const uint32_t bin = bin_of(count);
  PageIndex page = global.bins[bin];
  // The own bin of a long run may hold shorter ones: its head is tried, then the bins above.
  if (page == kNoPage || (bin >= kExactBins && entry_of(page).run_pages < count.raw)) {
    const uint64_t above = global.bin_mask & ~uint64_t{1} << bin;
    if (above == 0) return kNoRun;
    page = global.bins[std::countr_zero(above)];
  }
  return take_front_of_run(page, count);
}

Run search_run(HeapPages count) noexcept {
  const Run run = take_run(count);
  if (run.first != kNoPage) return run;
  PageIndex page = global.bins[bin_of(count)];
  while (page != kNoPage && entry_of(page).run_pages < count.raw) page = entry_of(page).links.next;
  return page == kNoPage ? kNoRun : take_front_of_run(page, count);
}

void give_back_run(PageIndex page, HeapPages count) noexcept {
  if (const PageEntry* next = find_entry(page + count);
      next != nullptr && next->kind == PageKind::free_run) {
    unlink_run(*next);
    count = count + HeapPages{next->run_pages};
  }
  if (const PageEntry* before = find_entry(page - kOnePage);
      before != nullptr && before->kind == PageKind::free_run) {
    const HeapPages length{before->run_pages};
    page = page - length;
    unlink_run(entry_of(page));
    count = count + length;
  }
  insert_run(page, count);
}

}  // namespace gharial
