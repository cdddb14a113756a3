// native.cpp — the core's tests on the host. Without arguments all tests run; with a name, that one. A test that fails says
// where and what and aborts.
#include "units_small.hpp"
#include "units_runs.hpp"
#include "units_metadata.hpp"
#include "units_growth.hpp"
#include "units_check.hpp"
#include "units_blocks.hpp"
#include "units_heap.hpp"
#include "units_refusal.hpp"
#include "units_damage.hpp"
#include "units_stats.hpp"
#include "model.hpp"
#include "main.hpp"
