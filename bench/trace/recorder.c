/* recorder.c — tells JavaScript every call of malloc and its relatives; linked in with -Wl,--wrap (recorder.js has the
 * words), so calls in the C and C++ libraries are seen too, whichever allocator serves them. It allocates nothing: events
 * wait in a static buffer. One thread only. C and C++ alike, since em++ compiles it as the latter. */
#include <emscripten.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS 4096
typedef struct {
  uint32_t kind; /* of format.js; an alignment's logarithm above 8 bits */
  uint32_t block, result, bytes;
} Event;
enum { op_malloc, op_free, op_realloc, op_calloc, op_memalign };

static Event events[EVENTS];
static uint32_t count;

/* clang-format off */
EM_JS(void, gharial_trace_take, (const Event* events, uint32_t count), {
  const take = Module['gharialTrace'];
  if (take) take(new Uint32Array(HEAPU8.buffer, events >>> 0, count * 4).slice());
})
/* clang-format on */

#ifdef __cplusplus
extern "C" {
#endif

EMSCRIPTEN_KEEPALIVE void gharial_trace_flush(void) {
  if (count > 0) gharial_trace_take(events, count);
  count = 0;
}

/* An allocator may serve a call by calling itself, as emmalloc's realloc does: only what the program asked for counts. */
static uint32_t depth;

static void* note(uint32_t kind, const void* block, void* result, size_t bytes) {
  if (depth > 0) return result;
  Event* const event = &events[count++];
  event->kind = kind;
  event->block = (uintptr_t)block;
  event->result = (uintptr_t)result;
  event->bytes = bytes;
  if (count == EVENTS) gharial_trace_flush();
  return result;
}

void* __real_malloc(size_t bytes);
void __real_free(void* block);
void* __real_realloc(void* block, size_t bytes);
void* __real_calloc(size_t number, size_t bytes);
void* __real_memalign(size_t alignment, size_t bytes);
void* __real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void** result, size_t alignment, size_t bytes);

/* The call itself, with the calls inside of it unseen. */
#define ASK(type, result, call)                                                                    \
  depth++;                                                                                         \
  type result = call;                                                                              \
  depth--

void* __wrap_malloc(size_t bytes) {
  ASK(void*, block, __real_malloc(bytes));
  return note(op_malloc, NULL, block, bytes);
}
void __wrap_free(void* block) {
  note(op_free, block, NULL, 0);
  depth++;
  __real_free(block);
  depth--;
}
void* __wrap_realloc(void* block, size_t bytes) {
  ASK(void*, moved, __real_realloc(block, bytes));
  return note(op_realloc, block, moved, bytes);
}
void* __wrap_calloc(size_t number, size_t bytes) {
  ASK(void*, block, __real_calloc(number, bytes));
  return note(op_calloc, NULL, block, number * bytes);
}
static void* note_aligned(size_t alignment, void* result, size_t bytes) {
  const uint32_t log = alignment > 1 ? 31 - (uint32_t)__builtin_clzl(alignment) : 0;
  return note(op_memalign | log << 8, NULL, result, bytes);
}
void* __wrap_memalign(size_t alignment, size_t bytes) {
  ASK(void*, block, __real_memalign(alignment, bytes));
  return note_aligned(alignment, block, bytes);
}
void* __wrap_aligned_alloc(size_t alignment, size_t bytes) {
  ASK(void*, block, __real_aligned_alloc(alignment, bytes));
  return note_aligned(alignment, block, bytes);
}
int __wrap_posix_memalign(void** result, size_t alignment, size_t bytes) {
  ASK(int, status, __real_posix_memalign(result, alignment, bytes));
  if (status == 0) note_aligned(alignment, *result, bytes);
  return status;
}

#ifdef __cplusplus
}
#endif
