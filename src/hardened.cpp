// hardened.cpp — the rest of the hardened variant: what is seldom needed, what its options add, and what is said of a pointer
// that was refused.
// Assumes: JavaScript supplies gharial_report_misuse, which throws and so never returns, and with stacks=1 gharial_note_block.
// Keeps: a report walks the heap but writes nothing.
#include "hardened.hpp"
#include "walk.hpp"
#include <gharial.h>
#include <unistd.h>

extern "C" {
// `what` is a Fault; `number` says more, see sentences in gharial_library.js.
void gharial_report_misuse(uint32_t what, const void* where, const void* block, size_t bytes,
                           size_t number);
// The block comes (bytes asked for) or goes (kGone).
void gharial_note_block(const void* block, size_t bytes);
void gharial_free(void* block);
}

namespace gharial {

static_assert(!(kHardened && kShared) || (!kQuarantine && !kShuffle),
              "quarantine and shuffle have no locks yet");

constinit uint32_t secret = 1;

void draw_secret() noexcept {
  // Without a source of randomness the tails still find accidents.
  if (getentropy(&secret, sizeof secret) != 0) secret = 0x2545'f491;
  secret |= 1;  // no key is kDead, and no mark 0, which ends strings
}

namespace {

constexpr size_t kGone = ~size_t{0};

// ---- reports ---------------------------------------------------------------------------------

[[noreturn]] void report(Fault what, Address where, Address block, size_t bytes,
                         size_t number) noexcept {
  if constexpr (kHardened)
    gharial_report_misuse(static_cast<uint32_t>(what), reinterpret_cast<const void*>(where),
                          reinterpret_cast<const void*>(block), bytes, number);
  __builtin_trap();
}

// What lies at an address.
struct Found {
  RunKind kind;    // none: no run of the heap
  bool was_given;  // if that is a block: it is not known to be free
  Address begin;
  size_t bytes;
};

[[clang::minsize]] Found find(Address at) noexcept {
  const MiniPageIndex page = mini_page_of(at);
  Found found{};
  walk_runs([&](MiniPageIndex first, const RunEntry& entry, MiniPages length) {
    if (page < first || page >= first + length) return;
    const Address begin = address_of(first);
    found.kind = kind_of(entry);
    if (found.kind == RunKind::block_run) found = {found.kind, true, begin, bytes_in(length)};
    if (found.kind != RunKind::small_run) return;
    const MiniPageHeader& header = header_at(begin);
    const uint32_t number = block_number(header, at), bytes = bytes_of(header.size_class);
    const Address block = begin + number * bytes;
    const bool is_free = is_home(header, number) || is_in_cursor(header, number);
    if (number < capacity_of(header)) found = {found.kind, !is_free, block, bytes};
  });
  return found;
}

// Where the tail of a block begins.
Address tail_place(Address block) noexcept {
  const ClassKey key = key_at(block);
  guard(key <= key_of(SizeClass{kSizeClasses}), block, 7);
  return key != key_of(kLargeClass)
             ? block + tail_offset(key)
             : block + bytes_in(length_of(entry_of(mini_page_of(block)))) - kTailBytes;
}

// Of a large block that is live and intact. Stops the program if it is none.
[[clang::minsize, gnu::noinline]] Tail tail_of_large(Address block) noexcept {
  Tail tail;
  const Address at = HardenedHeap::large_tail(block);
  if (at != kNone && read_tail(block, at, tail)) return tail;
  refuse(block);
}
// Of any block that is live and intact. Stops the program if it is none.
[[clang::minsize, gnu::noinline]] Tail tail_at(Address block) noexcept {
  Tail tail;
  ClassKey key{0};
  return HardenedHeap::find_tail(block, key, tail) ? tail : tail_of_large(block);
}

// ---- options ---------------------------------------------------------------------------------

constinit Address quarantine[kQuarantineBlocks] = {};
constinit uint32_t quarantine_next = 0;
constinit uint64_t chance = 0;

void note_taken(Address block, size_t bytes) noexcept {
  if constexpr (kStacks) gharial_note_block(reinterpret_cast<const void*>(block), bytes);
}

// A block leaves the quarantine: nobody may have written to it.
void leave(Address block) noexcept {
  const Address tail = tail_place(block);
  Address wrong = kFillOnFree ? block : tail;
  while (wrong < tail && byte_at(wrong) == kFillByte) ++wrong;
  if (wrong < tail || word_at(tail) != kDead)
    report(Fault::use_after_free, wrong, block, tail + kTailBytes - block, wrong - block);
  release_of_class(key_at(block), block);
}

uint32_t draw(uint32_t below) noexcept {
  if (chance == 0) chance = uint64_t{secret} << 16;
  chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;  // Marsaglia 2003
  return static_cast<uint32_t>(((chance >> 32) * below) >> 32);
}

// Another free block of the same class, out of those at hand, in place of this one.
[[maybe_unused]] Address exchange(Address block) noexcept {
  const ClassKey key = key_at(block);
  if (key == key_of(kLargeClass)) return block;
  guard(key <= key_of(SizeClass{kSizeClasses}), block, 7);
  // Of the word in the cursor, if the block is one of those: what lies in its reach may also belong to another run.
  if (&header_at(block) == front_current[class_of_key(key).raw]) {
    Cursor& cursor = cursor_of(key);
    const Address number = (block - cursor.base) / (cursor.block_bytes | (cursor.bits == 0));
    if (cursor.bits != 0 && block >= cursor.base && number < 64) {
      const uint64_t bits = cursor.bits | uint64_t{1} << number;
      const uint32_t turn = draw(64);
      const int turned = std::countr_zero(std::rotr(bits, static_cast<int>(turn)));
      const uint32_t bit = (static_cast<uint32_t>(turned) + turn) % 64;
      cursor.bits = bits & ~(uint64_t{1} << bit);
      return cursor.base + bit * cursor.block_bytes;
    }
  }
  Word* const start = stack_start(class_of_key(key));
  const uint32_t depth = static_cast<uint32_t>(top_of(key) - start);
  if (depth == 0) return block;
  Word& other = start[1 + draw(depth)];
  const Address taken = other;
  other = block;
  return taken;
}

// A block of so many bytes, tail included, from the heap; what waits in quarantine is memory too.
[[gnu::noinline, clang::minsize]] Address take(size_t whole) noexcept {
  const Address block = gharial::allocate(whole);
  if (block != kNone || !kQuarantine) return block;
  HardenedHeap::drain();
  return gharial::allocate(whole);
}

[[gnu::noinline, clang::minsize]] Address finish(Address block, size_t bytes) noexcept {
  if (block == kNone) return kNone;
  const Address at = tail_place(block);
  guard(at - block >= bytes, block, 7);
  note_taken(block, bytes);
  return make_live(block, at, bytes);
}

}  // namespace

[[clang::minsize]] void refuse(Address block) noexcept {
  const Found found = find(block);
  if (found.begin != block)
    report(Fault::not_a_block, block, found.begin, found.bytes, static_cast<size_t>(found.kind));
  const Address at = block + found.bytes - kTailBytes;
  if (!found.was_given || word_at(at) == kDead)
    report(Fault::double_free, block, block, found.bytes, 0);
  // The canary is right: the mark before it is not. Else nobody knows any more what was asked for.
  const bool known = word_at(at) == canary_of(block) && word_at(at + 4) <= at - block;
  const Address where = known ? at - word_at(at + 4) : at;
  report(Fault::block_overrun, where, block, found.bytes, where - block);
}

void require_free(Address block, Address at) noexcept {
  Tail tail;
  if (word_at(at + 4) <= at - block && read_tail(block, at, tail))
    fault(Fault::meta_page_corrupt, block, 8);
}

[[clang::minsize]] Address HardenedHeap::allocate_unusual(size_t bytes) noexcept {
  if (bytes > kLargest) return kNone;
  // Without options, what is small does not come here.
  Address block = kSmallIsUsual ? allocate_slow(bytes + kTailBytes) : take(bytes + kTailBytes);
  if constexpr (kShuffle) {
    if (block != kNone) block = exchange(block);
  }
  return finish(block, bytes);
}

Address HardenedHeap::allocate_zeroed(size_t bytes) noexcept {
  if (bytes > kLargest) return kNone;
  Address block = gharial::allocate_zeroed(bytes + kTailBytes);
  if (kQuarantine && block == kNone) {
    drain();
    block = gharial::allocate_zeroed(bytes + kTailBytes);
  }
  return finish(block, bytes);
}

Address HardenedHeap::allocate_aligned(size_t alignment, size_t bytes) noexcept {
  if (bytes > kLargest) return kNone;
  Address block = gharial::allocate_aligned(alignment, bytes + kTailBytes);
  if (kQuarantine && block == kNone) {
    drain();
    block = gharial::allocate_aligned(alignment, bytes + kTailBytes);
  }
  return finish(block, bytes);
}

[[clang::minsize]] void HardenedHeap::release_unusual(Address block) noexcept {
  if (block == kNone) return;
  const Tail tail = tail_of_large(block);
  word_at(tail.at) = kDead;
  if (!note_freed(block, tail))
    give_back_run(mini_page_of(block), mini_pages_for(tail.at + kTailBytes - block));
}

bool HardenedHeap::note_freed(Address block, const Tail& tail) noexcept {
  note_taken(block, kGone);
  if constexpr (kFillOnFree)
    __builtin_memset(reinterpret_cast<void*>(block), kFillByte, tail.at - block);
  if (!kQuarantine || tail.at - block >= kQuarantineMax) return false;
  Address& place = quarantine[quarantine_next++ % kQuarantineBlocks];
  const Address oldest = place;
  place = block;
  if (oldest != kNone) leave(oldest);
  return true;
}

void HardenedHeap::drain() noexcept {
  if constexpr (kQuarantine) {
    for (Address& place : quarantine) {
      const Address block = place;
      place = kNone;
      if (block != kNone) leave(block);
    }
  }
}

// The run map says whether one begins there, and it must end within the heap. The entry may be stale; the tail tells.
Address HardenedHeap::large_tail(Address block) noexcept {
  const MiniPageIndex first = mini_page_of(block);
  if (block % kMiniPageBytes != 0 || first < global.first || first >= global.end) return kNone;
  const RunEntry& entry = entry_of(first);
  const MiniPages length = length_of(entry);
  if (kind_of(entry) != RunKind::block_run || length > global.end - first) return kNone;
  return block + bytes_in(length) - kTailBytes;
}

size_t HardenedHeap::usable_bytes(Address block) noexcept {
  const Tail tail = tail_at(block);
  return tail.at - tail.slack - block;
}

// The rules are those of gharial_realloc, which has them for the other variants.
[[clang::minsize]] Address HardenedHeap::reallocate_unusual(Address block, size_t bytes) noexcept {
  const Tail tail = tail_at(block);
  if (bytes > kLargest) return kNone;
  const size_t had = tail.at - tail.slack - block, whole = bytes + kTailBytes;
  const size_t usable = tail.at + kTailBytes - block;
  word_at(tail.at) = kDead;  // where the tail was may soon lie outside the block, or within
  if (gharial::resize_in_place(block, usable, whole)) {
    write_tail(block, tail_place(block), tail.canary, bytes);
    return block;
  }
  word_at(tail.at) = tail.canary;
  const size_t roomy = with_room_to_grow(usable, whole);
  Address moved = kNone;
  if (bytes <= had || roomy != whole) {
    const QuietGrowth quiet;
    moved = take(bytes <= had ? whole : roomy);
  }
  if (moved == kNone) {
    if (bytes <= had) {  // a shrink that cannot move stays
      write_tail(block, tail.at, tail.canary, bytes);
      return block;
    }
    moved = take(whole);
    if (moved == kNone) return kNone;
  }
  __builtin_memcpy(reinterpret_cast<void*>(moved), reinterpret_cast<const void*>(block),
                   bytes < had ? bytes : had);
  finish(moved, bytes);
  gharial_free(reinterpret_cast<void*>(block));
  return moved;
}

void HardenedHeap::require_size(Address block, size_t bytes) noexcept {
  if (block == kNone) return;
  const Tail tail = tail_at(block);
  if (tail.at - tail.slack - block != bytes)
    report(Fault::wrong_size, block, block, tail.at - tail.slack - block, bytes);
}

int broken_tail() noexcept {
  return gharial_visit_blocks(
      [](void* block, size_t bytes, gharial_block_state state, void*) {
        const Address at = reinterpret_cast<Address>(block);
        const Address end = at + bytes - kTailBytes;
        Tail tail;
        const bool intact = state != GHARIAL_LIVE || (kQuarantine && word_at(end) == kDead) ||
                            (word_at(end + 4) <= end - at && read_tail(at, end, tail));
        return intact ? 0 : kTailInvariant;
      },
      nullptr);
}

}  // namespace gharial

extern "C" {

// What sized `operator delete` calls first (delete.cpp). A program that replaces `operator new` may pass what is no block of ours:
// then it is not for us to judge, and free does so if it comes there. new(0) asks malloc for one byte.
void gharial_require_size(void* block, size_t bytes);
void gharial_require_size(void* block, size_t bytes) {
  using namespace gharial;
  const Address at = reinterpret_cast<Address>(block);
  Tail tail;
  ClassKey key{0};
  if (!HardenedHeap::find_tail(at, key, tail)) return;
  if (bytes == 0 && tail.at - tail.slack - at == 1) return;
  HardenedHeap::require_size(at, bytes);
}

}  // extern "C"
