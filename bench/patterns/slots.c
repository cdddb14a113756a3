// slots.c — the table of blocks, and the watcher: bytes asked, the highest break, and whether blocks keep what was written.
#include "slots.h"

#include <string.h>
#include <unistd.h>
#include <emscripten/heap.h>

void* slots[kSlots];
uint32_t random_state = 1;

PATTERN void seed(uint32_t number) { random_state = number; }

PATTERN void clear(void) {
  for (size_t i = 0; i < kSlots; i++) {
    if (slots[i]) watch_dropped(i);
    free(slots[i]);
    slots[i] = NULL;
  }
}

extern char __heap_base;
PATTERN uintptr_t heap_base(void) { return (uintptr_t)&__heap_base; }

void bench_begin_again(void) __attribute__((weak));
PATTERN void begin_again(void) {
  if (bench_begin_again) bench_begin_again();
}

#if BENCH_WATCH
static size_t slot_bytes[kSlots];
static size_t live, peak_live, peak_break, failures, mistakes;
static uint32_t checksum;

static void mix(uint32_t number) { checksum = (checksum ^ number) * 0x01000193u; }
static uint32_t mark_of(size_t slot, size_t bytes) {
  return (uint32_t)(slot * 2654435761u ^ bytes);
}
static void write_mark(char* at, uint32_t mark) { memcpy(at, &mark, sizeof mark); }
static uint32_t read_mark(const char* at) {
  uint32_t mark;
  memcpy(&mark, at, sizeof mark);
  return mark;
}

void watch_live(ptrdiff_t bytes) {
  live += (size_t)bytes;
  if (live > peak_live) peak_live = live;
  const size_t now = *emscripten_get_sbrk_ptr();
  if (now > peak_break) peak_break = now;
  mix((uint32_t)bytes);
}

// Marks lie at both ends; the smallest block of any pattern has 8 bytes.
static void mark(size_t slot) {
  char* block = slots[slot];
  write_mark(block, mark_of(slot, slot_bytes[slot]));
  write_mark(block + slot_bytes[slot] - 4, ~mark_of(slot, slot_bytes[slot]));
}
static void look(size_t slot) {
  const char* block = slots[slot];
  const uint32_t head = read_mark(block), tail = read_mark(block + slot_bytes[slot] - 4);
  const uint32_t wanted = mark_of(slot, slot_bytes[slot]);
  mistakes += head != wanted || tail != ~wanted;
  mix(head);
  mix(tail);
}

void watch_taken(size_t slot, size_t bytes) {
  if (!slots[slot]) {
    failures++;
    return;
  }
  slot_bytes[slot] = bytes;
  watch_live((ptrdiff_t)bytes);
  mark(slot);
}
void watch_dropped(size_t slot) {
  if (!slots[slot]) return;
  look(slot);
  watch_live(-(ptrdiff_t)slot_bytes[slot]);
}
// After a realloc that only grew: the old contents must have come along.
void watch_resized(size_t slot, size_t bytes) {
  if (!slots[slot]) {
    failures++;
    return;
  }
  look(slot);
  watch_live((ptrdiff_t)(bytes - slot_bytes[slot]));
  slot_bytes[slot] = bytes;
  mark(slot);
}
void watch_zeroed(size_t slot, size_t bytes) {
  const char* block = slots[slot];
  for (size_t i = 0; block && i < bytes; i++) mistakes += block[i] != 0;
}
void watch_aligned(size_t slot, size_t alignment) {
  mistakes += (uintptr_t)slots[slot] % alignment != 0;
}

PATTERN size_t watched_peak_live(void) { return peak_live; }
PATTERN size_t watched_peak_break(void) { return peak_break; }
PATTERN size_t watched_break(void) { return *emscripten_get_sbrk_ptr(); }
PATTERN size_t watched_failures(void) { return failures; }
PATTERN size_t watched_mistakes(void) { return mistakes; }
PATTERN uint32_t watched_checksum(void) { return checksum; }
#endif
