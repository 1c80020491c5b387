#version 450
// What an update of every run learns with, before its first step; u = updates done, U = updates of the whole training:
//   learning rate = rate, or rate (1 - u / U) where annealed
//   entropy coefficient = start + (end - start) (u / U)
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

void main() {
  uint run = gl_GlobalInvocationID.x;
  if (run >= p.runs) return;
  uint base = run * RUN_SCALARS;
  float done = float(progress[base + PROGRESS_UPDATE]) / float(p.total_updates);
  float rate = hyperparameters[base + HYPER_LEARNING_RATE];
  if (p.annealed != 0u) rate *= 1.0 - done;
  float entropy_coefficient = hyperparameters[base + HYPER_ENTROPY_COEFFICIENT];
  entropy_coefficient += (hyperparameters[base + HYPER_FINAL_ENTROPY_COEFFICIENT] - entropy_coefficient) * done;
  step_scalars[base + STEP_ANNEALED_RATE] = rate;
  step_scalars[base + STEP_ENTROPY_COEFFICIENT] = entropy_coefficient;
  metrics[base + METRIC_LEARNING_RATE] = rate;
  metrics[base + METRIC_ENTROPY_COEFFICIENT] = entropy_coefficient;
}
