// run.cpp — runs of MiniPages. Owns the bins; never looks inside a meta-page.
// Assumes: the entries before and behind the heap are of kind `none`. Keeps: I5 no two free runs touch, I6 a run is in the bin
// of its length and in no other, I9 first and last entry of a run are true. Constant time: Masmano, Ripoll,
// Crespo, Real: TLSF, ECRTS 2004, §3.
#include "run.hpp"
#include "guard.hpp"

namespace gharial {
namespace {

// True iff a free run lies there. In shared memory nobody may look at an entry inside another thread's page.
bool is_free(RunMap map, MiniPageIndex at) noexcept {
  if (kShared && meta_word(page_of(at)) != kNone) return false;
  return kind_of(map[at.raw]) == RunKind::free_run;
}

void insert_run(RunMap map, MiniPageIndex first, MiniPages length) noexcept {
  const uint32_t bin = bin_of(length);
  const uint32_t value = entry_value(RunKind::free_run, length.raw);
  RunEntry& head = map[first.raw];
  map[(first + length).raw - 1].value = value;
  head.value = value;
  const MiniPageIndex next = global.runs.bins[bin];
  head.links = {next, kNoMiniPage};
  global.runs.bins[bin] = first;
  if (next != kNoMiniPage)
    map[next.raw].links.prev = first;
  else
    global.runs.mask |= uint64_t{1} << bin;
}

void unlink_run(RunMap map, const RunEntry& head) noexcept {
  const auto [next, prev] = head.links;
  const MiniPageIndex first{static_cast<uint32_t>(&head - &map[0])};
  if (next != kNoMiniPage) {
    MiniPageIndex& back = map[next.raw].links.prev;
    guard(back == first, address_of(first), 6);
    back = prev;
  }
  if (prev != kNoMiniPage) {
    MiniPageIndex& forth = map[prev.raw].links.next;
    guard(forth == first, address_of(first), 6);
    forth = next;
    return;
  }
  const uint32_t bin = bin_of(length_of(head));
  global.runs.bins[bin] = next;
  if (next == kNoMiniPage) global.runs.mask &= ~(uint64_t{1} << bin);
}

// Heap pages that begin among the MiniPages from `first` to `end`.
uint32_t pages_begun(MiniPageIndex first, MiniPageIndex end) noexcept {
  return page_of(MiniPageIndex{end.raw + kMiniPagesPerPage - 1}).raw -
         page_of(MiniPageIndex{first.raw + kMiniPagesPerPage - 1}).raw;
}

// Counts MiniPages and heap pages as handed out and in use, and which of them are fresh (M6): all those from
// global.fresh on. What an aligned block does not need counts too: it comes back.
void count_taken(MiniPageIndex first, MiniPageIndex end) noexcept {
  Counters& counters = global.counters;
  counters.taken_mini_pages += (end - first).raw;
  counters.taken_pages += pages_begun(first, end);
  counters.used_mini_pages += (end - first).raw;
  note_peak();
  const MiniPageIndex fresh = global.fresh_before_take = global.fresh;
  if (end <= fresh) return;
  const MiniPageIndex from = first > fresh ? first : fresh;
  counters.fresh_mini_pages += (end - from).raw;
  counters.fresh_pages += pages_begun(from, end);
  global.fresh = end;
}

}  // namespace

void write_run(MiniPageIndex first, MiniPages count, RunKind kind) noexcept {
  entry_of(first + count - kOneMiniPage).value = entry_value(RunKind::inside, 0);
  entry_of(first).value = entry_value(kind, count.raw);
}

MiniPages free_run_at(MiniPageIndex at) noexcept {
  return is_free(RunMap{}, at) ? length_of(entry_of(at)) : kNoMiniPages;
}

// Hands out the first `count` MiniPages of a free run that was unlinked.
static MiniPageIndex hand_out(RunMap map, MiniPageIndex first, MiniPages count,
                              RunKind kind) noexcept {
  RunEntry& head = map[first.raw];
  const MiniPages rest = length_of(head) - count;
  const MiniPageIndex end = first + count;
  if (rest != kNoMiniPages) insert_run(map, end, rest);
  map[end.raw - 1].value = entry_value(RunKind::inside, 0);
  head.value = entry_value(kind, count.raw);
  count_taken(first, end);
  return first;
}

uint32_t find_bin(MiniPages count) noexcept {
  const uint32_t bin = bin_of(count);
  const MiniPageIndex own = global.runs.bins[bin];
  if (own != kNoMiniPage && length_of(entry_of(own)) >= count) return bin;
  const uint64_t above = global.runs.mask & ~uint64_t{1} << bin;
  return above == 0 ? kRunBins : static_cast<uint32_t>(std::countr_zero(above));
}

MiniPageIndex take_part(MiniPageIndex run, MiniPageIndex first, MiniPages count,
                        RunKind kind) noexcept {
  const RunMap map;
  const RunEntry& head = map[run.raw];
  unlink_run(map, head);
  const MiniPages before = first - run;
  if (before == kNoMiniPages) return hand_out(map, first, count, kind);
  map[first.raw].value = entry_value(RunKind::free_run, (length_of(head) - before).raw);
  insert_run(map, run, before);
  return hand_out(map, first, count, kind);
}

MiniPageIndex take_run(MiniPages count, RunKind kind) noexcept {
  const uint32_t bin = find_bin(count);
  if (bin == kRunBins) return kNoMiniPage;
  const RunMap map;
  const MiniPageIndex first = global.runs.bins[bin], next = map[first.raw].links.next;
  global.runs.bins[bin] = next;
  if (next != kNoMiniPage)
    map[next.raw].links.prev = kNoMiniPage;
  else
    global.runs.mask &= ~(uint64_t{1} << bin);
  return hand_out(map, first, count, kind);
}

[[clang::minsize]] MiniPageIndex search_run(MiniPages count, RunKind kind) noexcept {
  const MiniPageIndex found = take_run(count, kind);
  if (found != kNoMiniPage) return found;
  MiniPageIndex first = global.runs.bins[bin_of(count)];
  while (first != kNoMiniPage && length_of(entry_of(first)) < count)
    first = entry_of(first).links.next;
  return first == kNoMiniPage ? first : take_front(first, count, kind);
}

void give_back_run(MiniPageIndex first, MiniPages count) noexcept {
  const RunMap map;
  global.counters.used_mini_pages -= count.raw;
  // If a run below swallows it, no block may seem to begin here.
  map[first.raw].value = entry_value(RunKind::inside, 0);
  const RunEntry& next = map[(first + count).raw];
  if (is_free(map, first + count)) {
    unlink_run(map, next);
    count = count + length_of(next);
  }
  const RunEntry& before = map[first.raw - 1];
  if (is_free(map, first - kOneMiniPage)) {
    const MiniPages length = length_of(before);
    first = first - length;
    unlink_run(map, map[first.raw]);
    count = count + length;
  }
  insert_run(map, first, count);
}

}  // namespace gharial
