// check.cpp — is I1 … I12 (layout.hpp) true? A visitor of walk.hpp.
// Assumes: the heap may be broken in any way. Keeps: reads only, within the heap's own metadata;
// every loop is bounded.
#include "check.hpp"
#include "heap.hpp"
#include "metadata.hpp"
#include "run.hpp"
#include "walk.hpp"

namespace gharial {
namespace {

struct Checker {
  int broken = 0;  // number of the first broken invariant

  void require(bool holds, int invariant) noexcept {
    if (!holds && broken == 0) broken = invariant;
  }

  void check_class_run(MetaPage& meta, uint32_t first, MiniPageHeader& header) noexcept {
    const uint8_t c = header.size_class.raw;
    if (c == 0 || c > kSizeClasses) return require(false, 7);
    require(header.block_bytes == bytes_of(header.size_class) &&
                header.run == mini_pages_of(header.size_class) &&
                header.capacity == blocks_of(header.size_class) &&
                header.reciprocal == reciprocal_of(header.block_bytes),
            1);
    uint32_t home = 0;
    for (uint32_t word = 0; word < kFreeWords; ++word) {
      const uint32_t below = word * 64;
      const uint64_t possible = header.capacity <= below ? 0
                                : header.capacity - below >= 64
                                    ? ~uint64_t{0}
                                    : (uint64_t{1} << (header.capacity - below)) - 1;
      require((header.free[word] & ~possible) == 0, 1);
      home += static_cast<uint32_t>(std::popcount(header.free[word]));
    }
    const bool shared = header.capacity != 1;
    bool listed = false;
    uint8_t before = kNoMiniPage;
    uint32_t steps = 0;
    for (uint8_t at = shared ? meta.lists[c] : kNoMiniPage;
         at != kNoMiniPage && steps++ < kMiniPagesPerPage; at = meta.mini_pages[at].next) {
      if (at >= kMiniPagesPerPage) return require(false, 2);
      require(meta.mini_pages[at].prev == before, 2);
      before = at;
      listed = listed || at == first;
    }
    require(steps <= kMiniPagesPerPage, 2);
    const bool is_current = &header == front_current[c];
    require(is_current  ? header.countdown > header.capacity
            : home == 0 ? header.countdown == 1
                        : header.countdown == header.capacity - home,
            1);
    require((header.prev != kUnlisted) == listed, 2);
    require(listed == (home > 0 && !is_current), 2);
    require(is_current || home < header.capacity, 2);  // a run that is all home is given back
    for (uint32_t i = 0; i < header.run; ++i) {
      const Address at = address_of(meta, first + i);
      if (!shared && i != 0) {
        require_unmapped(at);
        continue;
      }
      require(header_at(at) == &header, 7);
      require(class_at(at) == header.size_class, 7);
    }
  }

  // Nothing of a size class lies here.
  void require_unmapped(Address at) noexcept {
    require(class_at(at) == kNotSmall && header_at(at) == nullptr, 7);
  }

  void check_cut_page(PageIndex page, const PageEntry& entry) noexcept {
    if (!are_used_slots(entry.meta, kMetaPageSlots) ||
        overlaps_maps(entry.meta, kMetaPageSlots * kMetaSlotBytes))
      return require(false, 10);
    MetaPage& meta = meta_of(entry);
    if (meta.page != page) return require(false, 9);
    uint32_t covered = 0;
    const bool sound = walk_runs(meta, [&](uint32_t first, MiniPageHeader& header) {
      const uint32_t bits = low_mask(header.run) << first;
      require((meta.free_mask & bits) == 0 && (covered & bits) == 0, 12);
      covered |= bits;
      used_mini_pages += header.run;
      if (header.kind != RunKind::large_tail) return check_class_run(meta, first, header);
      for (uint32_t i = 0; i < header.run; ++i) require_unmapped(address_of(meta, first + i));
      require(first == 0, 12);
      tails += header.run;
    });
    require(sound, 12);
    require(covered == ~meta.free_mask, 12);
    require((covered & ~meta.touched_mask) == 0, 12);
    for (uint32_t i = 0; i < kMiniPagesPerPage; ++i)
      if ((meta.free_mask >> i & 1) != 0) require_unmapped(address_of(meta, i));
    const uint32_t longest = longest_run(meta.free_mask);
    require(meta.room == (longest == kMiniPagesPerPage ? 0 : longest), 4);
    require((longest == kMiniPagesPerPage) == (page == global.warm_page), 4);
    if (meta.room != 0) rooms[meta.room]++;
    for (uint8_t c = 1; c <= kSharedClasses; ++c) {
      const uint8_t first = meta.lists[c];
      if (first == kNoMiniPage) continue;
      pages_with_class[c]++;
      require(first < kMiniPagesPerPage && is_small_run(meta, first, SizeClass{c}), 2);
    }
  }

