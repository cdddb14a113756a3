// metadata.cpp — slots for meta-pages.
// Assumes: a piece has kSlotsPerPiece slots, each a MiniPage. Keeps: I10 the masks and the stack of pieces.
#include "metadata.hpp"
#include "obtain.hpp"

namespace gharial {
namespace {

constexpr uint32_t kAllFree = (1u << kSlotsPerPiece) - 1;

constexpr uint32_t free_slots(const RunEntry& head) noexcept { return head.value >> kRunKindBits; }
void set_free_slots(RunEntry& head, uint32_t mask) noexcept {
  head.value = entry_value(RunKind::slots, mask);
}

void push_piece(MiniPageIndex piece) noexcept {
  const MiniPageIndex next = global.slots_stack;
  entry_of(piece).links = {next, kNoMiniPage};
  if (next != kNoMiniPage) entry_of(next).links.prev = piece;
  global.slots_stack = piece;
}

void unlink_piece(const RunEntry& head) noexcept {
  const auto [next, prev] = head.links;
  if (next != kNoMiniPage) entry_of(next).links.prev = prev;
  if (prev != kNoMiniPage)
    entry_of(prev).links.next = next;
  else
    global.slots_stack = next;
}

}  // namespace

Address obtain_slot() noexcept {
  if (global.slots_stack == kNoMiniPage) {
    const MiniPageIndex piece = obtain_run(MiniPages{kSlotsPerPiece}, RunKind::slots).first;
    if (piece == kNoMiniPage) return kNone;
    for (uint32_t slot = 1; slot < kSlotsPerPiece; ++slot)
      entry_of(piece + MiniPages{slot}).value = entry_value(RunKind::inside, slot);
    set_free_slots(entry_of(piece), kAllFree);
    push_piece(piece);
  }
  const MiniPageIndex piece = global.slots_stack;
  RunEntry& head = entry_of(piece);
  const uint32_t mask = free_slots(head);
  set_free_slots(head, mask & (mask - 1));
  if ((mask & (mask - 1)) == 0) unlink_piece(head);
  return address_of(piece + MiniPages{static_cast<uint32_t>(std::countr_zero(mask))});
}

void give_back_slot(Address slot) noexcept {
  const MiniPageIndex at = mini_page_of(slot);
  const RunEntry& entry = entry_of(at);
  const uint32_t number = kind_of(entry) == RunKind::slots ? 0 : length_of(entry).raw;
  const MiniPageIndex piece = at - MiniPages{number};
  RunEntry& head = entry_of(piece);
  const uint32_t mask = free_slots(head);
  expect((mask >> number & 1) == 0, slot);
  if (mask == 0) push_piece(piece);
  set_free_slots(head, mask | 1u << number);
}

[[clang::minsize]] void give_back_free_pieces() noexcept {
  MiniPageIndex piece = global.slots_stack;
  while (piece != kNoMiniPage) {
    const RunEntry& head = entry_of(piece);
    const MiniPageIndex next = head.links.next;
    if (free_slots(head) == kAllFree) {
      unlink_piece(head);
      give_back_run(piece, MiniPages{kSlotsPerPiece});
    }
    piece = next;
  }
}

}  // namespace gharial
