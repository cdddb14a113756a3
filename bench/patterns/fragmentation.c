// fragmentation.c — small blocks that stay lie among large ones that go; then large ones of other sizes are asked for. How
// high the break is in the end shows how much of what was freed could be used again.
#include "slots.h"

// Even slots are large, odd ones small. The first `count` steps fill, the next `count` free what is large, and the last `count`
// ask for as much again in pieces of another size: one for each that went.
PATTERN void fragmentation(int from, int to, int count) {
  for (int i = from; i < to; i++) {
    const size_t slot = (size_t)(i % count) * 2;
    if (i < count || i >= 2 * count) {
      const size_t bytes =
          i < count ? 4096 + random_number() % 28672 : 2048 + random_number() % 32768;
      slots[slot] = malloc(bytes);
      touch(slots[slot]);
      watch_taken(slot, bytes);
    } else {
      watch_dropped(slot);
      free(slots[slot]);
      slots[slot] = NULL;
    }
    if (i < count) {
      const size_t bytes = 16 + random_number() % 112;
      slots[slot + 1] = malloc(bytes);
      touch(slots[slot + 1]);
      watch_taken(slot + 1, bytes);
    }
  }
}
