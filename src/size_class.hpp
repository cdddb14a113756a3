// size_class.hpp — bytes to size class and back, and how each class is laid into MiniPages.
// Classes: 8-byte steps to 64, four per doubling to 5 KiB, then every number of MiniPages to 62 KiB.
// Class 0 is "large": no request has it.
// Keeps: every request gets the tightest class that meets its alignment (proved below at compile
// time).
#pragma once
#include "bits.hpp"
#include "index.hpp"

namespace gharial {

inline constexpr uint32_t kStepBytes = 8;
inline constexpr uint32_t kStepClasses = 8;         // 8, 16, … 64
inline constexpr uint32_t kClassesPerDoubling = 4;  // above 64: waste of at most a fifth
inline constexpr uint32_t kStepMax = kStepBytes * kStepClasses;
// The last class that shares runs of MiniPages among blocks: the only ones with lists and stacks of pages.
inline constexpr uint32_t kSharedClasses =
    kStepClasses + kClassesPerDoubling * (log2(kSharedMax) - log2(kStepMax)) + 1;
inline constexpr uint32_t kClassMaxMiniPages = kMiniPagesPerPage - 1;
inline constexpr uint32_t kClassMax = kClassMaxMiniPages * kMiniPageBytes;
// Class of n whole MiniPages = n + kMediumBase.
inline constexpr uint32_t kMediumBase = kSharedClasses - kSharedMax / kMiniPageBytes;
inline constexpr uint32_t kSizeClasses = kClassMaxMiniPages + kMediumBase;

// What malloc promises for every block that can hold such an object (C23 7.24.4).
inline constexpr uint32_t kBaseAlignment = alignof(max_align_t);
static_assert(kBaseAlignment == 8 || kBaseAlignment == 16);

// Bytes of a block of the class, computed; bytes_of looks it up.
constexpr uint32_t computed_bytes_of(SizeClass size_class) noexcept {
  if (size_class.raw > kSharedClasses) return (size_class.raw - kMediumBase) * kMiniPageBytes;
  const uint32_t i = size_class.raw - 1u;
  if (i < kStepClasses) return (i + 1) * kStepBytes;
  const uint32_t k = i - kStepClasses;
  return (kClassesPerDoubling + 1 + k % kClassesPerDoubling)
         << (log2(kStepMax) - 2 + k / kClassesPerDoubling);
}
struct ClassBytes {
  uint16_t of_class[kSizeClasses + 1];
};
consteval ClassBytes make_class_bytes() {
  ClassBytes table{};
  for (uint8_t c = 1; c <= kSizeClasses; ++c)
    table.of_class[c] = static_cast<uint16_t>(computed_bytes_of(SizeClass{c}));
  return table;
}
inline constexpr ClassBytes kClassBytes = make_class_bytes();

// Bytes of a block of the class. One load.
constexpr uint32_t bytes_of(SizeClass size_class) noexcept {
  return kClassBytes.of_class[size_class.raw];
}
static_assert(bytes_of(SizeClass{1}) == 8 && bytes_of(SizeClass{8}) == 64);
static_assert(bytes_of(SizeClass{9}) == 80 && bytes_of(SizeClass{kSharedClasses}) == kSharedMax);
static_assert(bytes_of(SizeClass{kSharedClasses + 1}) == 3 * kMiniPageBytes);
static_assert(bytes_of(SizeClass{kSizeClasses}) == kClassMax);

// The tightest class by size alone, 0 <= bytes <= kClassMax. Constant time.
constexpr SizeClass computed_class_of(uint32_t bytes) noexcept {
  if (bytes <= kStepMax) {
    const uint32_t steps = (bytes + kStepBytes - 1) / kStepBytes;
    return SizeClass{static_cast<uint8_t>(steps == 0 ? 1 : steps)};
  }
  if (bytes > kSharedMax) {
    const uint32_t mini_pages = (bytes + kMiniPageBytes - 1) / kMiniPageBytes;
    return SizeClass{static_cast<uint8_t>(mini_pages + kMediumBase)};
  }
  const uint32_t below = bytes - 1;
  const uint32_t doubling = log2(below);
  const uint32_t quarter = (below >> (doubling - 2)) & (kClassesPerDoubling - 1);
  return SizeClass{static_cast<uint8_t>(
      1 + kStepClasses + (doubling - log2(kStepMax)) * kClassesPerDoubling + quarter)};
}

// The tightest class whose blocks all lie on multiples of `alignment` (a power of two up to
// kMiniPageBytes): runs start on MiniPages, so a block is aligned as its size is. At most eight
// steps.
constexpr SizeClass aligned_class_of(uint32_t bytes, uint32_t alignment) noexcept {
  SizeClass size_class = computed_class_of(bytes > alignment ? bytes : alignment);
  while ((bytes_of(size_class) & (alignment - 1)) != 0) ++size_class.raw;
  return size_class;
}
static_assert(bytes_of(aligned_class_of(40, 16)) == 48 && bytes_of(aligned_class_of(1, 64)) == 64);
static_assert(bytes_of(aligned_class_of(520, 512)) == 1024);

// An object of n bytes needs no more than the largest power of two in n (a type's size is a
// multiple of its alignment).
constexpr uint32_t alignment_needed(uint32_t bytes) noexcept {
  return bytes >= kBaseAlignment ? kBaseAlignment : kStepBytes;
}

struct ClassTable {
  uint8_t of_step[kSmallMax / kStepBytes + 1];  // indexed by (bytes + 7) / 8
};
consteval ClassTable make_class_table() {
  ClassTable table{};
  for (uint32_t step = 0; step <= kSmallMax / kStepBytes; ++step) {
    const uint32_t bytes = step * kStepBytes;
    table.of_step[step] = aligned_class_of(bytes == 0 ? 1 : bytes, alignment_needed(bytes)).raw;
  }
  return table;
}
inline constexpr ClassTable kClassTable = make_class_table();

// Class that is a single block of so many whole MiniPages, 1 … 31.
constexpr SizeClass class_of_mini_pages(uint32_t mini_pages) noexcept {
  return computed_class_of(mini_pages * kMiniPageBytes);
}

// Class of a small request, 0 <= bytes <= kSmallMax. One load.
constexpr SizeClass class_of(size_t bytes) noexcept {
  return SizeClass{kClassTable.of_step[(bytes + kStepBytes - 1) / kStepBytes]};
}

// Every byte to 512, then on both sides of every 8-byte step: the table cannot tell the bytes
// within a step apart.
consteval bool every_request_gets_the_tightest_class() {
  for (uint32_t n = 0; n <= kClassMax; n += n < 512 || n % 8 == 0 ? 1 : n < kSmallMax ? 7 : 199) {
    const SizeClass got = n <= kSmallMax ? class_of(n) : computed_class_of(n);
    if (bytes_of(got) < n || bytes_of(got) % alignment_needed(n) != 0) return false;
    for (uint8_t c = 1; c < got.raw; ++c)
      if (bytes_of(SizeClass{c}) >= (n == 0 ? 1 : n) &&
          bytes_of(SizeClass{c}) % alignment_needed(n) == 0)
        return false;
  }
  return true;
}
static_assert(every_request_gets_the_tightest_class());

// How a class is cut: the shortest run of MiniPages that wastes at most 1/8 of it at the end.
struct ClassCut {
  uint8_t mini_pages[kSizeClasses + 1];
};
consteval ClassCut make_class_cut() {
  ClassCut cut{};
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const uint32_t bytes = bytes_of(SizeClass{c});
    for (uint32_t run = 1; run <= kMiniPagesPerPage && cut.mini_pages[c] == 0; ++run) {
      const uint32_t whole = run * kMiniPageBytes;
      if (whole >= bytes && (whole % bytes) * kTailWasteDivisor <= whole)
        cut.mini_pages[c] = static_cast<uint8_t>(run);
    }
  }
  return cut;
}
inline constexpr ClassCut kClassCut = make_class_cut();

