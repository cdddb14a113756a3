// growth.hpp — how the heap gets memory, and the maps that describe it.
#pragma once
#include "run.hpp"

namespace gharial {

// Grows memory until the heap ends in a free run of `count` pages. False iff refused; the heap is
// whole either way. O(new heap pages / 128), and the copy of the MiniPage map when it doubles.
bool grow_heap(HeapPages count) noexcept;

}  // namespace gharial
