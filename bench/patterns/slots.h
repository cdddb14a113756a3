// slots.h — what every pattern is made of: random numbers of our own, a table of live blocks, and a watcher that exists in
// the build that measures memory and checks contents only (BENCH_WATCH); where time and instructions are measured it is
// nothing at all.
#pragma once
#include <emscripten.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifndef BENCH_WATCH
#define BENCH_WATCH 0
#endif

#define PATTERN EMSCRIPTEN_KEEPALIVE

enum { kSlots = 200000, kLongSlots = 100 };
extern void* slots[kSlots];
extern uint32_t random_state;

// Marsaglia, "Xorshift RNGs" (2003): 13, 17, 5.
static inline uint32_t random_number(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

// Every block is written to once, as a program would.
static inline void touch(void* block) { *(volatile char*)block = 1; }

#if BENCH_WATCH
void watch_live(ptrdiff_t bytes);  // counts asked bytes, and looks at the break
void watch_taken(size_t slot, size_t bytes);
void watch_dropped(size_t slot);
void watch_resized(size_t slot, size_t bytes);
void watch_zeroed(size_t slot, size_t bytes);
void watch_aligned(size_t slot, size_t alignment);
#else
static inline void watch_live(ptrdiff_t bytes) { (void)bytes; }
static inline void watch_taken(size_t slot, size_t bytes) { (void)slot, (void)bytes; }
static inline void watch_dropped(size_t slot) { (void)slot; }
static inline void watch_resized(size_t slot, size_t bytes) { (void)slot, (void)bytes; }
static inline void watch_zeroed(size_t slot, size_t bytes) { (void)slot, (void)bytes; }
static inline void watch_aligned(size_t slot, size_t alignment) { (void)slot, (void)alignment; }
#endif
