// size_class.hpp — bytes to size class and back, and how each class is laid into MiniPages.
// Blocks of a class, 1 … kSizeClasses, share runs of MiniPages. Class 0 is "large": such a block has a run of its own.
// In the order of their sizes: 8-byte steps to 64, four per doubling to 8 KiB, and a little more than powers of two from 512 B on.
// Keeps: every request gets the tightest class that meets its alignment (proved below at compile
// time).
#pragma once
#include "bits.hpp"
#include "index.hpp"
#include <type_traits>

namespace gharial {

inline constexpr uint32_t kStepBytes = 8;
inline constexpr uint32_t kStepClasses = 8;         // 8, 16, … 64
inline constexpr uint32_t kClassesPerDoubling = 4;  // above 64: waste of at most a fifth
inline constexpr uint32_t kStepMax = kStepBytes * kStepClasses;

// Requests just above a power of two are frequent (a page and a header): up to an eighth more. And what whole MiniPages would meet badly.
inline constexpr uint16_t kOddClassBytes[] = {576,  1152, 2304, 2560, 3072, 3584, 4096,
                                              4352, 5120, 6144, 7168, 8192, 8704};
inline constexpr uint32_t kOddClasses = sizeof kOddClassBytes / sizeof *kOddClassBytes;
inline constexpr uint32_t kSizeClasses =
    kStepClasses + kClassesPerDoubling * (log2(kMiniPageBytes) - log2(kStepMax)) + kOddClasses;
inline constexpr uint32_t kClassMax = kOddClassBytes[kOddClasses - 1];

// A class times 4, a byte: what the tables of the fast path hold, so that no shift stands before the look-up of
// a class's stack.
inline constexpr uint32_t kClassKeyShift = 2;
static_assert(kSizeClasses << kClassKeyShift <= 0xff);
constexpr ClassKey key_of(SizeClass size_class) noexcept {
  return ClassKey{static_cast<uint8_t>(size_class.raw << kClassKeyShift)};
}
constexpr SizeClass class_of_key(ClassKey key) noexcept {
  return SizeClass{static_cast<uint8_t>(key.raw >> kClassKeyShift)};
}

// What malloc promises for every block that can hold such an object (C23 7.24.4).
inline constexpr uint32_t kBaseAlignment = alignof(max_align_t);
static_assert(kBaseAlignment == 8 || kBaseAlignment == 16);

struct ClassBytes {
  uint16_t of_class[kSizeClasses + 1];
};
consteval ClassBytes make_class_bytes() {
  ClassBytes table{};
  uint32_t count = 0;
  for (uint32_t bytes = kStepBytes; bytes <= kStepMax; bytes += kStepBytes)
    table.of_class[++count] = static_cast<uint16_t>(bytes);
  for (uint32_t doubling = kStepMax; doubling < kMiniPageBytes; doubling *= 2)
    for (uint32_t i = 1; i <= kClassesPerDoubling; ++i)
      table.of_class[++count] =
          static_cast<uint16_t>(doubling + doubling / kClassesPerDoubling * i);
  for (const uint16_t bytes : kOddClassBytes) {  // each to its place
    uint32_t at = ++count;
    for (; table.of_class[at - 1] > bytes; --at) table.of_class[at] = table.of_class[at - 1];
    table.of_class[at] = bytes;
  }
  return table;
}
inline constexpr ClassBytes kClassBytes = make_class_bytes();

// Bytes of a block of the class. One load.
constexpr uint32_t bytes_of(SizeClass size_class) noexcept {
  return kClassBytes.of_class[size_class.raw];
}
static_assert(bytes_of(SizeClass{1}) == 8 && bytes_of(SizeClass{8}) == 64);
static_assert(bytes_of(SizeClass{9}) == 80 && bytes_of(SizeClass{kSizeClasses}) == kClassMax);

// An object of n bytes needs no more than the largest power of two in n (a type's size is a
// multiple of its alignment).
constexpr uint32_t alignment_needed(uint32_t bytes) noexcept {
  return bytes >= kBaseAlignment ? kBaseAlignment : kStepBytes;
}

// The tightest class of all whose blocks lie on multiples of `alignment`: what the tables are made from.
consteval SizeClass tightest_class(uint32_t bytes, uint32_t alignment) {
  SizeClass tightest{kSizeClasses};
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const uint32_t size = bytes_of(SizeClass{c});
    if (size >= bytes && size % alignment == 0 && size < bytes_of(tightest)) tightest.raw = c;
  }
  return tightest;
}

