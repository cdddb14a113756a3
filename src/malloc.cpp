// malloc.cpp — the C interface: overflow and alignment rules, errno; no policy. aliases.cpp gives
// it the C library's names. Rules: C23 7.24.4, POSIX.1-2024. Out of memory is NULL and ENOMEM, and
// the heap stays whole.
//   size 0            a block of its own, of the smallest class
//   realloc(p, 0)     shrinks p to the smallest class; never frees (undefined in C23; as musl does)
//   alignment         any power of two; else EINVAL
#include "bits.hpp"
#include "block_run.hpp"
#include "check.hpp"
#include "hardened.hpp"
#include "lock.hpp"
#include "obtain.hpp"
#include "profile.hpp"
#include <errno.h>

using namespace gharial;

namespace {

void* to_pointer(Address block) noexcept {
  if (block == kNone) [[unlikely]]
    errno = ENOMEM;
  return reinterpret_cast<void*>(block);
}
Address to_address(void* block) noexcept { return reinterpret_cast<Address>(block); }

// The checked variant verifies every pointer that comes in.
void require(void* block) noexcept {
  if constexpr (kChecked) require_live(to_address(block));
}

// realloc's: one copy of the way there is enough.
[[gnu::noinline]] Address allocate_to_move(size_t bytes) noexcept { return allocate(bytes); }

// A shrink that finds no memory stays where it is: it must not end the program.
[[gnu::noinline, clang::minsize]] Address allocate_quietly(size_t bytes) noexcept {
  const QuietGrowth quiet;
  return allocate_to_move(bytes);
}

// A block for one of `usable` bytes that outgrew its place. If it had a run of its own, where the heap ends rather than in a hole that it
// outgrows too.
[[clang::minsize]] Address allocate_to_grow(size_t usable, size_t bytes) noexcept {
  const size_t roomy = with_room_to_grow(usable, bytes);
  Address block = kNone;
  if (usable > kClassMax && roomy <= kLargest)
    block = obtain_growing_block(mini_pages_for(roomy));
  else if (roomy != bytes)
    block = allocate_quietly(roomy);
  return block != kNone ? block : allocate_to_move(bytes);
}

void* out_of_memory() noexcept { return to_pointer(kNone); }

}  // namespace

extern "C" {

void* gharial_malloc(size_t bytes) { return to_pointer(noted(Blocks::allocate(bytes), bytes)); }

// Out of line: realloc and the sized forms end in it.
[[gnu::noinline]] void gharial_free(void* block) {
  require(block);
  forgotten(to_address(block));
  Blocks::release(to_address(block));
}

void* gharial_calloc(size_t count, size_t bytes) {
  size_t total;
  if (multiply_overflows(count, bytes, &total)) return out_of_memory();
  return to_pointer(noted(Blocks::allocate_zeroed(total), total));
}

void* gharial_realloc(void* block, size_t bytes) {
  if (block == nullptr) return gharial_malloc(bytes);
  require(block);
  if constexpr (kHardened) return to_pointer(HardenedHeap::reallocate(to_address(block), bytes));
  const size_t usable = usable_bytes(to_address(block));
  if (fits_as_it_is(usable, bytes) || resize_in_place(to_address(block), usable, bytes)) {
    forgotten(to_address(block));
    noted(to_address(block), bytes);
    return block;
  }
  const Address moved = bytes <= usable ? allocate_quietly(bytes) : allocate_to_grow(usable, bytes);
  if (moved == kNone)
    return bytes <= usable ? block : out_of_memory();  // a shrink that cannot move stays
  __builtin_memcpy(reinterpret_cast<void*>(moved), block, bytes < usable ? bytes : usable);
  gharial_free(block);
  return reinterpret_cast<void*>(noted(moved, bytes));
}

void* gharial_reallocarray(void* block, size_t count, size_t bytes) {
  size_t total;
  if (multiply_overflows(count, bytes, &total)) return out_of_memory();
  return gharial_realloc(block, total);
}

void* gharial_memalign(size_t alignment, size_t bytes) {
  if (!std::has_single_bit(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  return to_pointer(noted(Blocks::allocate_aligned(alignment, bytes), bytes));
}

int gharial_posix_memalign(void** block, size_t alignment, size_t bytes) {
  if (alignment < sizeof(void*) || !std::has_single_bit(alignment)) return EINVAL;
  const Address aligned = Blocks::allocate_aligned(alignment, bytes);
  if (aligned == kNone) return ENOMEM;
  *block = reinterpret_cast<void*>(noted(aligned, bytes));
  return 0;
}

void* gharial_valloc(size_t bytes) {
  return to_pointer(noted(Blocks::allocate_aligned(kHeapPageBytes, bytes), bytes));
}

void* gharial_pvalloc(size_t bytes) {
  if (bytes > ~size_t{0} - kHeapPageBytes) return out_of_memory();
  return gharial_valloc(align_up<size_t>(bytes == 0 ? 1 : bytes, kHeapPageBytes));
}

size_t gharial_malloc_usable_size(void* block) {
  require(block);
  return block == nullptr ? 0 : Blocks::usable_bytes(to_address(block));
}

// Nothing can go back to the engine: wasm memory does not shrink. What is at hand goes home, so
// that whole runs serve any size again. 1 iff that made MiniPages free.
int gharial_malloc_trim(size_t) {
  if (!kShared && !is_attached()) return 0;
  const Locked locked;
  Blocks::drain();
  const Word before = global.counters.used_mini_pages;
  flush();
  return global.counters.used_mini_pages != before;
}

// None of dlmalloc's parameters has a meaning here: no setting was accepted.
int gharial_mallopt(int, int) { return 0; }

void gharial_free_sized(void* block, size_t bytes) {
  if constexpr (kChecked) {
    require_live(to_address(block));
    if (block != nullptr && bytes > usable_bytes(to_address(block)))
      fault(Fault::not_a_block, to_address(block), bytes);
  }
  Blocks::require_size(to_address(block), bytes);
  gharial_free(block);
}

void gharial_free_aligned_sized(void* block, size_t alignment, size_t bytes) {
  if constexpr (kChecked) {
    if (block != nullptr &&
        (!std::has_single_bit(alignment) || (to_address(block) & (alignment - 1)) != 0))
      fault(Fault::not_a_block, to_address(block), alignment);
  }
  gharial_free_sized(block, bytes);
}

}  // extern "C"
