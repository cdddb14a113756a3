// large.hpp — large blocks: whole heap pages. What is left of the last one is spare: when somebody needs
// MiniPages, that page is cut, and its first MiniPages are the block's tail.
// Keeps: I4, I9, I12. Constant time, but for growth.
#pragma once
#include "heap.hpp"
#include "obtain.hpp"

namespace gharial {

// MiniPages that hold so many bytes. The caller has excluded overflow.
constexpr uint32_t mini_pages_for(size_t bytes) noexcept {
  return static_cast<uint32_t>((bytes + kMiniPageBytes - 1) >> kMiniPageShift);
}
// The same for a large block, whose first page is all its own.
constexpr uint32_t large_mini_pages_for(size_t bytes) noexcept {
  return bytes <= kHeapPageBytes ? kMiniPagesPerPage : mini_pages_for(bytes);
}
constexpr HeapPages pages_for(uint32_t mini_pages) noexcept {
  return HeapPages{(mini_pages + kMiniPagesPerPage - 1) / kMiniPagesPerPage};
}
// No request above this has a chance; the page counts below it cannot overflow.
constexpr size_t kLargest = static_cast<size_t>(kAddressEnd<ThisModel> - 2 * kHeapPageBytes - 1);

// MiniPages of the block whose first page has this entry.
inline uint32_t mini_pages_of_large(const PageEntry& entry) noexcept {
  return entry.run_pages * kMiniPagesPerPage + entry.tail - entry.spare;
}
inline size_t bytes_of_large(const PageEntry& entry) noexcept {
  return static_cast<size_t>(mini_pages_of_large(entry)) << kMiniPageShift;
}

// A block of at least `bytes`, at a multiple of `step` heap pages (a power of two). kNone iff memory ran out.
Address allocate_large(size_t bytes, uint32_t step, Contents contents) noexcept;

// Makes the block that begins at the page free.
void release_large(PageIndex head) noexcept;

// The page, cut, whose spare MiniPages fit `length` most tightly, or null: there is none, or no memory for its meta-page.
MetaPage* cut_spare_page(uint32_t length) noexcept;

// True iff the block holds `bytes` now, where it is. False: unchanged.
bool resize_large(PageIndex head, size_t bytes) noexcept;

}  // namespace gharial
