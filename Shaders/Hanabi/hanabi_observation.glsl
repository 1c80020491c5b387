#ifdef KNOWLEDGE_V0
#include "Common/reciprocal.glsl"
#endif

// Feature `feature` (below D) of the packed observation that starts at word `row_base` of the buffer `observations`,
// which the including kernel declares. hanabi_observe.comp says how rows are packed.
float observation_value(uint row_base, uint feature) {
  uint bit = (observations[row_base + (feature >> 5)] >> (feature & 31u)) & 1u;
#ifdef KNOWLEDGE_V0
  // JaxMARL's arithmetic: float32(plausible * left) * (1 / float32(sum)).
  uint place = max(feature, KNOWLEDGE_OFFSET) - KNOWLEDGE_OFFSET;
  uint slot = place / SLOT_FEATURES;
  uint card = place % SLOT_FEATURES;
  uint left = 0u;
  [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) {
    left |= ((observations[row_base + LEFT_PLANES_OFFSET + plane] >> (card & 31u)) & 1u) << plane;
  }
  uint sum = (observations[row_base + WEIGHT_SUMS_OFFSET + (slot >> 1)] >> (16u * (slot & 1u))) & 0xFFFFu;
  bool is_belief = feature >= KNOWLEDGE_OFFSET && card < CARDS;
  return is_belief ? float(bit * left) * reciprocal(max(sum, 1u)) : float(bit);
#else
  return float(bit);
#endif
}
