#version 450
// What one cook sees, as what moves in the kitchen (overcooked_v2_layout.h), and its actions, which are always all legal.
//
//   row = observer | other cooks | recipe, buttons | pots | the observer's permutation | counters
//
// overcooked_v2_observation.glsl cuts out what is in view, exchanges ingredients and adds what never moves.
// One invocation per (run, environment, seat).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "OvercookedV2/overcooked_v2_state.glsl"
STATES_IN(0);                    // (R, N, S)
OUTPUT(1, uvec4, observations);  // (R, T, N, A, W / 4)
OUTPUT(2, uint, legal_masks);    // (R, T, N, A, M)

uint observation_row[ROW_COUNTERS];

#define LOAD_WORDS(FOUR) LOAD_STATE_WORDS(READ_STATE4, FOUR)
#define CLEAR_WORDS(FOUR)               \
  observation_row[4u * FOUR] = 0u;      \
  observation_row[4u * FOUR + 1u] = 0u; \
  observation_row[4u * FOUR + 2u] = 0u; \
  observation_row[4u * FOUR + 3u] = 0u;
#define ADD_OBSERVER(I) observation_row[0] = observer == I ? COOK_WORD(I) : observation_row[0];
#define ADD_OTHER(I) observation_row[1u + I] = I < observer ? COOK_WORD(I) : COOK_WORD(I + 1u);
#define ADD_POT(I) observation_row[AGENTS + OVERCOOKED_V2_ROW_POTS + I] = POT_WORD(I);
#define ADD_PERMUTATION(I)                                                                 \
  observation_row[ROW_PERMUTATION + I % PERMUTATION_WORDS] = I / PERMUTATION_WORDS == observer \
      ? state_words[PERMUTATIONS_WORD + I] : observation_row[ROW_PERMUTATION + I % PERMUTATION_WORDS];
#define STORE_WORDS(FOUR)                                                                          \
  observations[target + FOUR] = uvec4(observation_row[4u * FOUR], observation_row[4u * FOUR + 1u], \
                                      observation_row[4u * FOUR + 2u], observation_row[4u * FOUR + 3u]);

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * AGENTS) return;
  uint observer = agent_row % AGENTS;
  locate_state(run, agent_row / AGENTS);
  REPEAT(FIXED_FOURS, LOAD_WORDS)

  REPEAT(ROW_FIXED_FOURS, CLEAR_WORDS)
  REPEAT(AGENTS, ADD_OBSERVER)
  REPEAT(OTHERS, ADD_OTHER)
  observation_row[AGENTS + OVERCOOKED_V2_ROW_STATUS] = state_words[OVERCOOKED_V2_STATUS];
  observation_row[AGENTS + OVERCOOKED_V2_ROW_BUTTONS] = state_words[OVERCOOKED_V2_BUTTONS];
  REPEAT(POTS, ADD_POT)
#ifdef PERMUTED
  REPEAT(ALL_PERMUTATION_WORDS, ADD_PERMUTATION)
#endif

  uint row = p.transition * p.environments * AGENTS + agent_row;
  uint target = (run * p.observation_stride + row * OBSERVATION_WORDS) >> 2;
  REPEAT(ROW_FIXED_FOURS, STORE_WORDS)
  for (uint word = 0u; word < COUNTER_WORDS; word += 4u) {
    observations[target + (ROW_COUNTERS + word) / 4u] = READ_STATE4(COUNTERS_WORD + word);
  }
  legal_masks[run * p.mask_stride + row] = (1u << OVERCOOKED_V2_ACTIONS) - 1u;
}
