// layout.hpp — every structure that lies in linear memory: drawing, invariants, offset assertions.
// Assumes: index.hpp's sizes. Keeps: the same source describes wasm32, wasm64 and native, shared or
// not; JavaScript learns every offset from the layout record (record.cpp), never from here.
//
// Glossary, one meaning each, everywhere:
//   heap page   64 KiB, 64 KiB-aligned piece of linear memory     MiniPage  2 KiB of a heap page
//   block       what malloc returns                               run       pages that serve together
//   size class  blocks of one size; 0 is "not small"              stack     LIFO: free blocks, heap pages
//   fresh       never handed out since memory grew                live      handed out now
//   home        a free block is home when its bit in its run's header is set (else it is live, on a
//               free-block stack, or in the cursor of its class)
//
//   user memory: heap pages, nothing of ours inside      metadata: elsewhere, in proportion
//   ┌ cut page: 32 MiniPages ────────────────┐   page map       16 bytes per heap page
//   │ 16 B │ 16 B │ 48 B │ 2560 B ×4 in 5 …  │   MiniPage map   header (a word) and class (a byte) of each
//   └────────────────────────────────────────┘   meta-page      one per cut page, below
//   ┌ large block: 2 pages + 3 MiniPages ───┐┌ small ┐┌ free ┐   global meta-page, front: link-time
//   └───────────────────────────────────────┘└───────┘└──────┘   addresses, in static data
//
// Invariants (checked by check.cpp; the number is what gharial_validate returns):
//   I1  free bits above a run's capacity are never set; `countdown` fits them and the run's state
//   I2  a small run is on its page's list of its class  <=>  a block is home and it is not current
//   I3  a page is on the global stack of a class  <=>  its list of that class is not empty
//   I4  a cut page is on the room stack of its longest free run (1…31); the warm page on none; a large block is
//       on the spare stack of its spare MiniPages (1…31), and has a tail or spare MiniPages, not both
//   I5  no two free runs of heap pages touch
//   I6  a free run is in the bin of its length and in no other; bin masks agree
//   I7  the MiniPage map holds class and header in every MiniPage of a run that several blocks share, and where
//       a run of one block begins, else 0
//   I8  a block is in one place only: live, home, cursor, or once on one free-block stack
//   I9  the page map is walkable, run by run, to the end exactly; both ends of a run agree
//   I10 a metadata page's free slots are on one stack of such pages; no slot is used twice
//   I11 the counters of pages and MiniPages in use agree with the walk
//   I12 every MiniPage is free, or in exactly one run; a free MiniPage is in none
#pragma once
#include "size_class.hpp"
#include <type_traits>

