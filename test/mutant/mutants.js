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
    breaks: 'a flush forgets every block of a stack but some',
    file: 'heap.cpp',
    from: '    while (const Address block = pop_block(size_class)) send_home(block);',
    to: '    while (const Address block = pop_block(size_class))\n      if (block % 512 != 0) send_home(block);',
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
    from: '  if (entry.tail != 0) give_back_mini_pages(meta_of(head + pages), 0, entry.tail);',
    to: '  if (entry.tail == 0) give_back_mini_pages(meta_of(head + pages), 0, entry.tail);',
  },
  {
    breaks: 'a medium block grows over its neighbour',
    file: 'heap.cpp',
    from: '  if (there < needed) return false;',
    to: '  if (there == 0) return false;',
  },
  {
    breaks: 'the MiniPage map keeps the class of a run that is gone',
    file: 'heap.cpp',
    from: 'map_mini_pages(address_of(meta, header.first), mapped_of(header), kNotSmall, nullptr);',
    to: 'map_mini_pages(address_of(meta, header.first), 0, kNotSmall, nullptr);',
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
    breaks: 'the mask forgets the bins of long runs',
    file: 'run.cpp',
    from: '    global.bin_mask |= uint64_t{1} << bin;',
    to: '    global.bin_mask |= uint64_t{bin < 32} << bin;',
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
    from: '  if (meta.free_mask != ~low_mask(tail)) return false;',
    to: '  if (meta.free_mask == 0) return false;',
  },
  {
    breaks: 'spare MiniPages count as fresh although they were in use',
    file: 'large.cpp',
    from: '  write_large(head, needed, mini_pages, end > taken.fresh_from);',
    to: '  write_large(head, needed, mini_pages, true);',
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
    breaks: 'before growth the stacks are not emptied',
    file: 'obtain.cpp',
    from: '  flush();\n  run = search_run(count);',
    to: '  run = search_run(count);',
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
    from: '(bin >= kExactBins && entry_of(page).run_pages < count.raw)',
    to: '(bin > kExactBins && entry_of(page).run_pages < count.raw)',
  },
  {
    breaks: 'a page is cut for small blocks while a flush would make room',
    file: 'obtain.cpp',
    from: '    if (MetaPage* meta = page_with_room(length)) return meta;\n  }',
    to: '  }',
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
    breaks: 'freeing a large block forgets that some MiniPages were spare',
    file: 'large.cpp',
    from: '  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage - entry.spare;',
    to: '  global.counters.used_mini_pages -= pages.raw * kMiniPagesPerPage;',
  },
  {
    breaks: 'a large block that shrinks forgets the pages behind it',
    file: 'large.cpp',
    from: '  if (needed < had) give_back_run(head + needed, had - needed);',
    to: '  if (needed > had) give_back_run(head + needed, had - needed);',
  },
  {
    breaks: 'the spare MiniPages of a block that grew count as fresh although they were in use',
    file: 'large.cpp',
    from: '    is_fresh = take_front_of_run(after, more).fresh_from < after + more;',
    to: '    take_front_of_run(after, more), is_fresh = true;',
  },
  {
    breaks: 'the spare MiniPages of a block that shrank count as fresh although they were in use',
    file: 'large.cpp',
    from: '  bool is_fresh = entry.spare_is_fresh && to >= from;',
    to: '  bool is_fresh = entry.spare_is_fresh || to < from;',
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
    from: '  if (bytes <= usable && (bytes > usable / 2 || usable == kStepBytes)) return true;',
    to: '  if (bytes <= usable) return true;',
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
    breaks: 'a large block that is freed stays on the stack of spare MiniPages',
    file: 'large.cpp',
    from: '  leave_spare_stack(entry);\n  entry.kind = PageKind::unknown;',
    to: '  entry.kind = PageKind::unknown;',
  },
  {
    breaks: 'after refused growth only the first run of the own bin is looked at',
    file: 'run.cpp',
    from: '  while (page != kNoPage && entry_of(page).run_pages < count.raw) page = entry_of(page).links.next;',
    to: '  if (page != kNoPage && entry_of(page).run_pages < count.raw) page = kNoPage;',
  },
  {
    breaks: 'a single page that is left when a run is split is lost',
    file: 'run.cpp',
    from: '  if (rest.raw != 0) insert_run(page + count, rest);',
    to: '  if (rest.raw > 1) insert_run(page + count, rest);',
  },
  {
    breaks: 'a medium block that grew keeps its old class in the MiniPage map',
    file: 'heap.cpp',
    from: '  front.mini_page_map[run_address(header) >> kMiniPageShift] = size_class.raw;',
    to: '  front.mini_page_map[run_address(header) >> kMiniPageShift] |= size_class.raw;',
  },
  {
    breaks: 'a medium block that is given room takes that of its neighbour',
    file: 'heap.cpp',
    from: '  const uint32_t more = wanted < there ? wanted : there;',
    to: '  const uint32_t more = wanted;',
  },
  {
    breaks: 'a shrink may ask sbrk for memory',
    file: 'obtain.cpp',
    from: '  if (run.first != kNoPage || (must_not_abort && !can_grow_heap(count))) return run;',
    to: '  if (run.first != kNoPage) return run;',
  },
  {
    breaks: 'a page with spare MiniPages is cut in the wrong place',
    file: 'large.cpp',
    from: '  entry.tail = static_cast<uint8_t>(mini_pages % kMiniPagesPerPage);',
    to: '  entry.tail = static_cast<uint8_t>(mini_pages % kMiniPagesPerPage - 1);',
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
