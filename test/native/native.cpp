// native.cpp — the core's tests on the host. Without arguments all tests run; with a name, that one. A test that fails says
// where and what and aborts.
#include "units_small.hpp"
#include "units_runs.hpp"
#include "units_metadata.hpp"
#include "units_growth.hpp"
#include "units_check.hpp"
#include "units_blocks.hpp"
#include "units_heap.hpp"

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

int main(int count, char** arguments) {
  int ran = 0;
  for (const gharial_test::Test* test = gharial_test::tests; test != nullptr; test = test->next) {
    if (count > 1 && std::strcmp(arguments[1], test->name) != 0) continue;
    std::fprintf(stderr, "test: %s\n", test->name);
    test->body();
    ran++;
  }
  if (ran != 0) return 0;
  std::fprintf(stderr, "there is no test of this name: %s\n", count > 1 ? arguments[1] : "");
  return 2;
}
