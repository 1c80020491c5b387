// Metrics and the step of the optimiser.
#include "bound.hpp"
#include "vectorised.h"

namespace glsl {

#define CHUNK_ROWS chunk_rows

struct AccumulateMetrics : Bound<ChunkDispatch> {
  MACRO(chunk_rows, "CHUNK_ROWS");
  using Bound::Bound;
  INPUT(0, float, row_statistics);  // (METRIC_ROW_SUMS, C)
  IN_OUT(1, float, metrics);        // (RUN_SCALARS)
};

struct ReduceGradients : Bound<AdamDispatch> {
  using Bound::Bound;
  IN_OUT(0, float, gradients);      // (S, P)
  OUTPUT(1, float, norm_partials);  // (P / 16)
};

struct PrepareStep : Bound<AdamDispatch> {
  using Bound::Bound;
#include "PPO/step_scalars.glsl"
};

struct AdamStep : Bound<AdamDispatch> {
  using Bound::Bound;
  INPUT(0, float, hyperparameters);
  INPUT(1, float, step_scalars);
  INPUT(2, float, gradients);       // (S, P); split 0 holds the sum
  IN_OUT(3, float, first_moments);  // (P)
  IN_OUT(4, float, second_moments); // (P)
  IN_OUT(5, float, parameters);     // (P)
};

}  // namespace glsl

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

void host_accumulate_metrics(const HostArguments *arguments, uint run, uint first, uint end) {
  const glsl::AccumulateMetrics rows(arguments);
  const float *statistics = rows.row_statistics + static_cast<size_t>(run) * rows.p.statistic_stride;
  for (uint metric = first; metric < end; ++metric) {
    rows.metrics[run * RUN_SCALARS + metric] += static_cast<float>(
        sum(statistics + static_cast<size_t>(metric) * rows.chunk_rows, rows.p.rows, false));
  }
}

VECTORISED static void add(float *__restrict sums, const float *__restrict values, size_t count) {
  for (size_t i = 0; i < count; ++i) sums[i] += values[i];
}

void host_reduce_gradients(const HostArguments *arguments, uint run, uint first, uint end) {
  const glsl::ReduceGradients given(arguments);
  float *gradients = given.gradients + static_cast<size_t>(run) * given.p.gradient_stride;
  for (size_t split = 1; split < given.p.splits; ++split) {
    add(gradients, gradients + split * given.p.parameters, given.p.parameters);
  }
  float *partials = given.norm_partials + static_cast<size_t>(run) * given.p.partial_stride;
  memset(partials + first, 0, (end - first) * sizeof *partials);
  partials[first] = static_cast<float>(sum(gradients, given.p.parameters, true));
}

void host_prepare_step(const HostArguments *arguments, uint run, uint, uint) {
  glsl::PrepareStep given(arguments);
  const float *partials = given.norm_partials + static_cast<size_t>(run) * given.p.partial_stride;
  given.prepare_step(run, static_cast<float>(sum(partials, given.p.partials, false)));
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

void host_adam(const HostArguments *arguments, uint run, uint, uint) {
  const glsl::AdamStep given(arguments);
  const float *hyper = given.hyperparameters + run * RUN_SCALARS, *step = given.step_scalars + run * RUN_SCALARS;
  float scale = step[STEP_GRADIENT_SCALE];
  if (scale < 0) return;  // the run has diverged
  size_t place = static_cast<size_t>(run) * given.p.parameter_stride;
  adam(given.parameters + place, given.first_moments + place, given.second_moments + place,
       given.gradients + static_cast<size_t>(run) * given.p.gradient_stride, given.p.parameters, scale,
       hyper[HYPER_ADAM_BETA1], hyper[HYPER_ADAM_BETA2], step[STEP_LEARNING_RATE], step[STEP_SECOND_MOMENT],
       hyper[HYPER_ADAM_EPSILON]);
}
