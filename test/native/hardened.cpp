// hardened.cpp — the hardened variant's tests on the host, and the model over it. Built with GHARIAL_HARDENED=1.
#include "units_hardened.hpp"
#include "units_refusal.hpp"
#include "model.hpp"
#include "main.hpp"
