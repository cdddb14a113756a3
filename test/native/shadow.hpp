// shadow.hpp — a heap that is played from bytes beside a shadow of it: every live block with a pattern that is read back.
// Assumes: native_heap.hpp's heap. Keeps: any bytes at all are a valid program; what is checked is listed at `check`.
// The random model run and the fuzzer play the same commands; only where the bytes come from differs.
#pragma once
#include "native_heap.hpp"

#include <cerrno>
#include <iterator>
#include <map>
#include <vector>

namespace gharial_test {

using gharial::Address;

// A promise of the allocator that was not kept: one line, then the end.
#define PROMISE(holds, ...)                                                                        \
  do {                                                                                             \
    if (!(holds)) {                                                                                \
      std::fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds);                             \
      std::fprintf(stderr, __VA_ARGS__);                                                           \
      std::fprintf(stderr, "\n");                                                                  \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)

// ---- patterns -------------------------------------------------------------------------------

// The pattern is written and read without the sanitizers' checks: the shadow's loops are most of the time otherwise, and
// the arena is no memory that AddressSanitizer watches.
#define NOT_INSTRUMENTED __attribute__((noinline, no_sanitize("address", "undefined", "coverage")))

// Blocks above this are filled at both ends and once per 2 KiB, all MiniPages; longer ones more thinly, for most of the
// time goes into touching memory for the first time.
inline constexpr size_t kFilledWhole = 16384;
inline constexpr size_t kFilledDensely = 0x2'0000;
inline constexpr size_t kEnd = 2048;
inline constexpr size_t kStride = 2040;  // less than a MiniPage: another place in every one
inline constexpr size_t kWideStride = 5 * kStride;

inline uint64_t pattern_word(uint64_t seed, size_t at) {
  return (seed + at) * 0x9e37'79b9'7f4a'7c15u ^ seed >> 7;
}
// Offset of the next word with a pattern after `at`.
inline size_t next_word(size_t at, size_t usable) {
  const size_t stride = usable <= kFilledDensely ? kStride : kWideStride;
  if (usable <= kFilledWhole || at < kEnd || at + stride >= usable - kEnd) return at + 8;
  return at + stride;
}
// Writes the pattern into a block: into `usable` bytes and no more.
NOT_INSTRUMENTED inline void fill_pattern(Address block, size_t usable, uint64_t seed) {
  for (size_t at = 0; at < usable; at = next_word(at, usable)) {
    const uint64_t word = pattern_word(seed, at);
    if (at + 8 <= usable) {
      *reinterpret_cast<uint64_t*>(block + at) = word;
      continue;
    }
    for (size_t i = 0; at + i < usable; ++i)
      *reinterpret_cast<uint8_t*>(block + at + i) = static_cast<uint8_t>(word >> 8 * i);
  }
}
// Offset of the first of `bytes` bytes that does not hold the pattern of a block of `usable` bytes; `bytes` iff all do.
NOT_INSTRUMENTED inline size_t first_wrong(Address block, size_t usable, uint64_t seed,
                                           size_t bytes) {
  for (size_t at = 0; at < bytes; at = next_word(at, usable)) {
    const uint64_t expected = pattern_word(seed, at);
    if (at + 8 <= bytes && *reinterpret_cast<uint64_t*>(block + at) == expected) continue;
    for (size_t i = 0; i < 8 && at + i < bytes; ++i)
      if (*reinterpret_cast<uint8_t*>(block + at + i) != static_cast<uint8_t>(expected >> 8 * i))
        return at + i;
  }
  return bytes;
}
// Offset of the first byte that is not `value`; `bytes` iff all are. The address is a multiple of 8.
NOT_INSTRUMENTED inline size_t first_other(Address block, size_t bytes, uint8_t value) {
  const uint64_t word = value * 0x0101'0101'0101'0101u;
  size_t at = 0;
  while (at + 8 <= bytes && *reinterpret_cast<uint64_t*>(block + at) == word) at += 8;
  while (at < bytes && *reinterpret_cast<uint8_t*>(block + at) == value) at++;
  return at;
}

// The bytes of a program; zeroes once they are used up.
struct Bytes {
  const uint8_t* at;
  size_t left;
  bool empty() const { return left == 0; }
  uint32_t next() {
    if (left == 0) return 0;
    left--;
    return *at++;
  }
  uint32_t next16() {
    const uint32_t low = next();
    return low | next() << 8;
  }
};

// ---- the shadow -------------------------------------------------------------------------------

class Player {
public:
  // The first bytes choose where the break starts and how much memory there is.
  explicit Player(Bytes bytes) : in{bytes} {
    const size_t first_break =
        in.next16() * size_t{16};  // 1 MiB: any place within a page, and some pages
    start_heap(first_break, first_break + (size_t{1} + in.next() % 48) * 0x10'0000);
    rhythm = 1 + in.next() % 4;
  }

  virtual ~Player() = default;

  void play() {
    while (!in.empty()) {
      step();
      if (++commands % rhythm == 0) validate();
      if (commands % 32 == 0) check();
    }
    check();
    finish();
  }

protected:
  // With threads: true iff the command was one of theirs; and what they leave when the program is over.
  virtual bool step_of_threads(uint32_t) { return false; }
  virtual void end_threads() {}

  Bytes in;
  bool growth_is_honest = true;

private:
  struct Block {
    size_t bytes, usable, index;
    uint64_t seed;
  };
  struct Foreign {
    Address begin, end;
  };

  std::map<Address, Block> live;
  std::vector<Address> order;  // for picking by number
  std::vector<Foreign> foreign;
  uint32_t rhythm = 1;
  size_t commands = 0;
  uint64_t seeds = 0;

  // ---- commands

  void step() {
    const uint32_t command = in.next();
    if (step_of_threads(command)) return;
    switch (command % 20) {
    case 0:
    case 1:
    case 2: return allocate(size());
    case 3: return allocate_zeroed(size());
    case 4: return allocate_aligned(alignment(), size());
    case 5: return allocate_posix(alignment(), size());
    case 6:
    case 7:
    case 8:
    case 9: return release(pick());
    case 10:
    case 11: return resize(pick(), size());
    case 12: return resize_a_little(pick(), in.next());
    case 13: return allocate_many(size(), in.next());
    case 14: return release_many(in.next());
    case 15: return resize_by_steps(pick(), in.next(), in.next());
    case 16: return move_break(in.next(), in.next16());
    case 17: return set_limit(in.next());
    case 18: return trim();
    default: return misuse_sizes(in.next());
    }
  }

  size_t size() {
    const uint32_t kind = in.next(), detail = in.next();
    const size_t around = kind / 16 % 3;  // one less, exact, one more
    switch (kind % 16) {
    case 0:
    case 1:
    case 2:
    case 3: return detail;
    case 4:
    case 5: return detail * size_t{9};
    case 6:
    case 7:
    case 8: return class_bytes(detail) + around - 1;
    case 9: return detail * size_t{128};
    case 10:
    case 11: return (detail % 40 + 1) * size_t{gharial::kMiniPageBytes} + around - 1;
    case 12:
      return (detail % 4 + 1) * size_t{gharial::kHeapPageBytes} +
             detail / 8 * size_t{gharial::kMiniPageBytes} + around - 1;
    case 13: return (detail % 64 + 1) * size_t{gharial::kHeapPageBytes} + around - 1;
    case 14:
      return (kind / 16 == 15 ? 16u : 1u) * detail * size_t{0x1'4321 / 16};  // to 20 MiB, seldom
    default:
      return detail % 4 == 0 ? extreme(detail / 4) : detail % 4 == 1 ? 0 : detail * size_t{300};
    }
  }
  static size_t class_bytes(uint32_t detail) {
    return gharial::bytes_of(
        gharial::SizeClass{static_cast<uint8_t>(1 + detail % gharial::kSizeClasses)});
  }
  static size_t extreme(uint32_t detail) {
    constexpr uint32_t word = 8 * sizeof(size_t);
    const size_t edges[] = {~size_t{0}, ~size_t{0} >> 1, size_t{1} << word * 5 / 8,
                            size_t{1} << word / 2, gharial::kLargest};
    const size_t edge = edges[detail % std::size(edges)], off = detail / std::size(edges) % 4;
    return edge - off * (detail / 20 % 2 == 0 ? 1 : 40'000);
  }
  size_t alignment() {
    const uint32_t detail = in.next();
    if (detail >= 250) return size_t{1} << (8 * sizeof(size_t) + detail - 256);  // hopeless
    return size_t{1} << detail % 22;                                             // 1 … 2 MiB
  }
  Address pick() {
    const uint32_t number = in.next16();
    return order.empty() ? gharial::kNone : order[number % order.size()];
  }

  void allocate(size_t bytes) {
    errno = 0;
    add(gharial_malloc(bytes), bytes, 8);
  }

  void allocate_zeroed(size_t bytes) {
    const size_t count = bytes % 3 == 0 ? 3 : 1;
    errno = 0;
    void* const block = gharial_calloc(count, bytes / count);
    const size_t zeroes =
        block == nullptr ? bytes : first_other(reinterpret_cast<Address>(block), bytes, 0);
    PROMISE(zeroes == bytes, "calloc of %zu bytes, byte %zu", bytes, zeroes);
    add(block, bytes, 8);
  }

  void allocate_aligned(size_t align, size_t bytes) {
    errno = 0;
    add(gharial_memalign(align, bytes), bytes, align);
  }

  void allocate_posix(size_t align, size_t bytes) {
    void* const untouched = &live;
    void* block = untouched;
    const int error = gharial_posix_memalign(&block, align, bytes);
    if (align < sizeof(void*)) {
      PROMISE(error == EINVAL && block == untouched, "alignment %zu", align);
      return;
    }
    PROMISE(error == 0 || (error == ENOMEM && block == untouched), "error %d", error);
    errno = error;
    add(error == 0 ? block : nullptr, bytes, align);
  }

  void release(Address at) {
    if (at == gharial::kNone) return gharial_free(nullptr);
    const Block block = live.at(at);
    read_back(at, block, block.usable);
    forget(at);
    gharial_free(pointer(at));
    if constexpr (gharial::kQuarantine || gharial::kFillOnFree) return;
    read_back(at, block, block.usable);  // M1: nothing is written into it …
    scribble(at, block.usable);          // … nor read from it
  }

  void resize(Address at, size_t bytes) {
    if (at == gharial::kNone) {
      errno = 0;
      return add(gharial_realloc(nullptr, bytes), bytes, 8);
    }
    const Block block = live.at(at);
    read_back(at, block, block.usable);
    errno = 0;
    void* const moved = gharial_realloc(pointer(at), bytes);
    if (moved == nullptr) {
      PROMISE(errno == ENOMEM && bytes > block.usable, "realloc of %zu to %zu", block.bytes, bytes);
      must_be_out_of_memory(bytes, 8);
      return read_back(at, block, block.usable);
    }
    const Address now = reinterpret_cast<Address>(moved);
    const size_t usable = gharial_malloc_usable_size(moved),
                 kept = bytes < block.usable ? bytes : block.usable;
    PROMISE(usable >= bytes, "%zu usable of %zu", usable, bytes);
    read_back(now, {kept, block.usable, 0, block.seed}, kept);
    forget(at);
    if (now != at)
      scribble(at, gharial::kQuarantine ? 0 : block.usable);
    else if (usable < block.usable && !gharial::kHardened)  // there it would be an overrun
      scribble(at + usable, block.usable - usable);
    add(moved, bytes, 1, Made::resized);
  }

  void resize_a_little(Address at, uint32_t detail) {
    if (at == gharial::kNone) return;
    const size_t bytes = live.at(at).bytes, by = detail % 64 * size_t{gharial::kMiniPageBytes} / 2;
    resize(at, detail < 128 ? bytes + by : bytes > by ? bytes - by : 0);
  }

  void resize_by_steps(Address at, uint32_t count, uint32_t detail) {
    if (at == gharial::kNone) return;
    size_t bytes = live.at(at).bytes;
    for (uint32_t i = 0; i < count % 16 && live.count(at) != 0; ++i) {
      bytes += (detail + 1) * size_t{detail % 2 == 0 ? 17u : 700u};
      if (bytes < 0x80'0000) resize(at, bytes);
    }
  }

  void allocate_many(size_t bytes, uint32_t count) {
    const size_t most = 0x4'0000 / (bytes | 1);  // 256 KiB
    for (size_t i = 0; i < count && i <= most; ++i) allocate(bytes);
  }
  void release_many(uint32_t count) {
    for (uint32_t i = 0; i < count && !order.empty(); ++i)
      release(count % 2 == 0 ? order.back() : order.front());
  }

  // Others move the break: they keep what they took, or give some of it back while it is still on top.
  void move_break(uint32_t detail, uint32_t amount) {
    using gharial::arena;
    if (detail % 3 != 0) {
      const Address begin =
          arena.move((amount % 5 == 0 ? 0x1'0000 : amount / 16 * 16) * (detail % 7 == 0 ? 16 : 1));
      if (begin == gharial::kNone || begin == arena.break_now) return;
      foreign.push_back({begin, arena.break_now});
      std::memset(pointer(begin), 0xee, arena.break_now - begin);
    } else if (!foreign.empty() && foreign.back().end == arena.break_now) {
      Foreign& top = foreign.back();
      const Address length = top.end - top.begin,
                    back = detail % 2 == 0 ? length : amount * 16 % (length + 1);
      arena.move(-static_cast<int64_t>(back));
      top.end -= back;
      if (top.end == top.begin) foreign.pop_back();
    }
  }

  void set_limit(uint32_t detail) {
    using gharial::arena;
    const Address wanted = arena.break_now + detail * Address{detail % 2 == 0 ? 4096u : 0x2'0000u};
    const Address end = gharial::kArenaBegin + 0x1000'0000;
    arena.limit = wanted < end ? wanted : end;
  }

  void trim() { gharial_malloc_trim(0); }

  // The entry points that programs seldom call; and a growth that is refused although there is memory.
  void call_seldom(uint32_t detail) {
    const size_t bytes = size();
    const Address at = pick();
    errno = 0;
    switch (detail % 6) {
    case 0: return add(gharial_valloc(bytes), bytes, gharial::kHeapPageBytes);
    case 1: {
      const size_t page = gharial::kHeapPageBytes;
      if (bytes > ~size_t{0} - page) {
        PROMISE(gharial_pvalloc(bytes) == nullptr, "pvalloc of %zu", bytes);
        return;
      }
      const size_t whole = gharial::align_up(bytes == 0 ? size_t{1} : bytes, page);
      return add(gharial_pvalloc(bytes), whole, page);
    }
    case 2:
    case 3: {
      if (at == gharial::kNone) return gharial_free_sized(nullptr, bytes);
      const size_t asked = live.at(at).bytes;
      forget(at);
      return detail % 2 == 0 ? gharial_free_sized(pointer(at), asked)
                             : gharial_free_aligned_sized(pointer(at), 8, asked);
    }
    case 4: gharial::arena.refuse_after = 1 + bytes % 3; return void(growth_is_honest = false);
    default: PROMISE(gharial_mallopt(1, 2) == 0, "mallopt");
    }
    const struct mallinfo2 info = gharial_mallinfo2();
    PROMISE(info.uordblks + info.fordblks == info.arena, "mallinfo2");
  }

  void misuse_sizes(uint32_t detail) {
    if (detail >= 128) return call_seldom(detail);
    const size_t huge = ~size_t{0} - detail;
    errno = 0;
    PROMISE(gharial_calloc(huge / 2, 3) == nullptr && errno == ENOMEM, "calloc that overflows");
    errno = 0;
    PROMISE(gharial_memalign(24 + detail * 8 + 1, 8) == nullptr && errno == EINVAL, "alignment %u",
            25 + detail * 8);
    void* block = nullptr;
    PROMISE(gharial_posix_memalign(&block, 24, detail) == EINVAL && block == nullptr,
            "posix_memalign of 24");
    const Address at = pick();
    errno = 0;
    PROMISE(gharial_reallocarray(pointer(at), huge / 4, 8) == nullptr && errno == ENOMEM,
            "reallocarray");
  }

  // ---- what must be true

  void validate() {
    const int broken = gharial_validate();
    PROMISE(broken == 0, "invariant I%d after %zu commands", broken, commands);
  }

  // Every pattern; that the heap's own list of live blocks is the shadow's; that every byte of the heap is somewhere.
  void check() {
    validate();
    gharial::Blocks::drain();  // what waits there counts as live
    for (const auto& [at, block] : live) read_back(at, block, block.usable);
    for (const Foreign& range : foreign)
      PROMISE(first_other(range.begin, range.end - range.begin, 0xee) == range.end - range.begin,
              "others' memory");
    struct Seen {
      std::map<Address, Block>::const_iterator next, end;
    } seen{live.begin(), live.end()};
    gharial_visit_blocks(
        [](void* block, size_t bytes, gharial_block_state state, void* context) {
          Seen& its = *static_cast<Seen*>(context);
          if (state != GHARIAL_LIVE) return 0;
          PROMISE(its.next != its.end, "%p is live and nobody has it", block);
          PROMISE(pointer(its.next->first) == block, "%p is live, expected %#zx", block,
                  its.next->first);
          PROMISE(bytes_around(its.next->second.usable, bytes), "%p has %zu bytes", block, bytes);
          its.next++;
          return 0;
        },
        &seen);
    PROMISE(seen.next == seen.end, "%#zx is not live", seen.next->first);
    check_ledger();
  }

  void check_ledger() {
    gharial_stats stats{};
    stats.size = sizeof stats;
    stats.version = GHARIAL_STATS_VERSION;
    PROMISE(gharial_stats_get(&stats) == 0, "gharial_stats_get");
    const size_t sum = stats.live_bytes + stats.cached_bytes + stats.free_bytes +
                       stats.slack_bytes + stats.metadata_bytes + stats.external_bytes;
    PROMISE(sum == stats.heap_bytes, "%zu of %zu bytes", sum, stats.heap_bytes);
    size_t usable = 0;
    for (const auto& [at, block] : live) usable += block.usable;
    PROMISE(bytes_around(usable, stats.live_bytes) && stats.live_blocks == live.size(),
            "%zu live bytes, %zu expected", stats.live_bytes, usable);
    const Address end = address_of(global().end);
    PROMISE(end <= gharial::arena.break_now || end == 0, "the heap ends above the break");
  }

  // Nothing live: no run but the maps, and free runs end only where those or others' memory begins (I5).
  void finish() {
    while (!order.empty()) release(order.back());
    end_threads();
    gharial_malloc_trim(0);
    check();
    gharial_stats stats{};
    stats.size = sizeof stats;
    stats.version = GHARIAL_STATS_VERSION;
    gharial_stats_get(&stats);
    PROMISE(stats.small_mini_pages == 0 && stats.block_mini_pages == 0,
            "%zu and %zu MiniPages in use", stats.small_mini_pages, stats.block_mini_pages);
    PROMISE(stats.metadata_bytes == bytes_of_maps(), "%zu bytes of metadata, the maps have %zu",
            stats.metadata_bytes, bytes_of_maps());
    PROMISE(stats.cached_blocks == 0 &&
                global().counters.used_mini_pages << gharial::kMiniPageShift == bytes_of_maps(),
            "something is still in use");
  }

  // What stays when nothing is live.
  static size_t bytes_of_maps() {
    if constexpr (gharial::kShared) return bytes_of_segments();
    const Address at = maps_at();
    return at == gharial::kNone ? 0 : bytes_in(length_of(entry_of(gharial::mini_page_of(at))));
  }

  static size_t bytes_of_segments() {
    size_t bytes = 0;
    gharial::walk_runs(
        [&](gharial::MiniPageIndex, const gharial::RunEntry& entry, gharial::MiniPages length) {
          if (kind_of(entry) == gharial::RunKind::maps) bytes += bytes_in(length);
        });
    return bytes;
  }

  // ---- the shadow's own book

  // The bytes of blocks are those that may be used; in the hardened variant what was asked for, and a tail at least.
  static bool bytes_around(size_t usable, size_t bytes) {
    return gharial::kHardened ? bytes >= usable : bytes == usable;
  }

  static void* pointer(Address at) { return reinterpret_cast<void*>(at); }
  static gharial::GlobalMetaPage& global() { return gharial::global; }

  static void read_back(Address at, const Block& block, size_t bytes) {
    const size_t good = first_wrong(at, block.usable, block.seed, bytes);
    PROMISE(good == bytes, "block %#zx of %zu bytes, byte %zu", at, block.usable, good);
  }
  static void scribble(Address at, size_t bytes) {
    std::memset(pointer(at), 0xdb, bytes < 0x1'0000 ? bytes : 0x1'0000);
  }

  enum class Made : bool { allocated, resized };
  void add(void* block, size_t bytes, size_t align, Made how = Made::allocated) {
    if (block == nullptr) {
      PROMISE(errno == ENOMEM, "errno %d", errno);
      return must_be_out_of_memory(bytes, align);
    }
    const Address at = reinterpret_cast<Address>(block);
    PROMISE(at % align == 0, "%p is no multiple of %zu", block, align);
    PROMISE(at % (bytes >= gharial::kBaseAlignment ? gharial::kBaseAlignment : 8) == 0,
            "%p of %zu bytes", block, bytes);
    const size_t usable = gharial_malloc_usable_size(block);
    PROMISE(usable >= bytes, "%zu usable of %zu", usable, bytes);
    // Who asks for a large block gets whole MiniPages; who grows one may get an eighth more.
    const size_t room = how == Made::resized ? bytes / 8 : 0;
    PROMISE(usable < bytes + room + gharial::kMiniPageBytes || bytes < 0x1'0000,
            "%zu bytes for %zu", usable, bytes);
    PROMISE(at >= address_of(global().first) && at + usable <= gharial::arena.break_now,
            "%p lies outside the heap", block);
    const auto next = live.lower_bound(at);
    PROMISE(next == live.end() || at + usable <= next->first, "%p overlaps %#zx", block,
            next->first);
    if (next != live.begin()) {
      const auto before = std::prev(next);
      PROMISE(before->first + before->second.usable <= at, "%p overlaps %#zx", block,
              before->first);
    }
    for (const Foreign& range : foreign)
      PROMISE(at + usable <= range.begin || at >= range.end, "%p is memory of others", block);
    const uint64_t seed = ++seeds * 0x1'0001;
    live[at] = {bytes, usable, order.size(), seed};
    order.push_back(at);
    if constexpr (gharial::kHardened)
      PROMISE(usable == bytes, "%zu usable of %zu", usable, bytes);
    else
      PROMISE(usable % 8 == 0, "%zu usable bytes", usable);
    fill_pattern(at, usable, seed);
  }
  void forget(Address at) {
    const auto found = live.find(at);
    order[found->second.index] = order.back();
    live.at(order.back()).index = found->second.index;
    order.pop_back();
    live.erase(found);
  }

  // A refusal is honest only if memory ends: the block, its alignment, and a mebibyte for maps do not fit above the break.
  void must_be_out_of_memory(size_t bytes, size_t align) const {
    using gharial::arena;
    if (!growth_is_honest) return;
    const size_t room = arena.limit > arena.break_now ? arena.limit - arena.break_now : 0;
    PROMISE(room < 0x10'0000 || bytes > room - 0x10'0000 || align > room - 0x10'0000 - bytes,
            "%zu bytes were refused, %zu are there", bytes, room);
  }
};

inline void play(const uint8_t* data, size_t bytes) { Player(Bytes{data, bytes}).play(); }

}  // namespace gharial_test
