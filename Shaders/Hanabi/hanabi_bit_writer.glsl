// Writers that append bit fields to `observations` and to `legal_masks`. Every count is a constant, so that after unrolling
// nothing is left of them but shifts and one store per word.

uint observation_word;     // where the next word goes
uint observation_pending;  // bits not yet written
uint observation_used;     // how many

void begin_observation(uint word) {
  observation_word = word;
  observation_pending = 0u;
  observation_used = 0u;
}

// Appends the `count` (at most 32) lowest bits; the others must be 0.
void append_observation(uint bits, uint count) {
  observation_pending |= bits << observation_used;
  if (observation_used + count >= 32u) {
    observations[observation_word++] = observation_pending;
    observation_pending = observation_used == 0u ? 0u : bits >> (32u - observation_used);
    observation_used = observation_used + count - 32u;
  } else {
    observation_used += count;
  }
}

// Writes what is pending and goes on at the next whole word.
void finish_observation() {
  if (observation_used > 0u) observations[observation_word++] = observation_pending;
  observation_pending = 0u;
  observation_used = 0u;
}

uint mask_word;     // where the next word goes
uint mask_pending;  // bits not yet written
uint mask_used;     // how many

void begin_mask(uint word) {
  mask_word = word;
  mask_pending = 0u;
  mask_used = 0u;
}

// Appends the `count` (at most 32) lowest bits; the others must be 0.
void append_mask(uint bits, uint count) {
  mask_pending |= bits << mask_used;
  if (mask_used + count >= 32u) {
    legal_masks[mask_word++] = mask_pending;
    mask_pending = mask_used == 0u ? 0u : bits >> (32u - mask_used);
    mask_used = mask_used + count - 32u;
  } else {
    mask_used += count;
  }
}

// Writes what is pending and goes on at the next whole word.
void finish_mask() {
  if (mask_used > 0u) legal_masks[mask_word++] = mask_pending;
  mask_pending = 0u;
  mask_used = 0u;
}
