#version 450
// Running moments of the value targets of a run (Pop-Art without its second part, van Hasselt et al. 2016; MAPPO's ValueNorm),
// d = TARGET_DECAY:
//   weight = d weight + (1 - d);  mean = d mean + (1 - d) mean(targets);  square = d square + (1 - d) mean(targets^2)
//   targets = advantage + V of all T N A rows;  the value head learns (target - mean / weight) / standard deviation
// A run that has diverged, or whose targets are not finite, keeps its moments.
// One workgroup of 256 per run; every invocation sums a fixed comb of rows, then a fixed tree.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, advantages);       // (T, N, A)
INPUT(1, float, values);           // (T + 1, N, A)
IN_OUT(2, uint, progress);
IN_OUT(3, float, step_scalars);
layout(push_constant) uniform Push { RolloutShape p; };
#include "PPO/value_moments.glsl"

#define WORKGROUP 256u
#define WORKGROUP_VALUE vec2
#include "Common/workgroup.glsl"

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  uint rows = p.steps * p.environments * AGENTS;
  vec2 sums = vec2(0.0);
  for (uint row = lane; row < rows; row += WORKGROUP) {
    float target = advantages[run * p.row_stride + row] + values[run * p.value_stride + row];
    sums += vec2(target, target * target);
  }
  vec2 means = workgroup_sum(sums) / float(rows);
  uint base = run * RUN_SCALARS;
  bool finite = (floatBitsToUint(means.y) & 0x7F800000u) != 0x7F800000u;
  if (lane != 0u || !finite || progress[base + PROGRESS_DIVERGED] != 0u) return;
  float weight = TARGET_DECAY * uintBitsToFloat(progress[base + PROGRESS_TARGET_WEIGHT]) + (1.0 - TARGET_DECAY);
  float mean = TARGET_DECAY * uintBitsToFloat(progress[base + PROGRESS_TARGET_MEAN]) + (1.0 - TARGET_DECAY) * means.x;
  float square = TARGET_DECAY * uintBitsToFloat(progress[base + PROGRESS_TARGET_SQUARE]) + (1.0 - TARGET_DECAY) * means.y;
  progress[base + PROGRESS_TARGET_WEIGHT] = floatBitsToUint(weight);
  progress[base + PROGRESS_TARGET_MEAN] = floatBitsToUint(mean);
  progress[base + PROGRESS_TARGET_SQUARE] = floatBitsToUint(square);
  write_value_moments(base, STEP_TARGET_MEAN, weight, mean, square);
}
