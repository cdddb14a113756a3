// obtain.cpp — the order of means: what is free, growth, and when growth was refused, what stacks
// and cursors pin. Assumes and keeps: what run.hpp, metadata.hpp and heap_page.hpp do.
#include "obtain.hpp"
#include "growth.hpp"
#include "heap.hpp"
#include "large.hpp"
#include "metadata.hpp"

namespace gharial {

static constinit bool must_not_abort = false;

QuietGrowth::QuietGrowth() noexcept : before{must_not_abort} { must_not_abort = true; }
QuietGrowth::~QuietGrowth() { must_not_abort = before; }

namespace {

// A page that was free, cut from now on, or null iff memory ran out.
MetaPage* obtain_cut_page() noexcept {
  const Address slots = obtain_meta_slots();
  if (slots == kNone) return nullptr;
  const Run run = obtain_run(kOnePage);
  if (run.first != kNoPage) return &cut_page(run.first, slots, run.first >= run.fresh_from);
  give_back_slots(slots, kMetaPageSlots);
  return nullptr;
}

}  // namespace

// Growth is dear, and sbrk may end the program (ABORTING_MALLOC): what stacks and cursors pin goes home before it.
Run obtain_run(HeapPages count) noexcept {
  Run run = take_run(count);
  if (run.first != kNoPage) return run;
  flush();
  run = search_run(count);
  if (run.first != kNoPage || (must_not_abort && !can_grow_heap(count))) return run;
  const PageIndex first = grow_heap(count);
  return first != kNoPage ? take_front_of_run(first, count) : kNoRun;
}

Address obtain_meta_slots() noexcept {
  Address slots = take_slots(kMetaPageSlots);
  if (slots != kNone) return slots;
  // A flush and growth may bring slots of their own, and a page taken for nothing would be fresh no more.
  if (!has_free_run()) {
    flush();
    if (!has_free_run() && can_grow_heap(kOnePage)) grow_heap(kOnePage);
    slots = take_slots(kMetaPageSlots);
    if (slots != kNone) return slots;
  }
  const Run run = obtain_run(kOnePage);
  if (run.first == kNoPage) return kNone;
  slots = take_slots(kMetaPageSlots);
  if (slots != kNone) {
    give_back_run(run.first, kOnePage);
    return slots;
  }
  make_metadata_page(run.first, ~0u);
  return take_slots(kMetaPageSlots);
}

MetaPage* obtain_page_with_room(uint32_t length) noexcept {
  if (MetaPage* meta = page_with_room(length)) return meta;
  if (MetaPage* meta = take_warm_page()) return meta;
  if (MetaPage* meta = cut_spare_page(length)) return meta;
  if (!has_free_run()) {
    flush();
    if (MetaPage* meta = page_with_room(length)) return meta;
  }
  return obtain_cut_page();
}

}  // namespace gharial
