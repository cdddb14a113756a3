// soak.c — a program that never rests: blocks of all sizes come and go in 20 000 slots, long after the heap has found its size.
// Each block holds its own address and number at both ends; one free in 32 looks whether they are still there.
#include <emscripten.h>
#include <gharial.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int malloc_trim(size_t);  // not in the SDK's headers

enum { SLOTS = 20000 };
static struct {
  unsigned char* at;
  uint32_t bytes, number;
} slots[SLOTS];
static uint32_t state = 1, numbers = 0, verified = 0;

static uint32_t draw(uint32_t below) {
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return (uint32_t)(((uint64_t)state * below) >> 32);
}

// Mostly small ones; a medium one of twenty, a large one of five hundred.
static uint32_t draw_bytes(void) {
  const uint32_t kind = draw(500);
  return kind == 0 ? 65536 + draw(400000) : kind < 25 ? 1024 + draw(40000) : 8 + draw(600);
}

static void sign(uint32_t slot) {
  uint32_t words[2] = {(uint32_t)(uintptr_t)slots[slot].at, slots[slot].number};
  memcpy(slots[slot].at, words, sizeof words);
  memcpy(slots[slot].at + slots[slot].bytes - 8, words, sizeof words);
}
static int is_signed(uint32_t slot) {
  uint32_t words[2] = {(uint32_t)(uintptr_t)slots[slot].at, slots[slot].number};
  if (memcmp(slots[slot].at + slots[slot].bytes - 8, words, sizeof words) != 0) return 0;
  return slots[slot].bytes < 16 || memcmp(slots[slot].at, words, sizeof words) == 0;
}

// So many calls; the first that went wrong counted from 1, or 0.
EMSCRIPTEN_KEEPALIVE uint32_t soak(uint32_t operations) {
  for (uint32_t i = 1; i <= operations; ++i) {
    const uint32_t slot = draw(SLOTS);
    if (slots[slot].at != NULL) {
      if (i % 32 == 0) {
        if (!is_signed(slot)) return i;
        verified++;
      }
      free(slots[slot].at);
      slots[slot].at = NULL;
      continue;
    }
    slots[slot].bytes = draw_bytes();
    slots[slot].number = ++numbers;
    slots[slot].at = malloc(slots[slot].bytes);
    if (slots[slot].at == NULL) return i;
    sign(slot);
  }
  return 0;
}
EMSCRIPTEN_KEEPALIVE uint32_t verified_so_far(void) { return verified; }
EMSCRIPTEN_KEEPALIVE const struct gharial_stats* stats(void) {
  static struct gharial_stats now;
  now.size = sizeof now;
  now.version = GHARIAL_STATS_VERSION;
  return gharial_stats_get(&now) == 0 ? &now : NULL;
}
EMSCRIPTEN_KEEPALIVE uint32_t asked_for(void) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < SLOTS; ++i)
    if (slots[i].at != NULL) sum += slots[i].bytes;
  return sum;
}
EMSCRIPTEN_KEEPALIVE void finish(void) {
  for (uint32_t i = 0; i < SLOTS; ++i) free(slots[i].at);
  memset(slots, 0, sizeof slots);
  malloc_trim(0);
}
