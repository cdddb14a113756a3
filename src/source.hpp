// source.hpp — where memory comes from: the PageSource concept. source_wasm.cpp is the only file
// that grows memory; source_arena.hpp is its native double.
// Assumes: somebody else may also move the break, between any two calls.
#pragma once
#include "index.hpp"

namespace gharial {

// What a PageSource returns: [begin, end) belongs to the heap now; it begins where the break was, which may be
// anywhere. Bytes at and above `zero_from` were never under the break: they are zero.
struct Range {
  Address begin, end, zero_from;
};

template <class S>
concept PageSource = requires(uint64_t bytes) {
  { S::grow(bytes) } noexcept -> std::same_as<Range>;  // so many bytes, or begin == end: refused
  {
    S::limit()
  } noexcept -> std::same_as<Address>;  // a growth beyond it is refused, or ends the program
  {
    S::end()
  } noexcept -> std::same_as<Address>;  // the break: where the next range is likely to begin
  { S::break_at() } noexcept -> std::same_as<Address>;  // where the break is kept, or kNone
};

struct Source {
  static Range grow(uint64_t bytes) noexcept;
  static Address limit() noexcept;
  static Address end() noexcept;
  static Address break_at() noexcept;
  // False: growth by so many bytes may be refused, or end the program.
  static bool can_grow(uint64_t bytes) noexcept { return end() + bytes <= limit(); }
};
static_assert(PageSource<Source>);

}  // namespace gharial
