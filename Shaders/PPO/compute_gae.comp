#version 450
// Generalised advantage estimation (Schulman et al. 2016), per run, environment and agent:
//   delta_t = r_t + gamma * V_{t+1} * (1 - done_t) - V_t
//   A_t     = delta_t + gamma * lambda * (1 - done_t) * A_{t+1},  A_T = 0
// With BOOTSTRAPS, an episode that is cut off goes on: where done_t, delta_t = r_t + gamma * V(end) - V_t, with the value of its
// last observation, which keep_ends.comp keeps.
// One invocation per (run, environment, agent); walks T steps backwards.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, hyperparameters);  // (RUN_SCALARS)
INPUT(1, float, rewards);          // (T, N, A)
INPUT(2, uint, dones);             // (T, N)
INPUT(3, float, values);           // (T + 1, N, A); with BOOTSTRAPS T + 2, the last those of the ends
OUTPUT(4, float, advantages);      // (T, N, A)
layout(push_constant) uniform Push { RolloutShape p; };

void main() {
  uint seat = gl_GlobalInvocationID.x;  // environment * A + agent
  uint run = gl_GlobalInvocationID.y;
  uint seats = p.environments * AGENTS;
  if (seat >= seats) return;
  float gamma = hyperparameters[run * RUN_SCALARS + HYPER_GAMMA];
  float decay = gamma * hyperparameters[run * RUN_SCALARS + HYPER_GAE_LAMBDA];
  float next_value = values[run * p.value_stride + p.steps * seats + seat];
  float advantage = 0.0;
  for (uint back = 0u; back < p.steps; ++back) {
    uint t = p.steps - 1u - back;
    uint row = t * seats + seat;
    float alive = dones[run * p.done_stride + t * p.environments + seat / AGENTS] != 0u ? 0.0 : 1.0;
    float value = values[run * p.value_stride + row];
#ifdef BOOTSTRAPS
    if (alive == 0.0) next_value = values[run * p.value_stride + (p.steps + 1u) * seats + seat];
    float delta = rewards[run * p.row_stride + row] + gamma * next_value - value;
#else
    float delta = rewards[run * p.row_stride + row] + gamma * next_value * alive - value;
#endif
    advantage = delta + decay * alive * advantage;
    advantages[run * p.row_stride + row] = advantage;
    next_value = value;
  }
}
