// mixed.c — blocks of all sizes come and go at random for a long time, as in a program that does many things: half of the slots are full.
// In the second one blocks are long, and a quarter of the steps that find one make it longer by half. What an allocator leaves in
// pieces, it does not get back.
#include "slots.h"

// As 95 of 100 blocks are small, one of 500 is large, and the others are in between.
static size_t mixed_bytes(void) {
  const uint32_t kind = random_number() % 500;
  if (kind == 0) return 65536 + random_number() % 400000;
  return kind < 25 ? 1024 + random_number() % 40000 : 8 + random_number() % 600;
}

// Each doubling from 32 KiB to 8 MiB is as likely as the others.
static size_t long_bytes(void) {
  const size_t least = (size_t)32768 << random_number() % 8;
  return least + random_number() % least;
}

static void drop(uint32_t slot) {
  watch_dropped(slot);
  free(slots[slot]);
  slots[slot] = NULL;
}

static void fill(uint32_t slot, size_t bytes) {
  slots[slot] = malloc(bytes);
  touch(slots[slot]);
  watch_taken(slot, bytes);
}

PATTERN void mixed(int from, int to, uint32_t count) {
  for (int i = from; i < to; i++) {
    const uint32_t slot = random_number() % count;
    if (slots[slot] != NULL)
      drop(slot);
    else
      fill(slot, mixed_bytes());
  }
}

static uint32_t bytes_in_slot[kLongSlots];

PATTERN void mixed_growing(int from, int to, uint32_t count) {
  for (int i = from; i < to; i++) {
    const uint32_t slot = random_number() % count;
    if (slots[slot] == NULL) {
      bytes_in_slot[slot] = (uint32_t)long_bytes();
      fill(slot, bytes_in_slot[slot]);
    } else if (random_number() % 4 == 0 && bytes_in_slot[slot] < 4000000) {
      bytes_in_slot[slot] += bytes_in_slot[slot] / 2;
      slots[slot] = realloc(slots[slot], bytes_in_slot[slot]);
      watch_resized(slot, bytes_in_slot[slot]);
    } else {
      drop(slot);
    }
  }
}
