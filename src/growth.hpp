// growth.hpp — how the heap gets memory, and the maps that describe it.
#pragma once
#include "run.hpp"

namespace gharial {

// Grows memory until the topmost free run has `count` pages; a free run that ends the heap is extended.
// False iff refused; the heap is whole either way. O(1), and the copy of the maps when they are too
// short.
bool grow_heap(HeapPages count) noexcept;

}  // namespace gharial
