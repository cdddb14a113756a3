// Breakages of src/, one line each, that the tests must reject. `from` occurs exactly once in the file: a change of the
// sources that makes it ambiguous or loses it is an error, and the mutant is then written anew.

import { ofThreads } from './thread_mutants.js';

/**
 * @typedef {{ breaks: string, file: string, from: string, to: string, variant?: 'hardened' | 'threads' }} Mutant variant: whose tests on
 * the host judge it
 */

/** @type {Mutant[]} The kinds of mistakes an allocator is known for. */
const known = [
  {
    breaks: 'a free run is not joined with the free run behind it',
    file: 'run.cpp',
    from: 'is_free(map, first + count)) {',
    to: 'kind_of(next) == RunKind::none) {',
  },
  {
    breaks: 'a free run is not joined with the free run before it',
    file: 'run.cpp',
    from: 'is_free(map, first - kOneMiniPage)) {',
    to: 'kind_of(before) == RunKind::gap) {',
  },
  {
    breaks: 'what was free behind joined MiniPages is lost',
    file: 'run.cpp',
    from: '    count = count + length_of(next);\n',
    to: '',
  },
  {
    breaks: 'a request of exactly a class size and one byte gets the class below',
    file: 'size_class.hpp',
    from: '  return ClassKey{kClassTables.key_of_step[(bytes + kStepBytes - 1) / kStepBytes]};',
    to: '  return ClassKey{kClassTables.key_of_step[(bytes + kStepBytes - 2) / kStepBytes]};',
  },
  {
    breaks: 'a block that goes home while its run is full is lost',
    file: 'heap.cpp',
    from: '    list_run(header);\n  }\n}',
    to: '    if (capacity_of(header) % 3 != 1) list_run(header);\n  }\n}',
  },
  {
    breaks: 'a flush forgets every block of a stack but some',
    file: 'heap.cpp',
    from: '    while (const Address block = pop_block(key_of(size_class))) send_home(header_at(block), block);',
    to: '    while (const Address block = pop_block(key_of(size_class)))\n      if (block % 512 != 0) send_home(header_at(block), block);',
  },
  {
    breaks: 'calloc takes one MiniPage too many for fresh',
    file: 'block_run.cpp',
    from: 'bytes_in(fresh < first + count ? fresh - first : count)',
    to: 'bytes_in(fresh < first + count ? fresh - first - kOneMiniPage : count)',
  },
  {
    breaks: 'calloc clears only what was handed out as a whole',
    file: 'block_run.cpp',
    from: '  if (first < fresh)\n',
    to: '  if (first + count <= fresh)\n',
  },
  {
    breaks: 'MiniPages that are taken stay free: blocks overlap',
    file: 'run.cpp',
    from: '  if (rest != kNoMiniPages) insert_run(map, end, rest);',
    to: '  if (rest != kNoMiniPages) insert_run(map, end - kOneMiniPage, rest + kOneMiniPage);',
  },
  {
    breaks: 'the counter of MiniPages in use goes stale',
    file: 'run.cpp',
    from: 'global.counters.used_mini_pages -= count.raw;',
    to: 'global.counters.used_mini_pages -= count.raw == 3 ? 2 : count.raw;',
  },
  {
    breaks: 'a free-block stack is one entry too long and loses its end',
    file: 'front.hpp',
    from: '  if (newest[1] == kStackEnd) [[unlikely]]',
    to: '  if (*newest == kStackEnd) [[unlikely]]',
  },
  {
    breaks: 'a run leaves its list and its successor still points back to it',
    file: 'heap_page.cpp',
    from: '  if (next != kEndOfList) meta.mini_pages[next].prev = prev;\n',
    to: '',
  },
  {
    breaks: 'an empty bin stays marked as having runs',
    file: 'run.cpp',
    from: '  if (next == kNoMiniPage) global.runs.mask &= ~(uint64_t{1} << bin);\n',
    to: '  if (next != kNoMiniPage) global.runs.mask &= ~(uint64_t{1} << bin);\n',
  },
  {
    breaks: 'what a large block leaves when it shrinks is not free',
    file: 'block_run.cpp',
    from: '  give_back_run(first + count, less);\n',
    to: '',
  },
  {
    breaks: 'a block grows over its neighbour',
    file: 'block_run.cpp',
    from: '  const MiniPages more = there < most - had ? there : most - had;',
    to: '  const MiniPages more = most - had;',
  },
  {
    breaks: 'the class map keeps the class of a run that is gone',
    file: 'heap_page.cpp',
    from: '  each_begin(header.size_class, [&](uint32_t i) { keys[i] = 0; });',
    to: '  each_begin(header.size_class, [&](uint32_t i) { keys[i] &= i == 0 ? 0 : 0xff; });',
  },
  {
    breaks: 'memalign ignores alignments above a MiniPage',
    file: 'block_run.cpp',
    from: '  const MiniPageIndex first{align_up(begin.raw, step)}, end = first + count;',
    to: '  const MiniPageIndex first = begin, end = first + count;',
  },
  {
    breaks: 'growth forgets the MiniPages that others took from sbrk',
    file: 'growth.cpp',
    from: '  const bool has_gap = !is_first && begin > gap;',
    to: '  const bool has_gap = !is_first && begin < gap;',
  },
  {
    breaks: 'the mask forgets the bins of long runs',
    file: 'run.cpp',
    from: '  global.runs.mask |= uint64_t{1} << bin;',
    to: '  global.runs.mask |= uint64_t{bin < 32} << bin;',
  },
];

