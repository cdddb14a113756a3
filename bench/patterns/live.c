// live.c — a number of blocks that stay: what the heap needs beyond what was asked.
#include "slots.h"

PATTERN void live(int from, int to, size_t bytes) {
  for (int i = from; i < to; i++) {
    slots[i] = malloc(bytes);
    touch(slots[i]);
    watch_taken((size_t)i, bytes);
  }
}

// The first blocks of a small program, of ten sizes that such programs have.
PATTERN void first_ten(int from, int to) {
  static const uint16_t sizes[10] = {24, 1024, 16, 100, 32, 8, 256, 48, 12, 500};
  for (int i = from; i < to; i++) {
    slots[i] = malloc(sizes[i]);
    touch(slots[i]);
    watch_taken((size_t)i, sizes[i]);
  }
}
