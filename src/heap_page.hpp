// heap_page.hpp — the meta-page of a heap page: the small runs that begin in it, its lists of partly free
// ones, and the global stacks that name the page where it has one.
// Assumes: run.hpp and metadata.hpp give runs and slots. Keeps: I2, I3, I4, I7. Every operation
// takes constant time.
#pragma once
#include "guard.hpp"
#include "mini_page.hpp"
#include "run.hpp"

namespace gharial {

// Header of the small run that the address lies in.
inline MiniPageHeader& header_at(Address block) noexcept {
  return *reinterpret_cast<MiniPageHeader*>(entry_of(mini_page_of(block)).header);
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

// Makes a slot the meta-page of a heap page in which no small run begins yet.
inline void make_meta(MetaPage& meta, PageIndex page) noexcept {
  meta.page = page;
  meta.runs = 0;
  put_cookie(meta);
  __builtin_memset(meta.lists, kEndOfList, sizeof meta.lists);
  meta_word(page) = reinterpret_cast<Word>(&meta);
}

// A new run of a shared class, every block home, on no list; null iff memory ran out.
MiniPageHeader* obtain_small_run(SizeClass size_class) noexcept;

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
