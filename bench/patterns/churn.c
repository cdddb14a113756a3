// churn.c — a steady number of live blocks, of which a random one is replaced each time.
#include "slots.h"

#include <malloc.h>

PATTERN void churn(int from, int to, uint32_t live, size_t lowest, uint32_t range) {
  for (int i = from; i < to; i++) {
    const uint32_t slot = random_number() % live;
    watch_dropped(slot);
    free(slots[slot]);
    const size_t bytes = lowest + random_number() % range;
    slots[slot] = malloc(bytes);
    touch(slots[slot]);
    watch_taken(slot, bytes);
  }
}

PATTERN void churn_calloc(int from, int to, uint32_t live, size_t lowest, uint32_t range) {
  for (int i = from; i < to; i++) {
    const uint32_t slot = random_number() % live;
    watch_dropped(slot);
    free(slots[slot]);
    const size_t bytes = lowest + random_number() % range;
    slots[slot] = calloc(1, bytes);
    watch_zeroed(slot, bytes);
    touch(slots[slot]);
    watch_taken(slot, bytes);
  }
}

PATTERN void churn_memalign(int from, int to, uint32_t live, size_t lowest, uint32_t range) {
  for (int i = from; i < to; i++) {
    const uint32_t slot = random_number() % live;
    watch_dropped(slot);
    free(slots[slot]);
    const size_t alignment = (size_t)16 << random_number() % 6;
    const size_t bytes = lowest + random_number() % range;
    slots[slot] = memalign(alignment, bytes);
    touch(slots[slot]);
    watch_aligned(slot, alignment);
    watch_taken(slot, bytes);
  }
}
