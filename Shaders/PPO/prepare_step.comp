#version 450
// Scalars of one Adam step with global-norm clipping, per run:
//   norm = sqrt(sum of norm_partials);  gradient scale = min(1, max_norm / norm)   (optax.clip_by_global_norm)
//   beta_i^t by one multiplication per step
// A norm or a loss that is not finite makes the run diverge: from then on the scale is negative, adam leaves the run as it
// was, and the host is told.
// One workgroup of 256 per run; every invocation sums a fixed comb, then a fixed tree.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

layout(push_constant) uniform Push { AdamDispatch p; };

#define WORKGROUP 256u
#include "Common/workgroup.glsl"
#include "PPO/step_scalars.glsl"

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;
  for (uint i = lane; i < p.partials; i += 256u) sum += norm_partials[run * p.partial_stride + i];
  float squares = workgroup_sum(sum);
  if (lane != 0u) return;
  prepare_step(run, squares);
}
