// layout.hpp — every structure that lies in linear memory: drawing, invariants, offset assertions.
// Assumes: index.hpp's sizes. Keeps: the same source describes wasm32, wasm64 and native, shared or
// not; JavaScript learns every offset from the layout record (record.cpp), never from here.
//
// Glossary, one meaning each, everywhere:
//   heap page   64 KiB, 64 KiB-aligned piece of linear memory     MiniPage  2 KiB of a heap page
//   block       what malloc returns                               run       MiniPages that serve together
//   size class  blocks of one size; 0 is "large"                  stack     LIFO: free blocks, heap pages
//   fresh       never handed out since memory grew                live      handed out now
//   own page    heap page that a heap took whole, to cut small runs from; with shared memory, all that have a meta-page
//   home        a free block is home when its bit in its run's header is set (else it is live, on a
//               free-block stack, or in the cursor of its class)
//
//   user memory: MiniPages, nothing of ours inside       metadata: pieces of its own, in proportion
//   ┌ heap page k ───────────┬ heap page k+1 ────────┐   maps         an entry of 12 bytes and a class (a byte)
//   │16 B│16 B│48 B│2560 B ×4 in 5 │ 10 KiB │ 70 KiB …│                 for each MiniPage, a word for each page
//   └────────────────────────┴───────────────────────┘   meta-page      for each page in which small runs begin
//     runs lie side by side, whatever page they end in   global meta-page, front: static data
//
// Invariants (checked by check.cpp; the number is what gharial_validate returns):
//   I1  free bits above a run's capacity are never set; `countdown` fits them and the run's state
//   I2  a small run is on its page's list of its class  <=>  a block is home and it is not current
//   I3  a page is on the global stack of a class  <=>  its list of that class is not empty
//   I4  a page has a meta-page  <=>  a small run begins in it, or it is an own page; `runs` counts them
//   I5  no two free runs touch, but at the border of an own page
//   I6  a free run is in the bin of its length and in no other; the bin mask agrees; an own page is on the list of its longest run of free
//       MiniPages and on no other
//   I7  the class map holds the class in every MiniPage of a small run in which a block may begin, whose entries name its
//       header; else 0
//   I8  a block is in one place only: live, home, cursor, or once on one free-block stack
//   I9  the run map is walkable, run by run, to the end exactly; the last MiniPage of a run says that it is one
//   I10 a run of the kind `meta_page`  <=>  the meta-page of one heap page lies there
//   I11 the counters of pages and MiniPages in use agree with the walk
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

// ---- runs -----------------------------------------------------------------------------------

enum class RunKind : uint8_t {
  none = 0,       // below the heap, or never part of a run (what lies inside a run may be stale)
  free_run = 1,   // first and last MiniPage of a free run: its length
  small_run = 2,  // first MiniPage of a run that blocks share; `header` where they begin
  block_run = 3,  // first MiniPage of a large block
  maps = 4,       // first MiniPage of the piece of metadata in which the maps lie
  meta_page = 5,  // a meta-page; in shared memory the remote words of its page lie behind it
  gap = 6,        // first MiniPage of a range that others took from sbrk
  inside = 7,     // last MiniPage of a run of the kinds above, unless it is the first as well
};
inline constexpr uint32_t kRunKindBits = 3;

struct RunLinks {
  MiniPageIndex next, prev;  // 0 ends the list
};

//   0                          4 or 8
//   │ length × 8 + kind (u32) │ next │ prev   or   │ header (address)     12 bytes; 16 on wasm64
// The run map has one for every MiniPage. A run writes its first and its last entry, a small run all of them;
// what lies between may be stale, so that runs of any length are made in constant time.
template <class M> struct RunEntryOf {
  uint32_t value;
  union {
    RunLinks links;           // of a free run: its bin
    typename M::Word header;  // of a small run
  };
};
static_assert(sizeof(RunEntryOf<Wasm32>) == 12 && sizeof(RunEntryOf<Wasm64>) == 16);
static_assert(offsetof(RunEntryOf<Wasm32>, links) == 4 && offsetof(RunEntryOf<Wasm64>, links) == 8);

