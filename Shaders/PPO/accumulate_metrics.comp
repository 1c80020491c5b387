#version 450
// metrics[m] += sum over the rows of a chunk of row_statistics[m], for the METRIC_ROW_SUMS row sums.
// One workgroup of 64 per (metric, run); every invocation sums a fixed comb of rows, then a fixed tree.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, row_statistics);   // (METRIC_ROW_SUMS, C)
IN_OUT(1, float, metrics);         // (RUN_SCALARS)
layout(push_constant) uniform Push { ChunkDispatch p; };

#define WORKGROUP 64u
#include "Common/workgroup.glsl"

void main() {
  uint metric = gl_WorkGroupID.x;
  uint run = gl_WorkGroupID.y;
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;
  uint base = run * p.statistic_stride + metric * CHUNK_ROWS;
  for (uint i = lane; i < p.rows; i += 64u) sum += row_statistics[base + i];
  float total = workgroup_sum(sum);
  if (lane == 0u) metrics[run * RUN_SCALARS + metric] += total;
}
