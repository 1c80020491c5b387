#version 450
// What an update of every run learns with, before its first step; u = updates done, U = updates of the whole training,
// x = u / U, w = the part of them that is warm-up:
//   learning rate = rate (u + 1) / (w U + 1)  where x < w;  else by its schedule, with y = (x - w) / (1 - w):
//                   rate,  rate (1 - y),  or  rate (1 + cos(pi y)) / 2
//   value mean, scale = those of the value targets so far, 0 and 1 where values are not normalised
//   entropy coefficient = that of the last point at or before x, or the first, + its slope times (x - the point's place)
// The learner takes them from `step_scalars`, people from `metrics`.
// One invocation per run.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, hyperparameters);
INPUT(1, uint, progress);
OUTPUT(2, float, step_scalars);
OUTPUT(3, float, metrics);
layout(push_constant) uniform Push { ScheduleDispatch p; };
#include "PPO/value_moments.glsl"

void main() {
  uint run = gl_GlobalInvocationID.x;
  if (run >= p.runs) return;
  uint base = run * RUN_SCALARS;
  float updates = float(progress[base + PROGRESS_UPDATE]);
  float done = updates / float(p.total_updates);
  float rate = hyperparameters[base + HYPER_LEARNING_RATE];
  float warmup = hyperparameters[base + HYPER_LEARNING_RATE_WARMUP];
  float scheduled = warmup > 0.0 ? (done - warmup) / (1.0 - warmup) : done;
  if (done < warmup) {
    rate *= (updates + 1.0) / (warmup * float(p.total_updates) + 1.0);
  } else if (p.learning_rate == SCHEDULE_LINEAR) {
    rate *= 1.0 - scheduled;
  } else if (p.learning_rate == SCHEDULE_COSINE) {
    rate *= 0.5 + 0.5 * cos(3.14159265 * scheduled);
  }
  uint points = uint(hyperparameters[base + HYPER_ENTROPY_POINTS]);
  uint point = base + HYPER_ENTROPY_SCHEDULE;
  float entropy_coefficient = hyperparameters[point + 1u];
  for (uint i = 0u; i < points; ++i) {
    float since = done - hyperparameters[point];
    if (since >= 0.0) entropy_coefficient = hyperparameters[point + 1u] + hyperparameters[point + 2u] * since;
    point += SCHEDULE_POINT;
  }
  float weight = uintBitsToFloat(progress[base + PROGRESS_TARGET_WEIGHT]);
  float mean_sum = uintBitsToFloat(progress[base + PROGRESS_TARGET_MEAN]);
  float square_sum = uintBitsToFloat(progress[base + PROGRESS_TARGET_SQUARE]);
  write_value_moments(base, STEP_VALUE_MEAN, weight, mean_sum, square_sum);
  write_value_moments(base, STEP_TARGET_MEAN, weight, mean_sum, square_sum);
  step_scalars[base + STEP_ANNEALED_RATE] = rate;
  step_scalars[base + STEP_ENTROPY_COEFFICIENT] = entropy_coefficient;
  metrics[base + METRIC_LEARNING_RATE] = rate;
  metrics[base + METRIC_ENTROPY_COEFFICIENT] = entropy_coefficient;
}