// What the maps can describe: all of wasm32; on wasm64 as far as a length reaches, 512 GiB; as far as engines go, 16 GiB, where
// threads share it.
template <class M>
inline constexpr uint64_t kAddressEnd =
    uint64_t{1} << (sizeof(typename M::Word) == 4 ? 32
                    : M::shared                   ? 34
                                                  : 32 - kRunKindBits + kMiniPageShift);

// Shared memory: the maps of 4 MiB of addresses. A thread may read them while another one grows memory, so that they stay where they
// are; the table of segments is as long as memory can be.
inline constexpr uint32_t kMiniPagesPerSegment = 1u << (kSegmentShift - kMiniPageShift);
inline constexpr uint32_t kPagesPerSegment = 1u << (kSegmentShift - kHeapPageShift);
template <class M> struct SegmentOf {
  uint8_t classes[kMiniPagesPerSegment];
  RunEntryOf<M> entries[kMiniPagesPerSegment];
  typename M::Word metas[kPagesPerSegment];
};
template <class M>
inline constexpr uint32_t kSegments = static_cast<uint32_t>(kAddressEnd<M> >> kSegmentShift);

// ---- meta-pages -----------------------------------------------------------------------------

inline constexpr uint32_t kFreeWords = 4;  // 256 blocks of 8 B
inline constexpr uint8_t kEndOfList = 0xff;
inline constexpr uint8_t kUnlisted = 0xfe;

// `countdown` is how many blocks may come home until the run changes its state: one decrement and one
// test on the way home, whatever the state.
//   unlisted  no block is home; 1: the first one lists the run
//   listed    capacity - blocks home: the last one frees the run
//   current   kNever: malloc works through it, it stays
inline constexpr uint32_t kNever = ~0u;

//   0           32           36     40          44      45     46     47
//   │ free bits │ reciprocal │ base │ countdown │ class │ next │ prev │ MiniPages │
// Of the small run that begins in this MiniPage.
struct MiniPageHeader {
  uint64_t free[kFreeWords];  // bit set: this block is free and home
  uint32_t reciprocal;        // block = (offset in run * reciprocal) >> 32
  uint32_t base;              // lower half of the run's address
  uint32_t countdown;         // see above
  SizeClass size_class;
  uint8_t next,
      prev;            // on the page's list of its class; kEndOfList ends it; prev may be kUnlisted
  uint8_t mini_pages;  // of the run
};
static_assert(offsetof(MiniPageHeader, reciprocal) == 32, "the drawing above");
static_assert(offsetof(MiniPageHeader, countdown) == 40, "the drawing above");
static_assert(offsetof(MiniPageHeader, prev) == 46 && sizeof(MiniPageHeader) == 48);

// Shared memory only: blocks of one bitmap word that threads freed which do not own the page. Whoever sets the first bit pushes the
// word on the owner's stack of pending ones; the owner takes the word from there, then its bits, all at once. No other word of the
// run tells that something is pending, so that nobody touches a run in which no block of his is left.
//   0           8                     12
//   │ free bits │ next (address / 16) │ (pad)      16 bytes, four for each MiniPage: as many bytes as a meta-page, behind which they lie
struct RemoteWord {
  uint64_t free;
  uint32_t next;  // on the stack of pending words; 0 ends it
};
static_assert(sizeof(RemoteWord) == 16);
static_assert(sizeof(RemoteWord) * kFreeWords * kMiniPagesPerPage == kMiniPageBytes);
struct Nothing {};

// What a meta-page says of its page: whether it is an own page, and in shared memory, where all of them are, whose.
struct OwnFlag {
  uint32_t is_own;
};
template <class M> struct OwnedOf {
  typename M::Word owner;  // the heap that the page belongs to
};

// What a meta-page takes, a MiniPage; where threads share memory, a second one behind it holds the remote words of its page.
inline constexpr uint32_t kMetaPageBytes = kMiniPageBytes;
inline constexpr MiniPages kMetaMiniPages{kShared ? 2 : 1};

// Where a meta-page lies. Stacks of heap pages link meta-pages by it: a shift leads from one to the next.
using MetaLink = MiniPageIndex;

