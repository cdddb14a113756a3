// metadata.hpp — slots for meta-pages, in pieces of metadata that hold nothing else.
// Assumes: obtain.hpp gives runs. Keeps: I10.
#pragma once
#include "run.hpp"

namespace gharial {

// A slot for a meta-page, of which only `slot` is written; null iff memory ran out. Constant time, but for growth.
MetaPage* obtain_slot() noexcept;

// Makes a slot free. Constant time.
void give_back_slot(const MetaPage& meta) noexcept;

// Pieces whose slots are all free become free runs. O(pieces with free slots).
void give_back_free_pieces() noexcept;

}  // namespace gharial
