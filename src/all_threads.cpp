// all_threads.cpp — the same for programs with threads: pthreads or Wasm Workers.
#include "core.cpp"

#include "lock.cpp"
#include "remote.cpp"
#include "thread_api.cpp"
#include "thread_heap.cpp"
#include "thread_wasm.cpp"