struct PageLinks {
  MetaLink next, prev;  // 0 ends the stack
};

//   0                     1536   1540   1544   1548          1884    1926
//   │ 32 MiniPage headers │ page │ runs │ free │ class links │ lists │ owned
// One for each own page, and each page of a heap that was small in which small runs begin. When made, of these only `lists` are: a header counts if its
// MiniPage begins a small run, class links count for classes whose list is not empty. Those of class 0 are of the list of own pages.
template <class M> struct MetaPageOf {
  MiniPageHeader mini_pages[kMiniPagesPerPage];
  PageIndex page;  // the heap page this describes
  uint32_t runs;   // small runs that begin in it
  uint32_t free;   // own page: its free MiniPages, a bit for each; they are in no bin
  PageLinks class_links[kSizeClasses + 1];
  uint8_t lists[kSizeClasses + 1];  // first partly free run of the class; kEndOfList if none
  [[no_unique_address]] std::conditional_t<M::shared, OwnedOf<M>, OwnFlag> owned;
};
static_assert(offsetof(MetaPageOf<Wasm32>, page) == 1536, "the drawing above");
static_assert(offsetof(MetaPageOf<Wasm32>, class_links) == 1548, "the drawing above");
static_assert(offsetof(MetaPageOf<Wasm32>, lists) == 1884, "the drawing above");
static_assert(sizeof(MetaPageOf<Wasm32>) <= kMetaPageBytes);
static_assert(sizeof(MetaPageOf<Wasm64>) <= kMetaPageBytes);
static_assert(sizeof(MetaPageOf<Wasm32Shared>) <= kMetaPageBytes);
static_assert(sizeof(MetaPageOf<Wasm64Shared>) <= kMetaPageBytes);

// ---- run bins -------------------------------------------------------------------------------

inline constexpr uint32_t kBinsPerDoubling = 1u << kBinsPerDoublingShift;
inline constexpr uint32_t kRunBins = 64;  // one mask; the last bin holds whatever is longer

// Free runs outside of own pages, by length.
struct Runs {
  uint64_t mask;                 // bit b: bins[b] is not empty
  MiniPageIndex bins[kRunBins];  // first run of each bin
};

inline constexpr uint32_t kWhollyFree = kOwnRunMax + 1;

// The own pages of a heap. Small runs are nearly permanent: scattered among longer ones they would pin all of memory.
struct OwnPages {
  // By the longest run of free MiniPages in them, longer ones as kOwnRunMax; kWhollyFree: all are free. No page is on
  // list 0.
  MetaLink lists[kWhollyFree + 1];
  uint32_t pages;       // how many there are
  uint32_t free_pages;  // of these: wholly free
};

// ---- global meta-page -----------------------------------------------------------------------

// One list for the structure, the layout record and JavaScript. Gauges and counters only; the rest
// is derived.
#define GHARIAL_COUNTERS(X)                                                                        \
  X(taken_mini_pages)     /* MiniPages handed out */                                               \
  X(fresh_mini_pages)     /* of these: for the first time since memory grew */                     \
  X(taken_pages)          /* heap pages whose first MiniPage was handed out */                     \
  X(fresh_pages)          /* of these: for the first time since memory grew */                     \
  X(heap_grows)           /* times memory was taken from sbrk */                                   \
  X(refused_grows)        /* times growth was refused */                                           \
  X(used_mini_pages)      /* MiniPages now in runs that are neither free nor gaps */               \
  X(peak_used_mini_pages) /* the highest used_mini_pages so far */                                 \
  X(external_mini_pages)  /* MiniPages lost to ranges that others took from sbrk */                \
  X(touched_meta_pages)   /* checked variant: meta-pages looked at so far */

template <class M> struct CountersOf {
#define GHARIAL_COUNTER(name) typename M::Word name;
  GHARIAL_COUNTERS(GHARIAL_COUNTER)
#undef GHARIAL_COUNTER
};

