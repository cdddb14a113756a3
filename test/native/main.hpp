// main.hpp — runs the tests: all without arguments; with a name, that one. Included last by the program.
#pragma once
#include "test.hpp"

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
