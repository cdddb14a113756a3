// check.cpp — is I1 … I11 (layout.hpp) true? A visitor of walk.hpp.
// Assumes: the heap may be broken in any way. Keeps: reads only, within the heap's own metadata;
// every loop is bounded.
#include "check.hpp"
#include "heap.hpp"
#include "own_page.hpp"
#include "run.hpp"
#include "walk.hpp"

namespace gharial {
namespace {

struct Checker {
  int broken = 0;  // number of the first broken invariant

  void require(bool holds, int invariant) noexcept {
    if (!holds && broken == 0) broken = invariant;
  }

  // ---- roots: where the maps lie, before anything is read through them ----------------------------

  // Shared memory: as many segments as the heap needs, each inside of it.
  static bool segments_make_sense() noexcept {
    if (global.mapped_pages % kPagesPerSegment != 0 ||
        global.mapped_pages / kPagesPerSegment > kSegments<ThisModel> ||
        global.first >= global.end || page_of(global.end).raw >= global.mapped_pages)
      return false;
    for (uint32_t i = 0; i * kPagesPerSegment < global.mapped_pages; ++i) {
      const Address at = reinterpret_cast<Address>(&segment_at(i));
      if (at % kMiniPageBytes != 0 || at < address_of(global.first) ||
          at + sizeof(Segment) > address_of(global.end))
        return false;
    }
    return true;
  }

  // Where the maps lie.
  static Address maps_at() noexcept {
    return reinterpret_cast<Address>(front.run_map) +
           first_of(first_mapped(global.first)).raw * sizeof(RunEntry);
  }

  static bool roots_make_sense() noexcept {
    if constexpr (kShared) return segments_make_sense();
    const uint32_t before = first_mapped(global.first).raw;
    const Address entries = maps_at(), pages = static_cast<Address>(global.mapped_pages) - before;
    const Address metas = entries + pages * kMiniPagesPerPage * sizeof(RunEntry);
    const MiniPageIndex at = mini_page_of(entries);
    // The bound keeps the sums below from wrapping round; maps may be a quarter longer than memory.
    return global.mapped_pages <= 2 * (kAddressEnd<ThisModel> >> kHeapPageShift) &&
           global.first < global.end && page_of(global.end).raw < global.mapped_pages &&
           entries % kMiniPageBytes == 0 && at >= global.first && at < global.end &&
           global.meta_map == metas - before * sizeof(Word) &&
           reinterpret_cast<Address>(front.class_map) == metas + pages * sizeof(Word);
  }

  // ---- entries: one for each run, in order -----------------------------------------------------

  void check_entries() noexcept {
    bool after_free = false;
    const bool sound = walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages length) {
      const RunKind kind = kind_of(entry);
      const bool is_free = kind == RunKind::free_run;
      const bool is_own_free = own_free_at(first) != kNoMiniPages;
      // Nothing else lies in an own page.
      require(is_own_free || kind == RunKind::small_run || !is_owned(page_of(first)), 6);
      if (is_own_free || (!is_free && kind != RunKind::gap)) used += length.raw;
      require(!(is_free && after_free) || is_border(first), 5);
      after_free = is_free;
      const RunEntry& last = entry_of(first + length - kOneMiniPage);
      if (is_free)
        require(is_own_free || last.value == entry.value, 9);  // of those the run map says nothing
      else
        require(length == kOneMiniPage || kind_of(last) == RunKind::inside, 9);
      if (kind == RunKind::small_run) return check_small_run(first, entry, length);
      check_classes(first, length);
      switch (kind) {
      case RunKind::free_run: free_runs += !is_own_free; break;
      case RunKind::block_run: break;
      case RunKind::gap: gaps += length.raw; break;
      case RunKind::meta_page: meta_runs++; break;
      default: require(are_maps(first), 9);
      }
    });
    require(sound, 9);
    require(used == global.counters.used_mini_pages, 11);
    require(global.counters.used_mini_pages <= global.counters.peak_used_mini_pages, 11);
    require(gaps == global.counters.external_mini_pages, 11);
  }

