// One action of a row with logits in `logits` from `logit_base` on and its legal mask from `mask_base` on, by inversion: the
// first legal k with u sum(w) < w_0 + ... + w_k, where w_k = exp(logit_k - largest logit). A waiting row takes its first legal
// action with log-probability 0. The host includes this, too (sample_row.glsl).
#include "Common/random.glsl"
#include "Common/masked_softmax.glsl"

struct SampledAction {
  uint action;
  float log_probability;
};

// What the action of a rollout row is drawn with, uniform in [0, 1).
float action_draw(uvec2 seed, uint row, uint update) {
  return to_unit_float(random_words(seed, PURPOSE_SAMPLE_ACTION, row, update, 0u).x);
}

SampledAction sample_action(uint logit_base, uint mask_base, bool acting, float u) {
  uint chosen = 0u;
  MaskedSoftmax s = masked_softmax(logit_base, mask_base);
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
  SampledAction result;
  result.action = chosen;
  result.log_probability = acting ? log_probability(s, logits[logit_base + chosen]) : 0.0;
  return result;
}
