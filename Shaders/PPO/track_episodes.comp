#version 450
// Return and length of every episode that ends in this rollout, per environment; open episodes carry over:
//   return += mean over agents of r_t;  length += 1;  on done: sums += (return, length, 1), return = length = 0
// One invocation per (run, environment); walks T steps.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, rewards);           // (T, N, A)
INPUT(1, uint, dones);              // (T, N)
INPUT(2, uint, errors);             // (N)
IN_OUT(3, vec2, open_episodes);     // (N): return, length
OUTPUT(4, vec4, episode_sums);      // (N): returns, lengths, episodes, error
layout(push_constant) uniform Push { EpisodeDispatch p; };

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (n >= p.rollout.environments) return;
  vec2 open = open_episodes[run * p.open_stride + n];
  vec3 sums = vec3(0.0);
  for (uint t = 0u; t < p.rollout.steps; ++t) {
    float reward = 0.0;
    for (uint a = 0u; a < AGENTS; ++a) {
      reward += rewards[run * p.rollout.row_stride + (t * p.rollout.environments + n) * AGENTS + a];
    }
    open += vec2(reward / float(AGENTS), 1.0);
    if (dones[run * p.rollout.done_stride + t * p.rollout.environments + n] != 0u) {
      sums += vec3(open, 1.0);
      open = vec2(0.0);
    }
  }
  open_episodes[run * p.open_stride + n] = open;
  episode_sums[run * p.sum_stride + n] = vec4(sums, errors[run * p.error_stride + n] != 0u ? 1.0 : 0.0);
}
