// lock.cpp — a lock of one word, the holder's, and a count of those who wait.
// Keeps: a release is seen by whoever waits: the waiter counts itself before it looks at the word again, the holder looks at the
// count after it has freed the word.
#include "lock.hpp"
#include "block_run.hpp"
#include "thread.hpp"

namespace gharial {
namespace {

constinit thread_local uint32_t depth = 0;
constinit thread_local Word own_word = 0;     // what this thread writes into the lock; 0: not known
constinit thread_local uint8_t may_wait = 0;  // 0: not known, 1: no, 2: yes

// A function of its own: in Node 20 (V8 11.3) the code that Liftoff makes of this exchange inside of a loop seems to take success for
// failure: threads waited for themselves. Later versions do not.
[[gnu::noinline]] bool take() noexcept {
  if (own_word == 0) own_word = holder_word(Thread::number());
  Word nobody = 0;
  return replace(global.shared.holder, nobody, own_word);
}

[[gnu::noinline]] void wait_for_lock() noexcept {
  auto& shared = global.shared;
  for (uint32_t spin = 0; spin < kSpins; ++spin)
    if (load_relaxed(shared.holder) == 0 && take()) return;
  if (may_wait == 0) may_wait = Thread::may_wait() ? 2 : 1;
  fetch_add(shared.lock_waits, Word{1});
  if (own_heap != &no_heap) own_heap->lock_waits++;
  for (;;) {
    const Word holder = load_relaxed(shared.holder);
    if (holder == 0) {
      if (take()) return;
      continue;
    }
    if (holder == kDeadHolder) fault(Fault::lock_lost, kNone, 0);
    if (may_wait != 2) continue;
    fetch_add(shared.waiting, 1u);
    Thread::wait(shared.holder, holder);
    fetch_add(shared.waiting, ~0u);
  }
}

// Does what others deferred, a part of it each time.
void drain(uint32_t most) noexcept {
  auto& shared = global.shared;
  while (most-- != 0) {
    if (shared.drained == kNoMiniPage) {
      if (load_relaxed(shared.deferred.raw) == 0) return;
      shared.drained.raw = exchange(shared.deferred.raw, 0u);
    }
    const MiniPageIndex first = shared.drained;
    shared.drained = entry_of(first).links.next;
    release_block(address_of(first));
  }
}

}  // namespace

void defer_release(MiniPageIndex first) noexcept {
  uint32_t& stack = global.shared.deferred.raw;
  RunEntry& entry = entry_of(first);
  uint32_t top = load_relaxed(stack);
  do entry.links.next.raw = top;
  while (!replace(stack, top, first.raw));
}

bool try_lock() noexcept {
  if (depth == 0 && !take()) return false;
  if (depth++ == 0) drain(kDrainedAtOnce);
  return true;
}

void lock() noexcept {
  if (depth == 0 && !take()) wait_for_lock();
  if (depth++ == 0) drain(kDrainedAtOnce);
}

void drain_deferred() noexcept { drain(~0u); }

void unlock() noexcept {
  if (--depth != 0) return;
  auto& shared = global.shared;
  shared.epoch++;  // seen by whoever sees the lock free again
  exchange(shared.holder, Word{0});
  if (load_relaxed(shared.waiting) != 0) Thread::wake(shared.holder);
}

}  // namespace gharial
