// replay.cpp — the fuzzer's programs played in wasm: the same core, the same shadow heap, 32-bit addresses and emcc's code. The core
// lives in an arena (source_arena.hpp); the shadow's own book is kept by the SDK's allocator below it.
#include "../native/shadow.hpp"
#include <emscripten.h>

uintptr_t gharial_test_dirty_end = 0;

// Where the caller puts a program of `bytes` bytes.
extern "C" EMSCRIPTEN_KEEPALIVE uint8_t* room_for(size_t bytes) {
  static std::vector<uint8_t> room;
  room.resize(bytes);
  return room.data();
}
extern "C" EMSCRIPTEN_KEEPALIVE void replay(const uint8_t* data, size_t bytes) {
  gharial_test_dirty_end = gharial::arena.highest;
  gharial_test::play(data, bytes);
}
