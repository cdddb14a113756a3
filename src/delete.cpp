// delete.cpp — sized operator delete, hardened variant only: the size must be what was asked for. An object of its own in the
// archive, so that a C program does not come to need the C++ library.
// Assumes: weak, and linked before the C++ library's own. A class that is deleted through a base without a virtual destructor, or
// as an array of another type, arrives here with the wrong size.
#include <new>
#include <stddef.h>

extern "C" void gharial_require_size(void* block, size_t bytes);

#define GHARIAL_WEAK __attribute__((weak))

GHARIAL_WEAK void operator delete(void* block, size_t bytes) noexcept {
  gharial_require_size(block, bytes);
  operator delete(block);
}
GHARIAL_WEAK void operator delete[](void* block, size_t bytes) noexcept {
  gharial_require_size(block, bytes);
  operator delete[](block);
}
GHARIAL_WEAK void operator delete(void* block, size_t bytes, std::align_val_t alignment) noexcept {
  gharial_require_size(block, bytes);
  operator delete(block, alignment);
}
GHARIAL_WEAK void operator delete[](void* block, size_t bytes,
                                    std::align_val_t alignment) noexcept {
  gharial_require_size(block, bytes);
  operator delete[](block, alignment);
}
