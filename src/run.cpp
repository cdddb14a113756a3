// run.cpp — runs of MiniPages. Owns the bins; never looks inside a meta-page.
// Assumes: the entries before and behind the heap are of kind `none`. Keeps: I5 no two free runs touch, I6 a run is in the bin
// of its length and in no other, I9 first and last entry of a run are true. Constant time: Masmano, Ripoll,
// Crespo, Real: TLSF, ECRTS 2004, §3.
#include "run.hpp"

namespace gharial {
namespace {

void insert_run(MiniPageIndex first, MiniPages length) noexcept {
  const uint32_t bin = bin_of(length);
  const uint32_t value = entry_value(RunKind::free_run, length.raw);
  RunEntry& head = entry_of(first);
  entry_of(first + length - kOneMiniPage).value = value;
  head.value = value;
  const MiniPageIndex next = global.bins[bin];
  head.links = {next, kNoMiniPage};
  if (next != kNoMiniPage) entry_of(next).links.prev = first;
  global.bins[bin] = first;
  global.bin_mask |= uint64_t{1} << bin;
}

void unlink_run(const RunEntry& head) noexcept {
  const auto [next, prev] = head.links;
  if (next != kNoMiniPage) entry_of(next).links.prev = prev;
  if (prev != kNoMiniPage) {
    entry_of(prev).links.next = next;
    return;
  }
  const uint32_t bin = bin_of(length_of(head));
  global.bins[bin] = next;
  if (next == kNoMiniPage) global.bin_mask &= ~(uint64_t{1} << bin);
}

// A free run of `count` MiniPages or more, or none. The own bin of a long run may hold shorter ones: its head is tried, then
// the bins above.
MiniPageIndex find_run(MiniPages count) noexcept {
  const uint32_t bin = bin_of(count);
  const MiniPageIndex own = global.bins[bin];
  if (own != kNoMiniPage && length_of(entry_of(own)) >= count) return own;
  const uint64_t above = global.bin_mask & ~uint64_t{1} << bin;
  return above == 0 ? kNoMiniPage : global.bins[std::countr_zero(above)];
}

// Heap pages that begin among the MiniPages from `first` to `end`.
uint32_t pages_begun(MiniPageIndex first, MiniPageIndex end) noexcept {
  return page_of(MiniPageIndex{end.raw + kMiniPagesPerPage - 1}).raw -
         page_of(MiniPageIndex{first.raw + kMiniPagesPerPage - 1}).raw;
}

// Counts MiniPages and heap pages as handed out, fresh or re-used (M6): the fresh ones are all those from
// global.fresh on. What an aligned block does not need counts too: it comes back.
void count_taken(MiniPageIndex first, MiniPageIndex end) noexcept {
  Counters& counters = global.counters;
  MiniPageIndex old_end = end;
  if (end > global.fresh) {
    const MiniPageIndex from = first > global.fresh ? first : global.fresh;
    old_end = from;
    counters.fresh_mini_pages += (end - from).raw;
    counters.fresh_pages += pages_begun(from, end);
    global.fresh = end;
  }
  counters.reused_mini_pages += (old_end - first).raw;
  counters.reused_pages += pages_begun(first, old_end);
}

}  // namespace

void write_run(MiniPageIndex first, MiniPages count, RunKind kind) noexcept {
  entry_of(first + count - kOneMiniPage).value = entry_value(RunKind::inside, 0);
  entry_of(first).value = entry_value(kind, count.raw);
}

MiniPages free_run_at(MiniPageIndex at) noexcept {
  const RunEntry& entry = entry_of(at);
  return kind_of(entry) == RunKind::free_run ? length_of(entry) : kNoMiniPages;
}

Run take_front(MiniPageIndex first, MiniPages count, RunKind kind) noexcept {
  const RunEntry& head = entry_of(first);
  const MiniPages rest = length_of(head) - count;
  unlink_run(head);
  if (rest != kNoMiniPages) insert_run(first + count, rest);
  write_run(first, count, kind);
  const Run run{first, global.fresh};
  count_taken(first, first + count);
  return run;
}

Run take_run(MiniPages count, RunKind kind) noexcept {
  const MiniPageIndex first = find_run(count);
  return first == kNoMiniPage ? kNoRun : take_front(first, count, kind);
}

[[clang::minsize]] Run search_run(MiniPages count, RunKind kind) noexcept {
  MiniPageIndex first = find_run(count);
  if (first == kNoMiniPage) {
    first = global.bins[bin_of(count)];
    while (first != kNoMiniPage && length_of(entry_of(first)) < count)
      first = entry_of(first).links.next;
    if (first == kNoMiniPage) return kNoRun;
  }
  return take_front(first, count, kind);
}

void give_back_run(MiniPageIndex first, MiniPages count) noexcept {
  // If a run below swallows it, no block may seem to begin here.
  entry_of(first).value = entry_value(RunKind::inside, 0);
  const RunEntry& next = entry_of(first + count);
  if (kind_of(next) == RunKind::free_run) {
    unlink_run(next);
    count = count + length_of(next);
  }
  const RunEntry& before = entry_of(first - kOneMiniPage);
  if (kind_of(before) == RunKind::free_run) {
    const MiniPages length = length_of(before);
    first = first - length;
    unlink_run(entry_of(first));
    count = count + length;
  }
  insert_run(first, count);
}

}  // namespace gharial
