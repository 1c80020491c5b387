// What prepare_step.comp binds and makes of the sum of the squares of a run's gradient; the host includes it too
// (CHostKernels).
INPUT(0, float, hyperparameters);
INPUT(1, float, norm_partials);   // (P / 16)
IN_OUT(2, uint, progress);
IN_OUT(3, float, metrics);
IN_OUT(4, float, step_scalars);

bool is_finite(float value) { return (floatBitsToUint(value) & 0x7F800000u) != 0x7F800000u; }

void prepare_step(uint run, float squares) {
  uint base = run * RUN_SCALARS;
  float norm = sqrt(squares);
  bool finite = is_finite(squares);
  for (uint i = 0u; i < METRIC_ROW_SUMS; ++i) finite = finite && is_finite(metrics[base + i]);
  uint diverged = progress[base + PROGRESS_DIVERGED];
  if (!finite && diverged == 0u) progress[base + PROGRESS_DIVERGED] = progress[base + PROGRESS_UPDATE] + 1u;
  bool steps = finite && diverged == 0u;
  float maximum = hyperparameters[base + HYPER_MAX_GRADIENT_NORM];
  float beta1 = hyperparameters[base + HYPER_ADAM_BETA1];
  float beta2 = hyperparameters[base + HYPER_ADAM_BETA2];
  float power1 = uintBitsToFloat(progress[base + PROGRESS_BETA1_POWER]) * beta1;
  float power2 = uintBitsToFloat(progress[base + PROGRESS_BETA2_POWER]) * beta2;
  if (steps) {
    progress[base + PROGRESS_BETA1_POWER] = floatBitsToUint(power1);
    progress[base + PROGRESS_BETA2_POWER] = floatBitsToUint(power2);
  }
  step_scalars[base + STEP_GRADIENT_SCALE] = steps ? (norm < maximum ? 1.0 : maximum / norm) : -1.0;
  step_scalars[base + STEP_LEARNING_RATE] = step_scalars[base + STEP_ANNEALED_RATE] / (1.0 - power1);
  step_scalars[base + STEP_SECOND_MOMENT] = 1.0 / (1.0 - power2);
  if (steps) {
    metrics[base + METRIC_GRADIENT_NORM] += norm;
  } else {
    metrics[base + METRIC_STEPS_LEFT_OUT] += 1.0;
  }
}
