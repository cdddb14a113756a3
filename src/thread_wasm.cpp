// thread_wasm.cpp — threads as Emscripten has them: pthreads, which end by themselves, and Wasm Workers, which are terminated.
// Assumes: JavaScript supplies gharial_may_wait.
#include "thread.hpp"
#include <emscripten/wasm_worker.h>
#include <pthread.h>

extern "C" int gharial_may_wait(void);  // tries Atomics.wait, which throws where it is not allowed

namespace gharial {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

// 0: no key yet; else the key and 1.
constinit uint32_t end_key = 0;

}  // namespace

Word Thread::number() noexcept {
  if constexpr (kPthreads)
    return static_cast<Word>(pthread_self());
  else
    return emscripten_wasm_worker_self_id();
}

bool Thread::may_wait() noexcept { return gharial_may_wait() != 0; }

void Thread::wait(Word& word, Word value) noexcept {
  if constexpr (sizeof(Word) == 4)
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(value),
                                        kMillisecond);
  else
    __builtin_wasm_memory_atomic_wait64(reinterpret_cast<long long*>(&word),
                                        static_cast<long long>(value), kMillisecond);
}

void Thread::wake(Word& word) noexcept {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 1);
}

// The thread holds the lock. A destructor that allocates after ours gives the thread a heap again, and has ours called again.
void Thread::watch_end() noexcept {
  if constexpr (kPthreads) {
    if (end_key == 0) {
      pthread_key_t key;
      if (pthread_key_create(&key, [](void*) { leave_heap(); }) != 0) return;
      end_key = key + 1;
    }
    pthread_setspecific(end_key - 1, own_heap);
  }
}

}  // namespace gharial