  // An own page, as far as its meta-page can be believed.
  static bool is_owned(PageIndex page) noexcept {
    const MetaPage* const meta = sound_meta(reinterpret_cast<Address>(find_meta(page)));
    return meta != nullptr && is_own(*meta);
  }
  // Free runs may touch there: those of an own page stay inside of it.
  static bool is_border(MiniPageIndex at) noexcept {
    const PageIndex page = page_of(at), before = page_of(at - kOneMiniPage);
    return page != before && (is_owned(page) || is_owned(before));
  }
  // The maps lie there, or a segment of them, or the heap of a thread.
  static bool are_maps(MiniPageIndex first) noexcept {
    if constexpr (!kShared) return first == mini_page_of(maps_at());
    bool found = false;
    for (uint32_t i = 0; i * kPagesPerSegment < global.mapped_pages; ++i)
      found = found || segments[i] == reinterpret_cast<uint8_t*>(address_of(first));
    each_heap([&] { found = found || own_heap == reinterpret_cast<Heap*>(address_of(first)); });
    return found;
  }

  // I7, but for small runs: no block of a class begins there. A look at both ends of a long run, so that checking is not O(memory).
  void check_classes(MiniPageIndex first, MiniPages length) noexcept {
    const uint32_t looks = length.raw < kMiniPagesPerPage ? length.raw : kMiniPagesPerPage;
    for (uint32_t i = 0; i < looks; ++i)
      require(*keys_from(first + MiniPages{i}) == 0 &&
                  *keys_from(first + length - MiniPages{i + 1}) == 0,
              7);
  }

  // The meta-page at this address, if one lies there, or null.
  static const MetaPage* sound_meta(Address at) noexcept {
    const MiniPageIndex first = mini_page_of(at);
    if (uint64_t{at} >= kAddressEnd<ThisModel> || at % kMetaPageBytes != 0 ||
        first < global.first || first >= global.end)
      return nullptr;
    return entry_of(first).value == entry_value(RunKind::meta_page, kMetaMiniPages.raw)
               ? reinterpret_cast<const MetaPage*>(at)
               : nullptr;
  }

  // ---- small runs --------------------------------------------------------------------------------

  void check_small_run(MiniPageIndex first, const RunEntry& entry, MiniPages length) noexcept {
    const PageIndex page = page_of(first);
    const MetaPage* meta = sound_meta(reinterpret_cast<Address>(find_meta(page)));
    if (meta == nullptr || meta->page != page) return require(false, 4);
    if (page != last_meta_page) {
      metas++;
      runs_of_metas += meta->runs;
      last_meta_page = page;
      for (uint8_t c = 1; c <= kSizeClasses; ++c)
        if (meta->lists[c] != kEndOfList) pages_with_class[c]++;
    }
    small_runs++;
    const uint32_t number = first.raw % kMiniPagesPerPage;
    const MiniPageHeader& header = meta->mini_pages[number];
    require(entry.header == reinterpret_cast<Word>(&header), 7);
    const uint8_t c = header.size_class.raw;
    if (c == 0 || c > kSizeClasses) return require(false, 7);
    require(
        run_address(header) == address_of(first) && length.raw == header.mini_pages &&
            (length == run_of(header.size_class) || length == first_run_of(header.size_class)) &&
            header.reciprocal == reciprocal_of(bytes_of(header.size_class)),
        1);
    for (uint32_t i = 0; i < length.raw; ++i) {
      const MiniPageIndex at = first + MiniPages{i};
      const bool begins = block_begins_in(header, i);
      require(!begins || entry_of(at).header == entry.header, 7);
      require(*keys_from(at) == (begins ? key_of(header.size_class).raw : 0), 7);
    }
    require(!is_own(*meta) || (meta->free & bits_of(number, length)) == 0, 6);
    check_bits(header);
    check_list(*meta, number, header);
  }

  // True iff a block may begin in the run's MiniPage of this number.
  static bool block_begins_in(const MiniPageHeader& header, uint32_t number) noexcept {
    const uint32_t bytes = bytes_of(header.size_class), begin = number * kMiniPageBytes;
    return (begin + bytes - 1) / bytes * bytes < begin + kMiniPageBytes;
  }

  void check_bits(const MiniPageHeader& header) noexcept {
    const uint32_t capacity = capacity_of(header);
    for (uint32_t word = 0; word < kFreeWords; ++word) {
      const uint32_t below = word * 64;
      const uint64_t possible = capacity <= below        ? 0
                                : capacity - below >= 64 ? ~uint64_t{0}
                                                         : (uint64_t{1} << (capacity - below)) - 1;
      require((header.free[word] & ~possible) == 0, 1);
    }
    const uint32_t home = blocks_home(header);
    require(is_current(header) ? header.countdown > capacity
            : home == 0        ? header.countdown == 1
                               : header.countdown == capacity - home,
            1);
  }

