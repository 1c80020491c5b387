// What prepare_step.comp binds and makes of the sum of the squares of a run's gradient; the host includes it too
// (CHostKernels).
INPUT(0, float, hyperparameters);
INPUT(1, float, norm_partials);   // (P / 16)
IN_OUT(2, uint, progress);
IN_OUT(3, float, metrics);
IN_OUT(4, float, step_scalars);

void prepare_step(uint run, float squares) {
  uint base = run * RUN_SCALARS;
  float norm = sqrt(squares);
  bool finite = (floatBitsToUint(squares) & 0x7F800000u) != 0x7F800000u;
  float maximum = hyperparameters[base + HYPER_MAX_GRADIENT_NORM];
  float beta1 = hyperparameters[base + HYPER_ADAM_BETA1];
  float beta2 = hyperparameters[base + HYPER_ADAM_BETA2];
  float power1 = uintBitsToFloat(progress[base + PROGRESS_BETA1_POWER]) * beta1;
  float power2 = uintBitsToFloat(progress[base + PROGRESS_BETA2_POWER]) * beta2;
  if (finite) {
    progress[base + PROGRESS_BETA1_POWER] = floatBitsToUint(power1);
    progress[base + PROGRESS_BETA2_POWER] = floatBitsToUint(power2);
  }
  step_scalars[base + STEP_GRADIENT_SCALE] = finite ? (norm < maximum ? 1.0 : maximum / norm) : -1.0;
  step_scalars[base + STEP_LEARNING_RATE] = step_scalars[base + STEP_ANNEALED_RATE] / (1.0 - power1);
  step_scalars[base + STEP_SECOND_MOMENT] = 1.0 / (1.0 - power2);
  if (finite) {
    metrics[base + METRIC_GRADIENT_NORM] += norm;
  } else {
    metrics[base + METRIC_NOT_FINITE] += 1.0;
  }
}
