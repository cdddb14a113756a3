/* sbrk.c — the SDK's own sbrk, brk and _sbrk64, which -sMALLOC=none leaves out, with one thing
 * added: the highest break ever. Memory that was once below the break may hold anything, even if the
 * break was lowered since; calloc has to know.
 * Assumes: GHARIAL_SDK_SBRK is the quoted path of system/lib/libc/sbrk.c; GHARIAL_NO_SBRK64 is defined where that has no
 * _sbrk64 (before Emscripten 4.0.15). All names stay weak. */
#pragma weak emscripten_get_sbrk_ptr /* strong in older SDKs */
#define sbrk gharial_sdk_sbrk
#define brk gharial_sdk_brk
#define _sbrk64 gharial_sdk_sbrk64
#include GHARIAL_SDK_SBRK
#undef sbrk
#undef brk
#undef _sbrk64

uintptr_t gharial_highest_break = 0;

static void note_break(void) {
#ifdef __EMSCRIPTEN_SHARED_MEMORY__
  const uintptr_t now = __atomic_load_n(emscripten_get_sbrk_ptr(), __ATOMIC_SEQ_CST);
  uintptr_t highest = __atomic_load_n(&gharial_highest_break, __ATOMIC_SEQ_CST);
  while (now > highest && !__atomic_compare_exchange_n(&gharial_highest_break, &highest, now, 0,
                                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {}
#else
  if (*emscripten_get_sbrk_ptr() > gharial_highest_break)
    gharial_highest_break = *emscripten_get_sbrk_ptr();
#endif
}

__attribute__((weak)) void* sbrk(intptr_t increment) {
  void* old = gharial_sdk_sbrk(increment);
  note_break();
  return old;
}

__attribute__((weak)) int brk(void* end) {
  const int result = gharial_sdk_brk(end);
  note_break();
  return result;
}

#ifndef GHARIAL_NO_SBRK64
__attribute__((weak)) void* _sbrk64(int64_t increment) {
  void* old = gharial_sdk_sbrk64(increment);
  note_break();
  return old;
}
#endif
