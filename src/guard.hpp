// guard.hpp — what the hardened variant adds inside the heap: the heap's own metadata is looked at before it is relied on. Every
// function here is nothing at all in the other variants.
// Assumes: growth.cpp calls draw_secret before the first block exists. Keeps: constant time, reads and writes metadata only.
#pragma once
#include "fault.hpp"

namespace gharial {

// Unknown to the program, odd, and the same for as long as it runs.
extern constinit uint32_t secret;
void draw_secret() noexcept;  // hardened.cpp

// Metadata that does not make sense was written by somebody else. `invariant` is what layout.hpp calls it.
[[gnu::always_inline]] inline void guard(bool sound, Address where, size_t invariant) noexcept {
  if constexpr (kHardened) {
    if (!sound) [[unlikely]]
      fault(Fault::meta_page_corrupt, where, invariant);
  }
}

// A cookie in the last word of what a meta-page takes, which it leaves free.
static_assert(sizeof(MetaPageOf<Wasm32>) + 4 <= kMetaPageBytes);
static_assert(sizeof(MetaPageOf<Wasm64>) + 4 <= kMetaPageBytes);
inline uint32_t& cookie_at(const MetaPage& meta) noexcept {
  return *reinterpret_cast<uint32_t*>(reinterpret_cast<Address>(&meta) + kMetaPageBytes - 4);
}
inline uint32_t cookie_of(const MetaPage& meta) noexcept {
  return secret + static_cast<uint32_t>(reinterpret_cast<Address>(&meta));
}
inline void put_cookie(MetaPage& meta) noexcept {
  if constexpr (kHardened) cookie_at(meta) = cookie_of(meta);
}
[[gnu::noinline]] inline void require_cookie(const MetaPage& meta) noexcept {
  guard(cookie_at(meta) == cookie_of(meta), reinterpret_cast<Address>(&meta), 4);
}
inline void guard_cookie(const MetaPage& meta) noexcept {
  if constexpr (kHardened) require_cookie(meta);
}

}  // namespace gharial
