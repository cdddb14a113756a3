// thread_native.hpp — the double of thread_wasm.cpp: threads of the host. A wait ends when it is woken and at no other time, so that a
// lost wake-up is a test that fails; a thread that must not wait and does ends the program.
// Assumes: included by one translation unit of a test, behind test.hpp. Keeps: a thread that `terminated_thread` ran leaves no heap.
#pragma once
#include "test.hpp"
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace gharial_test {

using gharial::Heap;
using gharial::Word;

// What the tests know of the thread they run in.
struct ThisThread {
  Word number = 0;
  bool must_not_wait = false;
  bool watched = false;
  bool terminated = false;               // ends without a word, as a terminated worker
  std::jmp_buf* stop_in_wait = nullptr;  // the worker is terminated when it waits for the lock
  ~ThisThread() {
    if (watched && !terminated) gharial::leave_heap();
  }
};
inline thread_local ThisThread this_thread;

inline std::mutex waiting_room;
inline std::condition_variable bell;
inline std::atomic<uint32_t> waits{0};

// Runs in a thread of its own, to its end.
inline void in_thread(const std::function<void()>& body) { std::thread{body}.join(); }

// The same in a worker that is terminated behind `body`, or, if it comes to that, when it waits for the lock. Its number.
inline Word terminated_thread(const std::function<void()>& body, bool in_wait = false) {
  Word number = 0;
  in_thread([&] {
    std::jmp_buf back;
    number = gharial::Thread::number();
    if (in_wait) this_thread.stop_in_wait = &back;
    if (!in_wait || setjmp(back) == 0) body();
    this_thread.terminated = true;
  });
  return number;
}

inline gharial_thread_stats threads_now() {
  gharial_thread_stats stats{};
  stats.size = sizeof stats;
  stats.version = GHARIAL_THREAD_STATS_VERSION;
  CHECK(gharial_thread_stats_get(&stats) == 0);
  return stats;
}

// What another thread does takes a moment. Ten thousand times a millisecond is for ever.
template <class Holds> void wait_until(Holds holds, const char* what) {
  for (int i = 0; i < 10'000; ++i) {
    if (holds()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::fprintf(stderr, "never: %s\n", what);
  std::abort();
}

}  // namespace gharial_test

namespace gharial {

Word Thread::number() noexcept {
  static std::atomic<Word> last{0};
  Word& number = gharial_test::this_thread.number;
  if (number == 0) number = ++last;
  return number;
}

bool Thread::may_wait() noexcept { return !gharial_test::this_thread.must_not_wait; }

void Thread::wait(Word& word, Word value) noexcept {
  using namespace gharial_test;
  if (this_thread.must_not_wait) {
    std::fprintf(stderr, "a thread waits that must not\n");
    std::abort();
  }
  if (this_thread.stop_in_wait != nullptr) std::longjmp(*this_thread.stop_in_wait, 1);
  std::unique_lock lock{waiting_room};
  if (load_acquire(word) != value) return;
  waits++;
  if (bell.wait_for(lock, std::chrono::seconds(20)) == std::cv_status::timeout) {
    std::fprintf(stderr, "nobody woke a waiting thread\n");
    std::abort();
  }
}

void Thread::wake(Word&) noexcept {
  const std::lock_guard lock{gharial_test::waiting_room};
  gharial_test::bell.notify_one();
}

void Thread::watch_end() noexcept { gharial_test::this_thread.watched = true; }

}  // namespace gharial
