// bits.hpp — arithmetic on words: rounding, logarithms, checked multiplication.
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

// True iff a * b does not fit; *product holds it otherwise.
constexpr bool multiply_overflows(size_t a, size_t b, size_t* product) noexcept {
  return __builtin_mul_overflow(a, b, product);
}

}  // namespace gharial
