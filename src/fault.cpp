// fault.cpp — the one function that stops the program on misuse.
// Assumes: in the checked and the hardened variant JavaScript supplies gharial_report_fault, which throws and so
// never returns.
#include "fault.hpp"

extern "C" void gharial_report_fault(uint32_t code, const void* where, size_t detail);

namespace gharial {

void fault(Fault what, Address where, size_t detail) noexcept {
  if constexpr (kChecked || kHardened)
    gharial_report_fault(static_cast<uint32_t>(what), reinterpret_cast<const void*>(where), detail);
  __builtin_trap();
}

}  // namespace gharial
