// source.hpp — where memory comes from: the PageSource concept. source_wasm.cpp is the only file
// that grows memory; source_arena.hpp is its native double.
// Assumes: somebody else may also move the break, between any two calls.
#pragma once
#include "index.hpp"

namespace gharial {

// What a PageSource returns: [begin, end) belongs to the heap now. `end` is a multiple of 64 KiB;
// `begin` need not be (a first or a foreign break lies anywhere). Bytes at and above `zero_from`
// were never under the break: they are zero.
struct Range {
  Address begin, end, zero_from;
};

template <class S>
concept PageSource = requires(HeapPages count) {
  {
    S::grow(count)
  } noexcept -> std::same_as<Range>;  // at least `count` whole pages, or begin == end: refused
  {
    S::can_grow(count)
  } noexcept -> std::same_as<bool>;  // false: may be refused, or end the program
  {
    S::end()
  } noexcept -> std::same_as<Address>;  // the break: where the next range is likely to begin
  { S::break_at() } noexcept -> std::same_as<Address>;  // where the break is kept, or kNone
};

struct Source {
  static Range grow(HeapPages count) noexcept;
  static bool can_grow(HeapPages count) noexcept;
  static Address end() noexcept;
  static Address break_at() noexcept;
};
static_assert(PageSource<Source>);

}  // namespace gharial
