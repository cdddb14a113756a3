// remote.cpp — see remote.hpp. test/protocol has the model of it, in which a checker tries every order of steps.
#include "remote.hpp"
#include "heap.hpp"
#include "thread_heap.hpp"

namespace gharial {
namespace {

constexpr uint32_t kWordsPerPage = kFreeWords * kMiniPagesPerPage;

// The remote words of a page lie behind its meta-page.
RemoteWord* remote_words(const MetaPage& meta) noexcept {
  return reinterpret_cast<RemoteWord*>(reinterpret_cast<Address>(&meta) + kMetaPageBytes);
}
MetaPage& meta_of(const RemoteWord& word) noexcept {
  const Address at = reinterpret_cast<Address>(&word) & ~Address{kMetaPageBytes - 1};
  return *reinterpret_cast<MetaPage*>(at - kMetaPageBytes);
}

RemoteWord& word_of(const MiniPageHeader& header, uint32_t number) noexcept {
  const MetaPage& meta = meta_of(header);
  const auto mini_page = static_cast<uint32_t>(&header - meta.mini_pages);
  return remote_words(meta)[mini_page * kFreeWords + number / 64];
}

uint32_t link_of(const RemoteWord& word) noexcept {
  return static_cast<uint32_t>(reinterpret_cast<Address>(&word) / sizeof word);
}
RemoteWord& word_at(uint32_t link) noexcept {
  return *reinterpret_cast<RemoteWord*>(Address{link} * sizeof(RemoteWord));
}

// Blocks of one bitmap word, which begins with the block `from`, that are home, or on their way there, were freed once more.
[[noreturn, gnu::cold, gnu::noinline]] void freed_twice(const MiniPageHeader& header, uint32_t from,
                                                        uint64_t bits) noexcept {
  const uint32_t number = from + static_cast<uint32_t>(std::countr_zero(bits));
  const uint32_t bytes = bytes_of(header.size_class);
  fault(Fault::double_free, run_address(header) + number * bytes, bytes);
}

// The bits of the block and of those on top of the thread's stack that lie in the same bitmap word, which are taken off it: who frees
// what another thread allocated in order pays for one atomic step, not for one each.
uint64_t gather(const MiniPageHeader& header, uint32_t number) noexcept {
  const Address run = run_address(header);
  const size_t run_bytes = header.mini_pages * size_t{kMiniPageBytes};
  Word*& top = top_of(key_of(header.size_class));
  uint64_t bits = uint64_t{1} << (number % 64);
  for (uint32_t i = 1; i < kSentAtOnce; ++i) {
    if (*top - run >= run_bytes) break;  // in another run, or kNone
    const uint32_t other = block_number(header, *top);
    if (other / 64 != number / 64) break;
    const uint64_t bit = uint64_t{1} << (other % 64);
    if ((bits & bit) != 0) [[unlikely]]
      freed_twice(header, other & ~63u, bit);
    bits |= bit;
    --top;
  }
  return bits;
}

// Gives home the blocks of one bitmap word of an own run, one at least, and changes the run's state once.
void take_in(MiniPageHeader& header, uint32_t word, uint64_t bits) noexcept {
  const auto count = static_cast<uint32_t>(std::popcount(bits));
  if (const uint64_t twice = header.free[word] & bits; twice != 0) [[unlikely]]
    freed_twice(header, word * 64, twice);
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
  MetaPage& meta = meta_of(word);
  take_in(meta.mini_pages[index / kFreeWords], index % kFreeWords, bits);
  return true;
}

}  // namespace

void make_remote_words(MetaPage& meta) noexcept {
  meta.owned = {reinterpret_cast<Word>(own_heap)};
  __builtin_memset(remote_words(meta), 0, kMetaPageBytes);
}

void send_to_owner(MiniPageHeader& header, uint32_t number) noexcept {
  RemoteWord& word = word_of(header, number);
  uint32_t& pending = owner_of(meta_of(header))->pending;
  const uint64_t bits = gather(header, number);
  const uint64_t before = fetch_or(word.free, bits);
  if ((before & bits) != 0) [[unlikely]]
    freed_twice(header, number & ~63u, before & bits);
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
    const RemoteWord* const words = remote_words(*meta);
    for (uint32_t i = 0; i < kWordsPerPage; ++i)
      count += static_cast<uint32_t>(std::popcount(load_relaxed(words[i].free)));
  }
  return count;
}

}  // namespace gharial
