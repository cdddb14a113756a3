// faults.cpp — one function for every kind of misuse, the same source for every allocator, and a judge that looks afterwards
// whether the heap still keeps its promises. Each fault runs in an instance of its own; JavaScript (faults.js) sees how it ends.
// Assumes: built without the compiler's knowledge of malloc. "Guests" are innocent blocks that are live meanwhile: whatever
// happens, they must keep their bytes.
#include <emscripten.h>
#include <malloc.h>
#include <new>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern "C" unsigned char __heap_base;

namespace {

constexpr int kGuests = 4000;
struct Guest {
  unsigned char* at;
  size_t bytes;
};
Guest guests[kGuests];
int guest_count = 0;

unsigned char pattern(const Guest& guest, size_t i) {
  return static_cast<unsigned char>((reinterpret_cast<uintptr_t>(guest.at) >> 3) * 31 + i * 7 + 1);
}

unsigned char* keep(void* at, size_t bytes) {
  Guest& guest = guests[guest_count++];
  guest = {static_cast<unsigned char*>(at), bytes};
  for (size_t i = 0; i < bytes; ++i) guest.at[i] = pattern(guest, i);
  return guest.at;
}
unsigned char* take_guest(size_t bytes) {
  void* const at = malloc(bytes);
  return at == nullptr ? nullptr : keep(at, bytes);
}
bool is_intact(const Guest& guest) {
  for (size_t i = 0; i < guest.bytes; ++i)
    if (guest.at[i] != pattern(guest, i)) return false;
  return true;
}
bool overlap(const Guest& a, const Guest& b) {
  return a.at < b.at + b.bytes && b.at < a.at + a.bytes;
}

uint32_t state = 1;
uint32_t draw(uint32_t below) {
  state = state * 1664525u + 1013904223u;
  return static_cast<uint32_t>((uint64_t{state} * below) >> 32);
}

// A heap in which something happened before: blocks of many sizes, every third of them free again.
void furnish() {
  void* gone[60];
  for (int i = 0; i < 60; ++i) {
    gone[i] = malloc(16 + draw(400));
    take_guest(16 + draw(400));
    take_guest(48);
  }
  for (void* block : gone) free(block);
}

// What every fault begins with: a block between guests. `volatile` hides from the compiler what is done to it.
unsigned char* victim(size_t bytes) {
  take_guest(bytes);
  unsigned char* volatile block = static_cast<unsigned char*>(malloc(bytes));
  take_guest(bytes);
  return block;
}
unsigned char* hidden(void* block) {
  void* volatile pointer = block;
  return static_cast<unsigned char*>(pointer);
}

void free_others(size_t bytes, int count) {
  void* others[300];
  for (int i = 0; i < count; ++i) others[i] = malloc(bytes);
  for (int i = 0; i < count; ++i) free(others[i]);
}

alignas(16) unsigned char static_data[256];

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void prepare() { furnish(); }

// 0: the heap keeps its promises. 1 a guest lost bytes, 2 two blocks overlap, 3 no memory where there is plenty, 4 calloc is not
// zero, 5 a block lies in memory that is not the heap's. `first` says which request of fifty is a large one: what a fault left at hand
// is used at once, or goes back before memory grows.
EMSCRIPTEN_KEEPALIVE int judge(int first) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < guest_count; ++i)
      if (!is_intact(guests[i])) return 1;
    const int before = guest_count;
    for (int i = 0; i < 500; ++i) {
      const size_t bytes = i % 50 == first ? 20000 + draw(80000) : i % 3 == 0 ? 48 : 8 + draw(600);
      const bool cleared = i % 5 == 0;
      unsigned char* const at =
          static_cast<unsigned char*>(cleared ? calloc(1, bytes) : malloc(bytes));
      if (at == nullptr) return 3;
      const uintptr_t low = reinterpret_cast<uintptr_t>(&static_data);
      if (reinterpret_cast<uintptr_t>(at) < low + sizeof static_data) return 5;
      const Guest guest{at, bytes};
      for (int k = 0; k < guest_count; ++k)
        if (overlap(guest, guests[k])) return 2;
      for (size_t k = 0; cleared && k < bytes; ++k)
        if (at[k] != 0) return 4;
      keep(at, bytes);
    }
    for (int i = 0; i < guest_count; ++i)
      if (!is_intact(guests[i])) return 1;
    for (int i = before; i < guest_count; i += 2) {
      unsigned char* const at =
          static_cast<unsigned char*>(realloc(guests[i].at, guests[i].bytes + 100));
      if (at == nullptr) return 3;
      const Guest moved{guests[i].at, guests[i].bytes};
      for (size_t k = 0; k < moved.bytes; ++k)
        if (at[k] != pattern(moved, k)) return 1;
      guests[i].at = nullptr;
      free(at);
    }
    int kept = 0;
    for (int i = 0; i < guest_count; ++i)
      if (guests[i].at != nullptr && (i < before || i % 4 == 1))
        guests[kept++] = guests[i];
      else
        free(guests[i].at);
    guest_count = kept;
  }
  while (guest_count > 0) free(guests[--guest_count].at);
  return 0;
}

