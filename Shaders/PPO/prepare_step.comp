#version 450
// Scalars of one Adam step with global-norm clipping, per run:
//   norm = sqrt(sum of norm_partials);  gradient scale = min(1, max_norm / norm)   (optax.clip_by_global_norm)
//   beta_i^t by one multiplication per step;  learning rate annealed linearly over the updates where asked for
// A norm that is not finite gives a negative scale: adam then leaves the run as it was, and the host is told.
// One workgroup of 256 per run; every invocation sums a fixed comb, then a fixed tree.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, float, hyperparameters);
INPUT(1, float, norm_partials);   // (P / 16)
IN_OUT(2, uint, progress);
IN_OUT(3, float, metrics);
OUTPUT(4, float, step_scalars);
layout(push_constant) uniform Push { AdamDispatch p; };

#define WORKGROUP 256u
#include "Common/workgroup.glsl"

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;
  for (uint i = lane; i < p.partials; i += 256u) sum += norm_partials[run * p.partial_stride + i];
  float squares = workgroup_sum(sum);
  if (lane != 0u) return;
  uint base = run * RUN_SCALARS;
  float norm = sqrt(squares);
  bool finite = (floatBitsToUint(squares) & 0x7F800000u) != 0x7F800000u;
  float maximum = hyperparameters[base + HYPER_MAX_GRADIENT_NORM];
  float beta1 = hyperparameters[base + HYPER_ADAM_BETA1];
  float beta2 = hyperparameters[base + HYPER_ADAM_BETA2];
  float rate = hyperparameters[base + HYPER_LEARNING_RATE];
  if (p.annealed != 0u) rate *= 1.0 - float(progress[base + PROGRESS_UPDATE]) / float(p.total_updates);
  float power1 = uintBitsToFloat(progress[base + PROGRESS_BETA1_POWER]) * beta1;
  float power2 = uintBitsToFloat(progress[base + PROGRESS_BETA2_POWER]) * beta2;
  if (finite) {
    progress[base + PROGRESS_BETA1_POWER] = floatBitsToUint(power1);
    progress[base + PROGRESS_BETA2_POWER] = floatBitsToUint(power2);
  }
  step_scalars[base + STEP_GRADIENT_SCALE] = finite ? (norm < maximum ? 1.0 : maximum / norm) : -1.0;
  step_scalars[base + STEP_LEARNING_RATE] = rate / (1.0 - power1);
  step_scalars[base + STEP_SECOND_MOMENT] = 1.0 / (1.0 - power2);
  if (finite) {
    metrics[base + METRIC_GRADIENT_NORM] += norm;
  } else {
    metrics[base + METRIC_NOT_FINITE] += 1.0;
  }
}
