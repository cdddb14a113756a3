// owned_page.cpp — see owned_page.hpp.
// Keeps: I4, I6 inside own pages, I10 (two slots for each page).
#include "owned_page.hpp"
#include "block_run.hpp"
#include "metadata.hpp"
#include "thread_heap.hpp"
#include "obtain.hpp"

namespace gharial {
namespace {

constexpr MiniPages kWholePage{kMiniPagesPerPage};

// Other threads read it for statistics.
void count_free_pages(uint32_t more) noexcept {
  store_relaxed(own_heap->free_pages, own_heap->free_pages + more);
}

// Takes the first whole heap page out of a free run that nobody owns, or kNoMiniPage iff none lies in it.
MiniPageIndex take_page_from(MiniPageIndex run) noexcept {
  const MiniPageIndex first{align_up(run.raw, kMiniPagesPerPage)};
  if (first + kWholePage > run + length_of(entry_of(run))) return kNoMiniPage;
  const MiniPages before = first - run;
  take_front(common_runs(), run, before + kWholePage, RunKind::small_run);
  write_run(first, kWholePage, RunKind::small_run);
  if (before != kNoMiniPages) {
    write_run(run, before, RunKind::small_run);
    give_back_run(common_runs(), run, before);
  }
  return first;
}

// A heap page that nobody owns out of a free run: of the bins whose runs may be too short for every position, the first run of each
// is tried, or all of them; then any longer run.
MiniPageIndex take_page(bool look_at_all) noexcept {
  constexpr MiniPages always{2 * kMiniPagesPerPage - 1};
  for (uint32_t bin = bin_of(kWholePage); bin <= bin_of(always); ++bin) {
    MiniPageIndex run = global.runs.bins[bin];
    for (; run != kNoMiniPage; run = entry_of(run).links.next) {
      const MiniPageIndex first = take_page_from(run);
      if (first != kNoMiniPage) return first;
      if (!look_at_all) break;
    }
  }
  const uint32_t bin = find_bin(common_runs(), always);
  return bin == kRunBins ? kNoMiniPage : take_page_from(global.runs.bins[bin]);
}

// A heap page that nobody owns: its first MiniPage, or kNoMiniPage iff memory ran out. The thread holds the lock.
MiniPageIndex obtain_page_run() noexcept {
  MiniPageIndex first = take_page(false);
  if (first != kNoMiniPage) return first;
  give_back_before_growth(kWholePage);
  first = take_page(true);
  return first != kNoMiniPage
             ? first
             : obtain_aligned_run(kWholePage, kMiniPagesPerPage, RunKind::small_run);
}

// Gives the page a meta-page and a slot for its remote words, all zero: no block of it was freed elsewhere. False iff memory ran out.
bool describe_page(MiniPageIndex first) noexcept {
  MetaPage* const meta = obtain_slot();
  if (meta == nullptr) return false;
  const MetaPage* const remote = obtain_slot();
  if (remote == nullptr) {
    give_back_slot(*meta);
    return false;
  }
  make_meta(*meta, page_of(first));
  meta->owned = {reinterpret_cast<Word>(own_heap), link_to(*remote), remote->slot};
  auto* const words = reinterpret_cast<RemoteWord*>(address_of(meta->owned.remote));
  for (uint32_t i = 0; i < kMiniPagesPerPage * kFreeWords; ++i) words[i] = {0, 0, link_to(*meta)};
  return true;
}

// Takes over a page, as one free run of the heap's own. False iff memory ran out, or may not be asked for.
[[gnu::noinline]] bool take_over_page() noexcept {
  if (is_refused()) return false;
  const Locked locked;
  const MiniPageIndex first = obtain_page_run();
  if (first == kNoMiniPage) return false;
  if (!describe_page(first)) {
    give_back_run(common_runs(), first, kWholePage);
    return false;
  }
  give_back_run(own_runs(), first, kWholePage);
  own_heap->pages++;
  count_free_pages(1);
  return true;
}

// Makes a wholly free page nobody's. The thread holds the lock.
void give_up_page(MetaPage& meta) noexcept {
  const MiniPageIndex first = first_of(meta.page);
  take_front(own_runs(), first, kWholePage, RunKind::small_run);
  meta_word(meta.page) = kNone;
  MetaPage& remote = meta_at(meta.owned.remote);
  remote.slot = meta.owned.remote_slot;
  give_back_slot(remote);
  give_back_slot(meta);
  give_back_run(common_runs(), first, kWholePage);
  own_heap->pages--;
  count_free_pages(~0u);
}

}  // namespace

MetaPage* obtain_own_run(MiniPages count, MiniPageIndex& first) noexcept {
  first = take_run(own_runs(), count, RunKind::small_run);
  if (first == kNoMiniPage) {
    if (!take_over_page()) return nullptr;
    first = take_run(own_runs(), count, RunKind::small_run);
  }
  MetaPage* const meta = find_meta(page_of(first));
  if (meta->runs == 0) count_free_pages(~0u);
  return meta;
}

void give_back_own_run(MetaPage& meta, MiniPageIndex first, MiniPages count) noexcept {
  give_back_run(own_runs(), first, count);
  if (--meta.runs != 0) return;
  count_free_pages(1);
  const uint32_t reserved = own_heap->reserved;
  if (own_heap->free_pages <= (reserved > kKeptPages ? reserved : kKeptPages)) return;
  const MaybeLocked
      locked;  // if another thread holds the lock, the page stays, until the next one is free or memory runs short
  if (locked) give_up_page(meta);
}

bool reserve_pages(uint32_t count) noexcept {
  while (own_heap->free_pages < count)
    if (!take_over_page()) return false;
  return true;
}

void give_back_free_pages() noexcept {
  MiniPageIndex at = own_heap->runs.bins[bin_of(kWholePage)];
  while (at != kNoMiniPage && own_heap->free_pages > own_heap->reserved) {
    const RunEntry& entry = entry_of(at);
    const MiniPageIndex next = entry.links.next;
    if (length_of(entry) == kWholePage) give_up_page(*find_meta(page_of(at)));
    at = next;
  }
}

void recount_runs() noexcept {
  for (uint32_t page = 0; page < global.mapped_pages; ++page) {
    MetaPage* const meta = find_meta(PageIndex{page});
    if (meta == nullptr || owner_of(*meta) != own_heap) continue;
    for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) {
      const MiniPageIndex first = first_of(PageIndex{page}) + MiniPages{i};
      MiniPageHeader& header = meta->mini_pages[i];
      if (kind_of(entry_of(first)) != RunKind::small_run ||
          entry_of(first).header != reinterpret_cast<Word>(&header))
        continue;
      if (&header == current_of(header.size_class)) continue;
      const uint32_t home = blocks_home(header), capacity = capacity_of(header);
      if (header.prev == kUnlisted && home != 0) list_run(header);
      header.countdown = home == 0 ? 1 : capacity - home;
      if (home != capacity) continue;
      unlist_run(header);
      retire_small_run(header);
    }
  }
}

}  // namespace gharial
