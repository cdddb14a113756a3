// aliases.cpp — the C library's names for what malloc.cpp and stats.cpp define: all weak, so that a
// program's own malloc, or a sanitizer's, goes first (strong ones fail to link: "duplicate symbol:
// malloc").
// Assumes: compiled only for Emscripten, with malloc.cpp in the same translation unit (an alias
// needs its target there).
#include <gharial.h>
#include <malloc.h>
#include <stdlib.h>

#define GHARIAL_WEAK(name, target) __attribute__((weak, alias(#target)))

extern "C" {

struct mallinfo2 gharial_mallinfo2(void);
static_assert(sizeof(struct mallinfo) == sizeof(struct mallinfo2),
              "mallinfo may be an alias: the SDK's fields are size_t");

GHARIAL_WEAK(malloc, gharial_malloc) void* malloc(size_t);
GHARIAL_WEAK(free, gharial_free) void free(void*);
GHARIAL_WEAK(calloc, gharial_calloc) void* calloc(size_t, size_t);
GHARIAL_WEAK(realloc, gharial_realloc) void* realloc(void*, size_t);
GHARIAL_WEAK(reallocarray, gharial_reallocarray) void* reallocarray(void*, size_t, size_t);
GHARIAL_WEAK(memalign, gharial_memalign) void* memalign(size_t, size_t);
GHARIAL_WEAK(aligned_alloc, gharial_memalign) void* aligned_alloc(size_t, size_t);
GHARIAL_WEAK(posix_memalign, gharial_posix_memalign) int posix_memalign(void**, size_t, size_t);
GHARIAL_WEAK(valloc, gharial_valloc) void* valloc(size_t);
GHARIAL_WEAK(pvalloc, gharial_pvalloc) void* pvalloc(size_t);
GHARIAL_WEAK(malloc_usable_size, gharial_malloc_usable_size) size_t malloc_usable_size(void*);
GHARIAL_WEAK(malloc_trim, gharial_malloc_trim) int malloc_trim(size_t);
GHARIAL_WEAK(mallinfo, gharial_mallinfo2) struct mallinfo mallinfo(void);
GHARIAL_WEAK(mallinfo2, gharial_mallinfo2) struct mallinfo2 mallinfo2(void);
GHARIAL_WEAK(malloc_stats, gharial_malloc_stats) void malloc_stats(void);
GHARIAL_WEAK(mallopt, gharial_mallopt) int mallopt(int, int);
GHARIAL_WEAK(free_sized, gharial_free_sized) void free_sized(void*, size_t);
GHARIAL_WEAK(free_aligned_sized, gharial_free_aligned_sized)
void free_aligned_sized(void*, size_t, size_t);

// What the C library itself and Emscripten's runtime call, past any malloc of the program's own.
GHARIAL_WEAK(__libc_malloc, gharial_malloc) void* __libc_malloc(size_t);
GHARIAL_WEAK(__libc_free, gharial_free) void __libc_free(void*);
GHARIAL_WEAK(__libc_calloc, gharial_calloc) void* __libc_calloc(size_t, size_t);
GHARIAL_WEAK(__libc_realloc, gharial_realloc) void* __libc_realloc(void*, size_t);
GHARIAL_WEAK(__libc_memalign, gharial_memalign) void* __libc_memalign(size_t, size_t);
GHARIAL_WEAK(emscripten_builtin_malloc, gharial_malloc) void* emscripten_builtin_malloc(size_t);
GHARIAL_WEAK(emscripten_builtin_free, gharial_free) void emscripten_builtin_free(void*);
GHARIAL_WEAK(emscripten_builtin_calloc, gharial_calloc)
void* emscripten_builtin_calloc(size_t, size_t);
GHARIAL_WEAK(emscripten_builtin_realloc, gharial_realloc)
void* emscripten_builtin_realloc(void*, size_t);
GHARIAL_WEAK(emscripten_builtin_memalign, gharial_memalign)
void* emscripten_builtin_memalign(size_t, size_t);

}  // extern "C"
