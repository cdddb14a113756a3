// threads.cpp — the core of shared memory on the host: as native.cpp, with threads. Faults and a broken promise abort.
#include "threads_remote.hpp"
#include "threads_ends.hpp"
#include "threads_lock.hpp"
#include "threads_maps.hpp"
#include "threads_stress.hpp"
#include "main.hpp"
