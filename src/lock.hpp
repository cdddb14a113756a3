// lock.hpp — the one lock of shared memory: of everything in the global meta-page, the maps of pages that no thread owns, and growth.
// Held for a constant number of instructions, but for growth, the flush before it, and adoption. Nothing without shared memory.
// Assumes: thread.hpp waits and wakes. Keeps: no thread waits in Atomics.wait that must not (a browser's main thread, an audio
// worklet); `free` never waits at all.
//
// If the holder is not running (the system took its core away), others spin kSpins times, then those that may wait sleep until the
// lock is free, and those that must not go on spinning: there is nothing else that malloc could do for them, but to fail, which
// it does for a thread that asked for it (gharial_thread_realtime). A holder that was terminated is a fault, not an endless spin.
#pragma once
#include "run.hpp"

namespace gharial {

// What a thread writes into the lock while it holds it, and what stands there when that thread is no more.
inline constexpr Word kDeadHolder = 1;
constexpr Word holder_word(Word thread) noexcept { return thread + kDeadHolder + 1; }

// True iff the thread holds the lock now; never waits.
[[nodiscard]] bool try_lock() noexcept;
void lock() noexcept;
void unlock() noexcept;

// A block whose run could not be made free, as another thread held the lock: the next one that takes the lock does it.
void defer_release(MiniPageIndex first) noexcept;
// Makes all of these free. The thread holds the lock. O(these).
void drain_deferred() noexcept;

// Holds the lock while it lives; a thread may nest them. It costs nothing without shared memory.
class Locked {
public:
  Locked() noexcept {
    if constexpr (kShared) lock();
  }
  ~Locked() {
    if constexpr (kShared) unlock();
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

// The same, if it is free.
class MaybeLocked {
public:
  MaybeLocked() noexcept : holds{!kShared || try_lock()} {}
  ~MaybeLocked() {
    if constexpr (kShared)
      if (holds) unlock();
  }
  MaybeLocked(const MaybeLocked&) = delete;
  MaybeLocked& operator=(const MaybeLocked&) = delete;
  explicit operator bool() const noexcept { return holds; }

private:
  const bool holds;
};

}  // namespace gharial
