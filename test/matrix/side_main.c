// side_main.c — the main module's half of side.c: blocks cross the border in both directions. -DOPEN: the side module is opened
// while the program runs, else it was linked.
#include "program.h"
#include <stdlib.h>
#ifdef OPEN
#include <dlfcn.h>
#else
void* side_take(size_t bytes);
void* side_grow(void* block, size_t bytes);
void side_free(void* block);
#endif

void side_part(void) {
#ifdef OPEN
  void* module = dlopen("side.wasm", RTLD_NOW);
  EXPECT(module != NULL);
  if (module == NULL) return;
  void* (*side_take)(size_t) = (void* (*)(size_t))dlsym(module, "side_take");
  void* (*side_grow)(void*, size_t) = (void* (*)(void*, size_t))dlsym(module, "side_grow");
  void (*side_free)(void*) = (void (*)(void*))dlsym(module, "side_free");
#endif
  const size_t before = live_blocks();
  for (unsigned i = 0; i < 300; ++i) {
    const size_t bytes = 1 + i * i;
    unsigned char* theirs = side_take(bytes);
    EXPECT(theirs != NULL && theirs[0] == 42 && theirs[bytes - 1] == 42);
    unsigned char* ours = malloc(bytes);
    EXPECT(ours != NULL && SERVED(before + 2));
    fill(ours, bytes, i);
    ours = side_grow(ours, bytes * 2);
    EXPECT(is_filled(ours, bytes, i));
    side_free(ours);
    free(theirs);
  }
  EXPECT(SERVED(before));
}
