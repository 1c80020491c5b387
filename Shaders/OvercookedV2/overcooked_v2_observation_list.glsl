// Calls `emit(feature, value)` for every feature of the packed observation that starts at word `row_base` of the buffer
// `observations` and differs from what the empty kitchen shows. In a window the static part is 0, and so it is for piles
// whose ingredients are exchanged. The including kernel declares `observations` and `emit`.
#include "OvercookedV2/overcooked_v2_row.glsl"

uint list_base;
uvec2 corner;  // of the window, x and y; wraps below 0

void emit_channel(uint cell, uint channel, uint value) {
  if (value == 0u) return;
#ifdef VIEW_SIDE
  uint x = cell % WIDTH - corner.x;
  uint y = cell / WIDTH - corner.y;
  if (x >= VIEW_SIDE || y >= VIEW_SIDE) return;
  uint place = y * VIEW_SIDE + x;
#else
  uint place = cell;
#endif
  emit(place * CHANNELS + channel, int(value));
}

// From `channel` on: plate, cooked, ingredients.
void list_code(uint cell, uint channel, uint code) {
  if (code == 0u) return;
  for (uint item = 0u; item < INGREDIENTS + 2u; ++item) {
    emit_channel(cell, channel + item,
        item < 2u ? (code >> item) & 1u : code_count(code, shown_ingredient(list_base, item - 2u)));
  }
}

// Stations are listed where they are not the static part: all in a window, else piles of exchanged ingredients.
void list_station(uint cell) {
  uint kind = kind_of(cell);
#ifndef VIEW_SIDE
  if (kind < OVERCOOKED_V2_PILE) return;
#endif
  uint channel = STATION_CHANNEL + kind - OVERCOOKED_V2_COUNTER;
#ifdef PERMUTED
  for (uint place = 0u; place < INGREDIENTS; ++place) {
    if (kind == OVERCOOKED_V2_PILE + shown_ingredient(list_base, place)) channel = PILE_CHANNEL + place;
  }
#endif
  emit_channel(cell, channel, uint(kind != OVERCOOKED_V2_FLOOR));
}

void list_stations() {
#ifdef VIEW_SIDE
  // The part of the window that is in the kitchen.
  uvec2 low = mix(corner, uvec2(0u), greaterThan(corner, uvec2(CELLS)));
  uvec2 high = min(corner + VIEW_SIDE, uvec2(WIDTH, HEIGHT));
  for (uint y = low.y; y < high.y; ++y) {
    for (uint x = low.x; x < high.x; ++x) list_station(y * WIDTH + x);
  }
#elif defined(PERMUTED)
  for (uint cell = 0u; cell < CELLS; ++cell) list_station(cell);
#endif
}

void list_counters() {
  for (uint word = 0u; word < COUNTER_WORDS; ++word) {
    uint items = observations[list_base + ROW_COUNTERS + word];
    for (uint place = 0u; items != 0u; ++place) {
      uint code = items & CODE_MASK;
      if (code != 0u) list_code(nth_cell(counter_plane, word * CODES_PER_WORD + place), ITEM_CHANNEL, code);
      items = CODES_PER_WORD > 1u ? items >> (CODE_BITS & 31u) : 0u;
    }
  }
}

const uvec4 indicator_plane = uvec4(INDICATOR_PLANE);
const uvec4 goal_plane = uvec4(GOAL_PLANE);

#define ADD_BUTTON(I) shows |= row_button(list_base, I) != 0u ? cell_plane(button_cells[I]) : uvec4(0u);
void list_recipe() {
  uvec4 shows = indicator_plane;
  REPEAT(BUTTONS, ADD_BUTTON)
  for (uint word = 0u; word < GRID_WORDS; ++word) {
    for (uint bits = plane_word(shows, word); bits != 0u; bits &= bits - 1u) {
      list_code(32u * word + uint(findLSB(bits)), RECIPE_CHANNEL, row_recipe(list_base));
    }
  }
}

void list_delivery() {
#ifdef SHOWS_DELIVERY
  for (uint word = 0u; word < (row_delivered(list_base) ? uint(GRID_WORDS) : 0u); ++word) {
    for (uint bits = plane_word(goal_plane, word); bits != 0u; bits &= bits - 1u) {
      emit_channel(32u * word + uint(findLSB(bits)), DELIVERED_CHANNEL, 1u);
    }
  }
#endif
}

#define LIST_POT(I)                                                                                   \
  list_code(pot_cells[I], ITEM_CHANNEL, row_pot(list_base, I) & OVERCOOKED_V2_CODE_MASK);             \
  emit_channel(pot_cells[I], TIMER_CHANNEL, row_pot(list_base, I) >> OVERCOOKED_V2_TIMER_SHIFT);

void list_observation(uint row_base) {
  list_base = row_base;
  uint own_cell = ROW_CELL(observations[row_base]);
#ifdef VIEW_SIDE
  corner = uvec2(own_cell % WIDTH, own_cell / WIDTH) - VIEW_SIZE;
#endif
  for (uint i = 0u; i < AGENTS; ++i) {
    uint cook = observations[row_base + i];
    uint channel = i == 0u ? 0u : OTHER_CHANNEL;
    emit_channel(ROW_CELL(cook), channel, 1u);
    emit_channel(ROW_CELL(cook), channel + OVERCOOKED_V2_DIRECTION_CHANNEL + ROW_DIRECTION(cook), 1u);
    list_code(ROW_CELL(cook), channel + OVERCOOKED_V2_HELD_CHANNEL, ROW_HELD(cook));
  }
  list_stations();
  REPEAT(POTS, LIST_POT)
  list_counters();
  list_recipe();
  list_delivery();
}
