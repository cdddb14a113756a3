// program.h — what the parts of the matrix's program share. Assumes: C and C++ include it.
#pragma once
#include <stddef.h>

// Sanitizers have an allocator of their own; gharial serves the runtime below it, by these names.
#ifdef BUILTIN
#ifdef __cplusplus
extern "C" {
#endif
void* emscripten_builtin_malloc(size_t bytes);
void* emscripten_builtin_calloc(size_t count, size_t bytes);
void* emscripten_builtin_memalign(size_t alignment, size_t bytes);
void emscripten_builtin_free(void* block);
#ifdef __cplusplus
}
#endif
#define MALLOC emscripten_builtin_malloc
#define CALLOC emscripten_builtin_calloc
#define MEMALIGN emscripten_builtin_memalign
#define FREE emscripten_builtin_free
#else
#define MALLOC malloc
#define CALLOC calloc
#define MEMALIGN memalign
#define FREE free
#endif

// True iff so many blocks are live, as gharial counts them.
#ifdef PEER
#define SERVED(count) ((void)(count), 1)
#else
#define SERVED(count) (live_blocks() == (count))
#endif

#define EXPECT(holds) expect_at((holds) ? 1 : 0, #holds, __FILE__, __LINE__)

#ifdef __cplusplus
extern "C" {
#endif
void expect_at(int holds, const char* what, const char* file, int line);
size_t live_blocks(void);  // of gharial's; 0 with -DPEER
void fill(void* block, size_t bytes, unsigned seed);
int is_filled(const void* block, size_t bytes, unsigned seed);
void cxx_part(void);      // program.cpp
void side_part(void);     // side_main.c
void threads_part(void);  // threads.c
void end_workers(void);
#ifdef __cplusplus
}
#endif
