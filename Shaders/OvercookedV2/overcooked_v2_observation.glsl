// Feature `feature` (place * C + channel, below D) of the packed observation that starts at word `row_base` of the buffer
// `observations`, which the including kernel declares. A place is a cell of the kitchen or of the window around the observer;
// outside the kitchen all is 0.
#include "OvercookedV2/overcooked_v2_row.glsl"

// The cell of a place; CELLS where it is outside.
uint cell_in_view(uint place, uint own_cell) {
#ifdef VIEW_SIDE
  uint x = own_cell % WIDTH + place % VIEW_SIDE - VIEW_SIZE;
  uint y = own_cell / WIDTH + place / VIEW_SIDE - VIEW_SIZE;
  return x < WIDTH && y < HEIGHT ? y * WIDTH + x : CELLS;
#else
  return place;
#endif
}

// Plate, cooked, then how many of each ingredient.
uint item_value(uint row_base, uint code, uint item) {
  return item < 2u ? (code >> item) & 1u : code_count(code, shown_ingredient(row_base, item - 2u));
}

uint cook_value(uint row_base, uint cook, uint channel) {
  return channel < OVERCOOKED_V2_DIRECTION_CHANNEL ? 1u
      : channel < OVERCOOKED_V2_HELD_CHANNEL ? uint(ROW_DIRECTION(cook) == channel - OVERCOOKED_V2_DIRECTION_CHANNEL)
      : item_value(row_base, ROW_HELD(cook), channel - OVERCOOKED_V2_HELD_CHANNEL);
}

// The values of a cell where they are not of cooks.
#define FIND_POT(I) pot = cell == pot_cells[I] ? row_pot(row_base, I) : pot;
#define FIND_BUTTON(I) shows = cell == button_cells[I] ? row_button(row_base, I) != 0u : shows;
uint station_value(uint row_base, uint cell, uint channel) {
  uint kind = kind_of(cell);
  if (channel < ITEM_CHANNEL) {
    uint shown = channel < PILE_CHANNEL ? channel - STATION_CHANNEL + OVERCOOKED_V2_COUNTER
        : OVERCOOKED_V2_PILE + shown_ingredient(row_base, channel - PILE_CHANNEL);
    return uint(kind == shown);
  }
  uint pot = 0u;
  REPEAT(POTS, FIND_POT)
  if (channel < RECIPE_CHANNEL) {
    uint code = kind == OVERCOOKED_V2_COUNTER ? row_counter(row_base, counter_number(cell)) : pot;
    return item_value(row_base, code & OVERCOOKED_V2_CODE_MASK, channel - ITEM_CHANNEL);
  }
  if (channel < TIMER_CHANNEL) {
    bool shows = kind == OVERCOOKED_V2_INDICATOR;
    REPEAT(BUTTONS, FIND_BUTTON)
    return shows ? item_value(row_base, row_recipe(row_base), channel - RECIPE_CHANNEL) : 0u;
  }
  return channel < DELIVERED_CHANNEL ? pot >> OVERCOOKED_V2_TIMER_SHIFT
      : uint(kind == OVERCOOKED_V2_GOAL && row_delivered(row_base));
}

float observation_value(uint row_base, uint feature) {
  uint channel = feature % CHANNELS;
  uint own = observations[row_base];
  uint cell = cell_in_view(feature / CHANNELS, ROW_CELL(own));
  uint value = 0u;
  if (cell < CELLS) {
    if (channel < OTHER_CHANNEL) {
      value = cell == ROW_CELL(own) ? cook_value(row_base, own, channel) : 0u;
    } else if (channel < STATION_CHANNEL) {
      for (uint i = 1u; i < AGENTS; ++i) {
        uint other = observations[row_base + i];
        value += cell == ROW_CELL(other) ? cook_value(row_base, other, channel - OTHER_CHANNEL) : 0u;
      }
    } else {
      value = station_value(row_base, cell, channel);
    }
  }
  return float(value);
}
