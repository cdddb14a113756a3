// front.cpp — the front before the program first allocates, and its set-up.
// Before it, every request is of the class "large", whose stack is empty and full, and the class map has one byte, for NULL: malloc
// and free have no test for it. The tables are made then, as they are shorter to describe than to store.
#include "front.hpp"

namespace gharial {

static constinit uint8_t map_of_nothing[1] = {};
// "Large" is a stack that is always full: large blocks and NULL cost no branch of their own.
static constinit Word always_full[2] = {kNone, kStackEnd};
constinit Word front_stack_words[kStackWords] = {};
constinit Cursor front_cursors[kSizeClasses + 1] = {};
constinit MiniPageHeader* front_current[kSizeClasses + 1] = {};
constinit SmallKeys small_keys = {};

consteval Front make_front() { return {map_of_nothing, nullptr, {always_full}}; }
constinit Front front = make_front();

[[clang::minsize]] void open_stacks(Word** tops, Word* words) noexcept {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    tops[c] = words;
    words += stack_capacity(SizeClass{c}) + 2;
    words[-1] = kStackEnd;
  }
}

[[gnu::noinline, clang::minsize]] void set_up_front() noexcept {
  fill_keys(small_keys);
  open_stacks(front.tops, front_stack_words);
}

}  // namespace gharial
