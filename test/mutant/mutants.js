// Breakages of src/, one line each, that the tests must reject. `from` occurs exactly once in the file: a change of the
// sources that makes it ambiguous or loses it is an error, and the mutant is then written anew.

/** @typedef {{ breaks: string, file: string, from: string, to: string }} Mutant */

/** @type {Mutant[]} The kinds of mistakes an allocator is known for. */
const known = [
  {
    breaks: 'a free run is not joined with the free run behind it',
    file: 'run.cpp',
    from: 'next != nullptr && next->kind == PageKind::free_run) {',
    to: 'next != nullptr && next->kind == PageKind::unknown) {',
  },
  {
    breaks: 'a free run is not joined with the free run before it',
    file: 'run.cpp',
    from: 'before != nullptr && before->kind == PageKind::free_run) {',
    to: 'before == nullptr && before->kind == PageKind::free_run) {',
  },
  {
    breaks: 'a request of exactly a class size and one byte gets the class below',
    file: 'size_class.hpp',
    from: '  return SizeClass{kClassTable.of_step[(bytes + kStepBytes - 1) / kStepBytes]};',
    to: '  return SizeClass{kClassTable.of_step[(bytes + kStepBytes - 2) / kStepBytes]};',
  },
  {
    breaks: 'a block that goes home while its run is full is lost',
    file: 'heap.cpp',
    from: '    list_run(meta_of(header), header);\n  }\n}',
    to: '    if (header.capacity % 3 != 1) list_run(meta_of(header), header);\n  }\n}',
  },
  {
    breaks: 'the oldest block of an idle stack is forgotten instead of sent home',
    file: 'heap.cpp',
    from: '    send_home(oldest);',
    to: '    if (oldest % 512 != 0) send_home(oldest);',
  },
  {
    breaks: 'calloc takes one heap page too many for fresh',
    file: 'large.cpp',
    from: 'static_cast<size_t>((taken.fresh_from - head).raw) << kHeapPageShift;',
    to: 'static_cast<size_t>((taken.fresh_from - head).raw - 1) << kHeapPageShift;',
  },
  {
    breaks: 'calloc does not clear the MiniPages of a medium block that were in use',
    file: 'heap.cpp',
    from: 'if (contents == Contents::zero) clear_touched(block, touched);',
    to: 'if (contents == Contents::zero) clear_touched(block, touched & ~1u);',
  },
  {
    breaks: 'MiniPages that are taken stay free: blocks overlap',
    file: 'heap_page.cpp',
    from: '  meta.free_mask &= ~bits;',
    to: '  meta.free_mask &= ~bits | 0x8000'.concat("'0000u;"),
  },
  {
    breaks: 'the counter of MiniPages in use goes stale',
    file: 'heap_page.cpp',
    from: '  global.counters.used_mini_pages -= length;',
    to: '  global.counters.used_mini_pages -= length == 3 ? 2 : length;',
  },
  {
    breaks: 'a free-block stack is one entry too long and loses its end',
    file: 'front.hpp',
    from: '  if (top[1] == kStackEnd) [[unlikely]]',
    to: '  if (*top == kStackEnd) [[unlikely]]',
  },
  {
    breaks: 'a run leaves its list and its successor still points back to it',
    file: 'heap_page.cpp',
    from: '  if (header.next != kNoMiniPage) meta.mini_pages[header.next].prev = header.prev;',
    to: '  if (header.next == kNoMiniPage) meta.mini_pages[0].prev = header.prev;',
  },
  {
    breaks: 'an empty room stack stays marked as having pages',
    file: 'heap_page.cpp',
    from: 'if (global.room_stacks[meta.room] == kNoLink) global.room_mask &= ~(1u << meta.room);',
    to: 'if (global.room_stacks[meta.room] == kNoLink) global.room_mask &= ~(0u << meta.room);',
  },
  {
    breaks: 'the tail of a large block is not released',
    file: 'large.cpp',
    from: '  release_tail(head + pages, entry.tail);',
    to: '  release_tail(head + pages, 0);',
  },
  {
    breaks: 'a medium block grows over its neighbour',
    file: 'heap.cpp',
    from: '    if (header.first + to > kMiniPagesPerPage) return false;',
    to: '    if (header.first + to < kMiniPagesPerPage) meta.free_mask |= low_mask(to - from) << end;',
  },
  {
    breaks: 'the MiniPage map keeps the class of a run that is gone',
    file: 'heap.cpp',
    from: 'map_mini_pages(address_of(meta, header.first), header.run, kNotSmall, nullptr);',
    to: 'map_mini_pages(address_of(meta, header.first), header.run, header.size_class, nullptr);',
  },
  {
    breaks: 'memalign ignores alignments above a MiniPage',
    file: 'heap_page.cpp',
    from: '  uint32_t starts = starts_of_runs(meta.free_mask, length) & on_step;',
    to: '  uint32_t starts = starts_of_runs(meta.free_mask, length);',
  },
  {
    breaks: 'growth forgets the pages that others took from sbrk',
    file: 'growth.cpp',
    from: '  const bool has_gap = !is_first && begin > gap;',
    to: '  const bool has_gap = !is_first && begin < gap;',
  },
  {
    breaks: 'long runs of heap pages are put into the bin above theirs',
    file: 'run.cpp',
    from: '    const uint64_t bit = uint64_t{1} << (bin - kExactBins);',
    to: '    const uint64_t bit = uint64_t{2} << (bin - kExactBins);',
  },
];

