// What ppo_loss.comp binds and does to workspace row `i`; the host includes it too (CHostKernels).
INPUT(0, float, hyperparameters);
INPUT(1, float, logits);               // (C, LOGIT_COLUMNS)
INPUT(2, float, value_outputs);        // (C, VALUE_COLUMNS)
INPUT(3, uint, legal_masks);           // (T + 1, N, A, MASK_WORDS)
INPUT(4, uint, actions);               // (T, N, A)
INPUT(5, float, log_probabilities);    // (T, N, A)
INPUT(6, float, values);               // (T + 1, N, A)
INPUT(7, float, advantages);           // (T, N, A)
INPUT(8, float, advantage_moments);    // (minibatches, 2), or one pair for all of them
INPUT(9, uint, row_indices);           // (C)
INPUT(10, uint, row_counts);           // (2), or (3) where the game has wide actions
INPUT(11, float, step_scalars);
OUTPUT(12, float, logit_gradients);    // (C, LOGIT_COLUMNS)
OUTPUT(13, float, value_gradients);    // (C, VALUE_COLUMNS)
OUTPUT(14, float, row_statistics);     // (METRIC_ROW_SUMS, C)
#include "Common/masked_softmax.glsl"
#include "Common/acting.glsl"

void loss_row(uint run, uint i) {
  uint row = row_indices[run * p.index_stride + i];
  uint rollout_row = run * p.rollout.row_stride + row;
  uint mask_base = run * p.rollout.mask_stride + row * MASK_WORDS;
  bool acting = i < row_counts[run * p.count_stride + ROW_COUNT_ACTING] && has_choice(mask_base);
  uint logit_base = run * p.logit_stride + i * LOGIT_COLUMNS;
  uint value_base = run * p.value_output_stride + i * VALUE_COLUMNS;
  uint hyper = run * RUN_SCALARS;
  float clip = hyperparameters[hyper + HYPER_CLIP_EPSILON];
  float entropy_coefficient = step_scalars[hyper + STEP_ENTROPY_COEFFICIENT];
  float weight = 1.0 / float(p.minibatch_rows);

  float raw_advantage = advantages[rollout_row];
  uint moments = run * p.moment_stride + p.moments * 2u;
  float advantage = (raw_advantage - advantage_moments[moments]) * advantage_moments[moments + 1u];

  // Policy
  MaskedSoftmax s = masked_softmax(logit_base, mask_base);
  float entropy = 0.0;
  float normaliser = 1.0 / s.sum;
  if (acting) {
    FOR_EACH_LEGAL(mask_base, k) {
      float probability = WEIGHT(logit_base, k, s.maximum) * normaliser;
      entropy -= probability * log_probability(s, logits[logit_base + k]);
    }
  }
  uint action = actions[rollout_row];
  float log_ratio = acting ? log_probability(s, logits[logit_base + action]) - log_probabilities[rollout_row] : 0.0;
  float ratio = exp(log_ratio);
  float plain = ratio * advantage;
  float clipped = clamp(ratio, 1.0 - clip, 1.0 + clip) * advantage;
  float log_probability_gradient = plain <= clipped ? -plain * weight : 0.0;
#ifdef WIDE_BEGIN
  // Nobody reads the columns of wide actions in other rows.
  bool wide = i < row_counts[run * p.count_stride + ROW_COUNT_WIDE];
  for (uint k = 0u; k < WIDE_BEGIN; ++k) logit_gradients[logit_base + k] = 0.0;
  for (uint k = wide ? WIDE_BEGIN : WIDE_END; k < LOGIT_COLUMNS; ++k) logit_gradients[logit_base + k] = 0.0;
#else
  for (uint k = 0u; k < LOGIT_COLUMNS; ++k) logit_gradients[logit_base + k] = 0.0;
#endif
  if (acting) {
    FOR_EACH_LEGAL(mask_base, k) {
      float log_p = log_probability(s, logits[logit_base + k]);
      float probability = WEIGHT(logit_base, k, s.maximum) * normaliser;
      logit_gradients[logit_base + k] = log_probability_gradient * ((k == action ? 1.0 : 0.0) - probability)
          + entropy_coefficient * weight * probability * (log_p + entropy);
    }
  }

  // Value
  float value = value_outputs[value_base];
  float old_value = values[run * p.rollout.value_stride + row];
  float target = raw_advantage + old_value;
  // As the value head gives them: the same numbers where values are not normalised.
  float old_output = (old_value - step_scalars[hyper + STEP_VALUE_MEAN]) / step_scalars[hyper + STEP_VALUE_SCALE];
  float target_output = (target - step_scalars[hyper + STEP_TARGET_MEAN]) / step_scalars[hyper + STEP_TARGET_SCALE];
  float value_clipped = old_output + clamp(value - old_output, -clip, clip);
  float error = value - target_output;
  float error_clipped = p.clips_values != 0u ? value_clipped - target_output : error;
  bool clip_binds = error_clipped * error_clipped > error * error;
  float value_gradient = clip_binds ? (abs(value - old_output) < clip ? error_clipped : 0.0) : error;
  value_gradient *= hyperparameters[hyper + HYPER_VALUE_COEFFICIENT] * weight;
  for (uint k = 0u; k < VALUE_COLUMNS; ++k) {
    value_gradients[value_base + k] = k == 0u ? value_gradient : 0.0;
  }

  uint statistics = run * p.statistic_stride + i;
  row_statistics[statistics + METRIC_POLICY_LOSS * CHUNK_ROWS] = -min(plain, clipped);
  row_statistics[statistics + METRIC_VALUE_LOSS * CHUNK_ROWS] =
      0.5 * max(error * error, error_clipped * error_clipped);
  row_statistics[statistics + METRIC_ENTROPY * CHUNK_ROWS] = entropy;
  row_statistics[statistics + METRIC_APPROXIMATE_KL * CHUNK_ROWS] = (ratio - 1.0) - log_ratio;
  row_statistics[statistics + METRIC_CLIP_FRACTION * CHUNK_ROWS] =
      abs(ratio - 1.0) > clip ? 1.0 : 0.0;
  row_statistics[statistics + METRIC_TARGET * CHUNK_ROWS] = target;
  row_statistics[statistics + METRIC_TARGET_SQUARED * CHUNK_ROWS] = target * target;
  row_statistics[statistics + METRIC_RESIDUAL * CHUNK_ROWS] = target - old_value;
  row_statistics[statistics + METRIC_RESIDUAL_SQUARED * CHUNK_ROWS] =
      (target - old_value) * (target - old_value);
}
