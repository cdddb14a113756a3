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

using SizeClass = Index<struct SizeClassTag, uint8_t>;  // 1 … kSizeClasses; 0 is "large"
using ClassKey = Index<struct ClassKeyTag, uint8_t>;    // a size class times 4: see size_class.hpp
using MiniPageIndex = Index<struct MiniPageIndexTag, uint32_t>;  // address >> 11; 0 is "none"
using MiniPages = Index<struct MiniPagesTag, uint32_t>;          // a count of MiniPages
using PageIndex = Index<struct PageIndexTag, uint32_t>;          // address >> 16
using Address = uintptr_t;  // a place in linear memory; 0 is "none"

static_assert(!std::convertible_to<SizeClass, ClassKey>);
static_assert(!std::convertible_to<PageIndex, MiniPageIndex>);
static_assert(!std::convertible_to<MiniPageIndex, MiniPages>);

inline constexpr SizeClass kLargeClass{0};
inline constexpr MiniPageIndex kNoMiniPage{0};
inline constexpr Address kNone = 0;

inline constexpr uint32_t kHeapPageBytes = 1u << kHeapPageShift;
inline constexpr uint32_t kMiniPageBytes = 1u << kMiniPageShift;
inline constexpr uint32_t kMiniPagesPerPage = kHeapPageBytes / kMiniPageBytes;
static_assert(kMiniPagesPerPage == 32, "one header for each in a meta-page of 2 KiB");

constexpr MiniPageIndex operator+(MiniPageIndex at, MiniPages count) noexcept {
  return MiniPageIndex{at.raw + count.raw};
}
constexpr MiniPageIndex operator-(MiniPageIndex at, MiniPages count) noexcept {
  return MiniPageIndex{at.raw - count.raw};
}
constexpr MiniPages operator-(MiniPageIndex end, MiniPageIndex begin) noexcept {
  return MiniPages{end.raw - begin.raw};
}
constexpr MiniPages operator+(MiniPages a, MiniPages b) noexcept {
  return MiniPages{a.raw + b.raw};
}
constexpr MiniPages operator-(MiniPages a, MiniPages b) noexcept {
  return MiniPages{a.raw - b.raw};
}
inline constexpr MiniPages kNoMiniPages{0}, kOneMiniPage{1};

constexpr MiniPageIndex mini_page_of(Address at) noexcept {
  return MiniPageIndex{static_cast<uint32_t>(at >> kMiniPageShift)};
}
constexpr Address address_of(MiniPageIndex at) noexcept {
  return static_cast<Address>(at.raw) << kMiniPageShift;
}
constexpr size_t bytes_in(MiniPages count) noexcept {
  return static_cast<size_t>(count.raw) << kMiniPageShift;
}
constexpr PageIndex page_of(MiniPageIndex at) noexcept {
  return PageIndex{at.raw / kMiniPagesPerPage};
}
constexpr MiniPageIndex first_of(PageIndex page) noexcept {
  return MiniPageIndex{page.raw * kMiniPagesPerPage};
}

}  // namespace gharial
