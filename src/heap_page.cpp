// heap_page.cpp — meta-pages, and the global stacks of heap pages.
// Keeps: I2 the lists, I3 the class stacks, I4 who has a meta-page, I7 the class map. Constant time
// throughout.
#include "heap_page.hpp"
#include "guard.hpp"
#include "metadata.hpp"
#include "mini_page.hpp"
#include "obtain.hpp"
#include "owned_page.hpp"

namespace gharial {
namespace {

void push_page(MetaPage& meta, uint32_t c) noexcept {
  MetaLink& top = class_stack(c);
  meta.class_links[c] = {top, kNoMiniPage};
  const MetaLink page = link_to(meta);
  if (top != kNoMiniPage) meta_at(top).class_links[c].prev = page;
  top = page;
}
void unlink_page(MetaPage& meta, uint32_t c) noexcept {
  const auto [next, prev] = meta.class_links[c];
  if constexpr (kHardened) {
    const MetaLink page = link_to(meta);
    guard((next == kNoMiniPage || meta_at(next).class_links[c].prev == page) &&
              (prev == kNoMiniPage || meta_at(prev).class_links[c].next == page),
          address_of(page), 3);
  }
  if (next != kNoMiniPage) meta_at(next).class_links[c].prev = prev;
  if (prev != kNoMiniPage)
    meta_at(prev).class_links[c].next = next;
  else
    class_stack(c) = next;
}

// Meta-page of the heap page, a new one if it has none; null iff memory ran out.
MetaPage* obtain_meta(PageIndex page) noexcept {
  MetaPage* meta = find_meta(page);
  if (meta != nullptr) return meta;
  meta = obtain_slot();
  if (meta != nullptr) make_meta(*meta, page);
  return meta;
}

// Calls map(number) for each MiniPage of a run in which a block may begin: what lies within a long block is never looked up.
// At most five.
template <class Map> void each_begin(SizeClass size_class, Map map) noexcept {
  const uint32_t bytes = bytes_of(size_class), end = shared_run_of(size_class).raw * kMiniPageBytes;
  const uint32_t step = bytes > kMiniPageBytes ? bytes : kMiniPageBytes;
  for (uint32_t offset = 0; offset < end; offset += step) map(offset / kMiniPageBytes);
}

uint8_t number_of(const MiniPageHeader& header) noexcept {
  return static_cast<uint8_t>(header.base / kMiniPageBytes % kMiniPagesPerPage);
}

// MiniPages for a small run, and the meta-page of the heap page in which they begin; null iff memory ran out.
MetaPage* obtain_described_run(MiniPages count, MiniPageIndex& first) noexcept {
  if constexpr (kShared) return obtain_own_run(count, first);
  first = obtain_run(count, RunKind::small_run);
  if (first == kNoMiniPage) return nullptr;
  MetaPage* const meta = obtain_meta(page_of(first));
  if (meta == nullptr) give_back_run(common_runs(), first, count);
  return meta;
}

}  // namespace

MiniPageHeader* obtain_small_run(SizeClass size_class) noexcept {
  const MiniPages count = shared_run_of(size_class);
  MiniPageIndex first;
  MetaPage* const meta = obtain_described_run(count, first);
  if (meta == nullptr) return nullptr;
  meta->runs++;
  MiniPageHeader& header = meta->mini_pages[first.raw % kMiniPagesPerPage];
  make_header(header, size_class, first);
  RunEntry* const entries = &entry_of(first);
  uint8_t* const keys = keys_from(first);
  each_begin(size_class, [&](uint32_t i) {
    entries[i].header = reinterpret_cast<Word>(&header);
    keys[i] = key_of(size_class).raw;
  });
  return &header;
}

void retire_small_run(MiniPageHeader& header) noexcept {
  const MiniPageIndex first = mini_page_of(run_address(header));
  const MiniPages count = shared_run_of(header.size_class);
  uint8_t* const keys = keys_from(first);
  each_begin(header.size_class, [&](uint32_t i) { keys[i] = 0; });
  MetaPage& meta = meta_of(header);
  if constexpr (kShared) return give_back_own_run(meta, first, count);
  if (--meta.runs == 0) {
    meta_word(meta.page) = kNone;
    give_back_slot(meta);
  }
  give_back_run(common_runs(), first, count);
}

void list_run(MiniPageHeader& header) noexcept {
  MetaPage& meta = meta_of(header);
  const uint8_t number = number_of(header);
  uint8_t& list = meta.lists[header.size_class.raw];
  header.next = list;
  header.prev = kEndOfList;
  if (list != kEndOfList)
    meta.mini_pages[list].prev = number;
  else
    push_page(meta, header.size_class.raw);
  list = number;
}

void unlist_run(MiniPageHeader& header) noexcept {
  MetaPage& meta = meta_of(header);
  const uint8_t next = header.next, prev = header.prev;
  header.prev = kUnlisted;
  if (next != kEndOfList) meta.mini_pages[next].prev = prev;
  if (prev != kEndOfList) {
    meta.mini_pages[prev].next = next;
    return;
  }
  meta.lists[header.size_class.raw] = next;
  if (next == kEndOfList) unlink_page(meta, header.size_class.raw);
}

MiniPageHeader* pop_listed_run(SizeClass size_class) noexcept {
  const MetaLink page = class_stack(size_class.raw);
  if (page == kNoMiniPage) return nullptr;
  MetaPage& meta = meta_at(page);
  guard_cookie(meta);
  guard(meta.lists[size_class.raw] < kMiniPagesPerPage, address_of(page), 3);
  MiniPageHeader& header = meta.mini_pages[meta.lists[size_class.raw]];
  guard(header.size_class == size_class, address_of(page), 3);
  unlist_run(header);
  return &header;
}

}  // namespace gharial