/** @type {Mutant[]} Of own pages. */
const ofOwnPages = [
  {
    breaks: 'a run is cut from an own page where fewer MiniPages are free',
    file: 'own_page.cpp',
    from: ' begins &= meta.free >> i;',
    to: ' begins &= meta.free;',
  },
  {
    breaks: 'an own page stays on the list of those with more room',
    file: 'own_page.cpp',
    from: '  if (before == after) return;\n',
    to: '  if (before >= after && after != 0) return;\n',
  },
  {
    breaks: 'an own page that is given up stays on its list',
    file: 'own_page.cpp',
    from: '  set_free(meta, 0);\n',
    to: '',
  },
  {
    breaks: 'a page that is wholly free serves before one in use',
    file: 'own_page.cpp',
    from: '  uint32_t list = count.raw;\n',
    to: '  uint32_t list = own_pages().lists[kWhollyFree] != kNoMiniPage ? kWhollyFree : count.raw;\n',
  },
  {
    breaks: 'a free MiniPage of an own page is lost when a run is cut from it',
    file: 'own_page.hpp',
    from: '  return ((1u << count.raw) - 1) << number;',
    to: '  return ((2u << count.raw) - 1) << number;',
  },
  {
    breaks: 'long runs are cut from own pages too',
    file: 'heap_page.cpp',
    from: ' && count <= MiniPages{kOwnRunMax})',
    to: ')',
  },
  {
    breaks: 'a heap grows for a page although there is a hole',
    file: 'own_page.cpp',
    from: ' || prefers_hole(instead, described)) return first;',
    to: ') return first;',
  },
  {
    breaks: 'everything at hand goes home although there is a hole',
    file: 'own_page.cpp',
    from: ' || prefers_hole(instead, described)) return first;',
    to: ' || (look_at_all && prefers_hole(instead, described))) return first;',
  },
  {
    breaks: 'holes are filled with small runs wherever they are',
    file: 'own_page.cpp',
    from: '* kHoleDivisor < length ||',
    to: '* kHoleDivisor >= 0 ||',
  },
  {
    breaks: 'a heap grows for a page although there is a hole where small runs lie already',
    file: 'own_page.cpp',
    from: '  if (described != kNoMiniPage) return true;\n',
    to: '',
  },
  {
    breaks: 'any hole is taken for one where small runs lie already',
    file: 'own_page.cpp',
    from: '    if (find_meta(page_of(run)) != nullptr) return run;',
    to: '    return run;',
  },
  {
    breaks: 'of the holes where small runs lie already only the shortest is seen',
    file: 'own_page.cpp',
    from: 'looks < kHoleLooks;',
    to: 'looks < 1;',
  },
  {
    breaks: 'another hole is taken than the one where small runs lie already',
    file: 'heap_page.cpp',
    from: '  if (first != kNoMiniPage)\n    take_front',
    to: '  if (false)\n    take_front',
  },
  {
    breaks: 'a heap grows for a page although a run of an own page came home with the flush',
    file: 'own_page.cpp',
    from: 'list_with(instead) <= kWhollyFree)',
    to: 'list_with(instead) > kWhollyFree)',
  },
  {
    breaks: 'what lies before a page that is taken out of a free run is lost',
    file: 'run.cpp',
    from: '  insert_run(map, run, before);\n',
    to: '',
  },
  {
    breaks: 'memory is asked for a page that it cannot hold, and a hole is left alone',
    file: 'own_page.cpp',
    from: '  if (!kShared && !can_grow_heap(count)) return kNoMiniPage;\n',
    to: '',
  },
  {
    breaks: 'a flush keeps free own pages',
    file: 'heap.cpp',
    from: '    give_back_free_pages();\n',
    to: '',
  },
  {
    breaks: 'every free own page is kept',
    file: 'own_page.cpp',
    from: '    if (own_pages().free_pages > (reserved',
    to: '    if (own_pages().free_pages < (reserved',
  },
];

