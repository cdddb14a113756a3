// config.hpp — every number a person may change, each with its reason; the only file with #if.
// Assumes: the build defines GHARIAL_CHECKED (0 or 1). Keeps: nothing here costs an instruction
// that is not asked for.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifndef GHARIAL_CHECKED
#error "define GHARIAL_CHECKED as 0 (release) or 1 (assertions and invariants); the port does it"
#endif

// The hardened variant and what it may do besides; the port defines them. Anything else builds without.
#ifndef GHARIAL_HARDENED
#define GHARIAL_HARDENED 0
#endif
#ifndef GHARIAL_STACKS
#define GHARIAL_STACKS 0
#endif
#ifndef GHARIAL_ZERO
#define GHARIAL_ZERO 0
#endif
#ifndef GHARIAL_POISON
#define GHARIAL_POISON 0
#endif
#ifndef GHARIAL_QUARANTINE
#define GHARIAL_QUARANTINE 0
#endif
#ifndef GHARIAL_SHUFFLE
#define GHARIAL_SHUFFLE 0
#endif

namespace gharial {

// The checked variant verifies every pointer given to it and every invariant it passes by.
inline constexpr bool kChecked = GHARIAL_CHECKED != 0;

// The hardened variant (hardened.hpp) stops a program that misuses the heap, at a cost fit for production.
inline constexpr bool kHardened = GHARIAL_HARDENED != 0;
// Tells JavaScript of every block that comes and goes, so that a fault can show both stacks.
inline constexpr bool kStacks = GHARIAL_STACKS != 0;
// What a freed block is filled with: nothing, zeros, or a pattern.
inline constexpr bool kZeroOnFree = GHARIAL_ZERO != 0, kPoison = GHARIAL_POISON != 0;
inline constexpr bool kFillOnFree = kZeroOnFree || kPoison;
inline constexpr int kFillByte = kPoison ? 0xdb : 0;
// Freed blocks of up to so many bytes wait until as many others were freed.
inline constexpr bool kQuarantine = GHARIAL_QUARANTINE != 0;
inline constexpr uint32_t kQuarantineBlocks = 256, kQuarantineMax = 4096;
// Which of the free blocks at hand comes next is left to chance.
inline constexpr bool kShuffle = GHARIAL_SHUFFLE != 0;

// The profile variant takes samples of what is allocated, for JavaScript.
#ifdef GHARIAL_PROFILE
inline constexpr bool kProfile = GHARIAL_PROFILE != 0;
#else
inline constexpr bool kProfile = false;
#endif

// Threads share linear memory in -pthread and Wasm Workers builds; both define this macro.
#ifdef __EMSCRIPTEN_SHARED_MEMORY__
inline constexpr bool kShared = true;
#else
inline constexpr bool kShared = false;
#endif
// Threads that end by themselves: a Wasm Worker does not, it is terminated.
#ifdef __EMSCRIPTEN_PTHREADS__
inline constexpr bool kPthreads = true;
#else
inline constexpr bool kPthreads = false;
#endif

// WebAssembly grows in pages of 64 KiB; a heap page is one of them.
inline constexpr uint32_t kHeapPageShift = 16;
// 32 MiniPages to a heap page: one 32-bit mask says which are free.
inline constexpr uint32_t kMiniPageShift = 11;

// Requests up to here find their size class in one table look-up; 2 KiB keeps the table at 257
// bytes.
inline constexpr uint32_t kSmallMax = 2048;
// A block that grows gets room for as much again up to here, and keeps its room when it shrinks by less than half.
inline constexpr uint32_t kRoomMax = 26 * 2048;

// A free-block stack may hold this many bytes of free blocks: enough to absorb a burst, too little
// to pin much. With threads, where the way home is longer and may be that of another thread, a larger burst.
inline constexpr uint32_t kStackBytes = kShared ? 8192 : 4096;
inline constexpr uint32_t kStackCapacityMin = 4;
inline constexpr uint32_t kStackCapacityMax = 63;
// A class of more blocks than one takes the shortest run of MiniPages that wastes no more than 1/20 of it at the end, or 1/16 rather than
// be longer than a short run; nothing if its blocks are longer than two MiniPages.
inline constexpr uint32_t kTailWasteDivisor = 20;
inline constexpr uint32_t kShortTailWasteDivisor = 16;
inline constexpr uint32_t kNoTailWaste = 1u << 16;
inline constexpr uint32_t kShortRunMax = 4;

// Free runs of up to this many MiniPages have a bin per length; longer ones share two-level bins.
inline constexpr uint32_t kExactBins = 32;
// Four bins per doubling: at most a fifth of a run found by its bin is more than was asked.
inline constexpr uint32_t kBinsPerDoublingShift = 2;

// A heap of fewer MiniPages is small: it cuts small runs from any hole.
inline constexpr uint32_t kSmallHeap = 1024;
// From there on a heap takes whole heap pages for small runs of up to so many MiniPages. Longer ones would leave too much of a page, and
// hold too few blocks to stay for long. With threads, all small runs are cut from such pages: one page, one owner.
inline constexpr uint32_t kOwnRunMax = kShared ? 9 : kShortRunMax;
// Before it grows for such a page, it looks for a hole where small runs lie already, in so many bins.
inline constexpr uint32_t kHoleLooks = 4;
// A heap of which less than 1/4 is free takes any hole rather than grow for such a page.
inline constexpr uint32_t kHoleDivisor = 4;

// Memory is asked for in steps of so many MiniPages while the heap is small, and later of a heap page: a program that
// needs 20 KiB takes no more than 24.
inline constexpr uint32_t kSmallGrowth = 4;

// Shared memory: the maps come in segments, each for so many bytes of it, that never move.
inline constexpr uint32_t kSegmentShift = 22;
// Tries for the lock before a thread that may wait does so: as long as a longer critical section takes.
inline constexpr uint32_t kSpins = 200;
// Blocks of one word that a thread sends to their owner in one step: as many as share its cost, few enough for a real-time thread.
inline constexpr uint32_t kSentAtOnce = 16;
// Words of blocks freed elsewhere that one slow path takes in: more than it hands out.
inline constexpr uint32_t kCollectedAtOnce = 2;
// Blocks of whole runs, freed while the lock was held, that the next holder makes free: more than one, so that they cannot pile up.
inline constexpr uint32_t kDrainedAtOnce = 2;
// Free heap pages that a thread keeps for itself, so that one run that comes and goes takes no lock.
inline constexpr uint32_t kKeptPages = 1;

}  // namespace gharial
