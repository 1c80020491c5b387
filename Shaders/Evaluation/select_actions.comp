#version 450
// The action of every seat, from the logits l of its policy over the legal actions; m = the largest of them:
//   default           a ~ softmax(l / temperature) by inversion: the first legal k with u sum < w_0 + ... + w_k,
//                     w_k = exp((l_k - m) / temperature)
//   GREEDY            the first k with l_k = m
//   GREEDY_RANDOM_TIE uniform among the k with l_k >= m - tie_tolerance
// Seats without a workspace row take their first legal action, which is their only one unless the environment is finished.
// Nothing is done for seats that another network chooses for.
// One invocation per (cell, seat, environment); it counts its own decisions and ties.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Common/random.glsl"
#include "Evaluation/evaluation.h"

INPUT(0, float, logits);          // (cells, A, N, LOGIT_COLUMNS)
INPUT(1, uint, legal_masks);      // (cells, N, A, MASK_WORDS)
INPUT(2, uint, workspace_rows);   // (cells, A, N)
INPUT(3, uvec2, seeds);           // (cells)
INPUT(4, uint, games);         // (cells, N, GAMES_WORDS)
OUTPUT(5, uint, actions);         // (cells, N, A)
IN_OUT(6, uint, decisions);       // (cells, N, A, DECISION_WORDS)
layout(push_constant) uniform Push { EvaluationDispatch p; };
#include "Common/masked_softmax.glsl"

uint random_bits(uint cell, uint n, uint seat, uint purpose) {
  uint step = games[cell * p.game_stride + n * GAMES_WORDS + GAMES_ENV_STEPS];
  return random_words(seeds[cell * p.seed_stride], purpose, n, step, seat).x;
}

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint z = gl_GlobalInvocationID.y;
  if (n >= p.environments) return;
  uint cell = z / AGENTS;
  uint seat = z % AGENTS;
  uint row = n * AGENTS + seat;
  uint mask_base = cell * p.mask_stride + row * MASK_WORDS;
  uint workspace_row = workspace_rows[z * p.workspace_stride + n];
  if (workspace_row == ROW_OF_ANOTHER_NETWORK) return;
  bool chooses = workspace_row != NO_WORKSPACE_ROW;
  uint logit_base = z * p.logit_stride + (chooses ? workspace_row : 0u) * LOGIT_COLUMNS;
  MaskedSoftmax s = masked_softmax(logit_base, mask_base);

  uint tied = 0u;
  uint near_tied = 0u;
  float total = 0.0;
  FOR_EACH_LEGAL(mask_base, k) {
    float logit = logits[logit_base + k];
    tied += uint(logit == s.maximum);
    near_tied += uint(logit >= s.maximum - p.tie_tolerance);
    total += exp((logit - s.maximum) * p.inverse_temperature);
  }

#if defined(GREEDY)
  float threshold = 0.0;  // the first maximum
#elif defined(GREEDY_RANDOM_TIE)
  float threshold = float(to_index(random_bits(cell, n, seat, PURPOSE_BREAK_TIES), near_tied));
#else
  float threshold = to_unit_float(random_bits(cell, n, seat, PURPOSE_SAMPLE_ACTION)) * total;
#endif
  uint chosen = 0u;
  float cumulative = 0.0;
  bool found = false;
  FOR_EACH_LEGAL(mask_base, k) {
    if (!found) {
      float logit = logits[logit_base + k];
#if defined(GREEDY)
      float weight = logit == s.maximum ? 1.0 : 0.0;
#elif defined(GREEDY_RANDOM_TIE)
      float weight = logit >= s.maximum - p.tie_tolerance ? 1.0 : 0.0;
#else
      float weight = exp((logit - s.maximum) * p.inverse_temperature);
#endif
      cumulative += weight;
      chosen = k;  // the last legal action stays where rounding leaves the sum at or below the threshold
      found = !chooses || threshold < cumulative;
    }
  }
  actions[cell * p.action_stride + row] = chosen;
  if (chooses) {
    uint counter = cell * p.decision_stride + row * DECISION_WORDS;
    decisions[counter + DECISIONS] += 1u;
    decisions[counter + DECISIONS_TIED] += uint(tied > 1u);
    decisions[counter + DECISIONS_NEAR_TIED] += uint(near_tied > 1u);
  }
}