namespace gharial {

// A memory model: how wide an address is, and whether threads share the memory.
template <class WordType, bool Shared> struct Model {
  using Word = WordType;
  static constexpr bool shared = Shared;
};
using Wasm32 = Model<uint32_t, false>;
using Wasm32Shared = Model<uint32_t, true>;
using Wasm64 = Model<uint64_t, false>;
using Wasm64Shared = Model<uint64_t, true>;
using ThisModel = Model<std::conditional_t<sizeof(void*) == 4, uint32_t, uint64_t>, kShared>;

// ---- MiniPages ------------------------------------------------------------------------------

inline constexpr uint32_t kFreeWords = 4;  // 256 blocks of 8 B

enum class RunKind : uint8_t {
  small_run = 1,   // blocks of one size class
  medium_run = 2,  // the same, of a class that is one block of three MiniPages or more
  large_tail = 3,  // MiniPages 0 … run-1: the end of the large block that lies before this page
};
inline constexpr uint8_t kNoMiniPage = 0xff;
inline constexpr uint8_t kUnlisted = 0xfe;

// `countdown` is how many blocks may come home until the run changes its state: one decrement and one
// test on the way home, whatever the state.
//   unlisted  no block is home; 1: the first one lists the run
//   listed    capacity - blocks home: the last one frees the run
//   current   kNever: malloc works through it, it stays
inline constexpr uint16_t kNever = 0xffff;

//   0           32           36            38         40          42      43     44      45    46
//   │ free bits │ reciprocal │ block bytes │ capacity │ countdown │ class │ kind │ first │ run │ next │ prev │
// Only the header of a run's first MiniPage means anything.
struct MiniPageHeader {
  uint64_t free[kFreeWords];  // bit set: this block is free and home
  uint32_t reciprocal;        // block = (offset in run * reciprocal) >> 32
  uint16_t block_bytes;       // small runs only; 16 384 at most
  uint16_t capacity;          // blocks in the run
  uint16_t countdown;         // see above
  SizeClass size_class;
  RunKind kind;
  uint8_t first;  // MiniPage of the run's head
  uint8_t run;    // MiniPages in the run
  uint8_t next,
      prev;  // on the page's list of its class; kNoMiniPage ends it; prev may be kUnlisted
};
static_assert(offsetof(MiniPageHeader, reciprocal) == 32, "the drawing above");
static_assert(offsetof(MiniPageHeader, countdown) == 40, "the drawing above");
static_assert(offsetof(MiniPageHeader, prev) == 47 && sizeof(MiniPageHeader) == 48);

// Shared memory only: blocks freed by threads that do not own the page.
struct RemoteBits {
  uint64_t free[kFreeWords];
};
struct Nothing {};

// ---- meta-pages -----------------------------------------------------------------------------

inline constexpr uint32_t kMetaSlotBytes = kMiniPageBytes;  // metadata is allocated in slots
inline constexpr uint32_t kRoomStacks =
    kMiniPagesPerPage;  // longest free run 1 … 31; index 0 unused

// Where a meta-page lies: the number of its slot in linear memory (address >> 11). Stacks of heap pages
// link meta-pages by it: a shift leads from one to the next, without a look into the page map.
using MetaLink = Index<struct MetaLinkTag, uint32_t>;
inline constexpr MetaLink kNoLink{0};
inline constexpr uint32_t kMetaLinkShift = kMiniPageShift;

struct PageLinks {
  MetaLink next, prev;  // 0 ends the stack
};

//   0                     1536        1540      1544   1548   1552
//   │ 32 MiniPage headers │ free mask │ touched │ page │ room │ room links │ class links │ lists │ remote
// One per cut page. When made, only masks and lists are: a header counts if its MiniPage
// heads a run, class links count for classes whose list is not empty.
template <class M> struct MetaPageOf {
  MiniPageHeader mini_pages[kMiniPagesPerPage];
  uint32_t free_mask;     // bit i: MiniPage i is free
  uint32_t touched_mask;  // bit i: MiniPage i was handed out since it was fresh
  PageIndex page;         // the heap page this describes
  uint32_t room;          // longest run of free MiniPages = the room stack it is on; 0 = on none
  PageLinks room_links;
  PageLinks class_links[kSharedClasses + 1];
  uint8_t lists[kSharedClasses + 1];  // first partly free run of the class; kNoMiniPage if none
  [[no_unique_address]] std::conditional_t<M::shared, RemoteBits[kMiniPagesPerPage], Nothing>
      remote;
};
static_assert(offsetof(MetaPageOf<Wasm32>, free_mask) == 1536, "the drawing above");
static_assert(offsetof(MetaPageOf<Wasm32>, room) == 1548, "the drawing above");
static_assert(sizeof(MetaPageOf<Wasm32>) <= kMetaSlotBytes, "one slot");
static_assert(sizeof(MetaPageOf<Wasm64>) <= kMetaSlotBytes, "one slot");
static_assert(sizeof(MetaPageOf<Wasm32Shared>) <= 2 * kMetaSlotBytes, "two slots");
static_assert(sizeof(MetaPageOf<Wasm64Shared>) <= 2 * kMetaSlotBytes, "two slots");

// ---- page map -------------------------------------------------------------------------------

enum class PageKind : uint8_t {
  unknown = 0,     // no heap page (also: interior of a run, which may hold anything stale)
  free_run = 1,    // first and last page of a free run
  cut = 2,         // cut into MiniPages; `meta` is its meta-page
  large_head = 3,  // first page of a large block, which has a tail or spare MiniPages, or neither
  large_last = 4,  // last whole page of a large block of two pages or more
  metadata = 5,    // our own; run_pages is a mask of its free slots
  gap = 6,         // first and last page of a range that others took from sbrk
};

//   0      1      2       3       4           8      12     16
//   │ kind │ tail │ spare │ fresh │ run pages │ next │ prev │     or   │ meta (address) │ from 8 on
// First and last entry of every run are true; those between may be stale, so that runs of any
// length are made in O(1).
template <class M> struct PageEntryOf {
  PageKind kind;
  uint8_t tail;  // MiniPages of the page after a large block's own that are its too
  uint8_t
      spare;  // last MiniPages of its own last page that are not its; cut when somebody needs them
  bool spare_is_fresh;  // those were never handed out
  uint32_t run_pages;
  union {
    struct {
      PageIndex next, prev;  // of a free run's bin; of a large block's spare stack; of the stack of
                             // metadata pages with free slots
    } links;
    typename M::Word meta;
  };
};
static_assert(sizeof(PageEntryOf<Wasm32>) == 16 && sizeof(PageEntryOf<Wasm64>) == 16);
static_assert(offsetof(PageEntryOf<Wasm32>, run_pages) == 4 &&
              offsetof(PageEntryOf<Wasm64>, meta) == 8);

// What the maps can describe: all of wasm32; on wasm64 as far as a MetaLink reaches, 8 TiB.
template <class M>
inline constexpr uint64_t kAddressEnd =
    sizeof(typename M::Word) == 4 ? uint64_t{1} << 32 : uint64_t{1} << (32 + kMetaLinkShift);

// ---- run bins -------------------------------------------------------------------------------

inline constexpr uint32_t kBinsPerDoubling = 1u << kBinsPerDoublingShift;
inline constexpr uint32_t kRunBins = 64;  // one mask; the last bin holds whatever is longer

// ---- global meta-page -----------------------------------------------------------------------

// One list for the structure, the layout record and JavaScript. Gauges and counters only; the rest
// is derived.
#define GHARIAL_COUNTERS(X)                                                                        \
  X(fresh_mini_pages)     /* MiniPages handed out for the first time since memory grew */          \
  X(reused_mini_pages)    /* MiniPages handed out again */                                         \
  X(fresh_pages)          /* heap pages handed out for the first time since memory grew */         \
  X(reused_pages)         /* heap pages handed out again */                                        \
  X(heap_grows)           /* times memory was taken from sbrk */                                   \
  X(refused_grows)        /* times growth was refused */                                           \
  X(used_mini_pages)      /* MiniPages now in runs of cut pages and in large blocks             */ \
  X(peak_used_mini_pages) /* the highest used_mini_pages so far */                                 \
  X(external_pages)       /* heap pages lost to ranges that others took from sbrk */               \
  X(touched_meta_pages)   /* checked variant: meta-pages looked at so far */

template <class M> struct CountersOf {
#define GHARIAL_COUNTER(name) typename M::Word name;
  GHARIAL_COUNTERS(GHARIAL_COUNTER)
#undef GHARIAL_COUNTER
};

// What belongs to no single heap page. Lies in .bss: its parts have link-time addresses, so that
// reaching a stack of pages costs one load, and none before the program's first allocation.
template <class M> struct GlobalMetaPageOf {
  typename M::Word mapped_pages;  // heap pages that the maps cover; 0 before the first allocation
  typename M::Word map_bytes;     // bytes of the piece of metadata in which the maps lie
  typename M::Word heap_begin;    // lowest byte of the heap: the first heap page may start below it
  typename M::Word break_at;  // where sbrk keeps the break (0: unknown), for readers without wasm
  PageIndex first_page, end_page;  // the heap: every page from first to end is in the page map
  PageIndex fresh_page;            // every free page from here on is fresh
  PageIndex warm_page;             // one whole free page kept cut; 0 = none
  PageIndex metadata_stack;        // metadata pages with free slots
  uint32_t room_mask;              // bit r: room_stacks[r] is not empty
  uint32_t spare_mask;             // bit s: spare_stacks[s] is not empty
  uint64_t bin_mask;               // bit b: bins[b] is not empty
  MetaLink class_stacks[kSharedClasses + 1];  // M3: pages with a partly free run of the class
  MetaLink room_stacks[kRoomStacks];          // pages with free MiniPages, by longest run
  PageIndex spare_stacks[kRoomStacks];  // large blocks, by the spare MiniPages of their last page
  PageIndex bins[kRunBins];             // free runs of heap pages
  CountersOf<M> counters;
};
static_assert(sizeof(GlobalMetaPageOf<Wasm32>) <= 1152 && sizeof(GlobalMetaPageOf<Wasm64>) <= 1152);

// ---- the front: what malloc and free touch first ----------------------------------------------

// The free-block stack of a class ends in a word of 1, a value no block has: "full" is one
// comparison with the word above the top, whatever the capacity. It starts in a word of 0: "empty"
// is popping kNone.
//   │ 0 │ oldest … newest │ (room) … │ 1 │
constexpr uint32_t stack_capacity(SizeClass size_class) noexcept {
  const uint32_t fits = kStackBytes / bytes_of(size_class);
  return fits < kStackCapacityMin   ? kStackCapacityMin
         : fits > kStackCapacityMax ? kStackCapacityMax
                                    : fits;
}
inline constexpr uint32_t kStackEnd = 1;

struct StackPlan {
  uint16_t start[kSizeClasses +
                 2];  // word index of the 0 word of each class's stack; the last is the total
};
consteval StackPlan make_stack_plan() {
  StackPlan plan{};
  uint32_t at = 0;
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    plan.start[c] = static_cast<uint16_t>(at);
    at += stack_capacity(SizeClass{c}) + 2;
  }
  plan.start[kSizeClasses + 1] = static_cast<uint16_t>(at);
  return plan;
}
inline constexpr StackPlan kStackPlan = make_stack_plan();
inline constexpr uint32_t kStackWords = kStackPlan.start[kSizeClasses + 1];

// The rest of a bitmap word that malloc is working through: its blocks are free, but not home.
//   0           8      8+w           8+w+4
//   │ free bits │ base │ block bytes │ (pad) │      w = bytes of an address
template <class M> struct CursorOf {
  uint64_t bits;
  typename M::Word base;  // address of bit 0's block
  uint32_t block_bytes;
};
static_assert(sizeof(CursorOf<Wasm32>) == 16 && sizeof(CursorOf<Wasm64>) == 24);

using MetaPage = MetaPageOf<ThisModel>;
using PageEntry = PageEntryOf<ThisModel>;
using GlobalMetaPage = GlobalMetaPageOf<ThisModel>;
using Cursor = CursorOf<ThisModel>;
using Counters = CountersOf<ThisModel>;
using Word = ThisModel::Word;
inline constexpr uint32_t kMetaPageSlots = (sizeof(MetaPage) + kMetaSlotBytes - 1) / kMetaSlotBytes;

}  // namespace gharial
