// all.cpp — includes the others: the release archive is one translation unit, whose unused
// functions the linker drops. For programs without threads.
#include "core.cpp"

#include "no_threads.cpp"
