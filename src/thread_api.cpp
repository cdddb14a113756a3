// thread_api.cpp — shared memory: what a program tells of its threads, and asks about them (gharial.h).
#include "heap.hpp"
#include "thread_heap.hpp"
#include <errno.h>
#include <gharial.h>

using namespace gharial;

extern "C" {

int gharial_thread_reserve(size_t bytes) {
  if (bytes > ~size_t{0} - kHeapPageBytes || (bytes >> kHeapPageShift) > ~0u - 1 || !has_heap()) {
    errno = ENOMEM;
    return -1;
  }
  const auto pages = static_cast<uint32_t>((bytes + kHeapPageBytes - 1) >> kHeapPageShift);
  const uint32_t before = own_heap->reserved;
  own_heap->reserved = pages;
  if (reserve_pages(pages)) return 0;
  own_heap->reserved = before;
  errno = ENOMEM;
  return -1;
}

int gharial_thread_realtime(int on) {
  if (!has_heap()) {
    errno = ENOMEM;
    return -1;
  }
  const int before = own_heap->realtime != 0;
  own_heap->realtime = on != 0;
  return before;
}

int gharial_thread_terminated(uintptr_t thread) {
  Word holder = holder_word(thread);
  if (replace(global.shared.holder, holder, kDeadHolder)) fault(Fault::lock_lost, kNone, 0);
  const Locked locked;
  for (Heap* heap = newest_heap(); heap != nullptr; heap = heap->next)
    if (heap->thread == thread && heap->state == HeapState::attached) return !abandon_heap(*heap);
  return 0;
}

int gharial_thread_stats_get(struct gharial_thread_stats* stats) {
  if (stats->size != sizeof *stats || stats->version != GHARIAL_THREAD_STATS_VERSION) {
    errno = EINVAL;
    return -1;
  }
  *stats = {};
  stats->size = sizeof *stats;
  stats->version = GHARIAL_THREAD_STATS_VERSION;
  const Locked locked;
  each_heap([stats] {
    const Heap& heap = *own_heap;
    stats->heaps++;
    stats->owned_pages += heap.own.pages;
    stats->free_owned_pages += load_relaxed(heap.own.free_pages);
    if (heap.state == HeapState::orphan)
      stats->orphaned_heaps++, stats->orphaned_pages += heap.own.pages;
    if (heap.state == HeapState::quarantined)
      stats->quarantined_heaps++, stats->quarantined_pages += heap.own.pages;
  });
  stats->blocks_on_their_way = count_on_their_way();
  stats->lock_waits = load_relaxed(global.shared.lock_waits);
  stats->own_lock_waits = own_heap->lock_waits;
  stats->refusals = load_relaxed(global.shared.refusals);
  return 0;
}

}  // extern "C"
