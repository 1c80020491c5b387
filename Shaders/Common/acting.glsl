// Whether a seat has a choice: its legal mask, MASK_WORDS words from `mask_base` on, has more than one bit.
// The includer declares `legal_masks`.
//
// Where the game has wide actions, WIDE_BEGIN ..< WIDE_END are the logits that are computed for rows that may take one
// of them only.
bool has_choice(uint mask_base) {
  uint legal = 0u;
  for (uint w = 0u; w < MASK_WORDS; ++w) legal += uint(bitCount(legal_masks[mask_base + w]));
  return legal > 1u;
}

#ifdef WIDE_BEGIN
bool has_wide_action(uint mask_base) {
  uint legal = 0u;
  for (uint w = WIDE_BEGIN / 32u; w <= (WIDE_END - 1u) / 32u; ++w) {
    uint bits = legal_masks[mask_base + w];
    if (w == WIDE_BEGIN / 32u) bits &= ~0u << (WIDE_BEGIN % 32u);
    if (w == (WIDE_END - 1u) / 32u) bits &= ~0u >> (31u - (WIDE_END - 1u) % 32u);
    legal |= bits;
  }
  return legal != 0u;
}
#endif

// What a row adds to the numbers of rows by kind: acting rows in the low half, those of them that may take a wide action
// in the high half as well; 0 for a waiting seat.
#define ACTING_ROW 1u
#define WIDE_ROW 0x10001u
uint row_kind(uint mask_base) {
  if (!has_choice(mask_base)) return 0u;
#ifdef WIDE_BEGIN
  if (has_wide_action(mask_base)) return WIDE_ROW;
#endif
  return ACTING_ROW;
}
