// index.hpp — the strong types: a number that means one thing does not turn into another by
// accident.
// Assumes nothing. Keeps: no operation here is more than the operation on the number inside.
#pragma once
#include "config.hpp"
#include <compare>
#include <concepts>

namespace gharial {

template <class Tag, class Rep> struct Index {
  Rep raw;
  Index() = default;  // uninitialised, as the number would be; zero in static storage
  constexpr explicit Index(Rep r) noexcept : raw{r} {}
  constexpr bool operator==(const Index&) const = default;
  constexpr auto operator<=>(const Index&) const = default;
};

using SizeClass = Index<struct SizeClassTag, uint8_t>;  // 1 … kSizeClasses; 0 is "not small"
using MiniPageIndex = Index<struct MiniPageIndexTag, uint8_t>;  // 0 … 31 within its heap page
using PageIndex = Index<struct PageIndexTag, uint32_t>;         // address >> 16; 0 is "none"
using HeapPages = Index<struct HeapPagesTag, uint32_t>;         // a count of heap pages
using Address = uintptr_t;  // a place in linear memory; 0 is "none"

static_assert(!std::convertible_to<SizeClass, MiniPageIndex>);
static_assert(!std::convertible_to<PageIndex, HeapPages>);

inline constexpr SizeClass kNotSmall{0};
inline constexpr PageIndex kNoPage{0};
inline constexpr Address kNone = 0;

inline constexpr uint32_t kHeapPageBytes = 1u << kHeapPageShift;
inline constexpr uint32_t kMiniPageBytes = 1u << kMiniPageShift;
inline constexpr uint32_t kMiniPagesPerPage = kHeapPageBytes / kMiniPageBytes;
static_assert(kMiniPagesPerPage == 32, "one 32-bit mask per heap page");

constexpr PageIndex operator+(PageIndex page, HeapPages count) noexcept {
  return PageIndex{page.raw + count.raw};
}
constexpr PageIndex operator-(PageIndex page, HeapPages count) noexcept {
  return PageIndex{page.raw - count.raw};
}
constexpr HeapPages operator-(PageIndex end, PageIndex begin) noexcept {
  return HeapPages{end.raw - begin.raw};
}
constexpr HeapPages operator+(HeapPages a, HeapPages b) noexcept {
  return HeapPages{a.raw + b.raw};
}
constexpr HeapPages operator-(HeapPages a, HeapPages b) noexcept {
  return HeapPages{a.raw - b.raw};
}
inline constexpr HeapPages kOnePage{1};

constexpr PageIndex page_of(Address at) noexcept {
  return PageIndex{static_cast<uint32_t>(at >> kHeapPageShift)};
}
constexpr Address address_of(PageIndex page) noexcept {
  return static_cast<Address>(page.raw) << kHeapPageShift;
}
constexpr MiniPageIndex mini_page_of(Address at) noexcept {
  return MiniPageIndex{static_cast<uint8_t>((at >> kMiniPageShift) & (kMiniPagesPerPage - 1))};
}
constexpr Address address_of(PageIndex page, MiniPageIndex mini) noexcept {
  return address_of(page) + (static_cast<Address>(mini.raw) << kMiniPageShift);
}

}  // namespace gharial
