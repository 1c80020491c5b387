#version 450
// Returns and outcomes of completed games, until the environment has played its quota; what comes after is ignored:
//   open += mean over seats of the reward;  on done: sum += open, squared sum += open^2, games += 1, open = 0
//   on done, where the game has OUTCOMES (E) outcomes: outcome sums += outcomes
// One invocation per (cell, environment).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Evaluation/evaluation.h"
#include "Evaluation/game_quota.glsl"

INPUT(0, float, rewards);    // (cells, N, A)
INPUT(1, uint, dones);       // (cells, N)
IN_OUT(2, uint, games);   // (cells, N, GAMES_WORDS)
IN_OUT(3, float, returns);   // (cells, N, RETURN_FLOATS)
#ifdef OUTCOMES
INPUT(4, float, outcomes);       // (cells, N, E)
IN_OUT(5, float, outcome_sums);  // (cells, N, E)
#endif
layout(push_constant) uniform Push { EvaluationDispatch p; };

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint cell = gl_GlobalInvocationID.y;
  if (n >= p.environments) return;
  uint state = cell * p.game_stride + n * GAMES_WORDS;
  uint completed = games[state + GAMES_COMPLETED];
  if (completed >= game_quota(p.games, p.environments, n)) return;
  float reward = 0.0;
  for (uint a = 0u; a < AGENTS; ++a) reward += rewards[cell * p.reward_stride + n * AGENTS + a];
  uint sums = cell * p.return_stride + n * RETURN_FLOATS;
  float open = returns[sums + RETURN_OPEN] + reward / float(AGENTS);
  bool done = dones[cell * p.done_stride + n] != 0u;
  games[state + GAMES_ENV_STEPS] += 1u;
  if (done) {
    games[state + GAMES_COMPLETED] = completed + 1u;
    returns[sums + RETURN_SUM] += open;
    returns[sums + RETURN_SQUARED_SUM] += open * open;
#ifdef OUTCOMES
    for (uint e = 0u; e < OUTCOMES; ++e) {
      outcome_sums[cell * p.outcome_sum_stride + n * OUTCOMES + e] +=
          outcomes[cell * p.outcome_stride + n * OUTCOMES + e];
    }
#endif
  }
  returns[sums + RETURN_OPEN] = done ? 0.0 : open;
}
