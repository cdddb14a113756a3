// run.hpp — runs of heap pages: find, split, join.
// Assumes: every heap page has an entry. Keeps: I5, I6, I9. Never looks inside a meta-page.
#pragma once
#include "page_map.hpp"

namespace gharial {

// Bin that holds runs of exactly this length (short) or of this quarter of a doubling (long).
constexpr uint32_t bin_of(HeapPages length) noexcept {
  if (length.raw <= kExactBins) return length.raw - 1;
  const uint32_t doubling = log2(length.raw - 1);
  const uint32_t quarter =
      ((length.raw - 1) >> (doubling - kBinsPerDoublingShift)) & (kBinsPerDoubling - 1);
  const uint32_t bin = kExactBins + (doubling - log2(kExactBins)) * kBinsPerDoubling + quarter;
  return bin < kRunBins ? bin : kRunBins - 1;
}
static_assert(bin_of(HeapPages{1}) == 0 && bin_of(HeapPages{32}) == 31 &&
              bin_of(HeapPages{33}) == 32);
static_assert(bin_of(HeapPages{40}) == 32 && bin_of(HeapPages{41}) == 33 &&
              bin_of(HeapPages{65}) == 36);
static_assert(bin_of(HeapPages{8192}) == kRunBins - 1 && bin_of(HeapPages{65536}) == kRunBins - 1);

// Pages handed out; those from `fresh_from` on never were before, so they are zero. first ==
// kNoPage: there are none.
struct Run {
  PageIndex first, fresh_from;
};
inline constexpr Run kNoRun{kNoPage, kNoPage};

inline bool has_free_run() noexcept { return global.bin_mask != 0; }

// A run of `count` pages, out of the free ones. Constant time: one look into the own bin, then
// bit masks (Masmano et al., TLSF, ECRTS 2004, with exact bins for short runs). The caller writes
// the entries.
Run take_run(HeapPages count) noexcept;

// The same, but looks at every run of the own bin: for use after growth was refused. O(free runs).
Run search_run(HeapPages count) noexcept;

// Pages in the free run that begins at `page`; 0 iff none begins there. Constant time.
HeapPages free_run_at(PageIndex page) noexcept;

// Takes the first `count` pages of the free run that begins at `page` and is long enough. Constant
// time.
Run take_front_of_run(PageIndex page, HeapPages count) noexcept;

// Makes pages free, joined with free neighbours. Constant time.
void give_back_run(PageIndex page, HeapPages count) noexcept;

}  // namespace gharial
