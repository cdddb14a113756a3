// heap_page.cpp — MiniPages inside one cut page, and the global stacks of heap pages.
// Keeps: I2 the lists, I3 the class stacks, I4 the room stacks, I12 the masks. Constant time
// throughout.
#include "heap_page.hpp"
#include "metadata.hpp"
#include "mini_page.hpp"
#include "run.hpp"

namespace gharial {
namespace {

// `links` finds the links that serve this stack in a meta-page.
template <class Links> void push_page(MetaLink& top, MetaPage& meta, Links links) noexcept {
  links(meta) = {top, kNoLink};
  const MetaLink page = link_to(meta);
  if (top != kNoLink) links(*meta_at(top)).prev = page;
  top = page;
}
template <class Links> void unlink_page(MetaLink& top, MetaPage& meta, Links links) noexcept {
  const PageLinks own = links(meta);
  if (own.next != kNoLink) links(*meta_at(own.next)).prev = own.prev;
  if (own.prev != kNoLink)
    links(*meta_at(own.prev)).next = own.next;
  else
    top = own.next;
}

constexpr auto room_links = [](MetaPage& meta) -> PageLinks& { return meta.room_links; };
constexpr auto class_links(SizeClass size_class) noexcept {
  return [size_class](MetaPage& meta) -> PageLinks& { return meta.class_links[size_class.raw]; };
}

// Puts the page on the room stack `room`; 0 and 32 stand for none.
void set_room(MetaPage& meta, uint32_t room) noexcept {
  if (room == kMiniPagesPerPage) room = 0;
  if (room == meta.room) return;
  if (meta.room != 0) {
    unlink_page(global.room_stacks[meta.room], meta, room_links);
    if (global.room_stacks[meta.room] == kNoLink) global.room_mask &= ~(1u << meta.room);
  }
  meta.room = room;
  if (room != 0) {
    push_page(global.room_stacks[room], meta, room_links);
    global.room_mask |= 1u << room;
  }
}

}  // namespace

void note_used(uint32_t mini_pages) noexcept {
  Counters& counters = global.counters;
  counters.used_mini_pages += mini_pages;
  if (counters.used_mini_pages > counters.peak_used_mini_pages)
    counters.peak_used_mini_pages = counters.used_mini_pages;
}

MetaPage& cut_page(PageIndex page, Address slots, bool is_fresh) noexcept {
  MetaPage& meta = *reinterpret_cast<MetaPage*>(slots);
  meta.free_mask = ~0u;
  meta.touched_mask = is_fresh ? 0 : ~0u;
  meta.page = page;
  meta.room = 0;
  __builtin_memset(meta.lists, kNoMiniPage, sizeof meta.lists);
  PageEntry& entry = entry_of(page);
  entry.kind = PageKind::cut;
  entry.tail = 0;
  entry.run_pages = 1;
  entry.meta = slots;
  return meta;
}

void cut_after_tail(PageIndex page, Address slots, uint32_t tail, bool is_fresh) noexcept {
  MetaPage& meta = cut_page(page, slots, is_fresh);
  make_tail(meta.mini_pages[0], tail);
  meta.free_mask = ~low_mask(tail);
  meta.touched_mask |= low_mask(tail);
  set_room(meta, kMiniPagesPerPage - tail);
}

MetaPage* page_with_room(uint32_t length) noexcept {
  if (length >= kRoomStacks) return nullptr;
  const uint32_t rooms = global.room_mask >> length << length;
  if (rooms == 0) return nullptr;
  return meta_at(global.room_stacks[std::countr_zero(rooms)]);
}

uint32_t take_mini_pages(MetaPage& meta, uint32_t length, uint32_t step,
                         uint32_t* touched) noexcept {
  const uint32_t on_step = ~0u / low_mask(step);  // every step-th bit
  uint32_t starts = starts_of_runs(meta.free_mask, length) & on_step;
  // M6: MiniPages that were in use before come first. What was never touched costs no memory yet.
  if ((meta.free_mask & ~meta.touched_mask) != 0) {
    const uint32_t used = starts_of_runs(meta.free_mask & meta.touched_mask, length) & on_step;
    if (used != 0) starts = used;
  }
  expect(starts != 0, address_of(meta.page));
  const uint32_t first = static_cast<uint32_t>(std::countr_zero(starts));
  *touched = meta.touched_mask >> first & low_mask(length);
  take_these_mini_pages(meta, first, length);
  return first;
}

void take_these_mini_pages(MetaPage& meta, uint32_t first, uint32_t length) noexcept {
  const uint32_t bits = low_mask(length) << first;
  expect((meta.free_mask & bits) == bits, address_of(meta, first));
  const uint32_t reused = static_cast<uint32_t>(std::popcount(meta.touched_mask & bits));
  global.counters.reused_mini_pages += reused;
  global.counters.fresh_mini_pages += length - reused;
  note_used(length);
  meta.touched_mask |= bits;
  meta.free_mask &= ~bits;
  set_room(meta, longest_run(meta.free_mask));
}

void give_back_mini_pages(MetaPage& meta, uint32_t first, uint32_t length) noexcept {
  const uint32_t bits = low_mask(length) << first;
  expect((meta.free_mask & bits) == 0, address_of(meta, first));
  meta.free_mask |= bits;
  global.counters.used_mini_pages -= length;
  if (meta.free_mask != ~0u) return set_room(meta, longest_run(meta.free_mask));
  // Whole again. One such page stays warm, so that a program at the edge does not cut and join for
  // ever.
  if (global.warm_page == kNoPage) {
    set_room(meta, 0);
    global.warm_page = meta.page;
  } else {
    dissolve_page(meta);
  }
}

void dissolve_page(MetaPage& meta) noexcept {
  const PageIndex page = meta.page;
  uncut_page(meta);
  give_back_run(page, kOnePage);
}

void uncut_page(MetaPage& meta) noexcept {
  set_room(meta, 0);
  entry_of(meta.page).kind = PageKind::unknown;  // the meta-page is about to be reused
  give_back_slots(reinterpret_cast<Address>(&meta), kMetaPageSlots);
}

MetaPage* take_warm_page() noexcept {
  const PageIndex page = global.warm_page;
  if (page == kNoPage) return nullptr;
  global.warm_page = kNoPage;
  return &meta_of(page);
}

void list_run(MetaPage& meta, MiniPageHeader& header) noexcept {
  uint8_t& list = meta.lists[header.size_class.raw];
  header.next = list;
  header.prev = kNoMiniPage;
  if (list != kNoMiniPage)
    meta.mini_pages[list].prev = header.first;
  else
    push_page(global.class_stacks[header.size_class.raw], meta, class_links(header.size_class));
  list = header.first;
}

void unlist_run(MetaPage& meta, MiniPageHeader& header) noexcept {
  if (header.next != kNoMiniPage) meta.mini_pages[header.next].prev = header.prev;
  const uint8_t before = header.prev;
  header.prev = kUnlisted;
  if (before != kNoMiniPage) {
    meta.mini_pages[before].next = header.next;
    return;
  }
  meta.lists[header.size_class.raw] = header.next;
  if (header.next == kNoMiniPage)
    unlink_page(global.class_stacks[header.size_class.raw], meta, class_links(header.size_class));
}

}  // namespace gharial
