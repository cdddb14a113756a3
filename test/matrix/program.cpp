// program.cpp — the C++ part of the matrix's program: every operator new and delete, containers, and exceptions, which the
// runtime allocates too. -DEXCEPTIONS where a mode catches them.
#include "program.h"
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

struct alignas(128) Wide {
  char bytes[300];
};
struct Counted {
  static int alive;
  char bytes[40];
  Counted() { ++alive; }
  ~Counted() { --alive; }
};
int Counted::alive = 0;

// The compiler may leave out a new whose block nobody sees.
const volatile void* volatile seen;
template <class T> T* shown(T* block) {
  seen = block;
  return block;
}

bool is_aligned(const void* block, std::uintptr_t alignment) {
  return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

void operators() {
  const size_t before = live_blocks();
  int* number = shown(new int(7));
  EXPECT(*number == 7 && SERVED(before + 1));
  Counted* many = shown(new Counted[50]);
  EXPECT(Counted::alive == 50 && SERVED(before + 2));
  Wide* wide = shown(new Wide);
  Wide* wides = shown(new Wide[3]);
  EXPECT(is_aligned(wide, 128) && is_aligned(wides, 128) && SERVED(before + 4));
  char* quiet = shown(new (std::nothrow) char[1000]);
  Wide* quiet_wide = shown(new (std::nothrow) Wide);
  EXPECT(quiet != nullptr && is_aligned(quiet_wide, 128) && SERVED(before + 6));
  void* raw = shown(::operator new(200, std::align_val_t{4096}));
  EXPECT(is_aligned(raw, 4096) && SERVED(before + 7));
  ::operator delete(raw, std::align_val_t{4096});
  delete quiet_wide;
  delete[] quiet;
  delete[] wides;
  delete wide;
  delete[] many;
  delete number;
  EXPECT(Counted::alive == 0 && SERVED(before));
}

void containers() {
  const size_t before = live_blocks();
  {
    std::map<int, std::string> names;
    std::vector<std::shared_ptr<int>> shared;
    for (int i = 0; i < 500; ++i) {
      names[i * 7 % 501] =
          "a name that is too long to be kept in the string itself " + std::to_string(i);
      shared.push_back(std::make_shared<int>(i));
    }
    EXPECT(names.size() == 500 && *shared[499] == 499);
#if !defined(PEER) && !defined(BUILTIN)
    EXPECT(live_blocks() > before + 1500);
#endif
  }
  EXPECT(SERVED(before));
}

#ifndef EXCEPTIONS
void exceptions() {}
#else
[[gnu::noinline]] void thrower(int depth) {
  const std::string local(200, 'x');
  if (depth == 0) throw std::string(300, 'y');
  thrower(depth - 1);
}
void exceptions() {
  int caught = 0;
  const auto round = [&caught] {
    try {
      thrower(5);
    } catch (const std::string& text) { caught += text.size() == 300; }
  };
  round();  // the runtime may keep something from the first one on
  const size_t before = live_blocks();
  for (int i = 0; i < 200; ++i) round();
  EXPECT(caught == 201 && SERVED(before));
}
#endif

}  // namespace

extern "C" void cxx_part() {
  operators();
  containers();
  exceptions();
}
