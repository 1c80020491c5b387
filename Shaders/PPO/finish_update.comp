#version 450
// Adds the episode sums of all environments to the metrics and counts the update, per run.
// One workgroup of 64 per run; every invocation sums a fixed comb of environments, then a fixed tree.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, vec4, episode_sums);     // (N): returns, lengths, episodes, error
IN_OUT(1, float, metrics);
IN_OUT(2, uint, progress);
layout(push_constant) uniform Push { EpisodeDispatch p; };

#define WORKGROUP 64u
#define WORKGROUP_VALUE vec4
#include "Common/workgroup.glsl"

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  vec4 sum = vec4(0.0);
  for (uint n = lane; n < p.rollout.environments; n += 64u) sum += episode_sums[run * p.sum_stride + n];
  vec4 total = workgroup_sum(sum);
  if (lane != 0u) return;
  uint base = run * RUN_SCALARS;
  metrics[base + METRIC_EPISODE_RETURN] = total.x;
  metrics[base + METRIC_EPISODE_LENGTH] = total.y;
  metrics[base + METRIC_EPISODES] = total.z;
  metrics[base + METRIC_ILLEGAL_ACTIONS] = total.w;
  progress[base + PROGRESS_UPDATE] += 1u;
}
