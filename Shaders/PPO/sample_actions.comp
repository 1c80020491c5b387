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
#include "PPO/sample_row.glsl"

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i >= p.rows) return;
  store_value(run, i);
#ifndef VALUES_ONLY
  sample_row(run, i);
#endif
}
