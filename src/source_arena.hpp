// source_arena.hpp — the native double of source_wasm.cpp: a break that moves through a reserved
// arena.
// Assumes: addresses below 2 GiB are free, and are also outside AddressSanitizer's shadow. A page
// that was never under the break reads as zero, as in wasm. Keeps: at most kArenaBytes; less once
// arena.limit is lowered.
#pragma once
#include "source.hpp"
#include <sys/mman.h>

namespace gharial {

inline constexpr Address kArenaBegin = 0x0100'0000;
inline constexpr Address kArenaBytes = 0x4000'0000;  // 1 GiB, reserved, touched as needed

struct Arena {
  Address break_now = 0;  // 0: not reserved yet
  Address highest = 0;
  Address limit = kArenaBegin + kArenaBytes;
  uint32_t refuse_after = 0;  // growths until one is refused although there is memory; 0: none is

  // Reserves the arena and sets the break to `first_break` bytes into it; drops all contents. False
  // iff the addresses are taken.
  bool reset(Address first_break, Address bytes = kArenaBytes) noexcept {
    void* at = mmap(reinterpret_cast<void*>(kArenaBegin), kArenaBytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (at != reinterpret_cast<void*>(kArenaBegin)) return false;
    break_now = highest = kArenaBegin + first_break;
    limit = kArenaBegin + bytes;
    return true;
  }
  // As sbrk: the old break, or kNone if the limit is in the way. Also what foreign users of sbrk
  // call.
  Address move(int64_t bytes) noexcept {
    const Address old = break_now;
    if (bytes > 0 && static_cast<Address>(bytes) > limit - old) return kNone;
    if (bytes < 0 && static_cast<Address>(-bytes) > old - kArenaBegin) return kNone;
    break_now = old + static_cast<Address>(bytes);
    if (break_now > highest) highest = break_now;
    return old;
  }
};
inline constinit Arena arena;

inline Address Source::end() noexcept { return arena.break_now; }
inline Address Source::break_at() noexcept { return reinterpret_cast<Address>(&arena.break_now); }
inline Address Source::limit() noexcept { return arena.limit; }
inline Range Source::grow(uint64_t bytes) noexcept {
  const Address before = arena.break_now, highest = arena.highest;
  if (arena.refuse_after != 0 && --arena.refuse_after == 0) return {kNone, kNone, kNone};
  if (bytes > kArenaBytes || arena.move(static_cast<int64_t>(bytes)) == kNone)
    return {kNone, kNone, kNone};
  return {before, before + static_cast<Address>(bytes), highest};
}

}  // namespace gharial