/** @type {Mutant[]} Mistakes thought of after the tests were written, to see what they miss. */
const invented = [
  {
    breaks: 'the last bin spills into one that is not there',
    file: 'run.hpp',
    from: '  return bin < kRunBins ? bin : kRunBins - 1;',
    to: '  return bin;',
  },
  {
    breaks: 'a free run does not say at its end how long it is',
    file: 'run.cpp',
    from: '  map[(first + length).raw - 1].value = value;\n',
    to: '',
  },
  {
    breaks: 'a run that is taken does not say where it ends',
    file: 'run.cpp',
    from: '  entry_of(first + count - kOneMiniPage).value = entry_value(RunKind::inside, 0);\n',
    to: '',
  },
  {
    breaks: 'a new free run is not linked from the one behind it in its bin',
    file: 'run.cpp',
    from: '    map[next.raw].links.prev = first;\n',
    to: '    map[next.raw].links.prev = kNoMiniPage;\n',
  },
  {
    breaks: 'a free run leaves its bin and the next one still points back to it',
    file: 'run.cpp',
    from: '    back = prev;\n',
    to: '',
  },
  {
    breaks: 'a run of the own bin is taken although it is too short',
    file: 'run.cpp',
    from: '  if (own != kNoMiniPage && length_of(entry_of(own)) >= count) return bin;',
    to: '  if (own != kNoMiniPage) return bin;',
  },
  {
    breaks: 'a run of exactly the length does not serve',
    file: 'run.cpp',
    from: 'length_of(entry_of(own)) >= count) return bin;',
    to: 'length_of(entry_of(own)) > count) return bin;',
  },
  {
    breaks: 'the longest free run serves, not the tightest',
    file: 'run.cpp',
    from: 'static_cast<uint32_t>(std::countr_zero(above));',
    to: '63 - static_cast<uint32_t>(std::countl_zero(above));',
  },
  {
    breaks: 'before growth only the first run of the own bin is looked at',
    file: 'run.cpp',
    from: '  while (first != kNoMiniPage && length_of(entry_of(first)) < count)\n    first = entry_of(first).links.next;',
    to: '  if (first != kNoMiniPage && length_of(entry_of(first)) < count) first = kNoMiniPage;',
  },
  {
    breaks: 'a single MiniPage that is left when a run is split is lost',
    file: 'run.cpp',
    from: '  if (rest != kNoMiniPages) insert_run(',
    to: '  if (rest.raw > 1) insert_run(',
  },
  {
    breaks: 'a block may seem to begin inside a free run',
    file: 'run.cpp',
    from: '  map[first.raw].value = entry_value(RunKind::inside, 0);\n',
    to: '',
  },
  {
    breaks: 'MiniPages taken from the middle of a fresh run count as re-used, and stay fresh',
    file: 'run.cpp',
    from: '  if (end <= fresh) return;',
    to: '  if (first != fresh) return;',
  },
  {
    breaks: 're-used MiniPages before fresh ones count as fresh',
    file: 'run.cpp',
    from: '  const MiniPageIndex from = first > fresh ? first : fresh;',
    to: '  const MiniPageIndex from = first;',
  },
  {
    breaks: 'what is taken is thought to have been handed out before',
    file: 'run.cpp',
    from: '  const MiniPageIndex fresh = global.fresh_before_take = global.fresh;',
    to: '  const MiniPageIndex fresh = global.fresh;\n  global.fresh_before_take = fresh > end ? fresh : end;',
  },
  {
    breaks: 'a heap page counts as handed out with any of its MiniPages',
    file: 'run.cpp',
    from: '         page_of(MiniPageIndex{first.raw + kMiniPagesPerPage - 1}).raw;',
    to: '         page_of(first).raw;',
  },
  {
    breaks: 'the cursor goes home to the wrong word of the run',
    file: 'mini_page.hpp',
    from: 'block_number(header, cursor.base) / 64',
    to: 'block_number(header, cursor.base) / 65',
  },
  {
    breaks: 'a new run has blocks beyond its end',
    file: 'mini_page.hpp',
    from: '~uint64_t{0} >> (blocks - below < 64 ? below + 64 - blocks : 0);',
    to: '~uint64_t{0};',
  },
  {
    breaks: 'the countdown of a current run is that of the list it came from',
    file: 'mini_page.hpp',
    from: '    header.countdown = kNever;\n',
    to: '',
  },
  {
    breaks: 'the MiniPage of a meta-page is never free again',
    file: 'heap_page.cpp',
    from: '  give_back_run(link_to(meta), kMetaMiniPages);\n',
    to: '',
  },
  {
    breaks: 'a page whose meta-page went is described still',
    file: 'heap_page.cpp',
    from: '  meta_word(meta.page) = kNone;\n',
    to: '',
  },
  {
    breaks: 'a page of a class leaves its stack and the page below still points to it',
    file: 'heap_page.cpp',
    from: '    back = prev;\n',
    to: '',
  },
  {
    breaks: 'a new meta-page has a stale list',
    file: 'heap_page.hpp',
    from: '__builtin_memset(meta.lists, kEndOfList, sizeof meta.lists);',
    to: '__builtin_memset(meta.lists, kEndOfList, sizeof meta.lists - 1);',
  },
  {
    breaks: 'the MiniPages of a run that cannot be described are lost',
    file: 'heap_page.cpp',
    from: '  if (meta == nullptr) give_back_run(first, count);\n',
    to: '',
  },
  {
    breaks: 'the last MiniPage of a small run is not mapped',
    file: 'heap_page.cpp',
    from: '  for (uint32_t offset = 0; offset < end; offset += step) map(offset / kMiniPageBytes);',
    to: '  for (uint32_t offset = 0; offset == 0 || offset + step < end; offset += step)\n    map(offset / kMiniPageBytes);',
  },
  {
    breaks: 'a page keeps its meta-page when its last small run is gone',
    file: 'heap_page.cpp',
    from: '  if (--meta.runs == 0) give_back_meta(meta);',
    to: '  --meta.runs;',
  },
  {
    breaks: 'a run that leaves its list seems to be on it',
    file: 'heap_page.cpp',
    from: '  header.prev = kUnlisted;\n',
    to: '',
  },
  {
    breaks: 'what an aligned block leaves before it is lost',
    file: 'block_run.cpp',
    from: '  if (first != begin) give_back_run(begin, first - begin);\n',
    to: '',
  },
  {
    breaks: 'what an aligned block leaves behind it is lost',
    file: 'block_run.cpp',
    from: '  if (end != begin + most) give_back_run(end, begin + most - end);\n',
    to: '',
  },
  {
    breaks: 'calloc clears fresh memory too',
    file: 'block_run.cpp',
    from: 'bytes_in(fresh < first + count ? fresh - first : count)',
    to: 'bytes_in(count)',
  },
  {
    breaks: 'a block that grew or shrank keeps its old class',
    file: 'block_run.cpp',
    from: '  write_run(first, count, RunKind::block_run);\n  *keys_from(first) = block_key(count);',
    to: '  write_run(first, count, RunKind::block_run);\n  if (*keys_from(first) == 0) *keys_from(first) = block_key(count);',
  },
  {
    breaks: 'a large block that is freed stays in use',
    file: 'block_run.cpp',
    from: '  give_back_run(first, count);\n}\n\nbool',
    to: '  if (count.raw != 40) give_back_run(first, count);\n}\n\nbool',
  },
  {
    breaks: 'a block that outgrew its place moves to the next hole',
    file: 'malloc.cpp',
    from: 'block = obtain_growing_block(mini_pages_for(roomy));',
    to: 'block = allocate_quietly(roomy);',
  },
  {
    breaks: 'the MiniPages of a block that grows beyond all memory wrap round',
    file: 'malloc.cpp',
    from: 'if (usable > kSharedMax && roomy <= kLargest)',
    to: 'if (usable > kSharedMax)',
  },
  {
    breaks: 'a block is put where the heap ends though too little is free there',
    file: 'block_run.cpp',
    from: '  if (trailing < count) return obtain_block(count);\n',
    to: '',
  },
  {
    breaks: 'memory grows for a medium block that could move',
    file: 'block_run.cpp',
    from: ' || least <= MiniPages{kClassMaxMiniPages} ||\n        !can_grow_heap(least - had))',
    to: ' || !can_grow_heap(least - had))',
  },
  {
    breaks: 'memory grows for a large block that does not end the heap',
    file: 'block_run.cpp',
    from: '    const bool ends_heap = after + there == global.end;',
    to: '    const bool ends_heap = after <= global.end;',
  },
  {
    breaks: 'a large block that asks for more may end the program',
    file: 'block_run.cpp',
    from: ' ||\n        !can_grow_heap(least - had))',
    to: ')',
  },
  {
    breaks: 'a pointer into the first MiniPage of a large block frees it',
    file: 'block_run.cpp',
    from: '  if (block % kMiniPageBytes != 0 || first',
    to: '  if (first',
  },
  {
    breaks: 'memory that others dirtied and gave back counts as fresh',
    file: 'growth.cpp',
    from: '  if (begin < zero_from && global.fresh < zero_from)',
    to: '  if (begin < zero_from && global.fresh > zero_from)',
  },
  {
    breaks: 'memory is fresh no more when it grows',
    file: 'growth.cpp',
    from: '  if (begin < zero_from && global.fresh < zero_from)',
    to: '  if (global.fresh < zero_from)',
  },
  {
    breaks: 'the new class map is not a copy of the old one',
    file: 'growth.cpp',
    from: '__builtin_memcpy(classes, front.class_map, had * kMiniPagesPerPage);',
    to: '__builtin_memcpy(classes, front.class_map, had * kMiniPagesPerPage / 2);',
  },
  {
    breaks: 'the new page map is not a copy of the old one',
    file: 'growth.cpp',
    from: 'had * sizeof *metas',
    to: 'had / 2 * sizeof *metas',
  },
  {
    breaks: 'the old maps are never given back',
    file: 'growth.cpp',
    from: '  if (had == 0) return;',
    to: '  return;',
  },
  {
    breaks: 'the place of the old maps counts as fresh',
    file: 'growth.cpp',
    from: '  if (global.fresh < old + old_count)\n    global.fresh = old + old_count;',
    to: '  if (global.fresh < old)\n    global.fresh = old;',
  },
  {
    breaks: 'the maps are as long as they must be, and move at every growth',
    file: 'growth.cpp',
    from: '  if (spare == Spare::some) bytes += bytes / 4;',
    to: '  if (spare == Spare::some) bytes += bytes / 64;',
  },
  {
    breaks: 'near its limit memory does not grow, for want of room for longer maps',
    file: 'growth.cpp',
    from: '        Source::can_grow(bytes_for(missing, Spare::some)) ? Spare::some : Spare::none;',
    to: '        Source::can_grow(bytes_for(missing, Spare::some)) ? Spare::some : Spare::some;',
  },
  {
    breaks: 'the entry behind the heap is not mapped',
    file: 'growth.cpp',
    from: '  const size_t pages = page_of(end).raw + size_t{1};',
    to: '  const size_t pages = page_of(end).raw;',
  },
  {
    breaks: 'a range below the end of the heap is added to it',
    file: 'growth.cpp',
    from: '  if (begin < global.end || end < begin + maps) return kNoMiniPage;',
    to: '  if (end < begin + maps) return kNoMiniPage;',
  },
  {
    breaks: 'the maps lie in what they say is free',
    file: 'growth.cpp',
    from: 'free_begin = is_first ? begin + maps : begin,',
    to: 'free_begin = begin,',
  },
  {
    breaks: 'growth ignores what is free at the end of the heap',
    file: 'growth.cpp',
    from: '    const MiniPages missing = end == global.end ? count - trailing : count;',
    to: '    const MiniPages missing = count;',
  },
  {
    breaks: 'gaps are not counted',
    file: 'growth.cpp',
    from: '    global.counters.external_mini_pages += (begin - gap).raw;\n',
    to: '',
  },
  {
    breaks: 'a stack has no end',
    file: 'growth.cpp',
    from: '  for (uint32_t c = 2; c <= kSizeClasses + 1; ++c)',
    to: '  for (uint32_t c = 2; c <= kSizeClasses; ++c)',
  },
  {
    breaks: 'malloc_trim and refused growth leave the blocks of the last class on its stack',
    file: 'heap.cpp',
    from: '  for (uint8_t c = 1; c <= kSharedClasses; ++c) {',
    to: '  for (uint8_t c = 1; c < kSharedClasses; ++c) {',
  },
  {
    breaks: 'before growth the stacks are not emptied',
    file: 'obtain.cpp',
    from: '  if (is_flush_due() || !can_grow_heap(count)) flush();\n',
    to: '',
  },
  {
    breaks: 'a flush waits until memory cannot grow',
    file: 'obtain.cpp',
    from: '  if (is_flush_due() || !can_grow_heap(count)) flush();',
    to: '  if (!can_grow_heap(count)) flush();',
  },
  {
    breaks: 'memory is refused while a flush would make room',
    file: 'obtain.cpp',
    from: '  if (is_flush_due() || !can_grow_heap(count)) flush();',
    to: '  if (is_flush_due()) flush();',
  },
  {
    breaks: 'every growth is preceded by a flush',
    file: 'heap.cpp',
    from: '  global.taken_at_flush = global.counters.taken_mini_pages;\n',
    to: '',
  },
  {
    breaks: 'a shrink may ask sbrk for memory',
    file: 'obtain.cpp',
    from: '  if (first != kNoMiniPage || (must_not_abort && !can_grow_heap(count))) return first;',
    to: '  if (first != kNoMiniPage) return first;',
  },
  {
    breaks: 'the class loses its current run when one block of it is home',
    file: 'heap.cpp',
    from: '  if (home != 0) list_run(',
    to: '  if (home > 1) list_run(',
  },
  {
    breaks: 'a run whose blocks are all home stays when it is current no more',
    file: 'heap.cpp',
    from: '  if (home == capacity) return retire_small_run(*header);\n',
    to: '',
  },
  {
    breaks: 'a run that became full never comes back',
    file: 'heap.cpp',
    from: '    if (header != nullptr) header->countdown = 1;',
    to: '    if (header != nullptr) header->countdown = kNever;',
  },
  {
    breaks: 'a run is freed while one of its blocks is live',
    file: 'heap.cpp',
    from: '    header.countdown = capacity_of(header) - 1;',
    to: '    header.countdown = capacity_of(header) - 2;',
  },
  {
    breaks: 'partly free runs do not serve',
    file: 'heap.cpp',
    from: '    header = pop_listed_run(size_class);',
    to: '    header = nullptr;',
  },
  {
    breaks: 'calloc passes by the medium block that is at hand',
    file: 'heap.cpp',
    from: '        (!is_shared(size_class) && *top_of(key_of(size_class)) == kNone))',
    to: '        !is_shared(size_class))',
  },
  {
    breaks: 'realloc keeps a block however much of it is left over',
    file: 'heap.cpp',
    from: '  if (bytes <= usable && bytes > usable / 2 && bytes <= kClassMax) return true;',
    to: '  if (bytes <= usable && bytes <= kClassMax) return true;',
  },
  {
    breaks: 'a medium block that is given room becomes large',
    file: 'heap.cpp',
    from: 'mini_pages_for(roomy < kClassMax ? roomy : kClassMax)',
    to: 'mini_pages_for(roomy)',
  },
  {
    breaks: 'a large block that shrinks keeps all its MiniPages',
    file: 'heap.cpp',
    from: '    if (count < had) shorten_block(block, count);',
    to: '    if (count.raw + 32 < had.raw) shorten_block(block, count);',
  },
  {
    breaks: 'room to grow is asked of sbrk where it may be refused',
    file: 'malloc.cpp',
    from: 'block = allocate_quietly(roomy);',
    to: 'block = allocate(roomy);',
  },
  {
    breaks: 'room to grow at the end is asked of sbrk where it may be refused',
    file: 'block_run.cpp',
    from: '  const QuietGrowth quiet;\n',
    to: '',
  },
  {
    breaks: 'realloc copies as much as the new block holds, not the old one',
    file: 'malloc.cpp',
    from: '__builtin_memcpy(reinterpret_cast<void*>(moved), block, bytes < usable ? bytes : usable);',
    to: '__builtin_memcpy(reinterpret_cast<void*>(moved), block, bytes < usable ? bytes : usable - 8);',
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
    breaks: 'the checker does not see that two free runs touch',
    file: 'check.cpp',
    from: '      require(!(is_free && after_free) || is_border(first), 5);',
    to: '      require(!is_free || !after_free || length > kOneMiniPage || is_border(first), 5);',
  },
  {
    breaks: 'the checker does not see a meta-page of no heap page',
    file: 'check.cpp',
    from: '    require(described == meta_runs, 10);',
    to: '    require(described <= meta_runs, 10);',
  },
  {
    breaks: 'the statistics lose what no block fits into',
    file: 'stats.cpp',
    from: '      stats.slack_bytes += bytes - capacity_of(header) * size_t{bytes_of(header.size_class)};',
    to: '      stats.slack_bytes += 0;',
  },
  {
    breaks: 'medium blocks at hand do not serve before memory grows',
    file: 'obtain.cpp',
    from: '  give_back_medium_blocks();\n',
    to: '',
  },
  {
    breaks: 'a flush keeps the medium blocks of the longest class',
    file: 'heap.cpp',
    from: '  for (uint8_t c = kSharedClasses + 1; c <= kSizeClasses; ++c)\n',
    to: '  for (uint8_t c = kSharedClasses + 1; c < kSizeClasses; ++c)\n',
  },
  {
    breaks: 'a small heap grows by whole heap pages',
    file: 'growth.cpp',
    from: '  const uint32_t step = is_small_heap() && !kShared ? kSmallGrowth : kMiniPagesPerPage;',
    to: '  const uint32_t step = kMiniPagesPerPage;',
  },
  {
    breaks: 'a class takes a long run rather than waste little at the end of a short one',
    file: 'size_class.hpp',
    from: '    if (run == 0) run = shortest_cut(bytes, kShortRunMax, kShortTailWasteDivisor);\n',
    to: '',
  },
  {
    breaks: 'a run that is taken from its bin stays the one before the next',
    file: 'run.cpp',
    from: '    map[next.raw].links.prev = kNoMiniPage;\n',
    to: '    map[next.raw].links.prev = first;\n',
  },
  {
    breaks: 'the peak is forgotten',
    file: 'run.hpp',
    from: '    counters.peak_used_mini_pages = counters.used_mini_pages;',
    to: '    counters.peak_used_mini_pages += counters.used_mini_pages == 0;',
  },
  {
    breaks: 'a header names the run of another page',
    file: 'mini_page.hpp',
    from: '  header.base = static_cast<uint32_t>(address_of(first));',
    to: '  header.base = static_cast<uint32_t>(address_of(first)) & ~(kHeapPageBytes - 1);',
  },
  {
    breaks: 'longer maps cut off what memory grows by next',
    file: 'growth.cpp',
    from: '  return ends_heap ? kNoMiniPage : take_front(first, maps, RunKind::maps);',
    to: '  return ends_heap || maps != kNoMiniPages ? kNoMiniPage : take_front(first, maps, RunKind::maps);',
  },
  {
    breaks: 'the peak counts what an aligned block gave back at once',
    file: 'block_run.cpp',
    from: '  global.counters.peak_used_mini_pages = peak;  // what went back was never in use\n',
    to: '',
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
  {
    breaks: 'what is pinned does not serve when sbrk refuses what the limit allows',
    file: 'obtain.cpp',
    from: '  flush();  // sbrk may refuse what the limit allows\n',
    to: '',
  },
];

/** @type {Mutant[]} What the hardened variant might forget; its own tests judge. */
const hardened = /** @type {Mutant[]} */ ([
  {
    breaks: 'a freed block keeps a tail that looks live',
    file: 'hardened.hpp',
    from: '    word_at(tail.at) = kDead;\n    if constexpr',
    to: '    if constexpr',
  },
  {
    breaks: 'a large block that is freed keeps a tail that looks live',
    file: 'hardened.cpp',
    from: '  word_at(tail.at) = kDead;\n  if (!note_freed',
    to: '  if (!note_freed',
  },
  {
    breaks: 'the mark behind a block is not looked at',
    file: 'hardened.hpp',
    from: ' && byte_at(at - slack) == static_cast<uint8_t>(canary);',
    to: ';',
  },
  {
    breaks: 'the mark is not written',
    file: 'hardened.hpp',
    from: '  byte_at(block + bytes) = static_cast<uint8_t>(canary);\n',
    to: '',
  },
  {
    breaks: 'the canary does not depend on the address',
    file: 'hardened.hpp',
    from: "static_cast<uint32_t>(block) * 0x9e37'79b1u",
    to: 'static_cast<uint32_t>(block) * 0',
  },
  {
    breaks: 'the secret may be even, and a canary that of a free block',
    file: 'hardened.cpp',
    from: '  secret |= 1;',
    to: '  secret &= ~1u;',
  },
  {
    breaks: 'a block that looks live is handed out',
    file: 'hardened.hpp',
    from: '  if (word_at(at) == canary) [[unlikely]]\n    require_free(block, at);\n',
    to: '',
  },
  {
    breaks: 'realloc in place leaves the old tail',
    file: 'hardened.cpp',
    from: '    write_tail(block, tail_place(block), tail.canary, bytes);\n    return block;\n  }\n  word_at',
    to: '    return block;\n  }\n  word_at',
  },
  {
    breaks: 'realloc that moves copies what nobody asked for, or too little',
    file: 'hardened.cpp',
    from: 'bytes < had ? bytes : had);',
    to: 'bytes < had ? bytes : had / 2);',
  },
  {
    breaks: 'a shrink that cannot move keeps its old size',
    file: 'hardened.cpp',
    from: '      write_tail(block, tail.at, tail.canary, bytes);\n      return block;',
    to: '      return block;',
  },
  {
    breaks: 'a size that is too small passes for the right one',
    file: 'hardened.cpp',
    from: '  if (tail.at - tail.slack - block != bytes)',
    to: '  if (tail.at - tail.slack - block < bytes)',
  },
  {
    breaks: 'the tail is not asked for on top of a large request',
    file: 'hardened.cpp',
    from: '  Address block = take(bytes + kTailBytes);',
    to: '  Address block = take(bytes + (bytes > kClassMax ? 0 : kTailBytes));',
  },
  {
    breaks: 'the cookie of a meta-page is not looked at',
    file: 'heap_page.cpp',
    from: '  guard_cookie(meta);\n',
    to: '',
  },
  {
    breaks: 'a block may go home twice',
    file: 'heap.hpp',
    from: 'if (!give_home(header, number)) [[unlikely]]',
    to: 'if (!give_home(header, number) && false)',
  },
  {
    breaks: 'links of free runs are not looked at',
    file: 'run.cpp',
    from: '    guard(back == first, address_of(first), 6);\n',
    to: '',
  },
  {
    breaks: 'of the links of free runs one is not looked at',
    file: 'run.cpp',
    from: '    guard(forth == first, address_of(first), 6);\n',
    to: '',
  },
]).map((mutant) => ({ ...mutant, variant: /** @type {const} */ ('hardened') }));

/** @type {Mutant[]} Of the checker. */
const roots = [
  {
    breaks: 'the checker does not look at its roots',
    file: 'check.cpp',
    from: '  if (!Checker::roots_make_sense()) return 9;\n',
    to: '',
  },
  {
    breaks: 'the checker does not see an own page on the list of another room',
    file: 'check.cpp',
    from: '      require(list != 0 && list_for(meta->free) == list, 6);\n',
    to: '',
  },
];

export const mutants = [
  ...known,
  ...ofOwnPages,
  ...invented,
  ...wasm,
  ...hardened,
  ...roots,
  ...ofThreads,
];
