// large.hpp — large blocks: whole heap pages, and a tail of MiniPages of the page after them.
// Assumes: the tail's page is cut, and the rest of it serves others. Keeps: I9, I12. Constant time,
// but for growth.
#pragma once
#include "heap.hpp"
#include "obtain.hpp"

namespace gharial {

struct LargeSize {
  HeapPages pages;
  uint32_t tail;  // MiniPages
  HeapPages pages_with_tail() const noexcept { return HeapPages{pages.raw + (tail != 0 ? 1 : 0)}; }
  size_t bytes() const noexcept {
    return (static_cast<size_t>(pages.raw) << kHeapPageShift) + tail * size_t{kMiniPageBytes};
  }
};
// The caller has excluded overflow.
constexpr LargeSize large_size_of(size_t bytes) noexcept {
  const size_t mini_pages = (bytes + kMiniPageBytes - 1) >> kMiniPageShift;
  const LargeSize size{HeapPages{static_cast<uint32_t>(mini_pages / kMiniPagesPerPage)},
                       static_cast<uint32_t>(mini_pages % kMiniPagesPerPage)};
  return size.pages.raw == 0 ? LargeSize{kOnePage, 0} : size;
}
// No request above this has a chance; the page counts below it cannot overflow.
constexpr size_t kLargest = sizeof(Word) == 4 ? ~size_t{0} - 2 * kHeapPageBytes
                                              : static_cast<size_t>(kAddressEnd<ThisModel>);

inline LargeSize size_of_large(const PageEntry& entry) noexcept {
  return {HeapPages{entry.run_pages}, entry.tail};
}

// A block of the size, at a multiple of `step` heap pages (a power of two). kNone iff memory ran
// out.
Address allocate_large(LargeSize size, uint32_t step, Contents contents) noexcept;

// Makes the block that begins at the page free.
void release_large(PageIndex head) noexcept;

// True iff the block holds `bytes` now, where it is. False: unchanged.
bool resize_large(PageIndex head, size_t bytes) noexcept;

}  // namespace gharial