// Keys of the classes of small requests, by (bytes + 7) / 8. Without shared memory the table is made when the program first allocates
// (front.cpp), by the same function: until then it says "large", whose stack is empty, so that the fast path needs no test for it.
inline constexpr uint32_t kSmallSteps = kSmallMax / kStepBytes + 1;
struct SmallKeys {
  uint8_t of_step[kSmallSteps];
};
extern constinit SmallKeys small_keys;
// In the order of their sizes, each class takes what none before it holds. 450 instructions.
constexpr void fill_keys(SmallKeys& keys) noexcept {
  uint32_t step = 0;
  for (uint8_t c = 1; step < kSmallSteps; ++c) {
    const SizeClass size_class{c};
    const uint32_t bytes = bytes_of(size_class), end = bytes / kStepBytes + 1;
    if (bytes % alignment_needed(bytes) != 0) continue;
    if (std::is_constant_evaluated())
      while (step < end) keys.of_step[step++] = key_of(size_class).raw;
    else
      __builtin_memset(&keys.of_step[step], key_of(size_class).raw, end - step);
    step = end;
  }
}
consteval SmallKeys make_small_keys() {
  SmallKeys keys{};
  fill_keys(keys);
  return keys;
}
inline constexpr SmallKeys kSmallKeys = make_small_keys();

inline constexpr uint32_t kCoarseStepBytes = 256;
struct CoarseClasses {
  uint8_t of_step[(kClassMax - kSmallMax) / kCoarseStepBytes];  // by (bytes - 1 - kSmallMax) / 256
};
consteval CoarseClasses make_coarse_classes() {
  CoarseClasses table{};
  uint32_t bytes = kSmallMax;
  for (uint8_t& of_step : table.of_step)
    of_step = tightest_class(bytes += kCoarseStepBytes, kBaseAlignment).raw;
  return table;
}
inline constexpr CoarseClasses kCoarseClasses = make_coarse_classes();

// Key of the class of a small request, 0 <= bytes <= kSmallMax. One load.
constexpr ClassKey key_of_small(size_t bytes) noexcept {
  const size_t step = (bytes + kStepBytes - 1) / kStepBytes;
  if (kShared || std::is_constant_evaluated()) return ClassKey{kSmallKeys.of_step[step]};
  return ClassKey{small_keys.of_step[step]};
}

// Class of a request, 0 <= bytes <= kClassMax. One load.
constexpr SizeClass class_of(size_t bytes) noexcept {
  if (bytes <= kSmallMax) return class_of_key(key_of_small(bytes));
  return SizeClass{kCoarseClasses.of_step[(bytes - 1 - kSmallMax) / kCoarseStepBytes]};
}

// Up to here there is a class for every alignment up to kMiniPageBytes.
inline constexpr uint32_t kAlignedMax = 4 * kMiniPageBytes;
// The tightest class, of 0 <= bytes <= kAlignedMax, whose blocks all lie on multiples of `alignment` (a power of two up to
// kMiniPageBytes): runs start on MiniPages, so a block is aligned as its size is. At most eight
// steps.
constexpr SizeClass aligned_class_of(uint32_t bytes, uint32_t alignment) noexcept {
  for (;;) {
    const SizeClass size_class = class_of(align_up(bytes, alignment));
    bytes = bytes_of(size_class);
    if (bytes % alignment == 0) return size_class;
  }
}
static_assert(bytes_of(aligned_class_of(40, 16)) == 48 && bytes_of(aligned_class_of(1, 64)) == 64);
static_assert(bytes_of(aligned_class_of(520, 512)) == 1024);
static_assert(bytes_of(aligned_class_of(4097, 2048)) == 6144);