// Shared memory only: the lock of everything in the global meta-page, and the heaps of threads.
template <class M> struct SharedOf {
  typename M::Word holder;   // of the lock: a word of the thread's own; 0: free
  uint32_t waiting;          // threads that wait for it
  MiniPageIndex deferred;    // blocks of whole runs freed while it was held, by their run's `next`
  MiniPageIndex drained;     // what was taken from there and is still to do
  uint32_t epoch;            // times it was given back: a reader that sees no holder and the same
                             // number before and after has seen nothing half done
  typename M::Word heaps;    // every heap there is, newest first
  typename M::Word orphans;  // of these: heaps without a thread
  typename M::Word number_of_heaps;
  typename M::Word lock_waits;  // times a thread did not get the lock within kSpins
  typename M::Word refusals;    // times a real-time thread was refused
};

// What belongs to no single heap page. Lies in .bss: its parts have link-time addresses, so that
// reaching a stack of pages costs one load, and none before the program's first allocation.
template <class M> struct GlobalMetaPageOf {
  typename M::Word meta_map;      // address of the page map: the meta-page of each heap page, or 0
  typename M::Word mapped_pages;  // heap pages that the maps cover; 0 before the first allocation
  typename M::Word break_at;  // where sbrk keeps the break (0: unknown), for readers without wasm
  typename M::Word taken_at_flush;  // taken_mini_pages when the last flush was
  MiniPageIndex first, end;         // the heap: every MiniPage from first to end is in one run
  MiniPageIndex fresh;              // every free MiniPage from here on is fresh
  MiniPageIndex fresh_before_take;  // what that was before the last run was handed out
  MetaLink class_stacks[kSizeClasses + 1];  // M3: pages with a partly free run of the class
  Runs runs;
  CountersOf<M> counters;
  [[no_unique_address]] std::conditional_t<M::shared, Nothing, OwnPages> own;
  [[no_unique_address]] std::conditional_t<M::shared, SharedOf<M>, Nothing> shared;
};
static_assert(sizeof(GlobalMetaPageOf<Wasm32>) <= 768 && sizeof(GlobalMetaPageOf<Wasm64>) <= 832);

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

// ---- the heap of a thread ---------------------------------------------------------------------

enum class HeapState : uint32_t {
  none = 0,     // what a thread has before its first allocation
  attached,     // of a thread
  orphan,       // of a thread that ended: whole, and free to be adopted
  quarantined,  // of a worker that was terminated in the middle of a change
};

// `Heap::changing` counts changes above their depth, so that a reader sees that there was one.
inline constexpr uint32_t kChanged = 1u << 8;

// Shared memory only: the front of one thread, and the stacks and lists of the heap pages that it owns. Heaps
// outlive their threads and stay heaps for ever, so that whoever frees a block may look at its owner.
struct Heap {
  using M = ThisModel;
  M::Word* tops[kSizeClasses + 1];  // newest entry of each stack, or its 0 word; [0]: always full
  HeapState state;
  CursorOf<M> cursors[kSizeClasses + 1];
  MiniPageHeader* current[kSizeClasses + 1];  // run that the cursor works through
  MetaLink class_stacks[kSizeClasses + 1];    // M3: own pages with a partly free run of the class
  OwnPages own;
  Heap *next, *next_orphan;
  M::Word thread;       // whose it is: pthread_self, or the number of a Wasm Worker
  uint32_t pending;     // others push words of remote bits here: address / 16
  uint32_t collected;   // what was taken from there and is still to do
  uint32_t reserved;    // so many free own pages stay whatever happens
  uint32_t changing;    // changes to more than one word: their depth now, and so far × kChanged
  uint32_t realtime;    // takes no lock and does not grow memory
  uint32_t lock_waits;  // times its threads did not get the lock within kSpins
  M::Word stack_words[kStackWords];
};

using RunEntry = RunEntryOf<ThisModel>;
using MetaPage = MetaPageOf<ThisModel>;
using Segment = SegmentOf<ThisModel>;
using GlobalMetaPage = GlobalMetaPageOf<ThisModel>;
using Cursor = CursorOf<ThisModel>;
using Counters = CountersOf<ThisModel>;
using Word = ThisModel::Word;

}  // namespace gharial
