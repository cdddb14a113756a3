// units_stats.hpp — what statistics say of a heap, and of a caller that asks for another version.
#pragma once
#include "test.hpp"

namespace gharial_test {

TEST("statistics: an unknown version or size is refused, and nothing is written") {
  start_heap(0, 16 * kMiB);
  take(100);
  gharial_stats stats{};
  stats.size = sizeof stats, stats.version = GHARIAL_STATS_VERSION + 1;
  errno = 0;
  CHECK(gharial_stats_get(&stats) == -1 && errno == EINVAL && stats.live_blocks == 0);
  stats.size = sizeof stats - 1, stats.version = GHARIAL_STATS_VERSION;
  errno = 0;
  CHECK(gharial_stats_get(&stats) == -1 && errno == EINVAL && stats.live_blocks == 0);
}

TEST("statistics: malloc_stats and mallinfo2 agree with them, whatever is free") {
  start_heap(0, 16 * kMiB);
  for (int i = 0; i < 50; ++i) give(take(static_cast<size_t>(i) * 100));
  take(300'000);
  gharial_malloc_stats();
  const gharial_stats stats = stats_now();
  const struct mallinfo2 info = gharial_mallinfo2();
  CHECK_EQUAL(info.uordblks, stats.live_bytes);
  CHECK_EQUAL(info.usmblks, stats.peak_used_bytes);
  CHECK_EQUAL(info.arena, stats.heap_bytes);
  CHECK_EQUAL(info.arena, info.uordblks + info.fordblks);
}

}  // namespace gharial_test
