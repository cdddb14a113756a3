// thread.hpp — what the allocator has to know of threads: the seam between it and the platform. thread_wasm.cpp has it for
// pthreads and Wasm Workers; the native tests have a double.
// Assumes: shared memory.
#pragma once
#include "layout.hpp"

namespace gharial {

struct Thread {
  // The number of this thread, as `gharial_thread_terminated` will name it.
  static Word number() noexcept;
  // False where waiting is not allowed: a browser's main thread, an audio worklet.
  static bool may_wait() noexcept;
  // Waits until the word is not `value`, or `wake` was called, or a millisecond is over.
  static void wait(Word& word, Word value) noexcept;
  static void wake(Word& word) noexcept;
  // From now on, leave_heap is called when this thread ends, if threads end here.
  static void watch_end() noexcept;
};

// Called when the thread ends: its heap is left to others.
void leave_heap() noexcept;

}  // namespace gharial
