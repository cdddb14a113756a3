// heap_page.cpp — meta-pages, and the global stacks of heap pages.
// Keeps: I2 the lists, I3 the class stacks, I4 who has a meta-page, I7 the class map. Constant time
// throughout.
#include "heap_page.hpp"
#include "guard.hpp"
#include "mini_page.hpp"
#include "obtain.hpp"
#include "own_page.hpp"
#include "remote.hpp"

namespace gharial {
namespace {

// Calls map(number) for each MiniPage of a run in which a block may begin: what lies within a long block is never looked up.
// At most eight.
template <class Map> void each_begin(const MiniPageHeader& header, Map map) noexcept {
  const uint32_t bytes = bytes_of(header.size_class);
  const uint32_t end = header.mini_pages * kMiniPageBytes;
  const uint32_t step = bytes > kMiniPageBytes ? bytes : kMiniPageBytes;
  for (uint32_t offset = 0; offset < end; offset += step) map(offset / kMiniPageBytes);
}

uint8_t number_of(const MiniPageHeader& header) noexcept {
  return static_cast<uint8_t>(header.base / kMiniPageBytes % kMiniPagesPerPage);
}

// MiniPages for a small run, and the meta-page of the heap page in which they begin; null iff memory ran out. A small heap, and one
// that gets no page more, takes any hole; so does a long run.
MetaPage* obtain_described_run(MiniPages count, MiniPageIndex& first) noexcept {
  first = kNoMiniPage;
  if (kShared || (!is_small_heap() && count <= MiniPages{kOwnRunMax})) {
    MetaPage* const own = obtain_own_run(count, first);
    if (kShared || own != nullptr) return own;
  }
  if (first != kNoMiniPage)
    take_front(first, count, RunKind::small_run);
  else
    first = obtain_run(count, RunKind::small_run);
  if (first == kNoMiniPage) return nullptr;
  MetaPage* const meta = obtain_meta(page_of(first), false);
  if (meta == nullptr) give_back_run(first, count);
  return meta;
}

}  // namespace

[[gnu::noinline]] void push_page(MetaLink& top, MetaPage& meta, uint32_t c) noexcept {
  meta.class_links[c] = {top, kNoMiniPage};
  const MetaLink page = link_to(meta);
  if (top != kNoMiniPage) meta_at(top).class_links[c].prev = page;
  top = page;
}

// Damage to the links of own pages is reported as that of the others, I3.
[[gnu::noinline]] void unlink_page(MetaLink& top, MetaPage& meta, uint32_t c) noexcept {
  const auto [next, prev] = meta.class_links[c];
  const MetaLink page = link_to(meta);
  if (next != kNoMiniPage) {
    MetaLink& back = meta_at(next).class_links[c].prev;
    guard(back == page, address_of(page), 3);
    back = prev;
  }
  if (prev != kNoMiniPage) {
    MetaLink& forth = meta_at(prev).class_links[c].next;
    guard(forth == page, address_of(page), 3);
    forth = next;
  } else {
    top = next;
  }
}

[[gnu::noinline, clang::minsize]] MetaPage* obtain_meta(PageIndex page, bool own) noexcept {
  MetaPage* meta = find_meta(page);
  if (meta != nullptr) return meta;
  const MiniPageIndex at = obtain_run(kMetaMiniPages, RunKind::meta_page);
  if (at == kNoMiniPage) return nullptr;
  meta = &meta_at(at);
  if constexpr (kShared) make_remote_words(*meta);
  make_meta(*meta, page, own);
  return meta;
}

[[clang::minsize]] void give_back_meta(MetaPage& meta) noexcept {
  meta_word(meta.page) = kNone;
  give_back_run(link_to(meta), kMetaMiniPages);
}

MiniPageHeader* obtain_small_run(SizeClass size_class, MiniPages count) noexcept {
  MiniPageIndex first;
  MetaPage* const meta = obtain_described_run(count, first);
  if (meta == nullptr) return nullptr;
  meta->runs++;
  MiniPageHeader& header = meta->mini_pages[first.raw % kMiniPagesPerPage];
  make_header(header, size_class, first, count);
  RunEntry* const entries = &entry_of(first);
  uint8_t* const keys = keys_from(first);
  each_begin(header, [&](uint32_t i) {
    entries[i].header = reinterpret_cast<Word>(&header);
    keys[i] = key_of(size_class).raw;
  });
  return &header;
}

void retire_small_run(MiniPageHeader& header) noexcept {
  const MiniPageIndex first = mini_page_of(run_address(header));
  const MiniPages count{header.mini_pages};
  uint8_t* const keys = keys_from(first);
  each_begin(header, [&](uint32_t i) { keys[i] = 0; });
  MetaPage& meta = meta_of(header);
  if (is_own(meta)) return give_back_own_run(meta, first, count);
  if (--meta.runs == 0) give_back_meta(meta);
  give_back_run(first, count);
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
    push_page(class_stack(header.size_class.raw), meta, header.size_class.raw);
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
  if (next == kEndOfList)
    unlink_page(class_stack(header.size_class.raw), meta, header.size_class.raw);
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