  // Both ends of every run agree; no two free runs touch; free runs are counted by bin.
  void check_entries() noexcept {
    bool after_free = false;
    const bool sound = walk_pages([&](PageIndex page, const PageEntry& entry, HeapPages length) {
      const PageEntry* last = find_entry(page + length - kOnePage);
      if (last == nullptr) return require(false, 9);
      const bool is_free = entry.kind == PageKind::free_run;
      require(!(is_free && after_free), 5);
      after_free = is_free;
      if (entry.kind == PageKind::cut) return check_cut_page(page, entry);
      if (entry.kind == PageKind::metadata) {
        if (entry.run_pages != 0) metadata_pages_with_room++;
        return require(entry.run_pages != ~0u, 10);
      }
      require(last->run_pages == length.raw, 9);
      if (is_free || entry.kind == PageKind::gap) require(last->kind == entry.kind, 9);
      if (is_free) free_runs++;
      if (entry.kind == PageKind::gap) gap_pages += length.raw;
      if (entry.kind != PageKind::large_head) return;
      require(length.raw == 1 || last->kind == PageKind::large_last, 9);
      for (uint32_t i = 0; i < kMiniPagesPerPage; ++i)
        require_unmapped(address_of(page) + i * kMiniPageBytes);
      used_mini_pages += length.raw * kMiniPagesPerPage - entry.spare;
      require(entry.spare < kMiniPagesPerPage && (entry.spare == 0 || entry.tail == 0), 4);
      if (entry.spare != 0 && entry.spare < kMiniPagesPerPage) spares[entry.spare]++;
      expected_tails += entry.tail;
      if (entry.tail == 0) return;
      const PageEntry* tail = find_entry(page + length);
      require(tail != nullptr && tail->kind == PageKind::cut &&
                  meta_of(*tail).mini_pages[0].kind == RunKind::large_tail &&
                  meta_of(*tail).mini_pages[0].run == entry.tail,
              12);
    });
    require(sound, 9);
    require(global.mapped_pages >= global.end_page.raw, 7);
    const PageEntry* warm = global.warm_page == kNoPage ? nullptr : find_entry(global.warm_page);
    require(global.warm_page == kNoPage || (warm != nullptr && warm->kind == PageKind::cut), 4);
    require(tails == expected_tails, 12);
    require(used_mini_pages == global.counters.used_mini_pages, 11);
    require(global.counters.used_mini_pages <= global.counters.peak_used_mini_pages, 11);
    require(gap_pages == global.counters.external_pages, 11);
  }

  // The global stacks hold the pages that the walk found, in order both ways.
  void check_stacks() noexcept {
    for (uint8_t c = 1; c <= kSharedClasses; ++c) {
      MetaLink before = kNoLink;
      uint32_t count = 0;
      for (MetaLink at = global.class_stacks[c]; at != kNoLink && count <= pages_with_class[c];
           ++count) {
        const MetaPage* meta = sound_meta(at);
        if (meta == nullptr) return require(false, 3);
        require(meta->lists[c] != kNoMiniPage && meta->class_links[c].prev == before, 3);
        before = at;
        at = meta->class_links[c].next;
      }
      require(count == pages_with_class[c], 3);
    }
    for (uint32_t room = 1; room < kRoomStacks; ++room) {
      MetaLink before = kNoLink;
      uint32_t count = 0;
      for (MetaLink at = global.room_stacks[room]; at != kNoLink && count <= rooms[room]; ++count) {
        const MetaPage* meta = sound_meta(at);
        if (meta == nullptr) return require(false, 4);
        require(meta->room == room && meta->room_links.prev == before, 4);
        before = at;
        at = meta->room_links.next;
      }
      require(count == rooms[room] && (count != 0) == ((global.room_mask >> room & 1) != 0), 4);
    }
  }