// MiniPages in a run of the class, 1 … 31.
constexpr uint32_t mini_pages_of(SizeClass size_class) noexcept {
  return kClassCut.mini_pages[size_class.raw];
}
// Blocks in a run of the class, 1 … 256.
constexpr uint32_t blocks_of(SizeClass size_class) noexcept {
  return mini_pages_of(size_class) * kMiniPageBytes / bytes_of(size_class);
}
// True iff a run of the class is a single block. Constant time, no load.
consteval uint64_t make_one_block_mask() {
  uint64_t mask = 0;
  for (uint8_t c = 1; c <= kSizeClasses; ++c)
    if (blocks_of(SizeClass{c}) == 1) mask |= uint64_t{1} << c;
  return mask;
}
static_assert(kSizeClasses < 64, "one mask");
constexpr bool is_one_block(SizeClass size_class) noexcept {
  return (make_one_block_mask() >> size_class.raw & 1) != 0;
}

// Block of a byte offset into the run: (offset * reciprocal) >> 32, exact as proved below.
constexpr uint32_t reciprocal_of(uint32_t block_bytes) noexcept { return ~0u / block_bytes + 1; }
constexpr uint32_t block_at(uint32_t offset, uint32_t reciprocal) noexcept {
  return static_cast<uint32_t>((static_cast<uint64_t>(offset) * reciprocal) >> 32);
}

consteval bool every_class_is_cut_well() {
  for (uint8_t c = 1; c <= kSizeClasses; ++c) {
    const SizeClass size_class{c};
    const uint32_t whole = mini_pages_of(size_class) * kMiniPageBytes;
    const uint32_t used = blocks_of(size_class) * bytes_of(size_class);
    if (blocks_of(size_class) == 0 || blocks_of(size_class) > 256) return false;
    if ((whole - used) * kTailWasteDivisor > whole) return false;
    const uint32_t reciprocal = reciprocal_of(bytes_of(size_class));
    for (uint32_t i = 0; i < blocks_of(size_class); ++i)
      if (block_at(i * bytes_of(size_class), reciprocal) != i ||
          block_at((i + 1) * bytes_of(size_class) - 1, reciprocal) != i)
        return false;
  }
  return true;
}
static_assert(every_class_is_cut_well());

consteval bool whole_mini_pages_are_one_block() {
  for (uint32_t n = 1; n <= kClassMaxMiniPages; ++n) {
    const SizeClass size_class = class_of_mini_pages(n);
    if (bytes_of(size_class) != n * kMiniPageBytes || blocks_of(size_class) != 1) return false;
  }
  for (uint8_t c = kSharedClasses + 1; c <= kSizeClasses; ++c)
    if (blocks_of(SizeClass{c}) != 1) return false;
  return true;
}
static_assert(whole_mini_pages_are_one_block());

}  // namespace gharial
