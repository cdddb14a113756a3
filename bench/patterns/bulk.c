// bulk.c — many blocks of one size, all taken, then all given back: in the same order, in reverse, or shuffled. Steps below
// `count` take, the others give back.
#include "slots.h"

static void take(int from, int to, size_t bytes) {
  for (int i = from; i < to; i++) {
    slots[i] = malloc(bytes);
    touch(slots[i]);
    watch_taken((size_t)i, bytes);
  }
}

static void give(int slot) {
  watch_dropped((size_t)slot);
  free(slots[slot]);
  slots[slot] = NULL;
}

PATTERN void bulk_in_order(int from, int to, int count, size_t bytes) {
  if (from < count) {
    take(from, to, bytes);
  } else {
    for (int i = from; i < to; i++) give(i - count);
  }
}

PATTERN void bulk_in_reverse(int from, int to, int count, size_t bytes) {
  if (from < count) {
    take(from, to, bytes);
  } else {
    for (int i = from; i < to; i++) give(2 * count - 1 - i);
  }
}

static int order[kSlots];

// Fisher and Yates, once.
static void shuffle(int count) {
  for (int i = 0; i < count; i++) order[i] = i;
  for (int i = count - 1; i > 0; i--) {
    const int other = (int)(random_number() % (uint32_t)(i + 1));
    const int kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
}

// The same again and again.
PATTERN void waves(int from, int to, int count, size_t bytes) {
  if (order[0] == order[1]) shuffle(count);
  for (int i = from; i < to; i++) {
    const int at = i % count;
    if (i / count % 2 == 0)
      take(at, at + 1, bytes);
    else
      give(order[at]);
  }
}

PATTERN void bulk_shuffled(int from, int to, int count, size_t bytes) {
  if (order[0] == order[1]) shuffle(count);
  if (from < count) {
    take(from, to, bytes);
  } else {
    for (int i = from; i < to; i++) give(order[i - count]);
  }
}
