// growth.hpp — how the heap gets memory, and the maps that describe it.
#pragma once
#include "run.hpp"

namespace gharial {

// Grows memory until the topmost free run has `count` MiniPages; a free run that ends the heap is extended.
// Returns its first; kNoMiniPage iff refused, and the heap is whole either way. O(1), and the copy of the maps when they are too
// short.
MiniPageIndex grow_heap(MiniPages count) noexcept;

// False: grow_heap may be refused, or sbrk may end the program (Emscripten's ABORTING_MALLOC).
bool can_grow_heap(MiniPages count) noexcept;

// Free MiniPages outside of own pages that end at `end`, the end of the heap or of what grow_heap added.
MiniPages free_below(MiniPageIndex end) noexcept;

}  // namespace gharial
