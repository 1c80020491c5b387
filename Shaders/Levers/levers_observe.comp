#version 450
// What one seat sees, one bit per feature, and its levers, which are always all legal.
//
//   features = 1 | round, one-hot (ROUNDS) | last round's lever of the seat itself, of the next seat, ..., one-hot each
//
// The levers are all zeros in the first round. With CUE nobody sees what was pulled:
//
//   features = 1 | round, one-hot (ROUNDS) | cue, one-hot, all zeros after the first round
//
// One invocation per (run, environment, seat).
#include "Common/environment.h"
#include "Common/buffers.glsl"
#include "Levers/levers_layout.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Common/environment_state.glsl"
STATES_IN(0);                   // (R, N, S)
OUTPUT(1, uint, observations);  // (R, T, N, A, W)
OUTPUT(2, uint, legal_masks);   // (R, T, N, A, M)

// The bit of a feature, if it stands in this word of the row.
uint bit_in_word(uint word, uint feature) {
  return feature / 32u == word ? 1u << (feature % 32u) : 0u;
}

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * PLAYERS) return;
  uint observer = agent_row % PLAYERS;
  locate_state(run, agent_row / PLAYERS);
  uvec4 state = READ_STATE4(0u);
  uint round = state[LEVERS_ROUND];
#ifdef CUE
  uint cue = READ_STATE4(LEVERS_CUE).x - 1u;
#endif

  uint row = p.transition * p.environments * PLAYERS + agent_row;
  uint target = run * p.observation_stride + row * OBSERVATION_WORDS;
  for (uint word = 0u; word < OBSERVATION_WORDS; ++word) {
    uint bits = bit_in_word(word, 0u) | (round < ROUNDS ? bit_in_word(word, 1u + round) : 0u);
#ifdef CUE
    bits |= round == 0u ? bit_in_word(word, 1u + ROUNDS + cue) : 0u;
#else
    [[unroll]] for (uint player = 0u; player < PLAYERS; ++player) {
      uint pulled = state[LEVERS_PULLED + player / LEVERS_PLAYERS_PER_WORD];
      uint lever = (pulled >> (8u * (player % LEVERS_PLAYERS_PER_WORD))) & 255u;
      uint seat = (player + PLAYERS - observer) % PLAYERS;
      bits |= round > 0u ? bit_in_word(word, 1u + ROUNDS + seat * LEVERS + lever) : 0u;
    }
#endif
    observations[target + word] = bits;
  }
  [[unroll]] for (uint word = 0u; word < MASK_WORDS; ++word) {
    uint left = LEVERS - 32u * word;
    legal_masks[run * p.mask_stride + row * MASK_WORDS + word] = left < 32u ? (1u << left) - 1u : 0xFFFFFFFFu;
  }
}