  void check_list(const MetaPage& meta, uint32_t number, const MiniPageHeader& header) noexcept {
    const uint8_t c = header.size_class.raw;
    bool listed = false;
    uint8_t before = kEndOfList;
    uint32_t steps = 0;
    for (uint8_t at = meta.lists[c]; at != kEndOfList && steps++ < kMiniPagesPerPage;
         at = meta.mini_pages[at].next) {
      if (at >= kMiniPagesPerPage) return require(false, 2);
      require(meta.mini_pages[at].prev == before, 2);
      before = at;
      listed = listed || at == number;
    }
    require(steps <= kMiniPagesPerPage, 2);
    require((header.prev != kUnlisted) == listed, 2);
    require(listed == (blocks_home(header) > 0 && !is_current(header)), 2);
    require(is_current(header) || blocks_home(header) < capacity_of(header),
            2);  // all home: given back
  }

  // Every meta-page is that of a page in which small runs begin, or of an own page, which its heap counts.
  void check_meta_map() noexcept {
    uint32_t found = 0, described = 0, own = 0, free = 0;
    for (uint32_t page = first_mapped(global.first).raw; page < global.mapped_pages; ++page) {
      const MetaPage* const meta = find_meta(PageIndex{page});
      if (meta == nullptr) continue;
      if (sound_meta(reinterpret_cast<Address>(meta)) == nullptr) return require(false, 4);
      described++;
      found += meta->runs != 0 || !is_own(*meta);
      own += is_own(*meta);
      free += is_own(*meta) && meta->runs == 0;
      pages_with_room += is_own(*meta) && meta->free != 0;
    }
    require(found == metas && runs_of_metas == small_runs, 4);
    require(described == meta_runs, 10);
    each_heap([&] {
      own -= own_pages().pages;
      free -= own_pages().free_pages;
    });
    require(own == 0 && free == 0, 11);
  }

  // The global stacks hold the pages that the walk found, in order both ways.
  void check_stacks() noexcept {
    for (uint8_t c = 1; c <= kSizeClasses; ++c) {
      uint32_t count = 0;
      each_heap([&] { check_stack(c, count); });
      require(count == pages_with_class[c], 3);
    }
  }

  void check_stack(uint8_t c, uint32_t& count) noexcept {
    MetaLink before = kNoMiniPage;
    for (MetaLink at = class_stack(c); at != kNoMiniPage && count <= pages_with_class[c]; ++count) {
      const MetaPage* meta = sound_meta(address_of(at));
      if (meta == nullptr) return require(false, 3);
      require(meta->lists[c] != kEndOfList && meta->class_links[c].prev == before, 3);
      if constexpr (kShared) require(owner_of(*meta) == own_heap, 3);
      before = at;
      at = meta->class_links[c].next;
    }
  }

  void check_bins() noexcept {
    uint32_t found = 0;
    for (uint32_t bin = 0; bin < kRunBins; ++bin) {
      MiniPageIndex before = kNoMiniPage;
      for (MiniPageIndex at = global.runs.bins[bin]; at != kNoMiniPage && found <= free_runs;
           ++found) {
        if (at < global.first || at >= global.end) return require(false, 6);
        const RunEntry& entry = entry_of(at);
        if (kind_of(entry) != RunKind::free_run || length_of(entry) == kNoMiniPages)
          return require(false, 6);
        require(bin_of(length_of(entry)) == bin && entry.links.prev == before, 6);
        before = at;
        at = entry.links.next;
      }
      const bool marked = (global.runs.mask >> bin & 1) != 0;
      require(marked == (global.runs.bins[bin] != kNoMiniPage), 6);
    }
    require(found == free_runs, 6);
  }

  // The lists of own pages hold those with room, each the one for it, in order both ways.
  void check_own_pages() noexcept {
    uint32_t found = 0;
    each_heap([&] {
      for (uint32_t list = 0; list <= kWhollyFree; ++list) check_own_list(list, found);
    });
    require(found == pages_with_room, 6);
  }

  void check_own_list(uint32_t list, uint32_t& found) noexcept {
    MetaLink before = kNoMiniPage;
    for (MetaLink at = own_pages().lists[list]; at != kNoMiniPage && found <= pages_with_room;
         ++found) {
      const MetaPage* meta = sound_meta(address_of(at));
      if (meta == nullptr || !is_own(*meta)) return require(false, 6);
      if constexpr (kShared) require(owner_of(*meta) == own_heap, 6);
      require(list != 0 && list_for(meta->free) == list, 6);
      require(meta->class_links[kOwnLinks].prev == before, 6);
      before = at;
      at = meta->class_links[kOwnLinks].next;
    }
  }

