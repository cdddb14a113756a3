// source_wasm.cpp — the only file that grows memory: through sbrk, which others may call too.
// Assumes: sbrk.c keeps the highest break ever seen. Never memory.grow: JavaScript's views and the
// growth settings hang on sbrk.
#include "source.hpp"
#include <emscripten/heap.h>
#include <unistd.h>

extern "C" {
extern uintptr_t gharial_highest_break;  // sbrk.c
}

namespace gharial {

namespace {

// The highest break before ours. In shared memory another thread may have moved it up, and then down, since `highest` was read: if it
// was moved above our range at all, nothing of the range counts as zero.
Address highest_before(Address highest, Address begin) noexcept {
  if constexpr (kShared)
    if (begin > highest) return gharial_highest_break;
  return highest;
}

}  // namespace

Address Source::end() noexcept { return *emscripten_get_sbrk_ptr(); }
Address Source::break_at() noexcept { return reinterpret_cast<Address>(emscripten_get_sbrk_ptr()); }

// By default (ABORTING_MALLOC) a refused sbrk ends the program, so that it must be the last resort. A
// limit that JavaScript does not know (STANDALONE_WASM) reads as reached.
Address Source::limit() noexcept { return emscripten_get_heap_max(); }

// Inlined where memory grows, and nowhere else: a range that is not in memory is 90 bytes of code less.
[[gnu::always_inline]] inline Range Source::grow(uint64_t bytes) noexcept {
  const Address before = end();
  const Address highest = gharial_highest_break > before ? gharial_highest_break : before;
  // sbrk takes a signed number on wasm64 and an unsigned one on wasm32: what does not fit is
  // refused here.
  if (bytes > ~Address{0} - before || (sizeof(Address) == 8 && bytes > INTPTR_MAX)) return {};
  Address begin = reinterpret_cast<Address>(sbrk(static_cast<intptr_t>(bytes)));
  if constexpr (kShared) {
    // Emscripten's sbrk fails, too, if another thread grew memory meanwhile, and wants to be asked again.
    while (begin == ~Address{0} && end() + bytes <= emscripten_get_heap_size())
      begin = reinterpret_cast<Address>(sbrk(static_cast<intptr_t>(bytes)));
  }
  if (begin == ~Address{0}) return {};
  return {begin, begin + static_cast<Address>(bytes), highest_before(highest, begin)};
}

}  // namespace gharial