#define FAULT(name) EMSCRIPTEN_KEEPALIVE void fault_##name()

// Nothing is wrong here: whoever complains, complains about anything.
FAULT(none) {
  unsigned char* const block = victim(48);
  memset(block, 1, 48);
  free(realloc(block, 100));
  free(nullptr);
}

// ---- freed twice ---------------------------------------------------------------------------------

FAULT(twice) {
  unsigned char* const block = victim(48);
  free(block);
  free(hidden(block));
}
FAULT(twice_later) {
  unsigned char *const block = victim(48), *const other = victim(48);
  free(block);
  free(other);
  free(hidden(block));
}
FAULT(twice_much_later) {
  unsigned char* const block = victim(48);
  free(block);
  free_others(48, 300);
  free(hidden(block));
}
FAULT(twice_at_home) {
  unsigned char* const block = victim(48);
  free_others(48, 300);
  free(block);
  free(hidden(block));
}
FAULT(twice_joined) {
  unsigned char *const block = victim(600), *const next = hidden(malloc(600));
  free(next);
  free(block);
  free(hidden(next));
}
// Of the longest ones that share runs in gharial, and of the shortest that do not.
FAULT(twice_8k) {
  unsigned char* const block = victim(8000);
  free(block);
  free(hidden(block));
}
FAULT(twice_20k) {
  unsigned char* const block = victim(20000);
  free(block);
  free(hidden(block));
}
FAULT(twice_large) {
  unsigned char* const block = victim(200000);
  free(block);
  free(hidden(block));
}
// The memory is somebody else's by then.
FAULT(twice_handed_out) {
  unsigned char* const block = victim(48);
  free(block);
  take_guest(48);
  free(hidden(block));
}

// ---- no block --------------------------------------------------------------------------------------

FAULT(inside) { free(hidden(victim(200) + 16)); }
FAULT(inside_odd) { free(hidden(victim(200) + 1)); }
FAULT(inside_large) { free(hidden(victim(200000) + 8192)); }
FAULT(behind) { free(hidden(victim(64) + 64)); }
FAULT(on_stack) {
  alignas(16) unsigned char here[64];
  memset(here, 0, sizeof here);
  free(hidden(here + 16));
}
FAULT(in_static_data) { free(hidden(static_data + 16)); }
// With words before it that look like the header of a block, as an attacker would write them.
FAULT(forged) {
  uint32_t* const words = reinterpret_cast<uint32_t*>(static_data);
  for (int i = 0; i < 64; ++i) words[i] = 64 | 3;
  free(hidden(static_data + 64));
}
FAULT(from_sbrk) {
  unsigned char* const mine = static_cast<unsigned char*>(sbrk(4096));
  if (mine != reinterpret_cast<void*>(-1)) free(hidden(mine + 64));
}
FAULT(wild) { free(reinterpret_cast<void*>(hidden(reinterpret_cast<void*>(0xdeadbee8)))); }

