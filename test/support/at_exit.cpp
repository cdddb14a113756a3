// at_exit.cpp — memory at the end of a program: handlers of atexit and destructors of statics allocate and free, in the order that C
// and C++ prescribe, and the heap is sound when the last of them is done.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gharial.h>
#include <string>
#include <vector>

namespace {

struct Static {
  const char* name;
  std::vector<std::string> kept;
  explicit Static(const char* name) : name{name}, kept(100, std::string(100, name[0])) {}
  ~Static() {
    std::string text = std::string("~") + name + " has " + std::to_string(kept.size());
    std::puts(text.c_str());
  }
};

// The last to be destroyed: everything else is gone, its own blocks as well.
struct Last {
  ~Last() {
    struct gharial_stats stats = {};
    stats.size = sizeof stats;
    stats.version = GHARIAL_STATS_VERSION;
    const int failed = gharial_stats_get(&stats);
    std::printf("last: invariant %d, %d, %zu live blocks\n", gharial_validate(), failed,
                stats.live_blocks);
  }
};

Last last;
Static first{"first"};
void* from_main;

void handler_one() {
  char* text = static_cast<char*>(std::malloc(3000));
  std::strcpy(text, "handler one");
  std::puts(text);
  std::free(text);
  std::free(from_main);
}
void handler_two() {
  from_main = std::realloc(from_main, 100000);
  std::puts(from_main != nullptr && static_cast<char*>(from_main)[99] == 7 ? "handler two"
                                                                           : "lost");
  // A handler may register another, which runs next.
  std::atexit([] { std::puts("handler three"); });
}

}  // namespace

int main() {
  // More than the 32 that the runtime has room for: it allocates for the others.
  static int calls = 0;
  std::atexit([] { std::printf("%d calls\n", calls); });
  for (int i = 0; i < 200; ++i) std::atexit([] { std::free(std::malloc(++calls)); });
  static Static local{"local"};
  from_main = std::malloc(100);
  std::memset(from_main, 7, 100);
  std::atexit(handler_one);
  std::atexit(handler_two);
  std::puts("main");
}
