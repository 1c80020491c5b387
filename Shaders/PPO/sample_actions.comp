#version 450
// a ~ softmax(logits over legal actions) by inversion: the first legal k with u sum(w) < w_0 + ... + w_k, where
//   w_k = exp(logit_k - largest logit)
// Waiting seats (exactly one legal action) take it with log-probability 0. Every row also stores its value.
// One invocation per (run, workspace row); the result goes to the rollout row that the workspace row stands for.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Common/random.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

INPUT(0, float, logits);               // (C, LOGIT_COLUMNS)
INPUT(1, float, value_outputs);        // (C, VALUE_COLUMNS)
INPUT(2, uint, legal_masks);           // (T + 1, N, A, MASK_WORDS)
INPUT(3, uvec2, seeds);
INPUT(4, uint, progress);
INPUT(5, uint, row_indices);           // (C)
INPUT(6, uint, row_counts);            // (counts)
OUTPUT(7, uint, actions);              // (T, N, A)
OUTPUT(8, float, log_probabilities);   // (T, N, A)
OUTPUT(9, float, values);              // (T + 1, N, A)
layout(push_constant) uniform Push { ChunkDispatch p; };
#include "Common/masked_softmax.glsl"
#include "Common/acting.glsl"

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i >= p.rows) return;
  uint row = row_indices[run * p.index_stride + i];
  values[run * p.rollout.value_stride + row] = value_outputs[run * p.value_output_stride + i * VALUE_COLUMNS];
#ifndef VALUES_ONLY
  uint mask_base = run * p.rollout.mask_stride + row * MASK_WORDS;
  uint logit_base = run * p.logit_stride + i * LOGIT_COLUMNS;
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
      cumulative += exp(logits[logit_base + k] - s.maximum);
      found = !acting || threshold < cumulative;
    }
  }
  uint target = run * p.rollout.row_stride + row;
  actions[target] = chosen;
  log_probabilities[target] = acting ? log_probability(s, logits[logit_base + chosen]) : 0.0;
#endif
}