// ---- realloc ---------------------------------------------------------------------------------------

FAULT(realloc_freed) {
  unsigned char* const block = victim(48);
  free(block);
  unsigned char* const moved = static_cast<unsigned char*>(realloc(hidden(block), 5000));
  if (moved != nullptr) keep(moved, 5000);
}
FAULT(realloc_freed_large) {
  unsigned char* const block = victim(200000);
  free(block);
  unsigned char* const moved = static_cast<unsigned char*>(realloc(hidden(block), 400000));
  if (moved != nullptr) keep(moved, 400000);
}
FAULT(realloc_inside) {
  unsigned char* const moved = static_cast<unsigned char*>(realloc(hidden(victim(200) + 16), 5000));
  if (moved != nullptr) keep(moved, 5000);
}

// ---- written past its end, and freed ------------------------------------------------------------------

// One byte: the end of a string that was not counted.
FAULT(overrun_terminator) {
  unsigned char* const block = victim(20);
  memset(hidden(block), 'x', 20);
  hidden(block)[20] = 0;
  free(block);
}
FAULT(overrun_terminator_full) {
  unsigned char* const block = victim(64);
  memset(hidden(block), 'x', 64);
  hidden(block)[64] = 0;
  free(block);
}
FAULT(overrun_8) {
  unsigned char* const block = victim(40);
  memset(hidden(block), 0x42, 48);
  free(block);
}
FAULT(overrun_64) {
  unsigned char* const block = victim(64);
  memset(hidden(block), 0x42, 128);
  free(block);
}
FAULT(overrun_large) {
  unsigned char* const block = victim(100000);
  memset(hidden(block) + 99990, 0x42, 18);
  free(block);
}
FAULT(overrun_realloc) {
  unsigned char* const block = victim(40);
  memset(hidden(block), 0x42, 48);
  unsigned char* const moved = static_cast<unsigned char*>(realloc(block, 5000));
  if (moved != nullptr) keep(moved, 5000);
}
FAULT(underrun_8) {
  unsigned char* const block = victim(64);
  memset(hidden(block) - 8, 0, 8);
  free(block);
}

// ---- used after it was freed ---------------------------------------------------------------------------

FAULT(write_freed) {
  unsigned char* const block = victim(48);
  free(block);
  memset(hidden(block), 0x42, 16);
  take_guest(48);
  take_guest(48);
}
// The first words become the address of something that is no block: who keeps links there hands it out.
FAULT(link_freed) {
  unsigned char *const block = victim(48), *const other = victim(48);
  free(other);
  free(block);
  uint32_t* const words = reinterpret_cast<uint32_t*>(hidden(block));
  words[0] = words[1] = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(static_data + 64));
  for (int i = 0; i < 4; ++i) take_guest(48);
}
FAULT(write_freed_large) {
  unsigned char* const block = victim(200000);
  free(block);
  memset(hidden(block), 0x42, 200000);
  take_guest(100000);
}

// ---- a wrong size ----------------------------------------------------------------------------------------

struct Small {
  int numbers[4];
};
struct Big : Small {
  int more[20];
};
// As `delete` of a base class without a virtual destructor does.
FAULT(delete_as_smaller) {
  Big* const big = new Big;
  ::operator delete(hidden(big), sizeof(Small));
}
FAULT(delete_as_larger) {
  Small* const small = new Small;
  ::operator delete(hidden(small), sizeof(Big));
}

// ---- a wild write into what the allocator keeps ----------------------------------------------------------

// All that lies between static data and the first block that a program gets.
FAULT(wild_write) {
  unsigned char* lowest = guests[0].at;
  for (int i = 1; i < guest_count; ++i)
    if (guests[i].at < lowest) lowest = guests[i].at;
  memset(hidden(&__heap_base), 0xff, static_cast<size_t>(lowest - hidden(&__heap_base)));
  free(victim(48));
}

}  // extern "C"
