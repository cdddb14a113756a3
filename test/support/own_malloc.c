// own_malloc.c — a program with a malloc of its own: it has to link beside gharial, and to win. What gharial offers under the
// runtime's names stays gharial's.
#include <emscripten.h>
#include <emscripten/heap.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(16) unsigned char arena[1 << 16];
static size_t used;

void* malloc(size_t bytes) {
  void* block = arena + used;
  used += (bytes + 15) & ~(size_t)15;
  return block;
}
void free(void* block) { (void)block; }
void* calloc(size_t count, size_t bytes) { return memset(malloc(count * bytes), 0, count * bytes); }
void* realloc(void* block, size_t bytes) {
  return block == NULL ? malloc(bytes) : memmove(malloc(bytes), block, bytes);
}

EMSCRIPTEN_KEEPALIVE size_t used_of_arena(void) { return used; }
EMSCRIPTEN_KEEPALIVE int is_in_arena(void* block) {
  return (uintptr_t)block - (uintptr_t)arena < sizeof arena;
}
EMSCRIPTEN_KEEPALIVE char* duplicate(void) {
  return strdup("the C library allocates with the program's malloc");
}
