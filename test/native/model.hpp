// model.hpp — random programs beside a shadow heap.
#pragma once
#include "test.hpp"

namespace gharial_test {

// Bytes of a xorshift generator are a program like any other (shadow.hpp).
static void play_random(uint64_t seed, size_t bytes) {
  std::vector<uint8_t> program(bytes);
  uint64_t state = seed * 0x9e37'79b9'7f4a'7c15u + 1;
  for (uint8_t& byte : program) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    byte = static_cast<uint8_t>(state >> 32);
  }
  std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
  play(program.data(), program.size());
}

TEST("model: short random programs beside a shadow heap") {
  for (uint64_t seed = 1; seed <= 60; ++seed) play_random(seed, 300);
}

TEST("model: long random programs beside a shadow heap") {
  for (uint64_t seed = 1001; seed <= 1006; ++seed) play_random(seed, 6000);
}

}  // namespace gharial_test
