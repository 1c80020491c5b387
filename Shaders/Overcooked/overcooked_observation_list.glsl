// Calls `emit(feature, value)` for every feature of the packed observation that starts at word `row_base` of the buffer
// `observations` and differs from what the empty kitchen shows: cooks and what they hold, pots, what lies on counters
// (and hides them), urgency. The including kernel declares `observations` and `emit`.
#include "Overcooked/overcooked_terrain.glsl"

#define SOUP_ONIONS 3

void list_channels(uint cell, uint channels, int value) {
  while (channels != 0u) {
    uint channel = uint(findLSB(channels));
    channels &= channels - 1u;
    emit(cell * OVERCOOKED_CHANNELS + channel, channel == OVERCOOKED_SOUP_CHANNEL ? SOUP_ONIONS
        : channel == OVERCOOKED_FILLING_CHANNEL || channel == OVERCOOKED_COOKING_CHANNEL ? value : 1);
  }
}

void list_pot(uint cell, uint pot) {
  uint value = pot >> OVERCOOKED_ROW_VALUE_SHIFT;
  uint channels = pot & ((1u << OVERCOOKED_CHANNELS) - 1u) & ~(1u << OVERCOOKED_POT_CHANNEL);
  if (value == 0u) channels &= ~(1u << OVERCOOKED_FILLING_CHANNEL);  // an empty pot
  list_channels(cell, channels, int(value));
}
#define LIST_POT(I) list_pot(pot_cells[I], observations[row_base + OVERCOOKED_ROW_POTS + I]);

void list_items(uint first_cell, uint items) {
  while (items != 0u) {
    uint place = uint(findLSB(items)) >> 1;
    uint item = (items >> (2u * place)) & 3u;
    items &= ~(3u << (2u * place));
    uint cell = first_cell + place;
    emit(cell * OVERCOOKED_CHANNELS + OVERCOOKED_COUNTER_CHANNEL, -1);
    uint channels = item == OVERCOOKED_ONION ? 1u << OVERCOOKED_ONION_CHANNEL
        : item == OVERCOOKED_PLATE ? 1u << OVERCOOKED_PLATE_CHANNEL
        : (1u << OVERCOOKED_SOUP_CHANNEL) | (1u << OVERCOOKED_READY_CHANNEL);
    list_channels(cell, channels, 1);
  }
}

void list_observation(uint row_base) {
  uint places = observations[row_base + OVERCOOKED_ROW_PLACES];
  list_channels(places & 255u, observations[row_base + OVERCOOKED_ROW_OWN], 1);
  list_channels((places >> 8) & 255u, observations[row_base + OVERCOOKED_ROW_OTHER], 1);
  REPEAT(POTS, LIST_POT)
  for (uint word = 0u; word < ITEM_WORDS; ++word) list_items(16u * word, observations[row_base + ROW_ITEMS + word]);
  if ((places >> OVERCOOKED_ROW_URGENT_SHIFT) != 0u) {
    for (uint cell = 0u; cell < CELLS; ++cell) emit(cell * OVERCOOKED_CHANNELS + OVERCOOKED_URGENCY_CHANNEL, 1);
  }
}
