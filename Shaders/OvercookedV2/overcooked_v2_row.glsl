// What a packed observation says: for the values and for the list. The including kernel declares `observations`.
#include "OvercookedV2/overcooked_v2_terrain.glsl"

#define ROW_CELL(COOK) ((COOK) & OVERCOOKED_V2_CELL_MASK)
#define ROW_DIRECTION(COOK) (((COOK) >> OVERCOOKED_V2_DIRECTION_SHIFT) & 3u)
#define ROW_HELD(COOK) ((COOK) >> OVERCOOKED_V2_HELD_SHIFT)

// The first channels of groups.
#define OTHER_CHANNEL COOK_CHANNELS
#define STATION_CHANNEL (2u * COOK_CHANNELS)
#define PILE_CHANNEL (STATION_CHANNEL + OVERCOOKED_V2_PILE - 1u)
#define ITEM_CHANNEL (PILE_CHANNEL + INGREDIENTS)
#define RECIPE_CHANNEL (ITEM_CHANNEL + INGREDIENTS + 2u)
#define TIMER_CHANNEL (RECIPE_CHANNEL + INGREDIENTS + 2u)
#define DELIVERED_CHANNEL (TIMER_CHANNEL + 1u)

// The ingredient that the observer sees in the channel of ingredient `channel`.
uint shown_ingredient(uint row_base, uint channel) {
#ifdef PERMUTED
  uint word = observations[row_base + ROW_PERMUTATION + channel / OVERCOOKED_V2_PERMUTED_PER_WORD];
  return (word >> (4u * (channel % OVERCOOKED_V2_PERMUTED_PER_WORD))) & 15u;
#else
  return channel;
#endif
}

uint code_count(uint code, uint ingredient) {
  return (code >> (OVERCOOKED_V2_INGREDIENT_SHIFT + 2u * ingredient)) & 3u;
}

uint row_status(uint row_base) { return observations[row_base + AGENTS + OVERCOOKED_V2_ROW_STATUS]; }
uint row_recipe(uint row_base) { return row_status(row_base) & OVERCOOKED_V2_CODE_MASK; }
bool row_delivered(uint row_base) { return ((row_status(row_base) >> OVERCOOKED_V2_DELIVERED_SHIFT) & 1u) != 0u; }
uint row_button(uint row_base, uint number) {
  return (observations[row_base + AGENTS + OVERCOOKED_V2_ROW_BUTTONS] >> (4u * number)) & 15u;
}
uint row_pot(uint row_base, uint number) { return observations[row_base + AGENTS + OVERCOOKED_V2_ROW_POTS + number]; }
uint row_counter(uint row_base, uint number) {
  uint word = observations[row_base + ROW_COUNTERS + number / CODES_PER_WORD];
  return (word >> (CODE_BITS * (number % CODES_PER_WORD))) & CODE_MASK;
}
