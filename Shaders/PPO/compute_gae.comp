#version 450
// Generalised advantage estimation (Schulman et al. 2016), per run, environment and agent:
//   delta_t = r_t + gamma * V_{t+1} * (1 - done_t) - V_t
//   A_t     = delta_t + gamma * lambda * (1 - done_t) * A_{t+1},  A_T = 0
// One invocation per (run, environment, agent); walks T steps backwards.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, hyperparameters);  // (RUN_SCALARS)
INPUT(1, float, rewards);          // (T, N, A)
INPUT(2, uint, dones);             // (T, N)
INPUT(3, float, values);           // (T + 1, N, A)
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
    float delta = rewards[run * p.row_stride + row] + gamma * next_value * alive - value;
    advantage = delta + decay * alive * advantage;
    advantages[run * p.row_stride + row] = advantage;
    next_value = value;
  }
}
