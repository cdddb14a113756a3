// all_hardened.cpp — the archive of the hardened variant.
#include "all.cpp"
#include "hardened.cpp"
