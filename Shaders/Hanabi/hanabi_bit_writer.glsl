// Writers that append bit fields to `observations` (four words at a time) and to `legal_masks`. Every count is a constant, so
// that after unrolling nothing is left of them but shifts and stores.

uint observation_place;    // where the next four words go
uvec4 observation_four;    // words of them that are complete
uint observation_complete; // how many
uint observation_pending;  // bits of the next word
uint observation_used;     // how many

void begin_observation(uint place) {
  observation_place = place;
  observation_complete = 0u;
  observation_pending = 0u;
  observation_used = 0u;
}

void complete_observation_word(uint word) {
  if (observation_complete == 0u) {
    observation_four.x = word;
  } else if (observation_complete == 1u) {
    observation_four.y = word;
  } else if (observation_complete == 2u) {
    observation_four.z = word;
  } else {
    observations[observation_place++] = uvec4(observation_four.xyz, word);
  }
  observation_complete = (observation_complete + 1u) & 3u;
}

// Appends the `count` (at most 32) lowest bits; the others must be 0.
void append_observation(uint bits, uint count) {
  observation_pending |= bits << observation_used;
  if (observation_used + count >= 32u) {
    complete_observation_word(observation_pending);
    observation_pending = observation_used == 0u ? 0u : bits >> (32u - observation_used);
    observation_used = observation_used + count - 32u;
  } else {
    observation_used += count;
  }
}

// Goes on at the next whole word.
void align_observation() {
  if (observation_used > 0u) complete_observation_word(observation_pending);
  observation_pending = 0u;
  observation_used = 0u;
}

// Fills up the last four words.
void finish_observation() {
  align_observation();
  [[unroll]] for (uint word = 0u; word < 3u; ++word) {
    if (observation_complete > 0u) complete_observation_word(0u);
  }
}

uint mask_place;    // where the next word goes
uint mask_pending;  // bits not yet written
uint mask_used;     // how many

void begin_mask(uint place) {
  mask_place = place;
  mask_pending = 0u;
  mask_used = 0u;
}

// Appends the `count` (at most 32) lowest bits; the others must be 0.
void append_mask(uint bits, uint count) {
  mask_pending |= bits << mask_used;
  if (mask_used + count >= 32u) {
    legal_masks[mask_place++] = mask_pending;
    mask_pending = mask_used == 0u ? 0u : bits >> (32u - mask_used);
    mask_used = mask_used + count - 32u;
  } else {
    mask_used += count;
  }
}

void finish_mask() {
  if (mask_used > 0u) legal_masks[mask_place] = mask_pending;
}