/** @type {Mutant[]} Mistakes thought of after the tests were written, to see what they miss. */
const invented = [
  {
    breaks: 'the cursor goes home to the wrong word of the run',
    file: 'mini_page.hpp',
    from: '  const uint32_t word = block_number(header, static_cast<uint32_t>(cursor.base - run)) / 64;',
    to: '  const uint32_t word = block_number(header, static_cast<uint32_t>(cursor.base - run)) / 65;',
  },
  {
    breaks: 'the metadata page that becomes full stays on the stack',
    file: 'metadata.cpp',
    from: '  if (entry.run_pages == 0) unlink_page(entry);',
    to: '  if (entry.run_pages == 1) unlink_page(entry);',
  },
  {
    breaks: 'a metadata page whose slots are all free is kept for ever',
    file: 'metadata.cpp',
    from: '    if (entry.run_pages == ~0u) {',
    to: '    if (entry.run_pages == 0u) {',
  },
  {
    breaks: 'MiniPages that were in use are not preferred to fresh ones',
    file: 'heap_page.cpp',
    from: '    if (used != 0) starts = used;',
    to: '    if (used == 0) starts = used | starts;',
  },
  {
    breaks: 'the tightest page with room is not the one that serves',
    file: 'heap_page.cpp',
    from: '  return meta_at(global.room_stacks[std::countr_zero(rooms)]);',
    to: '  return meta_at(global.room_stacks[31 - std::countl_zero(rooms)]);',
  },
  {
    breaks: 'a large block takes the tail page although others live in it',
    file: 'large.cpp',
    from: '  if (old_tail != nullptr && old_tail->free_mask != ~low_mask(from.tail)) return false;',
    to: '  if (old_tail != nullptr && old_tail->free_mask == 0) return false;',
  },
  {
    breaks: 'a fresh tail page counts as fresh although it was in use',
    file: 'large.cpp',
    from: 'cut_tail(head + size.pages, size.tail, slots, head + size.pages >= taken.fresh_from);',
    to: 'cut_tail(head + size.pages, size.tail, slots, true);',
  },
  {
    breaks: 'memory that others dirtied and gave back counts as fresh',
    file: 'growth.cpp',
    from: '  if (global.fresh_page < zero_from) global.fresh_page = zero_from < end ? zero_from : end;',
    to: '  if (global.fresh_page > zero_from) global.fresh_page = zero_from < end ? zero_from : end;',
  },
  {
    breaks: 'the new MiniPage map is not a copy of the old one',
    file: 'growth.cpp',
    from: '  __builtin_memcpy(classes, front.mini_page_map, had * kMiniPagesPerPage);',
    to: '  __builtin_memcpy(classes, front.mini_page_map, had * kMiniPagesPerPage / 2);',
  },
  {
    breaks: 'the old MiniPage map is never given back',
    file: 'growth.cpp',
    from: '  if (had != 0 && !kShared) give_back_slots(',
    to: '  if (had != 0 && kShared) give_back_slots(',
  },
  {
    breaks: 'malloc_trim and refused growth leave the blocks of the last class on its stack',
    file: 'heap.cpp',
    from: '    while (const Address block = pop_block(size_class)) send_home(block);',
    to: '    if (c < kSizeClasses) while (const Address block = pop_block(size_class)) send_home(block);',
  },
  {
    breaks: 'after refused growth the stacks are not emptied',
    file: 'obtain.cpp',
    from: '  flush();',
    to: '  (void)&flush;',
  },
  {
    breaks: 'realloc copies as much as the new block holds, not the old one',
    file: 'malloc.cpp',
    from: '__builtin_memcpy(reinterpret_cast<void*>(moved), block, bytes < usable ? bytes : usable);',
    to: '__builtin_memcpy(reinterpret_cast<void*>(moved), block, bytes < usable ? bytes : usable - 8);',
  },
  {
    breaks: 'a run of heap pages of the own bin is taken although it is too short',
    file: 'run.cpp',
    from: '    if (page != kNoPage && entry_of(page).run_pages < count.raw) page = kNoPage;',
    to: '    if (page != kNoPage && entry_of(page).run_pages + 1 < count.raw) page = kNoPage;',
  },
  {
    breaks: 'stacks of classes that nobody uses never empty',
    file: 'heap.cpp',
    from: '  global.aged_class = last == kSizeClasses ? 1 : static_cast<uint8_t>(last + 1);',
    to: '  global.aged_class = last == kSizeClasses ? 1 : last == 0 ? 1 : last;',
  },
  {
    breaks: 'a page of a class leaves its stack and the page below still points to it',
    file: 'heap_page.cpp',
    from: '  if (own.next != kNoLink) links(*meta_at(own.next)).prev = own.prev;',
    to: '  if (own.next == kNoLink) links(meta).prev = own.prev;',
  },
  {
    breaks: 'no page stays warm: a program at the edge of one cuts and joins it for ever',
    file: 'heap_page.cpp',
    from: '  if (global.warm_page == kNoPage) {',
    to: '  if (meta.page == kNoPage) {',
  },
  {
    breaks: 'freeing a large block leaves its pages counted as in use',
    file: 'large.cpp',
    from: '  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage;',
    to: '  global.counters.used_mini_pages -= pages.raw;',
  },
  {
    breaks: 'a large block that shrinks forgets the pages behind its new tail',
    file: 'large.cpp',
    from: '  if (to.pages_with_tail() < from.pages)',
    to: '  if (to.pages_with_tail() < from.pages - kOnePage)',
  },
  {
    breaks: 'the new tail of a block that grew counts as fresh although it was in use',
    file: 'large.cpp',
    from: '  if (more.raw != 0) tail_is_fresh = after + more > take_front_of_run(after, more).fresh_from;',
    to: '  if (more.raw != 0) tail_is_fresh = take_front_of_run(after, more).first == after;',
  },
  {
    breaks: 'the new tail of a block that shrank counts as fresh although it was in use',
    file: 'large.cpp',
    from: '  if (to.tail != 0) cut_tail(head + to.pages, to.tail, slots, false);',
    to: '  if (to.tail != 0) cut_tail(head + to.pages, to.tail, slots, true);',
  },
  {
    breaks: 'the class loses its current run when one block of it is home',
    file: 'heap.cpp',
    from: '  if (home != 0) list_run(',
    to: '  if (home > 1) list_run(',
  },
  {
    breaks: 'the MiniPage map is half as long as the heap needs',
    file: 'growth.cpp',
    from: '  while (bytes < needed) bytes *= 2;',
    to: '  while (bytes * 2 < needed) bytes *= 2;',
  },
  {
    breaks: 'pages taken from the middle of a fresh run count as re-used, and stay fresh',
    file: 'run.cpp',
    from: '  if (end > global.fresh_page) {',
    to: '  if (page == global.fresh_page) {',
  },
  {
    breaks: 'realloc keeps a small block however much of it is left over',
    file: 'heap.cpp',
    from: '    return bytes <= usable && (bytes > usable / 2 || usable == kStepBytes);',
    to: '    return bytes <= usable;',
  },
  {
    breaks: 'realloc fails to shrink when memory is full',
    file: 'malloc.cpp',
    from: '    return bytes <= usable ? block : out_of_memory();',
    to: '    return out_of_memory();',
  },
  {
    breaks: 'pvalloc overflows for sizes near SIZE_MAX',
    file: 'malloc.cpp',
    from: '  if (bytes > ~size_t{0} - kHeapPageBytes) return out_of_memory();',
    to: '',
  },
  {
    breaks: 'the slots of a page that was not to be had are lost',
    file: 'obtain.cpp',
    from: '  give_back_slots(slots, kMetaPageSlots);',
    to: '',
  },
  {
    breaks: 'the slots of a tail are lost when the block is refused',
    file: 'large.cpp',
    from: '    if (slots != kNone) give_back_slots(slots, kMetaPageSlots);',
    to: '',
  },
  {
    breaks: 'after refused growth only the first run of the own bin is looked at',
    file: 'run.cpp',
    from: '  while (page != kNoPage && entry_of(page).run_pages < count.raw) page = entry_of(page).links.next;',
    to: '  if (page != kNoPage && entry_of(page).run_pages < count.raw) page = kNoPage;',
  },
  {
    breaks: 'pages that were just taken read as free to a neighbour that comes back',
    file: 'run.cpp',
    from: '  head.kind = entry_of(page + count - kOnePage).kind = PageKind::unknown;',
    to: '  head.kind = PageKind::unknown;',
  },
  {
    breaks: 'growth found a run and the search for it starts again',
    file: 'obtain.cpp',
    from: '    if (const PageIndex first = grow_heap(count); first != kNoPage)',
    to: '    if (const PageIndex first = grow_heap(count); first != kNoPage && count.raw == 1)',
  },
  {
    breaks: 'the page that a flush freed is spent on metadata though it freed slots too',
    file: 'obtain.cpp',
    from: '    give_back_run(run.first, kOnePage);',
    to: '    give_back_run(run.first, kOnePage), slots = kNone;',
  },
  {
    breaks: 'a shrink may ask sbrk for memory',
    file: 'obtain.cpp',
    from: '  if (run.first != kNoPage || can_grow || must_not_abort) return run;',
    to: '  if (run.first != kNoPage || can_grow) return run;',
  },
  {
    breaks: 'an sbrk that may be refused comes before the room that a flush makes',
    file: 'obtain.cpp',
    from: '  if (MetaPage* meta = obtain_cut_page_quietly()) return meta;',
    to: '  if (MetaPage* meta = obtain_cut_page()) return meta;',
  },
  {
    breaks: 'slots are not aligned to their size',
    file: 'metadata.cpp',
    from: '  return starts_of_runs(entry_of(global.metadata_stack).run_pages, slots) & aligned;',
    to: '  return starts_of_runs(entry_of(global.metadata_stack).run_pages, slots) | (aligned & 0);',
  },
];

/** @type {Mutant[]} What the host's build leaves out: only the tests in wasm see it. */
const wasm = [
  {
    breaks: 'memory above a break that was lowered counts as fresh in wasm',
    file: 'source_wasm.cpp',
    from: 'gharial_highest_break > before ? gharial_highest_break : before;',
    to: 'gharial_highest_break < before ? gharial_highest_break : before;',
  },
];

export const mutants = [...known, ...invented, ...wasm];
