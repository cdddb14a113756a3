/* player.c — plays the operations of a trace, which JavaScript writes into a static buffer, a chunk at a time; so the heap
 * holds nothing but the trace's blocks. Packing of the words: format.js. Touches the first and the last byte of each block.
 * PLAYER_CHECK=1: fills whole blocks, reads them back before they are freed or resized, and looks at alignment, at calloc's
 * zeros and at the highest break. */
#include <emscripten.h>
#include <emscripten/heap.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096
enum { op_malloc, op_free, op_realloc, op_calloc, op_memalign, op_realloc_null, op_free_null };
typedef struct {
  uint32_t first, bytes;
} Operation;

static Operation operations[CHUNK];
static unsigned char* blocks[PLAYER_SLOTS];
static uint32_t failures;

#if PLAYER_CHECK
enum Fault { none, contents, alignment, not_zero };
static uint32_t sizes[PLAYER_SLOTS];
static unsigned char patterns[PLAYER_SLOTS];
static uint32_t serial, faulty_at, faults;
static enum Fault fault;
static uintptr_t highest_break;

static void report(enum Fault what) {
  if (faults++ == 0) {
    fault = what;
    faulty_at = serial;
  }
}
static void look_at_break(void) {
  const uintptr_t now = *emscripten_get_sbrk_ptr();
  if (now > highest_break) highest_break = now;
}
static void verify(const unsigned char* block, uint32_t bytes, unsigned char pattern) {
  for (uint32_t i = 0; i < bytes; i++)
    if (block[i] != pattern) {
      report(contents);
      return;
    }
}
static void before_end(uint32_t slot) {
  if (blocks[slot]) verify(blocks[slot], sizes[slot], patterns[slot]);
}

static void after(uint32_t slot, uint32_t kind, uint32_t bytes, uintptr_t aligned_to) {
  unsigned char* block = blocks[slot];
  look_at_break();
  if (!block) return;
  uintptr_t wanted = aligned_to;
  while (wanted < 8 && wanted * 2 <= bytes)
    wanted *= 2; /* nothing smaller than its alignment fits in a block */
  if ((uintptr_t)block % wanted != 0) report(alignment);
  if (kind == op_calloc)
    for (uint32_t i = 0; i < bytes; i++)
      if (block[i]) {
        report(not_zero);
        break;
      }
  if (kind == op_realloc) verify(block, bytes < sizes[slot] ? bytes : sizes[slot], patterns[slot]);
  sizes[slot] = bytes;
  patterns[slot] = (unsigned char)(serial * 37 + 1);
  memset(block, patterns[slot], bytes);
}
EMSCRIPTEN_KEEPALIVE uint32_t player_faults(void) { return faults; }
EMSCRIPTEN_KEEPALIVE uint32_t player_fault(void) { return fault; }
EMSCRIPTEN_KEEPALIVE uint32_t player_faulty_at(void) { return faulty_at; }
EMSCRIPTEN_KEEPALIVE uintptr_t player_highest_break(void) { return highest_break; }
#else
static void before_end(uint32_t slot) { (void)slot; }

static void after(uint32_t slot, uint32_t kind, uint32_t bytes, uintptr_t aligned_to) {
  (void)kind, (void)aligned_to;
  if (blocks[slot] && bytes > 0) {
    blocks[slot][0] = 1;
    blocks[slot][bytes - 1] = 1;
  }
}
#endif

static void play_one(Operation operation) {
  const uint32_t kind = operation.first & 15, slot = operation.first >> 9, bytes = operation.bytes;
  uintptr_t aligned_to = 1;
  unsigned char* block = NULL;
  switch (kind) {
  case op_free:
    before_end(slot);
    free(blocks[slot]);
    blocks[slot] = NULL;
    return;
  case op_free_null: free(NULL); return;
  case op_malloc: block = malloc(bytes); break;
  case op_calloc: block = calloc(1, bytes); break;
  case op_memalign:
    aligned_to = (uintptr_t)1 << (operation.first >> 4 & 31);
    block = memalign(aligned_to, bytes);
    break;
  case op_realloc_null: block = realloc(NULL, bytes); break;
  case op_realloc:
    before_end(slot);
    block = realloc(blocks[slot], bytes);
    if (!block && bytes > 0) { /* the old block stays, and the next operations on it work */
      failures++;
      return;
    }
    break;
  default: __builtin_trap();
  }
  if (!block && bytes > 0) failures++;
  blocks[slot] = block;
  after(slot, kind, bytes, aligned_to);
}

EMSCRIPTEN_KEEPALIVE Operation* player_operations(void) { return operations; }
EMSCRIPTEN_KEEPALIVE uint32_t player_chunk(void) { return CHUNK; }
EMSCRIPTEN_KEEPALIVE uint32_t player_slots(void) { return PLAYER_SLOTS; }
EMSCRIPTEN_KEEPALIVE uint32_t player_failures(void) { return failures; }
extern unsigned char __heap_base;
EMSCRIPTEN_KEEPALIVE uintptr_t player_heap_base(void) { return (uintptr_t)&__heap_base; }

EMSCRIPTEN_KEEPALIVE void player_run(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
#if PLAYER_CHECK
    serial++;
#endif
    play_one(operations[i]);
  }
}

/* Frees what the trace left, so that it can be played again. */
EMSCRIPTEN_KEEPALIVE void player_clear(uint32_t slots) {
  for (uint32_t slot = 0; slot < slots; slot++) {
    before_end(slot);
    free(blocks[slot]);
    blocks[slot] = NULL;
  }
}
