// remote.cpp — see remote.hpp. test/protocol has the model of it, in which a checker tries every order of steps.
#include "remote.hpp"
#include "heap.hpp"
#include "thread_heap.hpp"

namespace gharial {
namespace {

constexpr uint32_t kWordsPerPage = kFreeWords * kMiniPagesPerPage;

RemoteWord& word_of(const MiniPageHeader& header, uint32_t number) noexcept {
  const MetaPage& meta = meta_of(header);
  const auto mini_page = static_cast<uint32_t>(&header - meta.mini_pages);
  return reinterpret_cast<RemoteWord*>(
      address_of(meta.owned.remote))[mini_page * kFreeWords + number / 64];
}

uint32_t link_of(const RemoteWord& word) noexcept {
  return static_cast<uint32_t>(reinterpret_cast<Address>(&word) / sizeof word);
}
RemoteWord& word_at(uint32_t link) noexcept {
  return *reinterpret_cast<RemoteWord*>(Address{link} * sizeof(RemoteWord));
}

// Gives home the blocks of one bitmap word of an own run, one at least, and changes the run's state once.
void take_in(MiniPageHeader& header, uint32_t word, uint64_t bits) noexcept {
  const auto count = static_cast<uint32_t>(std::popcount(bits));
  expect((header.free[word] & bits) == 0, run_address(header));
  header.free[word] |= bits;
  header.countdown -= count;
  if (&header == current_of(header.size_class)) return;  // its countdown says nothing
  if (header.prev != kUnlisted) {
    if (header.countdown != 0) return;
    unlist_run(header);
    retire_small_run(header);
  } else if (const uint32_t capacity = capacity_of(header); count == capacity) {
    retire_small_run(header);
  } else {
    header.countdown = capacity - count;
    list_run(header);
  }
}

// Takes in the bits of one word. False iff there is none.
bool collect_one() noexcept {
  Heap& heap = *own_heap;
  if (heap.collected == 0) {
    if (load_relaxed(heap.pending) == 0) return false;
    heap.collected = exchange(heap.pending, 0u);
  }
  RemoteWord& word = word_at(heap.collected);
  // From when the bits are taken, others may push the word again.
  heap.collected = word.next;
  const uint64_t bits = exchange(word.free, uint64_t{0});
  const uint32_t index = link_of(word) % kWordsPerPage;
  MetaPage& meta = *reinterpret_cast<MetaPage*>(address_of(word.meta));
  take_in(meta.mini_pages[index / kFreeWords], index % kFreeWords, bits);
  return true;
}

}  // namespace

void send_to_owner(MiniPageHeader& header, uint32_t number) noexcept {
  RemoteWord& word = word_of(header, number);
  uint32_t& pending = owner_of(meta_of(header))->pending;
  const uint64_t bit = uint64_t{1} << (number % 64);
  const uint64_t before = fetch_or(word.free, bit);
  expect((before & bit) == 0, run_address(header));
  // Unless this was the first bit, the run may be gone by now: the owner may have taken the bit in.
  if (before != 0) return;
  uint32_t top = load_relaxed(pending);
  do word.next = top;
  while (!replace(pending, top, link_of(word)));
}

void collect() noexcept {
  const Changing changing;
  for (uint32_t i = 0; i < kCollectedAtOnce && collect_one(); ++i) {}
}

void collect_all() noexcept {
  while (collect_one()) {}
}

bool is_on_its_way(const MiniPageHeader& header, uint32_t number) noexcept {
  return (load_relaxed(word_of(header, number).free) >> (number % 64) & 1) != 0;
}

size_t count_on_their_way() noexcept {
  size_t count = 0;
  for (uint32_t page = 0; page < global.mapped_pages; ++page) {
    const MetaPage* const meta = find_meta(PageIndex{page});
    if (meta == nullptr) continue;
    const auto* words = reinterpret_cast<const RemoteWord*>(address_of(meta->owned.remote));
    for (uint32_t i = 0; i < kWordsPerPage; ++i)
      count += static_cast<uint32_t>(std::popcount(load_relaxed(words[i].free)));
  }
  return count;
}

}  // namespace gharial
