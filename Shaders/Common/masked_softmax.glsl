// Softmax over the legal actions of one row. The includer declares `logits` and `legal_masks` and defines MASK_WORDS.
// Illegal actions have probability 0: JaxMARL's logit - 1e10 underflows to the same.

// exp(logit - maximum) of a legal action. The host has a definition of its own, which reads what PREPARE_WEIGHTS computed
// for all columns of the row at once.
#ifndef WEIGHT
#define PREPARE_WEIGHTS(LOGIT_BASE, MAXIMUM)
#define WEIGHT(LOGIT_BASE, K, MAXIMUM) exp(logits[(LOGIT_BASE) + (K)] - (MAXIMUM))
#endif

// For every legal action K of the mask that starts at word MASK_BASE, in ascending order: the statement that follows.
#define FOR_EACH_LEGAL(MASK_BASE, K)                                                                   \
  for (uint mask_word = 0u; mask_word < MASK_WORDS; ++mask_word)                                       \
    for (uint bits = legal_masks[(MASK_BASE) + mask_word], K = 32u * mask_word + uint(findLSB(bits)); \
         bits != 0u; bits &= bits - 1u, K = 32u * mask_word + uint(findLSB(bits)))

struct MaskedSoftmax {
  float maximum;        // largest legal logit
  float sum;            // sum exp(logit - maximum)
  float log_normaliser; // its logarithm
};

MaskedSoftmax masked_softmax(uint logit_base, uint mask_base) {
  MaskedSoftmax s;
  s.maximum = -3.0e38;
  FOR_EACH_LEGAL(mask_base, k) { s.maximum = max(s.maximum, logits[logit_base + k]); }
  PREPARE_WEIGHTS(logit_base, s.maximum);
  s.sum = 0.0;
  FOR_EACH_LEGAL(mask_base, k) { s.sum += WEIGHT(logit_base, k, s.maximum); }
  s.log_normaliser = log(s.sum);
  return s;
}

float log_probability(MaskedSoftmax s, float logit) { return logit - s.maximum - s.log_normaliser; }
