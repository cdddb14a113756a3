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

static void* note(uint32_t kind, const void* block, void* result, size_t bytes) {
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

void* __wrap_malloc(size_t bytes) { return note(op_malloc, NULL, __real_malloc(bytes), bytes); }
void __wrap_free(void* block) {
  note(op_free, block, NULL, 0);
  __real_free(block);
}
void* __wrap_realloc(void* block, size_t bytes) {
  return note(op_realloc, block, __real_realloc(block, bytes), bytes);
}
void* __wrap_calloc(size_t number, size_t bytes) {
  return note(op_calloc, NULL, __real_calloc(number, bytes), number * bytes);
}
static void* note_aligned(size_t alignment, void* result, size_t bytes) {
  const uint32_t log = alignment > 1 ? 31 - (uint32_t)__builtin_clzl(alignment) : 0;
  return note(op_memalign | log << 8, NULL, result, bytes);
}
void* __wrap_memalign(size_t alignment, size_t bytes) {
  return note_aligned(alignment, __real_memalign(alignment, bytes), bytes);
}
void* __wrap_aligned_alloc(size_t alignment, size_t bytes) {
  return note_aligned(alignment, __real_aligned_alloc(alignment, bytes), bytes);
}
int __wrap_posix_memalign(void** result, size_t alignment, size_t bytes) {
  const int status = __real_posix_memalign(result, alignment, bytes);
  if (status == 0) note_aligned(alignment, *result, bytes);
  return status;
}

#ifdef __cplusplus
}
#endif
