// run.hpp — runs of MiniPages: find, split, join. A run may lie across heap pages.
// Assumes: growth.cpp covers every MiniPage below global.end, and the one behind it, with the maps.
// Keeps: I5, I6, I9. Knows nothing of what lies inside own pages.
#pragma once
#include "fault.hpp"
#include "front.hpp"

namespace gharial {

extern constinit GlobalMetaPage global;

// Entry of a MiniPage of the heap, or of a neighbour of it.
inline RunEntry& entry_of(MiniPageIndex at) noexcept {
  expect(at + kOneMiniPage >= global.first && at.raw < global.mapped_pages * kMiniPagesPerPage,
         address_of(at));
  return RunMap{}[at.raw];
}
// The meta-page of a heap page, or kNone. In shared memory every page that a heap owns has one, and no other page.
inline Word& meta_word(PageIndex page) noexcept {
  if constexpr (kShared)
    return segment_at(page.raw / kPagesPerSegment).metas[page.raw % kPagesPerSegment];
  else
    return reinterpret_cast<Word*>(global.meta_map)[page.raw];
}
// The run map and the page map begin with this heap page: what lies before it is not the heap's, and nobody asks. (Classes begin at address
// 0, for free must know what is no block.)
constexpr PageIndex first_mapped(MiniPageIndex heap_first) noexcept {
  return kShared ? PageIndex{0} : page_of(heap_first - kOneMiniPage);
}
constexpr RunKind kind_of(const RunEntry& entry) noexcept {
  return static_cast<RunKind>(entry.value & ((1u << kRunKindBits) - 1));
}
// MiniPages of the run; other kinds keep other numbers here.
constexpr MiniPages length_of(const RunEntry& entry) noexcept {
  return MiniPages{entry.value >> kRunKindBits};
}
constexpr uint32_t entry_value(RunKind kind, uint32_t number) noexcept {
  return number << kRunKindBits | static_cast<uint32_t>(kind);
}

// The bin of long runs: of a quarter of a doubling. A heap page begins one, so that no shorter run shares its bin. Out of line, as
// four places need it.
[[gnu::noinline]] constexpr uint32_t bin_of_long(MiniPages length) noexcept {
  const uint32_t doubling = log2(length.raw);
  const uint32_t quarter =
      (length.raw >> (doubling - kBinsPerDoublingShift)) & (kBinsPerDoubling - 1);
  const uint32_t bin = kExactBins + (doubling - log2(kExactBins)) * kBinsPerDoubling + quarter;
  return bin < kRunBins ? bin : kRunBins - 1;
}
// Bin that holds runs of exactly this length (short) or of this quarter of a doubling (long).
constexpr uint32_t bin_of(MiniPages length) noexcept {
  return length.raw <= kExactBins ? length.raw - 1 : bin_of_long(length);
}
static_assert(bin_of(MiniPages{1}) == 0 && bin_of(MiniPages{kMiniPagesPerPage}) == 31);
static_assert(bin_of(MiniPages{33}) == 32 && bin_of(MiniPages{39}) == 32);
static_assert(bin_of(MiniPages{40}) == 33 && bin_of(MiniPages{63}) == 35);
static_assert(bin_of(MiniPages{64}) == 36 && bin_of(MiniPages{79}) == 36);
static_assert(bin_of(MiniPages{1u << 13}) == kRunBins - 1);
static_assert(bin_of(MiniPages{1u << 21}) == kRunBins - 1);

// A small heap grows in small steps, and cuts small runs from any hole.
inline bool is_small_heap() noexcept { return global.end - global.first < MiniPages{kSmallHeap}; }

// What is in use now may be more than ever.
inline void note_peak() noexcept {
  Counters& counters = global.counters;
  if (counters.used_mini_pages > counters.peak_used_mini_pages)
    counters.peak_used_mini_pages = counters.used_mini_pages;
}

// A run of `count` MiniPages, out of the free ones outside of own pages, of that kind: its first, or kNoMiniPage. In shared memory, whoever
// touches these holds the lock. Those of its MiniPages from
// global.fresh_before_take on were never handed out before, so they are zero. Constant time: one look into the own bin, then a
// bit mask (Masmano, Ripoll, Crespo, Real: TLSF, ECRTS 2004, §3, with exact bins for short runs).
MiniPageIndex take_run(MiniPages count, RunKind kind) noexcept;

// The same, but looks at every run of the own bin: for use where memory cannot grow. O(free runs).
MiniPageIndex search_run(MiniPages count, RunKind kind) noexcept;

// The bin whose first run has `count` MiniPages or more, or kRunBins. The own bin of a long run may hold shorter ones: its first
// is tried, then the bins above.
uint32_t find_bin(MiniPages count) noexcept;

// MiniPages in the free run that begins there; none iff no free run does. Constant time.
MiniPages free_run_at(MiniPageIndex at) noexcept;

// Takes `count` MiniPages from `first` on out of the free run that begins at `run` and is long enough. Constant time.
MiniPageIndex take_part(MiniPageIndex run, MiniPageIndex first, MiniPages count,
                        RunKind kind) noexcept;
inline MiniPageIndex take_front(MiniPageIndex first, MiniPages count, RunKind kind) noexcept {
  return take_part(first, first, count, kind);
}

// Writes first and last entry of a run that is not free.
void write_run(MiniPageIndex first, MiniPages count, RunKind kind) noexcept;

// Makes MiniPages free, joined with free neighbours. Constant time.
void give_back_run(MiniPageIndex first, MiniPages count) noexcept;

}  // namespace gharial
