// app.c — the program of the example projects: says whether its blocks are gharial's. Without an argument it keeps its names, so
// that JavaScript finds them in the heap.
#include "names.h"
#include <gharial.h>
#include <stdio.h>

int words_count(int count);

static struct names names;

int main(void) {
  for (int i = 0; i < 100; ++i)
    if (!names_add(&names, "name %d", i)) return 1;
  struct gharial_stats stats = {.size = sizeof stats, .version = GHARIAL_STATS_VERSION};
  if (gharial_stats_get(&stats) != 0) return 1;
  printf("%s, %d words, %zu live blocks, invariant %d\n", names.at[99], words_count(500),
         stats.live_blocks, gharial_validate());
  return 0;
}
