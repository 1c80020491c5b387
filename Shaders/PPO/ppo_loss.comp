#version 450
// Loss of independent PPO (Schulman et al. 2017; value clipping and masking as JaxMARL), a mean over the B rows of the
// minibatch, and its gradient with respect to logits and values:
//   ratio = exp(log pi(a|o) - log pi_old(a|o));  A = (advantage - mean) * scale;  target = advantage + V_old
//   loss  = -min(ratio A, clip(ratio, 1 - e, 1 + e) A) + c_v/2 max((V - target)^2, (V_clipped - target)^2) - c_h H(pi)
//   V_clipped = V_old + clip(V - V_old, -e, e)
//   d loss / d logit_k = g (1[k = a] - p_k) + c_h p_k (log p_k + H),  g = -ratio A where the clip does not bind, else 0
//   c_h = start + (end - start) * updates done / updates of the whole training
// Waiting seats have ratio 1, entropy 0 and no logit gradient; they count in every mean.
// One invocation per (run, workspace row).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

INPUT(0, float, hyperparameters);
INPUT(1, float, logits);               // (C, LOGIT_COLUMNS)
INPUT(2, float, value_outputs);        // (C, VALUE_COLUMNS)
INPUT(3, uint, legal_masks);           // (T + 1, N, A, MASK_WORDS)
INPUT(4, uint, actions);               // (T, N, A)
INPUT(5, float, log_probabilities);    // (T, N, A)
INPUT(6, float, values);               // (T + 1, N, A)
INPUT(7, float, advantages);           // (T, N, A)
INPUT(8, float, advantage_moments);    // (minibatches, 2)
INPUT(9, uint, row_indices);           // (C)
INPUT(10, uint, row_counts);           // (2), or (3) where the game has wide actions
INPUT(11, uint, progress);
OUTPUT(12, float, logit_gradients);    // (C, LOGIT_COLUMNS)
OUTPUT(13, float, value_gradients);    // (C, VALUE_COLUMNS)
OUTPUT(14, float, row_statistics);     // (METRIC_ROW_SUMS, C)
layout(push_constant) uniform Push { ChunkDispatch p; };
#include "Common/masked_softmax.glsl"
#include "Common/acting.glsl"
#include "PPO/loss_row.glsl"

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i < p.rows) loss_row(run, i);
}
