// no_threads.cpp — what programs without threads get for the calls that are about threads (gharial.h).
#include <errno.h>
#include <gharial.h>

static int not_supported(void) {
  errno = ENOTSUP;
  return -1;
}

extern "C" {

int gharial_thread_reserve(size_t) { return not_supported(); }
int gharial_thread_realtime(int) { return not_supported(); }
int gharial_thread_terminated(uintptr_t) { return not_supported(); }
int gharial_thread_stats_get(struct gharial_thread_stats*) { return not_supported(); }

}  // extern "C"
