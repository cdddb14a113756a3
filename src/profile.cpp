// profile.cpp — the part of the sampling profiler that is in wasm: counts bytes down to the next sample, and knows of a
// freed block whether it may be a sample. Stacks and samples are JavaScript's (gharial_profile.js), which draws the
// distance to the next sample and may throw nothing.
// Assumes: one thread; JavaScript writes gharial_profile_countdown to start and to stop.
#include "profile.hpp"

extern "C" {

// Bytes until the next sample; more than any program allocates while the profiler rests.
int64_t gharial_profile_countdown = INT64_MAX;

// Keeps the sample and its call stack; returns how many bytes lie between it and the next.
double gharial_profile_sample(const void* block, size_t bytes);
// Whether the block was a sample, which is live no more.
int gharial_profile_freed(const void* block);
// How many samples have a block of this hash; 255 stays. With 64 KiB for thousands of samples, one free in twenty asks in
// vain. JavaScript clears it.
uint8_t gharial_profile_filter[1u << 16];
}

namespace gharial {
namespace {

uint8_t& samples_like(Address block) noexcept {
  const uint32_t hash = static_cast<uint32_t>(block >> 3) * 2654435769u;
  return gharial_profile_filter[hash >> 16];
}

}  // namespace

void profile_allocated(Address block, size_t bytes) noexcept {
  gharial_profile_countdown -= static_cast<int64_t>(bytes == 0 ? 1 : bytes);
  if (gharial_profile_countdown >= 0) [[likely]]
    return;
  gharial_profile_countdown =
      static_cast<int64_t>(gharial_profile_sample(reinterpret_cast<const void*>(block), bytes));
  uint8_t& like = samples_like(block);
  if (like != UINT8_MAX) ++like;
}

void profile_freed(Address block) noexcept {
  uint8_t& like = samples_like(block);
  if (like == 0) [[likely]]
    return;
  if (gharial_profile_freed(reinterpret_cast<const void*>(block)) != 0 && like != UINT8_MAX) --like;
}

}  // namespace gharial