// Every byte to 128, then on both sides of every step of the tables, which cannot tell the bytes within
// a step apart.
consteval bool every_request_gets_the_tightest_class() {
  for (uint32_t n = 0, step = 1; n <= kClassMax; n += n < 128 || n % step == 0 ? 1 : step - 1) {
    step = n < 128 ? 1 : n < kSmallMax ? kStepBytes : kCoarseStepBytes;
    const uint32_t got = bytes_of(class_of(n));
    if (got < n || got % alignment_needed(n) != 0) return false;
    if (got != bytes_of(tightest_class(n, alignment_needed(n)))) return false;
  }
  return true;
}
static_assert(every_request_gets_the_tightest_class());

// How a class is cut: the shortest run of MiniPages that wastes little of it at the end.
struct ClassCut {
  uint8_t mini_pages[kSizeClasses + 1];
};
inline constexpr uint32_t kRunMax = kShared ? 9 : 17;  // MiniPages of the longest run
// The shortest run of two blocks or more, up to `most` MiniPages, that wastes no more than 1 / divisor; 0: there is none.
consteval uint8_t shortest_cut(uint32_t bytes, uint32_t most, uint32_t divisor) {
  for (uint8_t run = 1; run <= most; ++run) {
    const uint32_t whole = run * kMiniPageBytes;
    if (whole >= 2 * bytes && (whole % bytes) * divisor <= whole) return run;
  }
  return 0;
}
consteval ClassCut make_class_cut() {
  ClassCut cut{};
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const uint32_t bytes = bytes_of(SizeClass{c});
    const uint32_t divisor = bytes > 2 * kMiniPageBytes ? kNoTailWaste : kTailWasteDivisor;
    uint8_t run = shortest_cut(bytes, kShortRunMax, divisor);
    if (run == 0) run = shortest_cut(bytes, kShortRunMax, kShortTailWasteDivisor);
    if (run == 0) run = shortest_cut(bytes, kRunMax, divisor);
    cut.mini_pages[c] = run != 0 ? run : shortest_cut(bytes, kRunMax, kShortTailWasteDivisor);
  }
  return cut;
}
inline constexpr ClassCut kClassCut = make_class_cut();

// MiniPages in the first run of a class: the fewest that hold two blocks, so that few blocks do not take much.
constexpr MiniPages first_run_of(SizeClass size_class) noexcept {
  return MiniPages{(2 * bytes_of(size_class) + kMiniPageBytes - 1) / kMiniPageBytes};
}
// MiniPages in each further run of the class. One load.
constexpr MiniPages run_of(SizeClass size_class) noexcept {
  return MiniPages{kClassCut.mini_pages[size_class.raw]};
}
// Blocks in such a run, 2 … 256.
constexpr uint32_t blocks_of(SizeClass size_class) noexcept {
  return run_of(size_class).raw * kMiniPageBytes / bytes_of(size_class);
}

// Block of a byte offset into the run: (offset * reciprocal) >> 32, exact as proved below.
constexpr uint32_t reciprocal_of(uint32_t block_bytes) noexcept { return ~0u / block_bytes + 1; }
constexpr uint32_t block_at(uint32_t offset, uint32_t reciprocal) noexcept {
  return static_cast<uint32_t>((static_cast<uint64_t>(offset) * reciprocal) >> 32);
}

consteval bool every_class_is_cut_well() {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    const uint32_t whole = run_of(size_class).raw * kMiniPageBytes;
    const uint32_t used = blocks_of(size_class) * bytes_of(size_class);
    if (blocks_of(size_class) < 2 || blocks_of(size_class) > 256) return false;
    if (run_of(size_class).raw > kRunMax) return false;
    if ((whole - used) * kShortTailWasteDivisor > whole) return false;
    if (first_run_of(size_class) > run_of(size_class)) return false;
    const uint32_t reciprocal = reciprocal_of(bytes_of(size_class));
    for (uint32_t i = 0; i < blocks_of(size_class); ++i)
      if (block_at(i * bytes_of(size_class), reciprocal) != i ||
          block_at((i + 1) * bytes_of(size_class) - 1, reciprocal) != i)
        return false;
  }
  return true;
}
static_assert(every_class_is_cut_well());

}  // namespace gharial
