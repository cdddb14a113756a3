// check.hpp — is the heap sound, is this pointer a live block? Implemented in check.cpp.
#pragma once
#include "index.hpp"

namespace gharial {

// Number of the first invariant of layout.hpp that does not hold, or 0. O(heap).
int first_broken_invariant() noexcept;

// Stops the program unless the address is NULL or a live block. O(MiniPages of its page).
void require_live(Address block) noexcept;

}  // namespace gharial
