// Feature `feature` (cell * 26 + channel, below D) of the packed observation that starts at word `row_base` of the buffer
// `observations`, which the including kernel declares. overcooked_layout.h says how rows are packed.
#include "Overcooked/overcooked_terrain.glsl"

// The channel of every kind of cell that never changes, five bits per kind; 31 is none.
const uint static_channels = 31u | (OVERCOOKED_COUNTER_CHANNEL << 5) | (OVERCOOKED_ONION_PILE_CHANNEL << 10)
    | (OVERCOOKED_PLATE_PILE_CHANNEL << 15) | (31u << 20) | (OVERCOOKED_GOAL_CHANNEL << 25);

#define FIND_POT(I) pot = cell == pot_cells[I] ? observations[row_base + OVERCOOKED_ROW_POTS + I] : pot;

float observation_value(uint row_base, uint feature) {
  uint cell = feature / OVERCOOKED_CHANNELS;
  uint channel = feature % OVERCOOKED_CHANNELS;
  uint places = observations[row_base + OVERCOOKED_ROW_PLACES];
  uint own = observations[row_base + OVERCOOKED_ROW_OWN];
  uint other = observations[row_base + OVERCOOKED_ROW_OTHER];
  uint item = (observations[row_base + ROW_ITEMS + (cell >> 4)] >> (2u * (cell & 15u))) & 3u;
  uint pot = 0u;
  REPEAT(POTS, FIND_POT)

  // An item hides the counter that it lies on.
  uint bits = item == OVERCOOKED_NOTHING ? 1u << ((static_channels >> (5u * kind_of(cell))) & 31u)
      : item == OVERCOOKED_ONION ? 1u << OVERCOOKED_ONION_CHANNEL
      : item == OVERCOOKED_PLATE ? 1u << OVERCOOKED_PLATE_CHANNEL
      : (1u << OVERCOOKED_SOUP_CHANNEL) | (1u << OVERCOOKED_READY_CHANNEL);
  bits |= cell == (places & 255u) ? own : 0u;
  bits |= cell == ((places >> 8) & 255u) ? other : 0u;
  bits |= pot | ((places >> OVERCOOKED_ROW_URGENT_SHIFT) << OVERCOOKED_URGENCY_CHANNEL);
  uint value = channel == OVERCOOKED_SOUP_CHANNEL ? 3u
      : channel == OVERCOOKED_FILLING_CHANNEL || channel == OVERCOOKED_COOKING_CHANNEL
      ? pot >> OVERCOOKED_ROW_VALUE_SHIFT : 1u;
  return ((bits >> channel) & 1u) != 0u ? float(value) : 0.0;
}
