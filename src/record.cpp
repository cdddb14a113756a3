// record.cpp — the layout record: how a reader that runs no code of ours finds and understands the
// heap.
// Owns one read-only structure in static data. A reader scans memory for the magic at multiples of
// 8, verifies `self`, the checksum and the hash of the names, and takes every offset and address
// from here. Linked only where the port's option stats=1 asks for it.
// Layout, little-endian, offsets in bytes; Word is u32 or u64:
//   0 magic[16] │ 16 u32 record_bytes │ 20 u32 schema_version │ 24 u32 word_bytes │ 28 u32 shared
//   32 u32 names_hash │ 36 u32 checksum │ 40 u32 address_count │ 44 u32 constant_count │ 48 Word self
//   Word addresses[] │ u16 constants[] │ u16 class_bytes[size_classes + 1]
//   u16 class_mini_pages[size_classes + 1] │ u16 class_first_mini_pages[size_classes + 1] │ u16 stack_start[size_classes + 2] │ char gharial_version[16]
// Two lists of names, told apart by `shared` and by the hash: where threads share memory there is no one front and no flat map,
// but heaps, segments and owned pages.
#include "heap.hpp"

extern "C" {
extern char __global_base, __data_end, __stack_low, __stack_high, __heap_base;  // made by wasm-ld
}

