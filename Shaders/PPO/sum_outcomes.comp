#version 450
// metrics[METRIC_OUTCOMES + e] = sum of outcome e over the episodes that ended in this rollout.
// One workgroup of 64 per (outcome, run); every invocation sums a fixed comb of environments, each over T steps, then a
// fixed tree.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, outcomes);        // (T, N, E), to be read where an episode ended
INPUT(1, uint, dones);            // (T, N)
IN_OUT(2, float, metrics);        // (RUN_SCALARS)
layout(push_constant) uniform Push { OutcomeDispatch p; };

#define WORKGROUP 64u
#include "Common/workgroup.glsl"

void main() {
  uint outcome = gl_WorkGroupID.x;
  uint run = gl_WorkGroupID.y;
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;
  for (uint n = lane; n < p.rollout.environments; n += 64u) {
    for (uint t = 0u; t < p.rollout.steps; ++t) {
      uint row = t * p.rollout.environments + n;
      if (dones[run * p.rollout.done_stride + row] != 0u) {
        sum += outcomes[run * p.outcome_stride + row * p.outcomes + outcome];
      }
    }
  }
  float total = workgroup_sum(sum);
  if (lane == 0u) metrics[run * RUN_SCALARS + METRIC_OUTCOMES + outcome] = total;
}
