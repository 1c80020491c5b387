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
#include "Common/random.glsl"
#include "Common/masked_softmax.glsl"
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
  uint logit_base = LOGIT_BASE(run, i);
  uint chosen = 0u;
  bool acting = i < row_counts[run * p.count_stride + ROW_COUNT_ACTING] && has_choice(mask_base);
  MaskedSoftmax s = masked_softmax(logit_base, mask_base);
  uint update = progress[run * RUN_SCALARS + PROGRESS_UPDATE];
  float u = to_unit_float(random_words(seeds[run * SEED_STRIDE], PURPOSE_SAMPLE_ACTION, row, update, 0u).x);
  float threshold = u * s.sum;  // the same sum in the same order, so that the last weight is reached
  float cumulative = 0.0;
  bool found = false;
  FOR_EACH_LEGAL(mask_base, k) {
    if (!found) {
      chosen = k;
      cumulative += WEIGHT(logit_base, k, s.maximum);
      found = !acting || threshold < cumulative;
    }
  }
  uint target = run * p.rollout.row_stride + row;
  actions[target] = chosen;
  log_probabilities[target] = acting ? log_probability(s, logits[logit_base + chosen]) : 0.0;
}
