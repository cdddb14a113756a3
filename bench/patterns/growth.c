// growth.c — one block that grows by realloc until it is large, as a vector or a string does: by a quarter each time, or by a
// constant; alone at the end of the heap, or with others that take turns with it.
#include "slots.h"

PATTERN void growth_by_quarters(int from, int to, size_t largest) {
  for (int i = from; i < to; i++) {
    size_t bytes = 16;
    slots[0] = malloc(bytes);
    watch_taken(0, bytes);
    while (bytes < largest) {
      bytes += bytes / 4;
      slots[0] = realloc(slots[0], bytes);
      watch_resized(0, bytes);
    }
    watch_dropped(0);
    free(slots[0]);
    slots[0] = NULL;
  }
}

PATTERN void growth_by_constant(int from, int to, size_t largest, size_t step) {
  for (int i = from; i < to; i++) {
    size_t bytes = 16;
    slots[0] = malloc(bytes);
    watch_taken(0, bytes);
    while (bytes < largest) {
      bytes += step;
      slots[0] = realloc(slots[0], bytes);
      watch_resized(0, bytes);
    }
    watch_dropped(0);
    free(slots[0]);
    slots[0] = NULL;
  }
}

// Eight vectors grow side by side, each by half, so that none of them is always the last.
PATTERN void growth_side_by_side(int from, int to, size_t largest) {
  enum { kVectors = 8 };
  for (int i = from; i < to; i++) {
    size_t bytes = 16;
    for (size_t v = 0; v < kVectors; v++) {
      slots[v] = malloc(bytes);
      watch_taken(v, bytes);
    }
    while (bytes < largest) {
      bytes += bytes / 2;
      for (size_t v = 0; v < kVectors; v++) {
        slots[v] = realloc(slots[v], bytes);
        watch_resized(v, bytes);
      }
    }
    for (size_t v = 0; v < kVectors; v++) {
      watch_dropped(v);
      free(slots[v]);
      slots[v] = NULL;
    }
  }
}
