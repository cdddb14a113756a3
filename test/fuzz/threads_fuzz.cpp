// threads_fuzz.cpp — libFuzzer over the core of shared memory: heap_fuzz's programs, in which the host's one thread acts as four. Whoever it
// is frees what any of them allocated; threads end, are terminated, reserve pages and turn real-time.
// Assumes: one thread at a time, so that an input is the same every time; test/native/threads_stress.hpp has them at once.
#include "../native/thread_native.hpp"

#include "../native/shadow.hpp"

namespace gharial_test {

using namespace gharial;

class ThreadsPlayer : public Player {
public:
  explicit ThreadsPlayer(Bytes bytes) : Player{bytes} {
    for (Identity& one : identities) one = {&no_heap, ++last_number};
    this_thread.number = identities[0].number;
  }

protected:
  bool step_of_threads(uint32_t command) override {
    if (command < 208) return false;
    const uint32_t detail = in.next();
    switch (detail % 8) {
    case 0: leave_heap(); break;
    case 1: terminate(detail / 8); break;
    case 2: gharial_thread_reserve(detail / 8 * size_t{kHeapPageBytes} / 2); break;
    case 3:
      gharial_thread_realtime(detail / 8 % 4 == 0);
      growth_is_honest = false;
      break;
    default: become(detail / 8);
    }
    return true;
  }

  // Those who are left end; the last one has no heap, and gives back what they had.
  void end_threads() override {
    for (uint32_t i = 0; i < kThreads; ++i) {
      become(i);
      leave_heap();
    }
    this_thread.terminated = true;  // nothing to leave when the host's thread ends
  }

private:
  static constexpr uint32_t kThreads = 4;
  struct Identity {
    Heap* heap;
    Word number;
  };
  Identity identities[kThreads];
  uint32_t now = 0;
  Word last_number = 0;

  void become(uint32_t who) {
    identities[now].heap = own_heap;
    now = who % kThreads;
    own_heap = identities[now].heap;
    this_thread.number = identities[now].number;
  }

  // One of the others is gone without a word; somebody else comes in its place.
  void terminate(uint32_t who) {
    Identity& other = identities[(now + 1 + who % (kThreads - 1)) % kThreads];
    PROMISE(gharial_thread_terminated(other.number) == 0, "a heap at rest was quarantined");
    other = {&no_heap, ++last_number};
  }
};

}  // namespace gharial_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  gharial_test::ThreadsPlayer{{data, bytes}}.play();
  return 0;
}
