// block_run.cpp — large blocks: obtain, release, make longer and shorter.
// Assumes: run.hpp.
#include "block_run.hpp"
#include "growth.hpp"
#include "obtain.hpp"
#include "thread_heap.hpp"

namespace gharial {

Address obtain_block(MiniPages count) noexcept {
  if (is_refused()) return kNone;
  const Locked locked;
  return address_of(obtain_run(count, RunKind::block_run));
}

[[clang::minsize]] Address obtain_growing_block(MiniPages count) noexcept {
  if (is_real_time()) return kNone;  // the caller asks again, and that is counted if it is refused
  const Locked locked;
  const QuietGrowth quiet;
  const MiniPages trailing = free_below(global.end);
  if (trailing < count) return obtain_block(count);
  return address_of(take_front(global.end - trailing, count, RunKind::block_run));
}

[[clang::minsize]] MiniPageIndex obtain_aligned_run(MiniPages count, uint32_t step,
                                                    RunKind kind) noexcept {
  const MiniPages most{count.raw + step - 1};
  const Word peak = global.counters.peak_used_mini_pages;
  const MiniPageIndex begin = obtain_run(most, kind);
  if (begin == kNoMiniPage) return kNoMiniPage;
  const MiniPageIndex first{align_up(begin.raw, step)}, end = first + count;
  write_run(first, count, kind);
  if (first != begin) give_back_run(begin, first - begin);
  if (end != begin + most) give_back_run(end, begin + most - end);
  global.counters.peak_used_mini_pages = peak;  // what went back was never in use
  note_peak();
  return first;
}

[[clang::minsize]] Address obtain_aligned_block(MiniPages count, uint32_t step) noexcept {
  if (is_refused()) return kNone;
  const Locked locked;
  return address_of(obtain_aligned_run(count, step, RunKind::block_run));
}

[[clang::minsize]] Address obtain_zeroed_block(MiniPages count) noexcept {
  if (is_refused()) return kNone;
  Address block;
  MiniPageIndex fresh;
  {
    const Locked locked;
    block = obtain_block(count);
    fresh = global.fresh_before_take;
  }
  if (block == kNone) return kNone;
  const MiniPageIndex first = mini_page_of(block);
  if (first < fresh)
    __builtin_memset(reinterpret_cast<void*>(block), 0,
                     bytes_in(fresh < first + count ? fresh - first : count));
  return block;
}

MiniPages block_length(Address block) noexcept {
  const MiniPageIndex first = mini_page_of(block);
  // Without the lock: memory may grow meanwhile.
  if (block % kMiniPageBytes != 0 || first < global.first ||
      first.raw >= load_relaxed(global.end.raw) || kind_of(entry_of(first)) != RunKind::block_run)
    fault(Fault::not_a_block, block, 0);
  return length_of(entry_of(first));
}

void release_block(Address block) noexcept {
  const MiniPages count = block_length(block);
  const MiniPageIndex first = mini_page_of(block);
  const MaybeLocked locked;
  if (!locked) return defer_release(first);
  give_back_run(first, count);
}

bool extend_block(Address block, MiniPages least, MiniPages most) noexcept {
  const MaybeLocked locked;
  if (!locked) return false;  // the caller moves it
  const MiniPageIndex first = mini_page_of(block);
  const MiniPages had = length_of(entry_of(first));
  const MiniPageIndex after = first + had;
  MiniPages there = free_run_at(after);
  if (there < least - had) {
    // Growing in place saves the copy of a large block, but is not worth a refusal, which may end the program; nor more memory where one
    // that grows by a third or more finds a hole. (What grows by less would outgrow the hole as well, and be copied again and again.)
    const bool has_hole = (least - had).raw * 3 >= had.raw && find_bin(least) != kRunBins;
    const bool ends_heap = after + there == global.end;
    if (!ends_heap || is_real_time() || least <= MiniPages{kRoomMax / kMiniPageBytes} || has_hole ||
        !can_grow_heap(least - had))
      return false;
    grow_heap(least - had);
    there = free_run_at(after);
    if (there < least - had) return false;
  }
  const MiniPages more = there < most - had ? there : most - had;
  take_front(after, more, RunKind::inside);
  write_run(first, had + more, RunKind::block_run);
  return true;
}

[[clang::minsize]] void shorten_block(Address block, MiniPages count) noexcept {
  const MaybeLocked locked;
  if (!locked) return;  // it stays as long as it is
  const MiniPageIndex first = mini_page_of(block);
  const MiniPages less = length_of(entry_of(first)) - count;
  write_run(first, count, RunKind::block_run);
  give_back_run(first + count, less);
}

}  // namespace gharial
