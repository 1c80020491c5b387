#version 450
// One round: every player pulls a lever.
//
//   reward  = pay[a] where all players pull lever a, else 0; with PAIR_PAYS pay[a, b] of the levers of players 0 and 1
//             with CUE pay[a] where all pull the cue a in the last round, else 0
//   done    = ROUNDS rounds have been played
//   outcome where done: matched = rounds in which all pulled the same lever / ROUNDS
//
// An unknown lever of anyone changes nothing but the environment's error word. One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"
#include "Levers/levers_layout.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Common/environment_state.glsl"
INPUT(0, uint, actions);    // (R, T, N, A)
OUTPUT(1, float, rewards);  // (R, T, N, A)
OUTPUT(2, float, outcomes); // (R, T, N, E): matched
OUTPUT(3, uint, dones);     // (R, T, N)
IN_OUT(4, uint, errors);    // (R, N)
STATES_IN_OUT(5);           // (R, N, S)

float pay_of(uint place) {
  const float pays[PAYS] = float[](PAY_LIST);
  float pay = 0.0;
  [[unroll]] for (uint i = 0u; i < PAYS; ++i) pay = place == i ? pays[i] : pay;
  return pay;
}

void finish(uint run, uint environment, float reward, float matched, bool done) {
  uint row = p.transition * p.environments + environment;
  [[unroll]] for (uint player = 0u; player < PLAYERS; ++player) {
    rewards[run * p.reward_stride + row * PLAYERS + player] = reward;
  }
  outcomes[run * p.outcome_stride + p.transition * p.environments + environment] = matched;
  dones[run * p.done_stride + row] = uint(done);
}

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  uvec4 state = LOAD_STATE4(0u);
  bool ended = state[LEVERS_ROUND] >= ROUNDS;

  uint row = run * p.action_stride + (p.transition * p.environments + environment) * PLAYERS;
  uint first = actions[row];
  uint second = actions[row + 1u];
  bool known = true;
  bool match = true;
  uvec2 pulled = uvec2(0u);
  [[unroll]] for (uint player = 0u; player < PLAYERS; ++player) {
    uint lever = actions[row + player];
    known = known && lever < LEVERS;
    match = match && lever == first;
    pulled[player / LEVERS_PLAYERS_PER_WORD] |= lever << (8u * (player % LEVERS_PLAYERS_PER_WORD));
  }
  if (ended || !known) {
    uint place = run * p.error_stride + environment;
    if (errors[place] == 0u) errors[place] = ended ? ERROR_EPISODE_ENDED : ERROR_ILLEGAL_ACTION;
    finish(run, environment, 0.0, 0.0, ended);
    return;
  }

  uint rounds = state[LEVERS_ROUND] + 1u;
#if defined(PAIR_PAYS)
  float reward = pay_of(first * LEVERS + second);
#elif defined(CUE)
  bool pays = match && rounds == ROUNDS && first + 1u == LOAD_STATE4(LEVERS_CUE).x;
  float reward = pays ? pay_of(first) : 0.0;
#else
  float reward = match ? pay_of(first) : 0.0;
#endif
  uint matched = state[LEVERS_MATCHED] + uint(match);
  STORE_STATE4(0u, uvec4(rounds, matched, pulled));
  finish(run, environment, reward, float(matched) / float(ROUNDS), rounds >= ROUNDS);
}
