// obtain.cpp — the order of means: what is free, growth, and when growth was refused, what stacks
// and cursors pin. Assumes and keeps: what run.hpp, metadata.hpp and heap_page.hpp do.
#include "obtain.hpp"
#include "growth.hpp"
#include "heap.hpp"
#include "metadata.hpp"

namespace gharial {

Run obtain_run(HeapPages count) noexcept {
  const Run run = take_run(count);
  if (run.first != kNoPage) return run;
  if (grow_heap(count)) return take_run(count);
  flush();
  return search_run(count);
}

Address obtain_meta_slots() noexcept {
  Address slots = take_slots(kMetaPageSlots);
  if (slots != kNone) return slots;
  if (!has_free_run() && grow_heap(kOnePage)) {  // growth may bring a metadata page with room
    slots = take_slots(kMetaPageSlots);
    if (slots != kNone) return slots;
  }
  const Run run = obtain_run(kOnePage);
  if (run.first == kNoPage) return take_slots(kMetaPageSlots);  // the flush may have freed some
  make_metadata_page(run.first, ~0u);
  return take_slots(kMetaPageSlots);
}

MetaPage* obtain_page_with_room(uint32_t length) noexcept {
  if (MetaPage* meta = page_with_room(length)) return meta;
  if (MetaPage* meta = take_warm_page()) return meta;
  const Address slots = obtain_meta_slots();
  if (slots != kNone) {
    const Run run = obtain_run(kOnePage);
    if (run.first != kNoPage) return &cut_page(run.first, slots, run.first >= run.fresh_from);
    give_back_slots(slots, kMetaPageSlots);
  }
  return page_with_room(length);  // refused growth made everything go home: there may be room now
}

}  // namespace gharial
