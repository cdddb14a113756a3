// obtain.hpp — runs by every means there is, growth included.
// Constant time, but for growth and for the flush before it.
#pragma once
#include "run.hpp"

namespace gharial {

// A run of `count` MiniPages of that kind: its first; kNoMiniPage iff memory ran out.
MiniPageIndex obtain_run(MiniPages count, RunKind kind) noexcept;

// What is at hand goes home, if that is due or memory cannot grow by `count` MiniPages.
void give_back_before_growth(MiniPages count) noexcept;

// While one lives, obtaining fails rather than let sbrk end the program: for a shrink, which may stay.
struct QuietGrowth {
  QuietGrowth() noexcept;
  ~QuietGrowth();
  bool before;
};

}  // namespace gharial
