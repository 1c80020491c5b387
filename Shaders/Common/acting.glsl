// Whether a seat has a choice: its legal mask, MASK_WORDS words from `mask_base` on, has more than one bit.
// The includer declares `legal_masks`.
bool has_choice(uint mask_base) {
  uint legal = 0u;
  for (uint w = 0u; w < MASK_WORDS; ++w) legal += uint(bitCount(legal_masks[mask_base + w]));
  return legal > 1u;
}
