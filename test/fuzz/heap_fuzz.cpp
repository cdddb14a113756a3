// heap_fuzz.cpp — libFuzzer over the core: the input is a program of commands, played beside a shadow heap (shadow.hpp).
#include "../native/shadow.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  gharial_test::play(data, bytes);
  return 0;
}
