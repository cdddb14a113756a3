// metadata.cpp — slots for meta-pages.
// Assumes: a piece has kSlotsPerPiece slots at most, each a MiniPage. Keeps: I10 the masks and the stack of pieces.
#include "metadata.hpp"
#include "obtain.hpp"

namespace gharial {
namespace {

constexpr uint32_t value_of(MiniPages slots, uint32_t mask) noexcept {
  return entry_value(RunKind::slots, slots.raw << kSlotsPerPiece | mask);
}
constexpr uint32_t all_of(MiniPages slots) noexcept { return (1u << slots.raw) - 1; }
void push_piece(MiniPageIndex at, RunEntry& piece) noexcept {
  piece.links.next = global.slots_stack;
  global.slots_stack = at;
}

}  // namespace

[[clang::minsize]] MetaPage* obtain_slot() noexcept {
  MiniPageIndex at = global.slots_stack;
  if (at == kNoMiniPage) {
    MiniPages slots{is_small_heap() ? 1 : kSlotsPerPiece};
    at = take_run(slots, RunKind::slots);
    if (at == kNoMiniPage) {
      slots = kOneMiniPage;  // any hole will do before memory grows
      at = obtain_run(slots, RunKind::slots);
      if (at == kNoMiniPage) return nullptr;
    }
    RunEntry& piece = entry_of(at);
    piece.value = value_of(slots, all_of(slots));
    push_piece(at, piece);
  }
  RunEntry& piece = entry_of(at);
  const uint32_t mask = free_slots(piece), rest = mask & (mask - 1);
  piece.value = value_of(slots_in(piece), rest);
  if (rest == 0) global.slots_stack = piece.links.next;
  const uint32_t slot = static_cast<uint32_t>(std::countr_zero(mask));
  MetaPage* meta = reinterpret_cast<MetaPage*>(address_of(at + MiniPages{slot}));
  meta->slot = slot;
  return meta;
}

[[clang::minsize]] void give_back_slot(const MetaPage& meta) noexcept {
  const MiniPageIndex at = mini_page_of(reinterpret_cast<Address>(&meta)) - MiniPages{meta.slot};
  RunEntry& piece = entry_of(at);
  const uint32_t mask = free_slots(piece);
  expect((mask >> meta.slot & 1) == 0, reinterpret_cast<Address>(&meta));
  if (mask == 0) push_piece(at, piece);
  piece.value = value_of(slots_in(piece), mask | 1u << meta.slot);
}

[[clang::minsize]] void give_back_free_pieces() noexcept {
  MiniPageIndex* link = &global.slots_stack;
  while (*link != kNoMiniPage) {
    const MiniPageIndex at = *link;
    RunEntry& piece = entry_of(at);
    const MiniPages slots = slots_in(piece);
    if (free_slots(piece) == all_of(slots)) {
      *link = piece.links.next;
      give_back_run(at, slots);
    } else {
      link = &piece.links.next;
    }
  }
}

}  // namespace gharial
