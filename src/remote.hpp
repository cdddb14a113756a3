// remote.hpp — shared memory: blocks freed by a thread whose heap does not own them, once its own stack is full.
// A bit in a bitmap beside the owner's, one atomic OR; the first bit of a word pushes the word on the owner's stack of pending words,
// and the owner takes words from there in its slow path. No link goes through user memory, and as the consumer always takes the whole stack,
// there is no ABA (Treiber, IBM RJ 5118, 1986, has the stack).
// Assumes: a run stays a run while one of its blocks is not home, and a page its owner's. Keeps: I1, with the bits on their way.
#pragma once
#include "own_page.hpp"

namespace gharial {

// Makes the remote words of a page that the thread's heap takes over: no block of it was freed elsewhere.
void make_remote_words(MetaPage& meta) noexcept;

// Sends a block to the owner of its run, and with it a few from the top of the stack that lie beside it. Constant time, but for other
// threads that push at the same moment.
void send_to_owner(MiniPageHeader& header, uint32_t number) noexcept;

// Takes in a few words of what others sent. Constant time.
void collect() noexcept;
inline void collect_some() noexcept {
  if constexpr (kShared)
    if ((load_relaxed(own_heap->pending) | own_heap->collected) != 0) [[unlikely]]
      collect();
}
// All of it. O(words).
void collect_all() noexcept;

// Blocks that were sent and not taken in. O(heap pages).
size_t count_on_their_way() noexcept;

// True iff the block was sent to its owner, who has not taken it in.
bool is_on_its_way(const MiniPageHeader& header, uint32_t number) noexcept;

}  // namespace gharial