  // The spare stacks hold the large blocks that the walk found, in order both ways.
  void check_spare_stacks() noexcept {
    for (uint32_t spare = 1; spare < kRoomStacks; ++spare) {
      PageIndex before = kNoPage;
      uint32_t count = 0;
      for (PageIndex page = global.spare_stacks[spare]; page != kNoPage && count <= spares[spare];
           ++count) {
        const PageEntry* entry = find_entry(page);
        if (entry == nullptr || entry->kind != PageKind::large_head || entry->spare != spare)
          return require(false, 4);
        require(entry->links.prev == before, 4);
        before = page;
        page = entry->links.next;
      }
      require(count == spares[spare] && (count != 0) == ((global.spare_mask >> spare & 1) != 0), 4);
    }
  }

  // The meta-page that the link names, or null iff it names none.
  static const MetaPage* sound_meta(MetaLink link) noexcept {
    const Address at = static_cast<Address>(link.raw) << kMetaLinkShift;
    const PageEntry* home = find_entry(page_of(at));
    if (home == nullptr || home->kind != PageKind::metadata) return nullptr;
    const MetaPage* meta = reinterpret_cast<const MetaPage*>(at);
    const PageEntry* entry = find_entry(meta->page);
    return entry != nullptr && entry->kind == PageKind::cut && entry->meta == at ? meta : nullptr;
  }

  void check_bins() noexcept {
    uint32_t found = 0;
    for (uint32_t bin = 0; bin < kRunBins; ++bin) {
      PageIndex before = kNoPage;
      for (PageIndex page = global.bins[bin]; page != kNoPage && found <= free_runs; ++found) {
        const PageEntry* entry = find_entry(page);
        if (entry == nullptr || entry->kind != PageKind::free_run || entry->run_pages == 0)
          return require(false, 6);
        require(bin_of(HeapPages{entry->run_pages}) == bin && entry->links.prev == before, 6);
        before = page;
        page = entry->links.next;
      }
      const bool marked = (global.bin_mask >> bin & 1) != 0;
      require(marked == (global.bins[bin] != kNoPage), 6);
    }
    require(found == free_runs, 6);
  }

  void check_metadata() noexcept {
    uint32_t found = 0;
    PageIndex before = kNoPage;
    for (PageIndex page = global.metadata_stack;
         page != kNoPage && found <= metadata_pages_with_room; ++found) {
      const PageEntry* entry = find_entry(page);
      if (entry == nullptr || entry->kind != PageKind::metadata || entry->run_pages == 0)
        return require(false, 10);
      require(entry->links.prev == before, 10);
      before = page;
      page = entry->links.next;
    }
    require(found == metadata_pages_with_room, 10);
    // Cut pages share no meta-page, since it names its page; the other user of slots is the maps.
    const Address maps = reinterpret_cast<Address>(front.page_map);
    require(are_used_slots(maps, global.map_bytes / kMetaSlotBytes), 10);
  }

  // True iff the slots lie in metadata pages and none of them is free.
  static bool are_used_slots(Address at, size_t slots) noexcept {
    if (at % kMetaSlotBytes != 0 || uint64_t{at} >= kAddressEnd<ThisModel>) return false;
    for (; slots != 0; --slots, at += kMetaSlotBytes) {
      const PageEntry* entry = find_entry(page_of(at));
      if (entry == nullptr || entry->kind != PageKind::metadata ||
          (entry->run_pages >> (at % kHeapPageBytes / kMetaSlotBytes) & 1) != 0)
        return false;
    }
    return true;
  }
  static bool overlaps_maps(Address at, size_t bytes) noexcept {
    const Address maps = reinterpret_cast<Address>(front.page_map);
    return at < maps + global.map_bytes && maps < at + bytes;
  }

