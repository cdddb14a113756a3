// heap_page.hpp — the meta-page of a heap page: the small runs that begin in it, its lists of partly free
// ones, and the global stacks that name the page where it has one.
// Assumes: obtain.hpp gives runs. Keeps: I2, I3, I4, I7. Every operation
// takes constant time.
#pragma once
#include "guard.hpp"
#include "mini_page.hpp"
#include "run.hpp"

namespace gharial {

// Header of the small run that the address lies in.
inline MiniPageHeader& header_of(const RunEntry& entry) noexcept {
  return *reinterpret_cast<MiniPageHeader*>(entry.header);
}
inline MiniPageHeader& header_at(Address block) noexcept {
  return header_of(entry_of(mini_page_of(block)));
}

// Meta-page of the heap page, or null.
inline MetaPage* find_meta(PageIndex page) noexcept {
  return reinterpret_cast<MetaPage*>(meta_word(page));
}

inline MetaPage& meta_at(MetaLink link) noexcept {
  if constexpr (kChecked) global.counters.touched_meta_pages++;
  return *reinterpret_cast<MetaPage*>(address_of(link));
}
inline MetaLink link_to(const MetaPage& meta) noexcept {
  return mini_page_of(reinterpret_cast<Address>(&meta));
}

// Top of the class's stack of heap pages (M3).
inline MetaLink& class_stack(uint32_t c) noexcept {
  if constexpr (kShared)
    return own_heap->class_stacks[c];
  else
    return global.class_stacks[c];
}

// The own pages of the heap, in shared memory of this thread's. (A template, so that each kind of memory compiles its part only.)
template <class Global> OwnPages& own_pages_in(Global& of) noexcept {
  if constexpr (kShared)
    return own_heap->own;
  else
    return of.own;
}
inline OwnPages& own_pages() noexcept { return own_pages_in(global); }

// True iff a heap took the page whole, to cut small runs from. (A template, so that each kind of memory compiles its part only.)
template <class Meta> bool is_own(const Meta& meta) noexcept {
  if constexpr (kShared)
    return true;
  else
    return meta.owned.is_own != 0;
}

// Makes memory the meta-page of a heap page in which no small run begins yet. (A template, as is_own.)
template <class Meta> void make_meta(Meta& meta, PageIndex page, bool own) noexcept {
  if constexpr (!kShared) meta.owned.is_own = own;
  meta.page = page;
  meta.runs = meta.free = 0;
  put_cookie(meta);
  __builtin_memset(meta.lists, kEndOfList, sizeof meta.lists);
  meta_word(page) = reinterpret_cast<Word>(&meta);
}

// A stack of heap pages, linked by their class_links of that class.
void push_page(MetaLink& top, MetaPage& meta, uint32_t c) noexcept;
void unlink_page(MetaLink& top, MetaPage& meta, uint32_t c) noexcept;

// Meta-page of the heap page, a new one if it has none; null iff memory ran out.
MetaPage* obtain_meta(PageIndex page, bool own) noexcept;

// The heap page is described no longer.
void give_back_meta(MetaPage& meta) noexcept;

// A new run of a shared class, every block home, on no list; null iff memory ran out.
MiniPageHeader* obtain_small_run(SizeClass size_class, MiniPages count) noexcept;

// Makes the MiniPages of a run free whose blocks are all home; it is on no list.
void retire_small_run(MiniPageHeader& header) noexcept;

// The page's list of partly free runs of the class, and with it the global stack of pages that have
// one (M3).
void list_run(MiniPageHeader& header) noexcept;
void unlist_run(MiniPageHeader& header) noexcept;

// The newest partly free run on the page on top of the class's stack, listed no more, or null iff there is none. A
// pop, never a search.
MiniPageHeader* pop_listed_run(SizeClass size_class) noexcept;

}  // namespace gharial
