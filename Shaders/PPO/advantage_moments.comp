#version 450
// Moments for advantage normalisation, per run and minibatch, over all B rows of the minibatch, which may be the rollout:
//   mean = sum(A) / B;  scale = 1 / (sqrt(sum((A - mean)^2) / B) + 1e-8)
// One workgroup of 256 per (minibatch, run); every invocation sums a fixed comb of rows, then a fixed tree.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "PPO/advantage_moments.glsl"

layout(push_constant) uniform Push { MomentDispatch p; };

#define WORKGROUP 256u
#include "Common/workgroup.glsl"

void main() {
  uint minibatch = gl_WorkGroupID.x;
  uint run = gl_WorkGroupID.y;
  Permutation permutation =
      make_permutation(p.actors, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
  uint first = minibatch * p.minibatch_rows;
  float sum = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < p.minibatch_rows; i += 256u) {
    sum += advantages[run * p.row_stride + row_of_epoch(permutation, first + i, p.minibatch_rows, p.steps)];
  }
  float mean = workgroup_sum(sum) / float(p.minibatch_rows);
  float squares = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < p.minibatch_rows; i += 256u) {
    float deviation = advantages[run * p.row_stride + row_of_epoch(permutation, first + i, p.minibatch_rows, p.steps)] - mean;
    squares += deviation * deviation;
  }
  float variance = workgroup_sum(squares) / float(p.minibatch_rows);
  if (gl_LocalInvocationID.x == 0u) {
    uint base = run * p.moment_stride + minibatch * 2u;
    advantage_moments[base] = mean;
    advantage_moments[base + 1u] = 1.0 / (sqrt(variance) + 1e-8);
  }
}
