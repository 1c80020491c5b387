// Softmax over the legal actions of one row. The includer declares `logits` and `legal_masks` and defines ACTIONS.
// Illegal actions have probability 0: JaxMARL's logit - 1e10 underflows to the same.

bool is_legal(uint mask_base, uint action) {
  return (legal_masks[mask_base + action / 32u] >> (action & 31u) & 1u) != 0u;
}

struct MaskedSoftmax {
  float maximum;        // largest legal logit
  float sum;            // sum exp(logit - maximum)
  float log_normaliser; // its logarithm
};

MaskedSoftmax masked_softmax(uint logit_base, uint mask_base) {
  MaskedSoftmax s;
  s.maximum = -3.0e38;
  for (uint k = 0u; k < ACTIONS; ++k) {
    if (is_legal(mask_base, k)) s.maximum = max(s.maximum, logits[logit_base + k]);
  }
  s.sum = 0.0;
  for (uint k = 0u; k < ACTIONS; ++k) {
    if (is_legal(mask_base, k)) s.sum += exp(logits[logit_base + k] - s.maximum);
  }
  s.log_normaliser = log(s.sum);
  return s;
}

float log_probability(MaskedSoftmax s, float logit) { return logit - s.maximum - s.log_normaliser; }