  // What is at hand is in one place only.
  void check_front() noexcept {
    for (uint8_t c = 1; c <= kSizeClasses; ++c) {
      const SizeClass size_class{c};
      const Word* start = stack_start(size_class);
      const Word* top = front.tops[c];
      if (top < start || top > start + stack_capacity(size_class)) return require(false, 8);
      require(*start == kNone && start[stack_capacity(size_class) + 1] == kStackEnd, 8);
      for (const Word* at = start + 1; at <= top; ++at) {
        require(class_at_or_none(*at) == size_class, 8);
        for (const Word* other = start + 1; other < at; ++other) require(*other != *at, 8);
        if (broken != 0) return;
        // On a stack, so neither home nor in the cursor: state_of names the first place it finds.
        require(state_of(*at) == BlockState::cached && !is_in_cursor(size_class, *at), 8);
      }
      const MiniPageHeader* header = front_current[c];
      const Cursor& cursor = front_cursors[c];
      if (header != nullptr) {
        const MetaPage* meta = sound_meta(link_to(meta_of(*header)));
        if (meta == nullptr || header->first >= kMiniPagesPerPage ||
            header != &meta->mini_pages[header->first] ||
            !is_small_run(*meta, header->first, size_class))
          return require(false, 8);
      }
      if (cursor.bits == 0) continue;
      if (header == nullptr) return require(false, 8);
      const Address word_bytes = Address{64} * header->block_bytes;
      require(cursor.block_bytes == header->block_bytes && cursor.base >= run_address(*header) &&
                  (cursor.base - run_address(*header)) % word_bytes == 0,
              8);
      for (uint64_t bits = cursor.bits; bits != 0; bits &= bits - 1) {
        const Address block =
            cursor.base + static_cast<uint32_t>(std::countr_zero(bits)) * cursor.block_bytes;
        const uint32_t number =
            block_number(*header, static_cast<uint32_t>(block - run_address(*header)));
        require(number < header->capacity && !is_home(*header, number), 8);
      }
    }
  }

  static bool is_small_run(const MetaPage& meta, uint8_t first, SizeClass size_class) noexcept {
    const MiniPageHeader& header = meta.mini_pages[first];
    return (meta.free_mask >> first & 1) == 0 && header.kind == RunKind::small_run &&
           header.first == first && header.size_class == size_class;
  }

  static SizeClass class_at_or_none(Address block) noexcept {
    return find_entry(page_of(block)) == nullptr ? kNotSmall : class_at(block);
  }

  uint32_t used_mini_pages = 0, tails = 0, expected_tails = 0, free_runs = 0,
           metadata_pages_with_room = 0, gap_pages = 0;
  uint32_t rooms[kRoomStacks] = {};
  uint32_t spares[kRoomStacks] = {};
  uint32_t pages_with_class[kSizeClasses + 1] = {};
};

}  // namespace

int first_broken_invariant() noexcept {
  if (global.end_page == kNoPage) return 0;
  const Counters before = global.counters;  // looking at meta-pages is counted; checking is not
  Checker checker;
  checker.check_entries();
  if (checker.broken == 0) checker.check_stacks();
  if (checker.broken == 0) checker.check_spare_stacks();
  if (checker.broken == 0) checker.check_bins();
  if (checker.broken == 0) checker.check_metadata();
  if (checker.broken == 0) checker.check_front();
  global.counters = before;
  return checker.broken;
}

void require_live(Address block) noexcept {
  if (block == kNone) return;
  const Counters before = global.counters;
  const BlockState state = state_of(block);
  global.counters = before;
  if (state == BlockState::no_block) fault(Fault::not_a_block, block, 0);
  if (state != BlockState::live) fault(Fault::double_free, block, bytes_of(class_at(block)));
}

}  // namespace gharial
