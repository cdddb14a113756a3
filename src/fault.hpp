// fault.hpp — the closed list of misuse codes and the one function that stops the program.
// Keeps: C++ passes a code, an address and one number; the sentence is made in JavaScript, so wasm
// carries no strings and reporting cannot allocate. A fault never returns. Out of memory is not a
// fault.
#pragma once
#include "layout.hpp"

namespace gharial {

enum class Fault : uint8_t {
  double_free = 1,    // detail: bytes of the block
  not_a_block,        // detail: 0
  block_overrun,      // detail: bytes of the block
  meta_page_corrupt,  // detail: number of the broken invariant
  internal,           // detail: line
  // Hardened variant only; it reports the others in its own way as well (hardened.cpp).
  use_after_free,  // a block was written to after it was freed
  wrong_size,      // freed with a size that it does not have
  // With threads only.
  lock_lost,  // detail: 0; a thread that held the lock was terminated
};

[[noreturn, gnu::cold, gnu::noinline]] void fault(Fault what, Address where,
                                                  size_t detail) noexcept;

// An assumption of the code itself; nothing in the release variant.
inline void expect(bool true_here, Address where, int line = __builtin_LINE()) noexcept {
  if constexpr (kChecked) {
    if (!true_here) fault(Fault::internal, where, static_cast<size_t>(line));
  }
}

}  // namespace gharial
