#version 450
// What one cook sees, as a short list of what moves (overcooked_layout.h), and its actions, which are always all legal.
//
//   row = own channels | other's channels | their cells, urgency | one word per pot | items on counters
//
// What never moves is not stored; overcooked_observation.glsl adds it. One invocation per (run, environment, seat).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Overcooked/overcooked_state.glsl"
STATES_IN(0);                    // (R, N, S)
OUTPUT(1, uvec4, observations);  // (R, T, N, A, W / 4)
OUTPUT(2, uint, legal_masks);    // (R, T, N, A, M)

uint observation_row[4u * OBSERVATION_FOURS];

uint item_channels(uint item) {
  return item == OVERCOOKED_ONION ? 1u << OVERCOOKED_ONION_CHANNEL
      : item == OVERCOOKED_PLATE ? 1u << OVERCOOKED_PLATE_CHANNEL
      : item == OVERCOOKED_DISH ? (1u << OVERCOOKED_SOUP_CHANNEL) | (1u << OVERCOOKED_READY_CHANNEL) : 0u;
}

uint pot_row(uint status) {
  bool filling = status >= OVERCOOKED_POT_FULL;
  bool cooking = status > 0u && !filling;
  uint onions = OVERCOOKED_POT_EMPTY - status;
  uint channels = (1u << OVERCOOKED_POT_CHANNEL) | (uint(filling) << OVERCOOKED_FILLING_CHANNEL)
      | (uint(!filling) << OVERCOOKED_SOUP_CHANNEL) | (uint(cooking) << OVERCOOKED_COOKING_CHANNEL)
      | (uint(status == 0u) << OVERCOOKED_READY_CHANNEL);
  return channels | ((filling ? onions : status) << OVERCOOKED_ROW_VALUE_SHIFT);
}

#define LOAD_WORDS(FOUR) LOAD_STATE_WORDS(READ_STATE4, FOUR)
#define CLEAR_WORDS(FOUR)               \
  observation_row[4u * FOUR] = 0u;      \
  observation_row[4u * FOUR + 1u] = 0u; \
  observation_row[4u * FOUR + 2u] = 0u; \
  observation_row[4u * FOUR + 3u] = 0u;
#define ADD_POT(I) observation_row[OVERCOOKED_ROW_POTS + I] = pot_row(POT_STATUS(I));
#define ADD_ITEMS(I) observation_row[ROW_ITEMS + I] = ITEM_WORD(I);
#define STORE_WORDS(FOUR)                                                                       \
  observations[target + FOUR] = uvec4(observation_row[4u * FOUR], observation_row[4u * FOUR + 1u], \
                                      observation_row[4u * FOUR + 2u], observation_row[4u * FOUR + 3u]);

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * 2u) return;
  uint observer = agent_row & 1u;
  locate_state(run, agent_row >> 1);
  REPEAT(STATE_FOURS, LOAD_WORDS)

  uint status = state_words[OVERCOOKED_STATUS];
  uint own = observer == 0u ? status : status >> OVERCOOKED_COOK_BITS;
  uint other = observer == 0u ? status >> OVERCOOKED_COOK_BITS : status;
  uint urgent = uint(state_words[OVERCOOKED_STEP] + OVERCOOKED_URGENT_STEPS > MAX_STEPS);
  REPEAT(OBSERVATION_FOURS, CLEAR_WORDS)
  observation_row[OVERCOOKED_ROW_OWN] = 1u | (4u << DIRECTION_OF(own)) | item_channels(HELD_OF(own));
  observation_row[OVERCOOKED_ROW_OTHER] = 2u | (64u << DIRECTION_OF(other)) | item_channels(HELD_OF(other));
  observation_row[OVERCOOKED_ROW_PLACES] =
      CELL_OF(own) | (CELL_OF(other) << 8) | (urgent << OVERCOOKED_ROW_URGENT_SHIFT);
  REPEAT(POTS, ADD_POT)
  REPEAT(ITEM_WORDS, ADD_ITEMS)

  uint row = p.transition * p.environments * 2u + agent_row;
  uint target = (run * p.observation_stride + row * OBSERVATION_WORDS) >> 2;
  REPEAT(OBSERVATION_FOURS, STORE_WORDS)
  legal_masks[run * p.mask_stride + row] = (1u << OVERCOOKED_ACTIONS) - 1u;
}
