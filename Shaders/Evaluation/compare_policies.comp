#version 450
// How far a policy is from equivariant in one state, for a symmetry g: its probabilities p on the observation o, and on
// the observation g o, pulled back, q(a) = pi(g a | g o). Per decision of a seat,
//   sums += (1, sum_a p log(p / q) in nats, sum_a |p - q| / 2, whether both prefer the same action)
// The preferred action is the first with the largest logit, in the numbering that the network sees.
// One invocation per (cell, seat, environment).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Evaluation/evaluation.h"
#include "Symmetry/symmetry_table.glsl"

INPUT(0, float, logits);           // (cells, A, N, LOGIT_COLUMNS): of o
INPUT(1, float, turned_logits);    // (cells, A, N, LOGIT_COLUMNS): of g o
INPUT(2, uint, legal_masks);       // (cells, N, A, MASK_WORDS)
INPUT(3, uint, workspace_rows);    // (cells, A, N)
INPUT(4, uint, symmetries);        // (cells, N, A)
INPUT(5, uint, action_table);      // (G, ACTION_WORDS): g a
IN_OUT(6, vec4, equivariance);     // (cells, N, A): decisions, divergence, total variation, agreements
layout(push_constant) uniform Push { EvaluationDispatch p; };
#include "Common/masked_softmax.glsl"

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint z = gl_GlobalInvocationID.y;
  if (n >= p.environments) return;
  uint cell = z / AGENTS;
  uint row = n * AGENTS + z % AGENTS;
  uint workspace_row = workspace_rows[z * p.workspace_stride + n];
  if (!IS_WORKSPACE_ROW(workspace_row)) return;
  uint mask_base = cell * p.mask_stride + row * MASK_WORDS;
  uint logit_base = z * p.logit_stride + workspace_row * LOGIT_COLUMNS;
  uint table_row = symmetries[cell * p.observation_rows + row] * ACTION_WORDS;

  float turned_maximum = -3.0e38;
  uint preferred = 0u;         // with the largest logit of o
  uint turned_preferred = 0u;  // g a with the largest logit of g o
  MaskedSoftmax s = masked_softmax(logit_base, mask_base);
  bool found = false;
  FOR_EACH_LEGAL(mask_base, k) {
    uint image = TABLE_PLACE(action_table, table_row, k);
    float logit = turned_logits[logit_base + image];
    bool better = logit > turned_maximum || (logit == turned_maximum && image < turned_preferred);
    turned_preferred = better ? image : turned_preferred;
    turned_maximum = max(turned_maximum, logit);
    preferred = !found && logits[logit_base + k] == s.maximum ? image : preferred;
    found = found || logits[logit_base + k] == s.maximum;
  }
  float turned_sum = 0.0;
  FOR_EACH_LEGAL(mask_base, k) {
    turned_sum += exp(turned_logits[logit_base + TABLE_PLACE(action_table, table_row, k)] - turned_maximum);
  }
  float turned_normaliser = turned_maximum + log(turned_sum);
  float divergence = 0.0;
  float variation = 0.0;
  FOR_EACH_LEGAL(mask_base, k) {
    float log_p = log_probability(s, logits[logit_base + k]);
    float log_q = turned_logits[logit_base + TABLE_PLACE(action_table, table_row, k)] - turned_normaliser;
    divergence += exp(log_p) * (log_p - log_q);
    variation += abs(exp(log_p) - exp(log_q));
  }
  uint target = cell * p.equivariance_stride + row;
  equivariance[target] += vec4(1.0, divergence, 0.5 * variation, preferred == turned_preferred ? 1.0 : 0.0);
}
