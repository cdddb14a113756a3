// block_run.cpp — medium and large blocks: obtain, release, make longer and shorter.
// Assumes: run.hpp. Keeps: I7 the class of a medium block at its first MiniPage, I11 what is in use.
#include "block_run.hpp"
#include "growth.hpp"

namespace gharial {
namespace {

// Writes what says that a block of `count` MiniPages begins there.
void write_block(MiniPageIndex first, MiniPages count) noexcept {
  write_run(first, count, RunKind::block_run);
  const bool is_medium = count <= MiniPages{kClassMaxMiniPages};
  front.class_map[first.raw] = key_of(is_medium ? class_of_mini_pages(count) : kLargeClass).raw;
}

}  // namespace

Address obtain_block(MiniPages count, uint32_t step, Contents contents) noexcept {
  const MiniPages more{step - 1};
  const Run run = obtain_run(count + more, RunKind::block_run);
  if (run.first == kNoMiniPage) return kNone;
  const MiniPageIndex first{align_up(run.first.raw, step)}, end = first + count;
  write_block(first, count);
  if (step != 1) {
    if (first != run.first) give_back_run(run.first, first - run.first);
    if (const MiniPageIndex rest_end = run.first + count + more; end != rest_end)
      give_back_run(end, rest_end - end);
  }
  note_used(count);
  const Address block = address_of(first);
  if (contents == Contents::zero && first < run.fresh_from) {  // the rest was never handed out
    const MiniPageIndex used_end = run.fresh_from < end ? run.fresh_from : end;
    __builtin_memset(reinterpret_cast<void*>(block), 0, bytes_in(used_end - first));
  }
  return block;
}

MiniPages block_length(Address block) noexcept {
  const MiniPageIndex first = mini_page_of(block);
  if (block % kMiniPageBytes != 0 || first >= global.end ||
      kind_of(entry_of(first)) != RunKind::block_run)
    fault(Fault::not_a_block, block, 0);
  return length_of(entry_of(first));
}

void release_block(Address block) noexcept {
  const MiniPages count = block_length(block);
  const MiniPageIndex first = mini_page_of(block);
  front.class_map[first.raw] = 0;
  global.counters.used_mini_pages -= count.raw;
  give_back_run(first, count);
}

bool extend_block(Address block, MiniPages least, MiniPages most) noexcept {
  const MiniPageIndex first = mini_page_of(block);
  const MiniPages had = length_of(entry_of(first));
  const MiniPageIndex after = first + had;
  MiniPages there = free_run_at(after);
  if (there < least - had) {
    // Growing in place saves the copy of a large block, but is not worth a refusal, which may end the program.
    const bool ends_heap = after + there == global.end;
    if (!ends_heap || least <= MiniPages{kClassMaxMiniPages} || !can_grow_heap(least - had))
      return false;
    grow_heap(least - had);
    there = free_run_at(after);
    if (there < least - had) return false;
  }
  const MiniPages more = there < most - had ? there : most - had;
  take_front(after, more, RunKind::inside);
  write_block(first, had + more);
  note_used(more);
  return true;
}

void shorten_block(Address block, MiniPages count) noexcept {
  const MiniPageIndex first = mini_page_of(block);
  const MiniPages less = length_of(entry_of(first)) - count;
  write_block(first, count);
  global.counters.used_mini_pages -= less.raw;
  give_back_run(first + count, less);
}

}  // namespace gharial
