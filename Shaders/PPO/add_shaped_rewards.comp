#version 450
// rewards += shaped_rewards: what the learner sees. It runs after track_episodes, so that returns are without shaping.
// One invocation per (run, transition, environment, agent).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, shaped_rewards);  // (T, N, A)
IN_OUT(1, float, rewards);        // (T, N, A)
layout(push_constant) uniform Push { RolloutShape p; };

void main() {
  uint row = gl_GlobalInvocationID.x;
  if (row >= p.steps * p.environments * AGENTS) return;
  uint place = gl_GlobalInvocationID.y * p.row_stride + row;
  rewards[place] += shaped_rewards[place];
}
