// obtain.cpp — the order of means: what is free, then what stacks and cursors pin, then growth.
// Assumes and keeps: what run.hpp does.
#include "obtain.hpp"
#include "growth.hpp"
#include "heap.hpp"

namespace gharial {

static constinit thread_local bool must_not_abort = false;

QuietGrowth::QuietGrowth() noexcept : before{must_not_abort} { must_not_abort = true; }
QuietGrowth::~QuietGrowth() { must_not_abort = before; }

// A flush costs more than a new heap page is worth, unless many MiniPages were handed out since the last one: an eighth of
// the heap, and a heap page at least. What stacks and cursors hold now was among them, so it is no more.
static bool is_flush_due() noexcept {
  const Word since = global.counters.taken_mini_pages - global.taken_at_flush;
  return since * 8 >= (global.end - global.first).raw + 8 * kMiniPagesPerPage;
}

[[clang::minsize]] void give_back_before_growth(MiniPages count) noexcept {
  if (is_flush_due() || !can_grow_heap(count)) flush();
}

// Growth is dear, and sbrk may end the program (ABORTING_MALLOC): what is at hand goes back before it, if that is due.
[[clang::minsize]] static MiniPageIndex obtain_slowly(MiniPages count, RunKind kind) noexcept {
  give_back_before_growth(count);
  const bool grows = can_grow_heap(count);
  MiniPageIndex first = grows ? take_run(count, kind) : search_run(count, kind);
  if (first != kNoMiniPage || (must_not_abort && !grows)) return first;
  first = grow_heap(count);
  if (first != kNoMiniPage) return take_front(first, count, kind);
  flush();  // sbrk may refuse what the limit allows
  return search_run(count, kind);
}

MiniPageIndex obtain_run(MiniPages count, RunKind kind) noexcept {
  const MiniPageIndex first = take_run(count, kind);
  return first != kNoMiniPage ? first : obtain_slowly(count, kind);
}

}  // namespace gharial