namespace gharial {
namespace {

// Changes whenever a reader of an older record would misread this one.
constexpr uint32_t kSchemaVersion = 3;

#define GHARIAL_PLAIN_ADDRESSES(X)                                                                 \
  X(global, &global)                                                                               \
  X(class_map, &front.class_map)                                                                   \
  X(run_map, &front.run_map)                                                                       \
  X(tops, front.tops)                                                                              \
  X(stack_words, front_stack_words)                                                                \
  X(cursors, front_cursors)                                                                        \
  X(current, front_current)

#define GHARIAL_SHARED_ADDRESSES(X)                                                                \
  X(global, &global)                                                                               \
  X(segments, segments)

#define GHARIAL_LINKER_ADDRESSES(X)                                                                \
  X(global_base, &__global_base)                                                                   \
  X(data_end, &__data_end)                                                                         \
  X(stack_low, &__stack_low)                                                                       \
  X(stack_high, &__stack_high)                                                                     \
  X(heap_base, &__heap_base)

#define GHARIAL_CONSTANTS(X)                                                                       \
  X(heap_page_shift, kHeapPageShift)                                                               \
  X(mini_page_shift, kMiniPageShift)                                                               \
  X(meta_page_bytes, kMetaPageBytes)                                                               \
  X(small_max, kSmallMax)                                                                          \
  X(class_max, kClassMax)                                                                          \
  X(size_classes, kSizeClasses)                                                                    \
  X(class_key_shift, kClassKeyShift)                                                               \
  X(stack_words_count, kStackWords)                                                                \
  X(exact_bins, kExactBins)                                                                        \
  X(bins_per_doubling, kBinsPerDoubling)                                                           \
  X(run_bins, kRunBins)                                                                            \
  X(own_run_max, kOwnRunMax)                                                                       \
  X(run_kind_bits, kRunKindBits)                                                                   \
  X(run_free, RunKind::free_run)                                                                   \
  X(run_small, RunKind::small_run)                                                                 \
  X(run_block, RunKind::block_run)                                                                 \
  X(run_maps, RunKind::maps)                                                                       \
  X(run_meta_page, RunKind::meta_page)                                                             \
  X(run_gap, RunKind::gap)                                                                         \
  X(run_inside, RunKind::inside)                                                                   \
  X(entry_bytes, sizeof(RunEntry))                                                                 \
  X(entry_value, offsetof(RunEntry, value))                                                        \
  X(entry_next, offsetof(RunEntry, links.next))                                                    \
  X(entry_prev, offsetof(RunEntry, links.prev))                                                    \
  X(entry_header, offsetof(RunEntry, header))                                                      \
  X(header_bytes, sizeof(MiniPageHeader))                                                          \
  X(header_free, offsetof(MiniPageHeader, free))                                                   \
  X(header_free_words, kFreeWords)                                                                 \
  X(header_reciprocal, offsetof(MiniPageHeader, reciprocal))                                       \
  X(header_base, offsetof(MiniPageHeader, base))                                                   \
  X(header_countdown, offsetof(MiniPageHeader, countdown))                                         \
  X(header_size_class, offsetof(MiniPageHeader, size_class))                                       \
  X(header_next, offsetof(MiniPageHeader, next))                                                   \
  X(header_prev, offsetof(MiniPageHeader, prev))                                                   \
  X(header_mini_pages, offsetof(MiniPageHeader, mini_pages))                                       \
  X(end_of_list, kEndOfList)                                                                       \
  X(unlisted, kUnlisted)                                                                           \
  X(meta_bytes, sizeof(MetaPage))                                                                  \
  X(meta_mini_pages, offsetof(MetaPage, mini_pages))                                               \
  X(meta_page, offsetof(MetaPage, page))                                                           \
  X(meta_runs, offsetof(MetaPage, runs))                                                           \
  X(meta_free, offsetof(MetaPage, free))                                                           \
  X(meta_class_links, offsetof(MetaPage, class_links))                                             \
  X(meta_lists, offsetof(MetaPage, lists))                                                         \
  X(global_bytes, sizeof(GlobalMetaPage))                                                          \
  X(global_meta_map, offsetof(GlobalMetaPage, meta_map))                                           \
  X(global_mapped_pages, offsetof(GlobalMetaPage, mapped_pages))                                   \
  X(global_break_at, offsetof(GlobalMetaPage, break_at))                                           \
  X(global_first, offsetof(GlobalMetaPage, first))                                                 \
  X(global_end, offsetof(GlobalMetaPage, end))                                                     \
  X(global_fresh, offsetof(GlobalMetaPage, fresh))                                                 \
  X(global_bin_mask, offsetof(GlobalMetaPage, runs.mask))                                          \
  X(global_class_stacks, offsetof(GlobalMetaPage, class_stacks))                                   \
  X(global_bins, offsetof(GlobalMetaPage, runs.bins))                                              \
  X(global_counters, offsetof(GlobalMetaPage, counters))                                           \
  X(cursor_bytes, sizeof(Cursor))                                                                  \
  X(cursor_bits, offsetof(Cursor, bits))                                                           \
  X(cursor_base, offsetof(Cursor, base))                                                           \
  X(cursor_block_bytes, offsetof(Cursor, block_bytes))

#define GHARIAL_PLAIN_CONSTANTS(X)                                                                 \
  X(meta_is_own, offsetof(MetaPageOf<Plain>, owned.is_own))                                        \
  X(own_lists, kOwn + offsetof(OwnPages, lists))                                                   \
  X(own_pages, kOwn + offsetof(OwnPages, pages))                                                   \
  X(own_free_pages, kOwn + offsetof(OwnPages, free_pages))

#define GHARIAL_SHARED_CONSTANTS(X)                                                                \
  X(segment_shift, kSegmentShift)                                                                  \
  X(segment_bytes, sizeof(SegmentOf<Threads>))                                                     \
  X(segment_classes, offsetof(SegmentOf<Threads>, classes))                                        \
  X(segment_entries, offsetof(SegmentOf<Threads>, entries))                                        \
  X(segment_metas, offsetof(SegmentOf<Threads>, metas))                                            \
  X(meta_owner, kOwned + offsetof(OwnedOf<Threads>, owner))                                        \
  X(remote_bytes, sizeof(RemoteWord))                                                              \
  X(remote_free, offsetof(RemoteWord, free))                                                       \
  X(remote_next, offsetof(RemoteWord, next))                                                       \
  X(lock_holder, kLock + offsetof(SharedOf<Threads>, holder))                                      \
  X(lock_waiting, kLock + offsetof(SharedOf<Threads>, waiting))                                    \
  X(lock_deferred, kLock + offsetof(SharedOf<Threads>, deferred))                                  \
  X(lock_drained, kLock + offsetof(SharedOf<Threads>, drained))                                    \
  X(lock_epoch, kLock + offsetof(SharedOf<Threads>, epoch))                                        \
  X(lock_heaps, kLock + offsetof(SharedOf<Threads>, heaps))                                        \
  X(lock_orphans, kLock + offsetof(SharedOf<Threads>, orphans))                                    \
  X(lock_number_of_heaps, kLock + offsetof(SharedOf<Threads>, number_of_heaps))                    \
  X(lock_waits, kLock + offsetof(SharedOf<Threads>, lock_waits))                                   \
  X(lock_refusals, kLock + offsetof(SharedOf<Threads>, refusals))                                  \
  X(heap_bytes, sizeof(Heap))                                                                      \
  X(heap_tops, offsetof(Heap, tops))                                                               \
  X(heap_state, offsetof(Heap, state))                                                             \
  X(heap_cursors, offsetof(Heap, cursors))                                                         \
  X(heap_current, offsetof(Heap, current))                                                         \
  X(heap_class_stacks, offsetof(Heap, class_stacks))                                               \
  X(heap_lists, offsetof(Heap, own.lists))                                                         \
  X(heap_next, offsetof(Heap, next))                                                               \
  X(heap_next_orphan, offsetof(Heap, next_orphan))                                                 \
  X(heap_thread, offsetof(Heap, thread))                                                           \
  X(heap_pages, offsetof(Heap, own.pages))                                                         \
  X(heap_free_pages, offsetof(Heap, own.free_pages))                                               \
  X(heap_reserved, offsetof(Heap, reserved))                                                       \
  X(heap_changing, offsetof(Heap, changing))                                                       \
  X(heap_realtime, offsetof(Heap, realtime))                                                       \
  X(heap_stack_words, offsetof(Heap, stack_words))                                                 \
  X(state_attached, HeapState::attached)                                                           \
  X(state_orphan, HeapState::orphan)                                                               \
  X(state_quarantined, HeapState::quarantined)                                                     \
  X(changed, kChanged)

// The model whose structures these are, in a build of either kind.
using Threads = Model<Word, true>;
constexpr size_t kOwned = offsetof(MetaPageOf<Threads>, owned);
using Plain = Model<Word, false>;
constexpr size_t kOwn = offsetof(GlobalMetaPageOf<Plain>, own);
constexpr size_t kLock = offsetof(GlobalMetaPageOf<Threads>, shared);

// Every name a reader needs, in order, each followed by a comma: addresses, constants, counters; and what they stand for. Of
// the two, one is used.
#define GHARIAL_NAME(name, ...) #name ","
#define GHARIAL_ADDRESS(name, address) address,
#define GHARIAL_VALUE(name, value) static_cast<uint32_t>(value),
struct PlainLists {
  static constexpr char names[] = GHARIAL_PLAIN_ADDRESSES(GHARIAL_NAME)
      GHARIAL_LINKER_ADDRESSES(GHARIAL_NAME) GHARIAL_CONSTANTS(GHARIAL_NAME)
          GHARIAL_PLAIN_CONSTANTS(GHARIAL_NAME) GHARIAL_COUNTERS(GHARIAL_NAME);
  static constexpr const void* addresses[] = {GHARIAL_PLAIN_ADDRESSES(GHARIAL_ADDRESS)
                                                  GHARIAL_LINKER_ADDRESSES(GHARIAL_ADDRESS)};
  static constexpr uint32_t constants[] = {GHARIAL_CONSTANTS(GHARIAL_VALUE)
                                               GHARIAL_PLAIN_CONSTANTS(GHARIAL_VALUE)};
};
struct SharedLists {
  static constexpr char names[] = GHARIAL_SHARED_ADDRESSES(GHARIAL_NAME)
      GHARIAL_LINKER_ADDRESSES(GHARIAL_NAME) GHARIAL_CONSTANTS(GHARIAL_NAME)
          GHARIAL_SHARED_CONSTANTS(GHARIAL_NAME) GHARIAL_COUNTERS(GHARIAL_NAME);
  static constexpr const void* addresses[] = {GHARIAL_SHARED_ADDRESSES(GHARIAL_ADDRESS)
                                                  GHARIAL_LINKER_ADDRESSES(GHARIAL_ADDRESS)};
  static constexpr uint32_t constants[] = {GHARIAL_CONSTANTS(GHARIAL_VALUE)
                                               GHARIAL_SHARED_CONSTANTS(GHARIAL_VALUE)};
};
#undef GHARIAL_NAME
#undef GHARIAL_ADDRESS
#undef GHARIAL_VALUE
using Lists = std::conditional_t<kShared, SharedLists, PlainLists>;
constexpr uint32_t kAddresses = sizeof Lists::addresses / sizeof *Lists::addresses;
constexpr uint32_t kConstants = sizeof Lists::constants / sizeof *Lists::constants;

// FNV-1a, 32 bits (Fowler, Noll, Vo; IETF draft-eastlake-fnv).
constexpr uint32_t kFnvStart = 2166136261u;
constexpr uint32_t fnv1a(uint32_t hash, uint32_t byte) noexcept {
  return (hash ^ byte) * 16777619u;
}
consteval uint32_t hash_of_names() {
  uint32_t hash = kFnvStart;
  for (const char* c = Lists::names; *c != 0; ++c) hash = fnv1a(hash, static_cast<uint8_t>(*c));
  return hash;
}

struct Tables {
  uint16_t constants[kConstants];
  uint16_t class_bytes[kSizeClasses + 1];
  uint16_t class_mini_pages[kSizeClasses + 1];
  uint16_t class_first_mini_pages[kSizeClasses + 1];
  uint16_t stack_start[kSizeClasses + 2];
};
consteval Tables make_tables() {
  Tables tables{};
  for (uint32_t i = 0; i < kConstants; ++i) {
    if (Lists::constants[i] > 0xffff) __builtin_trap();  // no constant expression: does not compile
    tables.constants[i] = static_cast<uint16_t>(Lists::constants[i]);
  }
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    tables.class_bytes[c] = static_cast<uint16_t>(bytes_of(SizeClass{c}));
    tables.class_mini_pages[c] = static_cast<uint16_t>(run_of(SizeClass{c}).raw);
    tables.class_first_mini_pages[c] = static_cast<uint16_t>(first_run_of(SizeClass{c}).raw);
  }
  for (uint32_t c = 0; c < kSizeClasses + 2; ++c) tables.stack_start[c] = kStackPlan.start[c];
  return tables;
}
// FNV-1a over the bytes of the tables: what a damaged dump is recognised by.
consteval uint32_t checksum_of(const Tables& tables) {
  uint32_t hash = kFnvStart;
  const auto add = [&hash](uint16_t n) { hash = fnv1a(fnv1a(hash, n & 0xff), n >> 8); };
  for (const uint16_t n : tables.constants) add(n);
  for (const uint16_t n : tables.class_bytes) add(n);
  for (const uint16_t n : tables.class_mini_pages) add(n);
  for (const uint16_t n : tables.class_first_mini_pages) add(n);
  for (const uint16_t n : tables.stack_start) add(n);
  return hash;
}

struct Addresses {
  const void* of[kAddresses];
};
consteval Addresses make_addresses() {
  Addresses addresses{};
  for (uint32_t i = 0; i < kAddresses; ++i) addresses.of[i] = Lists::addresses[i];
  return addresses;
}

struct alignas(8) Record {
  char magic[16];
  uint32_t record_bytes, schema_version, word_bytes, shared, names_hash, checksum, address_count,
      constant_count;
  const void* self;
  Addresses addresses;
  Tables tables;
  char version[16];
};
static_assert(offsetof(Record, self) == 48, "the layout above");

}  // namespace

extern "C" const Record gharial_record;
[[gnu::visibility("default")]] constinit const Record gharial_record = {
    {'g', 'h', 'a', 'r', 'i', 'a', 'l', ' ', 'r', 'e', 'c', 'o', 'r', 'd', '\n', '\1'},
    sizeof(Record),
    kSchemaVersion,
    sizeof(Word),
    kShared,
    hash_of_names(),
    checksum_of(make_tables()),
    kAddresses,
    kConstants,
    &gharial_record,
    make_addresses(),
    make_tables(),
    GHARIAL_VERSION};

}  // namespace gharial
