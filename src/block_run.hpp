// block_run.hpp — large blocks: a run of whole MiniPages each.
// Assumes: obtain.hpp gives runs. Keeps: I7. Constant time, but for growth and bytes cleared for the caller.
#pragma once
#include "heap.hpp"
#include "obtain.hpp"

namespace gharial {

// No request above this has a chance; the counts below it cannot overflow.
inline constexpr size_t kLargest =
    static_cast<size_t>(kAddressEnd<ThisModel> - 2 * kHeapPageBytes - 1);

// MiniPages that hold so many bytes, one at least. The caller has excluded overflow.
constexpr MiniPages mini_pages_for(size_t bytes) noexcept {
  return MiniPages{
      static_cast<uint32_t>((bytes + (bytes == 0) + kMiniPageBytes - 1) >> kMiniPageShift)};
}

// A run of `count` MiniPages of that kind at a multiple of `step` MiniPages (a power of two): its first; kNoMiniPage iff memory ran out.
MiniPageIndex obtain_aligned_run(MiniPages count, uint32_t step, RunKind kind) noexcept;

// A block of `count` MiniPages; kNone iff memory ran out.
Address obtain_block(MiniPages count) noexcept;
// The same for a block that grows: where the heap ends, if so much is free there, and nothing will be in its way.
Address obtain_growing_block(MiniPages count) noexcept;
// The same as obtain_block, at a multiple of `step` MiniPages (a power of two).
Address obtain_aligned_block(MiniPages count, uint32_t step) noexcept;
// The same as obtain_block, every byte zero: those of MiniPages that were never handed out already are.
Address obtain_zeroed_block(MiniPages count) noexcept;

// MiniPages of the block. A pointer that is no such block stops the program.
MiniPages block_length(Address block) noexcept;

// Makes the block's MiniPages free.
void release_block(Address block) noexcept;

// True iff the block has `count` MiniPages or more now, where it is, and `most` if what follows is free. False: unchanged.
bool extend_block(Address block, MiniPages least, MiniPages most) noexcept;

// The block keeps its first `count` MiniPages, of more.
void shorten_block(Address block, MiniPages count) noexcept;

}  // namespace gharial
