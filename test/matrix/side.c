// side.c — a side module: allocates for the main module and frees what that allocated.
#include <stdlib.h>
#include <string.h>

void* side_take(size_t bytes) {
  unsigned char* block = malloc(bytes);
  if (block != NULL) memset(block, 42, bytes);
  return block;
}
void* side_grow(void* block, size_t bytes) { return realloc(block, bytes); }
void side_free(void* block) { free(block); }