  // What is at hand is in one place only.
  void check_front() noexcept {
    if (!is_attached()) return require(global.end == kNoMiniPage, 8);
    for (uint8_t c = 1; c <= kSizeClasses; ++c) {
      const SizeClass size_class{c};
      const Word* start = stack_start(size_class);
      const Word* top = top_of(key_of(size_class));
      if (top < start || top > start + stack_capacity(size_class)) return require(false, 8);
      require(*start == kNone && start[stack_capacity(size_class) + 1] == kStackEnd, 8);
      for (const Word* at = start + 1; at <= top; ++at) {
        require(class_at_or_none(*at) == size_class, 8);
        for (const Word* other = start + 1; other < at; ++other) require(*other != *at, 8);
        if (broken != 0) return;
        // On a stack, so neither home nor in the cursor: state_of names the first place it finds.
        require(state_of(*at) == BlockState::cached, 8);
        const MiniPageHeader& header = header_at(*at);
        require(!is_in_cursor(header, block_number(header, *at)), 8);
      }
      check_cursor(size_class);
    }
    require(cursor_of(kLargeClass).bits == 0, 8);
  }

  void check_cursor(SizeClass size_class) noexcept {
    const MiniPageHeader* header = current_of(size_class);
    const Cursor& cursor = cursor_of(size_class);
    if (header != nullptr && !is_small_run_of(header, size_class)) return require(false, 8);
    if (cursor.bits == 0) return;
    if (header == nullptr) return require(false, 8);
    const Address word_bytes = Address{64} * bytes_of(size_class);
    require(cursor.block_bytes == bytes_of(size_class) && cursor.base >= run_address(*header) &&
                (cursor.base - run_address(*header)) % word_bytes == 0,
            8);
    for (uint64_t bits = cursor.bits; bits != 0; bits &= bits - 1) {
      const Address block =
          cursor.base + static_cast<uint32_t>(std::countr_zero(bits)) * cursor.block_bytes;
      const uint32_t number = block_number(*header, block);
      require(number < capacity_of(*header) && !is_home(*header, number), 8);
    }
  }

  // True iff a small run of the class has this header.
  static bool is_small_run_of(const MiniPageHeader* header, SizeClass size_class) noexcept {
    const Address at = reinterpret_cast<Address>(header), in_meta = at % kMetaPageBytes;
    if (sound_meta(at - in_meta) == nullptr || in_meta % sizeof *header != 0 ||
        in_meta >= sizeof(MetaPage::mini_pages))
      return false;
    const MiniPageIndex first = mini_page_of(run_address(*header));
    return first >= global.first && first < global.end && header->size_class == size_class &&
           kind_of(entry_of(first)) == RunKind::small_run && entry_of(first).header == at;
  }

  static SizeClass class_at_or_none(Address block) noexcept {
    const MiniPageIndex at = mini_page_of(block);
    return uint64_t{block} >= kAddressEnd<ThisModel> || at < global.first || at >= global.end
               ? kLargeClass
               : class_at(block);
  }

  uint32_t used = 0, free_runs = 0, gaps = 0, meta_runs = 0;
  uint32_t pages_with_room = 0;
  uint32_t small_runs = 0, metas = 0, runs_of_metas = 0;
  PageIndex last_meta_page{~0u};
  uint32_t pages_with_class[kSizeClasses + 1] = {};
};

}  // namespace

int first_broken_invariant() noexcept {
  if (global.end == kNoMiniPage) return 0;
  if (!Checker::roots_make_sense()) return 9;
  Checker checker;
  checker.check_entries();
  if (checker.broken == 0) checker.check_meta_map();
  if (checker.broken == 0) checker.check_stacks();
  if (checker.broken == 0) checker.check_bins();
  if (checker.broken == 0) checker.check_own_pages();
  if (checker.broken == 0) each_heap([&] { checker.check_front(); });
  return checker.broken;
}

void require_live(Address block) noexcept {
  if (block == kNone) return;
  const BlockState state = state_of(block);
  if (state == BlockState::no_block) fault(Fault::not_a_block, block, 0);
  if (state != BlockState::live) fault(Fault::double_free, block, bytes_of(class_at(block)));
}

}  // namespace gharial
