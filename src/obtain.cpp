// obtain.cpp — the order of means: what is free, then what stacks and cursors pin, then growth.
// Assumes and keeps: what run.hpp does.
#include "obtain.hpp"
#include "growth.hpp"
#include "heap.hpp"

namespace gharial {

static constinit bool must_not_abort = false;

QuietGrowth::QuietGrowth() noexcept : before{must_not_abort} { must_not_abort = true; }
QuietGrowth::~QuietGrowth() { must_not_abort = before; }

namespace {

Word handed_out() noexcept {
  return global.counters.fresh_mini_pages + global.counters.reused_mini_pages;
}

// A flush costs more than a new heap page is worth, unless many MiniPages were handed out since the last one: an eighth of
// the heap, and a heap page at least. What stacks and cursors hold now was among them, so it is no more.
bool is_flush_due() noexcept {
  const Word since = handed_out() - global.handed_out_at_flush;
  return since * 8 >= (global.end - global.first).raw + 8 * kMiniPagesPerPage;
}

}  // namespace

// Growth is dear, and sbrk may end the program (ABORTING_MALLOC): what is at hand goes home before it.
Run obtain_run(MiniPages count, RunKind kind) noexcept {
  Run run = take_run(count, kind);
  if (run.first != kNoMiniPage) return run;
  if (is_flush_due() || !can_grow_heap(count)) {
    flush();
    global.handed_out_at_flush = handed_out();
  }
  run = search_run(count, kind);
  if (run.first != kNoMiniPage || (must_not_abort && !can_grow_heap(count))) return run;
  const MiniPageIndex first = grow_heap(count);
  return first != kNoMiniPage ? take_front(first, count, kind) : kNoRun;
}

}  // namespace gharial
