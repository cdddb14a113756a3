// thread_heap.hpp — shared memory: which heap a thread has, and what becomes of it. A thread gets one with its first allocation: one
// that an ended thread left, or a new one. Heaps are never given back, so that there are as many as there ever were threads at once that
// allocate.
// Without shared memory there is one heap, whose tables are made with the first allocation, and nothing else here costs an instruction.
#pragma once
#include "lock.hpp"

namespace gharial {

// True iff the thread has a heap; without shared memory, iff the program has allocated.
inline bool is_attached() noexcept {
  if constexpr (kShared) return own_heap != &no_heap;
  return front.tops[1] != nullptr;
}

// Gives the thread a heap; false iff memory ran out. O(1), but for growth.
bool attach_shared_heap() noexcept;
inline bool attach_heap() noexcept {
  if constexpr (kShared) return attach_shared_heap();
  set_up_front();
  return true;
}

// True iff the thread has a heap, which it is given now if need be.
inline bool has_heap() noexcept { return is_attached() || attach_heap(); }

// Counts that a real-time thread was refused: such a thread takes no lock and does not grow memory.
void count_refusal() noexcept;

// True iff the thread is such a one.
inline bool is_real_time() noexcept {
  if constexpr (kShared) return own_heap->realtime != 0;
  return false;
}
// The same, and counts that it was refused.
inline bool is_refused() noexcept {
  if (!is_real_time()) [[likely]]
    return false;
  count_refusal();
  return true;
}

// The worker that had the heap was terminated, at any instruction. Single words are always sound: a push or a pop ends with one store. If
// it was changing more than one, nobody may go on with that heap: false, and it is quarantined; else it is left to others. The thread
// holds the lock. O(heap).
bool abandon_heap(Heap& heap) noexcept;

// While one lives, the heap is in the middle of a change to more than one word: if its thread is terminated then, it is quarantined.
// When it ends, the change is counted: readers see that what they read before and after may not belong together.
class Changing {
public:
  Changing() noexcept {
    if constexpr (kShared) {
      own_heap->changing++;
      __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
  }
  ~Changing() {
    if constexpr (kShared) {
      __atomic_signal_fence(__ATOMIC_SEQ_CST);
      own_heap->changing += kChanged - 1;
    }
  }
  Changing(const Changing&) = delete;
  Changing& operator=(const Changing&) = delete;
};

// A look at a heap that its thread may be changing: whether what was read between the two calls belongs together.
inline uint32_t changes_of_heap() noexcept {
  if constexpr (kShared) return load_acquire(own_heap->changing);
  return 0;
}
inline bool is_unchanged_since(uint32_t changes) noexcept {
  if constexpr (!kShared) return true;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return changes % kChanged == 0 && load_relaxed(own_heap->changing) == changes;
}

Heap* newest_heap() noexcept;

// Calls visit() for every heap, with own_heap being that heap, so that whatever is said of the front is said of its. Without shared
// memory, once. Reads only.
template <class Visit> void each_heap(Visit visit) noexcept {
  if constexpr (kShared) {
    Heap* const own = own_heap;
    for (auto* heap = newest_heap(); heap != nullptr; heap = heap->next) {
      own_heap = heap;
      visit();
    }
    own_heap = own;
  } else {
    visit();
  }
}

// The same for the heaps that nobody else works on: the thread's own, and those of ended threads. The thread holds the lock; what it does
// may change them.
Heap* newest_orphan() noexcept;
template <class Do> void each_heap_at_hand(Do act) noexcept {
  act();
  if constexpr (kShared) {
    Heap* const own = own_heap;
    for (Heap* heap = newest_orphan(); heap != nullptr; heap = heap->next_orphan) {
      own_heap = heap;
      act();
    }
    own_heap = own;
  }
}

}  // namespace gharial
