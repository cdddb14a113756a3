// pair.c — a block is taken and given back at once: the best case of every cache of free blocks.
#include "slots.h"

PATTERN void pair(int from, int to) {
  for (int i = from; i < to; i++) {
    const size_t bytes = 16 + (random_number() & 127);
    void* block = malloc(bytes);
    watch_live((ptrdiff_t)bytes);
    touch(block);
    watch_live(-(ptrdiff_t)bytes);
    free(block);
  }
}
