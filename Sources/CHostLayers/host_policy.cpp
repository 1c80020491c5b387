// Actions, the loss and the step of the optimiser: the kernels' own functions on rows, row after row.
#include "glsl.hpp"
#include "host_rows.h"
#include "vectorised.h"

namespace glsl {

#define MASK_WORDS shape.mask_words
#define LOGIT_COLUMNS shape.logit_columns
#define VALUE_COLUMNS shape.value_columns
#define CHUNK_ROWS shape.chunk_rows
#define SEED_STRIDE shape.seed_stride
#define WIDE_BEGIN shape.wide_begin
#define WIDE_END shape.wide_end
#define PREPARE_WEIGHTS(LOGIT_BASE, MAXIMUM) prepare_weights(LOGIT_BASE, MAXIMUM)
#define WEIGHT(LOGIT_BASE, K, MAXIMUM) weights[K]

// Into the versions of the functions below, so that all of it uses their instruction set.
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)

struct PolicyRows : HostPolicyRows {
  Pairs seeds;
  float *weights;  // of one row, as many as it has logits

  PolicyRows(const HostPolicyRows &rows, float *weights)
      : HostPolicyRows(rows), seeds{rows.seed_words}, weights(weights) {}

  // exp(logit - maximum) of all columns, for the compiler to vectorise; what stands at actions that are not legal is read
  // by nobody.
  void prepare_weights(uint logit_base, float maximum) {
    const float *__restrict from = logits + logit_base;
    float *__restrict to = weights;
    for (uint k = 0; k < LOGIT_COLUMNS; k += 8) {
      for (uint lane = 0; lane < 8; ++lane) to[k + lane] = exp(from[k + lane] - maximum);
    }
  }

#include "Common/acting.glsl"
#include "Common/masked_softmax.glsl"
#include "Common/random.glsl"
#include "PPO/loss_row.glsl"
#include "PPO/sample_row.glsl"
};

#pragma clang attribute pop

struct Step : HostStep {
  explicit Step(const HostStep &step) : HostStep(step) {}

#include "PPO/step_scalars.glsl"
};

}  // namespace glsl

#define ROW_WEIGHTS(ROWS) static_cast<float *>(__builtin_alloca((ROWS)->shape.logit_columns * sizeof(float)))

VECTORISED_WHOLE void host_sample_actions(const HostPolicyRows *rows, uint run, uint first, uint end) {
  glsl::PolicyRows policy(*rows, ROW_WEIGHTS(rows));
  for (uint i = first; i < end; ++i) {
    policy.store_value(run, i);
    policy.sample_row(run, i);
  }
}

void host_store_values(const HostPolicyRows *rows, uint run, uint first, uint end) {
  glsl::PolicyRows policy(*rows, nullptr);
  for (uint i = first; i < end; ++i) policy.store_value(run, i);
}

VECTORISED_WHOLE void host_ppo_loss(const HostPolicyRows *rows, uint run, uint first, uint end) {
  glsl::PolicyRows policy(*rows, ROW_WEIGHTS(rows));
  for (uint i = first; i < end; ++i) policy.loss_row(run, i);
}

// Sixteen sums at a time, for the compiler to vectorise without changing their order.
VECTORISED static double sum(const float *values, size_t count, bool squared) {
  double sums[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (size_t lane = 0; lane < 16; ++lane) {
      double value = values[i + lane];
      sums[lane] += squared ? value * value : value;
    }
  }
  double total = 0;
  for (; i < count; ++i) total += squared ? static_cast<double>(values[i]) * values[i] : values[i];
  for (size_t lane = 0; lane < 16; ++lane) total += sums[lane];
  return total;
}

void host_accumulate_metrics(const HostPolicyRows *rows, uint run, float *metrics) {
  const float *statistics = rows->row_statistics + static_cast<size_t>(run) * rows->p.statistic_stride;
  for (uint metric = 0; metric < METRIC_ROW_SUMS; ++metric) {
    metrics[run * RUN_SCALARS + metric] += static_cast<float>(
        sum(statistics + static_cast<size_t>(metric) * rows->shape.chunk_rows, rows->p.rows, false));
  }
}

VECTORISED static void adam(float *__restrict parameters, float *__restrict first_moments,
                            float *__restrict second_moments, const float *__restrict gradients, size_t count,
                            float scale, float beta1, float beta2, float rate, float second, float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    float g = gradients[i] * scale;
    float m = beta1 * first_moments[i] + (1.0f - beta1) * g;
    float v = beta2 * second_moments[i] + (1.0f - beta2) * g * g;
    first_moments[i] = m;
    second_moments[i] = v;
    parameters[i] -= rate * m / (__builtin_elementwise_sqrt(v * second) + epsilon);
  }
}

void host_adam_step(const HostStep *given, uint run) {
  const float *gradients = given->gradients + static_cast<size_t>(run) * given->p.gradient_stride;
  size_t count = given->p.parameters, base = run * RUN_SCALARS;
  glsl::Step(*given).prepare_step(run, static_cast<float>(sum(gradients, count, true)));
  float scale = given->step_scalars[base + STEP_GRADIENT_SCALE];
  if (scale < 0) return;  // the gradient is not finite
  size_t first = static_cast<size_t>(run) * given->p.parameter_stride;
  adam(given->parameters + first, given->first_moments + first, given->second_moments + first, gradients, count, scale,
       given->hyperparameters[base + HYPER_ADAM_BETA1], given->hyperparameters[base + HYPER_ADAM_BETA2],
       given->step_scalars[base + STEP_LEARNING_RATE], given->step_scalars[base + STEP_SECOND_MOMENT],
       given->hyperparameters[base + HYPER_ADAM_EPSILON]);
}
