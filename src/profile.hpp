// profile.hpp — where the profile variant looks at malloc and free: a subtraction for each block, a look-up for each free.
// Assumes: called at the C interface, with blocks that are handed out; profile.cpp is linked with the variant, and only
// then. Keeps: in any other variant nothing of it is compiled. After Poisson sampling of bytes, as tcmalloc and V8 do it:
// each byte begins a sample with the same chance, so that a block's chance follows from its size alone.
#pragma once
#include "index.hpp"

namespace gharial {

void profile_allocated(Address block, size_t bytes) noexcept;
void profile_freed(Address block) noexcept;

// A block of so many bytes was handed out; kNone is none. Returns it.
inline Address noted(Address block, size_t bytes) noexcept {
  if constexpr (kProfile)
    if (block != kNone) profile_allocated(block, bytes);
  return block;
}

// A block was given back, or is to be noted anew.
inline void forgotten(Address block) noexcept {
  if constexpr (kProfile)
    if (block != kNone) profile_freed(block);
}

}  // namespace gharial
