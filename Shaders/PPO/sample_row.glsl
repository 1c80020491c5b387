// What sample_actions.comp binds and does to workspace row `i`; the host includes it too (CHostKernels). An includer that has
// logits and values of its own defines where those of a row begin.
#ifndef LOGIT_BASE
INPUT(0, float, logits);               // (C, LOGIT_COLUMNS)
INPUT(1, float, value_outputs);        // (C, VALUE_COLUMNS)
#define LOGIT_BASE(RUN, I) ((RUN) * p.logit_stride + (I) * LOGIT_COLUMNS)
#define VALUE_BASE(RUN, I) ((RUN) * p.value_output_stride + (I) * VALUE_COLUMNS)
#endif
INPUT(2, uint, legal_masks);           // (T + 1, N, A, MASK_WORDS)
INPUT(3, uvec2, seeds);
INPUT(4, uint, progress);
INPUT(5, uint, row_indices);           // (C)
INPUT(6, uint, row_counts);            // (counts)
OUTPUT(7, uint, actions);              // (T, N, A)
OUTPUT(8, float, log_probabilities);   // (T, N, A)
OUTPUT(9, float, values);              // (T + 1, N, A)
INPUT(10, float, step_scalars);
#include "PPO/sample_action.glsl"
#include "Common/acting.glsl"

void store_value(uint run, uint i) {
  uint row = row_indices[run * p.index_stride + i];
  float value = value_outputs[VALUE_BASE(run, i)];
  uint scalars = run * RUN_SCALARS;
  values[run * p.rollout.value_stride + row] =
      step_scalars[scalars + STEP_VALUE_MEAN] + step_scalars[scalars + STEP_VALUE_SCALE] * value;
}

void sample_row(uint run, uint i) {
  uint row = row_indices[run * p.index_stride + i];
  uint mask_base = run * p.rollout.mask_stride + row * MASK_WORDS;
  bool acting = i < row_counts[run * p.count_stride + ROW_COUNT_ACTING] && has_choice(mask_base);
  uint update = progress[run * RUN_SCALARS + PROGRESS_UPDATE];
  SampledAction sampled =
      sample_action(LOGIT_BASE(run, i), mask_base, acting, action_draw(seeds[run * SEED_STRIDE], row, update));
  uint target = run * p.rollout.row_stride + row;
  actions[target] = sampled.action;
  log_probabilities[target] = sampled.log_probability;
}
