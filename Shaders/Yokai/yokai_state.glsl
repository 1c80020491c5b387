// What the kernels of Yokai share: the state of one game, in registers, and its fields.
#include "Common/environment_state.glsl"
#include "Yokai/yokai_layout.h"
#include "Common/repeat.glsl"

uvec4 head;    // YOKAI_STATUS, YOKAI_REGISTERS, YOKAI_EPISODE, YOKAI_COLORS
uvec4 cells;   // YOKAI_CELLS
uvec4 hints;   // YOKAI_HINTS, YOKAI_HINT_ON_SLOT
uvec4 sights;  // YOKAI_SEEN, YOKAI_IN_VIEW

// READ is LOAD_STATE4 or READ_STATE4.
#define LOAD_GAME(READ)               \
  {                                   \
    head = READ(YOKAI_STATUS);        \
    cells = READ(YOKAI_CELLS);        \
    hints = READ(YOKAI_HINTS);        \
    sights = READ(YOKAI_SEEN);        \
  }

#define REVEALED_OF(STATUS) (((STATUS) >> YOKAI_REVEALED_SHIFT) & 15u)
#define TURN_OF(STATUS) (((STATUS) >> YOKAI_TURN_SHIFT) & 31u)
#define PHASE_OF(STATUS) (((STATUS) >> YOKAI_PHASE_SHIFT) & 7u)
#define PLAYER_OF(STATUS) (((STATUS) >> YOKAI_PLAYER_SHIFT) & 3u)
#define ENDED_OF(STATUS) ((((STATUS) >> YOKAI_ENDED_SHIFT) & 1u) != 0u)
#define PLACED_OF(STATUS) ((STATUS) & ((1u << YOKAI_REVEALED_SHIFT) - 1u))
#define SLOT_OF(REGISTERS, SHIFT) (((REGISTERS) >> (SHIFT)) & 31u)
#define OWNER_OF(REGISTERS, SHIFT) (((REGISTERS) >> (SHIFT)) & 3u)
#define CHOSEN_OF(REGISTERS) (((REGISTERS) >> YOKAI_CHOSEN_SHIFT) & 15u)

#define ALL_SLOTS ((1u << CARDS) - 1u)

uint cell_of(uint slot) {
  uint word = slot < 8u ? (slot < 4u ? cells.x : cells.y) : (slot < 12u ? cells.z : cells.w);
  return (word >> (8u * (slot & 3u))) & 255u;
}

uint color_of(uint slot) { return (head.w >> (2u * slot)) & 3u; }

// Colours on hint `hint` of the deck, as bits.
uint hint_colors(uint hint) { return ((hint < 8u ? hints.x : hints.y) >> (4u * (hint & 7u))) & 15u; }

// 0, or 1 + the hint on the slot.
uint hint_on(uint slot) { return ((slot < 8u ? hints.z : hints.w) >> (4u * (slot & 7u))) & 15u; }

uint source_cell() { return hints.y >> 24; }

// Bit i is set where nibble i is not 0.
uint used_nibbles(uint word) {
  word |= word >> 1;
  word = (word | (word >> 2)) & 0x11111111u;
  word = (word | (word >> 3)) & 0x03030303u;
  word = (word | (word >> 6)) & 0x000F000Fu;
  return (word | (word >> 12)) & 255u;
}

// Slots without a hint on them.
uint free_slots() { return ALL_SLOTS & ~(used_nibbles(hints.z) | (used_nibbles(hints.w) << 8)); }

// 16 bits of a seat, out of YOKAI_SEEN or YOKAI_IN_VIEW.
uint slots_of_seat(uvec2 words, uint seat) { return ((seat < 2u ? words.x : words.y) >> (16u * (seat & 1u))) & 0xFFFFu; }

// Hints that lie open and are not placed.
uint open_hints(uint status) { return ((1u << REVEALED_OF(status)) - 1u) & ~PLACED_OF(status); }
