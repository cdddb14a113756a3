// bits.hpp — arithmetic on words: rounding, logarithms, runs of ones, checked multiplication.
// Assumes nothing. Every function is constexpr and followed by the assertions that show it.
#pragma once
#include <bit>
#include <concepts>
#include <stddef.h>
#include <stdint.h>

namespace gharial {

// Rounds up to a multiple of `step`, a power of two. The caller has excluded overflow.
template <std::unsigned_integral T> constexpr T align_up(T n, T step) noexcept {
  return static_cast<T>((n + (step - 1)) & ~(step - 1));
}
static_assert(align_up(0u, 8u) == 0 && align_up(1u, 8u) == 8 && align_up(8u, 8u) == 8);

// Position of the highest set bit; n > 0.
template <std::unsigned_integral T> constexpr uint32_t log2(T n) noexcept {
  return static_cast<uint32_t>(std::bit_width(n)) - 1;
}
static_assert(log2(1u) == 0 && log2(2u) == 1 && log2(3u) == 1 && log2(65536u) == 16);

// The lowest `count` bits set, 0 <= count <= 32.
constexpr uint32_t low_mask(uint32_t count) noexcept {
  return static_cast<uint32_t>((uint64_t{1} << count) - 1);
}
static_assert(low_mask(0) == 0 && low_mask(5) == 31 && low_mask(32) == ~0u);

// True iff a * b does not fit; *product holds it otherwise.
constexpr bool multiply_overflows(size_t a, size_t b, size_t* product) noexcept {
  return __builtin_mul_overflow(a, b, product);
}

// Bit i is set iff bits i … i+length-1 of `mask` all are; 1 <= length <= 32. At most five steps:
// a run of n ones that starts at i is two overlapping runs of n - s ones that start at i and at i +
// s.
constexpr uint32_t starts_of_runs(uint32_t mask, uint32_t length) noexcept {
  while (length > 1) {
    const uint32_t step = length / 2;
    mask &= mask >> step;
    length -= step;
  }
  return mask;
}
static_assert(starts_of_runs(0b0111'0110, 2) == 0b0011'0010);
static_assert(starts_of_runs(~0u, 32) == 1 && starts_of_runs(~0u >> 1, 32) == 0);
static_assert(starts_of_runs(0b11111, 3) == 0b111 && starts_of_runs(0b11111, 5) == 1);

// Length of the longest run of ones, 0 … 32. Doubling first (where do runs of 2, 4, 8, 16 start?), then
// a binary descent: constant time, where the well-known shift loop takes one round per one.
constexpr uint32_t longest_run(uint32_t ones) noexcept {
  const uint32_t twos = ones & (ones >> 1);
  if (twos == 0) return ones != 0 ? 1 : 0;
  const uint32_t fours = twos & (twos >> 2);
  const uint32_t eights = fours & (fours >> 4);
  const uint32_t sixteens = eights & (eights >> 8);
  uint32_t length = 0;
  uint32_t starts = ~0u;  // where runs of `length` ones start
  const auto extend = [&](uint32_t runs, uint32_t by) {
    const uint32_t longer = starts & (runs >> length);
    starts = longer != 0 ? longer : starts;
    length += longer != 0 ? by : 0;
  };
  if (sixteens != 0) {
    if ((sixteens & (sixteens >> 16)) != 0) return 32;
    extend(sixteens, 16);
  }
  extend(eights, 8);
  extend(fours, 4);
  extend(twos, 2);
  extend(ones, 1);
  return length;
}
static_assert(longest_run(0) == 0 && longest_run(1) == 1 && longest_run(0b1011'0111) == 3);
static_assert(longest_run(~0u) == 32 && longest_run(~0u >> 1) == 31 && longest_run(~0u << 9) == 23);
static_assert(longest_run(0xffff'0000) == 16 && longest_run(0x8000'0001) == 1);

}  // namespace gharial
