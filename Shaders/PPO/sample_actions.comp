#version 450
// a ~ softmax(logits over legal actions) by inversion: the first legal k with u sum(w) < w_0 + ... + w_k, where
//   w_k = exp(logit_k - largest logit)
// Waiting seats (exactly one legal action) take it with log-probability 0. Every row also stores its
// value: mean + scale * output, 0 and 1 where values are not normalised.
// One invocation per (run, workspace row); the result goes to the rollout row that the workspace row stands for.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

layout(push_constant) uniform Push { ChunkDispatch p; };
#include "PPO/sample_row.glsl"

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i >= p.rows) return;
  store_value(run, i);
#ifndef VALUES_ONLY
  sample_row(run, i);
#endif
}
