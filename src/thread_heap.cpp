// thread_heap.cpp — see thread_heap.hpp; and what C programs tell of their threads.
#include "thread_heap.hpp"
#include "heap.hpp"
#include "obtain.hpp"
#include "thread.hpp"

namespace gharial {

// Pops nothing and takes nothing: its word is empty and full.
static constinit Word nothing[2] = {kNone, kStackEnd};
consteval Heap make_no_heap() {
  Heap heap{};
  for (Word*& top : heap.tops) top = nothing;
  return heap;
}
constinit Heap no_heap = make_no_heap();
constinit thread_local Heap* own_heap = &no_heap;

// Before the first allocation, the class of NULL alone is known.
static constinit uint8_t class_of_nothing[8] = {};
constinit uint8_t* segments[kSegments<ThisModel>] = {class_of_nothing};

namespace {

// The first heap needs no run of its own.
constinit Heap first_heap{};

constexpr MiniPages kHeapMiniPages{
    static_cast<uint32_t>((sizeof(Heap) + kMiniPageBytes - 1) >> kMiniPageShift)};

// A heap that nobody had. The thread holds the lock.
Heap* make_heap() noexcept {
  Heap* heap = &first_heap;
  if (global.shared.heaps != kNone) {
    const MiniPageIndex at = obtain_run(kHeapMiniPages, RunKind::maps);
    if (at == kNoMiniPage) return nullptr;
    heap = reinterpret_cast<Heap*>(address_of(at));
    __builtin_memset(heap, 0, sizeof *heap);
  }
  open_stacks(heap->tops, heap->stack_words);
  heap->tops[0] = nothing;
  heap->next = reinterpret_cast<Heap*>(global.shared.heaps);
  global.shared.heaps = reinterpret_cast<Word>(heap);
  global.shared.number_of_heaps++;
  return heap;
}

// Makes the countdowns of all runs of the heap agree with their bits: whoever worked on them may have stopped in between. O(heap).
void recount_runs() noexcept {
  for (uint32_t page = 0; page < global.mapped_pages; ++page) {
    MetaPage* const meta = find_meta(PageIndex{page});
    if (meta == nullptr || owner_of(*meta) != own_heap) continue;
    for (uint32_t i = 0; i < kMiniPagesPerPage; ++i) {
      const MiniPageIndex first = first_of(PageIndex{page}) + MiniPages{i};
      MiniPageHeader& header = meta->mini_pages[i];
      if (kind_of(entry_of(first)) != RunKind::small_run ||
          entry_of(first).header != reinterpret_cast<Word>(&header))
        continue;
      if (&header == current_of(header.size_class)) continue;
      const uint32_t home = blocks_home(header), capacity = capacity_of(header);
      if (header.prev == kUnlisted && home != 0) list_run(header);
      header.countdown = home == 0 ? 1 : capacity - home;
      if (home != capacity) continue;
      unlist_run(header);
      retire_small_run(header);
    }
  }
}

Heap* adopt_heap() noexcept {
  Heap* const heap = reinterpret_cast<Heap*>(global.shared.orphans);
  if (heap != nullptr) global.shared.orphans = reinterpret_cast<Word>(heap->next_orphan);
  return heap;
}

// The thread holds the lock.
void orphan(Heap& heap) noexcept {
  heap.state = HeapState::orphan;
  heap.realtime = heap.reserved = 0;
  heap.next_orphan = reinterpret_cast<Heap*>(global.shared.orphans);
  global.shared.orphans = reinterpret_cast<Word>(&heap);
}

}  // namespace

Heap* newest_orphan() noexcept { return reinterpret_cast<Heap*>(global.shared.orphans); }
Heap* newest_heap() noexcept { return reinterpret_cast<Heap*>(global.shared.heaps); }

bool attach_shared_heap() noexcept {
  const Locked locked;
  Heap* heap = adopt_heap();
  if (heap == nullptr) heap = make_heap();
  if (heap == nullptr) return false;
  heap->state = HeapState::attached;
  heap->thread = Thread::number();
  own_heap = heap;
  Thread::watch_end();
  return true;
}

void leave_heap() noexcept {
  Heap* const heap = own_heap;
  if (heap == &no_heap) return;
  own_heap = &no_heap;
  const Locked locked;
  orphan(*heap);
}

void count_refusal() noexcept { fetch_add(global.shared.refusals, Word{1}); }

bool abandon_heap(Heap& heap) noexcept {
  if (heap.changing % kChanged != 0) {
    heap.state = HeapState::quarantined;
    return false;
  }
  Heap* const own = own_heap;
  own_heap = &heap;
  recount_runs();
  own_heap = own;
  orphan(heap);
  return true;
}

}  // namespace gharial
