// Rows of bits in registers: fields are put into their places, then the row is stored. All places are constants once
// functions are inlined, so that nothing is left but shifts.
#include "Common/repeat.glsl"

uint observation_row[OBSERVATION_WORDS];
uint mask_row[MASK_WORDS];

// Declares put_ROW(place, bits, count): the `count` (1 to 32) lowest bits from bit `place` on; the other bits must be 0.
#define DEFINE_PUT(ROW)                                                          \
  void put_##ROW(uint place, uint bits, uint count) {                            \
    uint shift = place & 31u;                                                    \
    ROW##_row[place >> 5] |= bits << shift;                                      \
    if (shift + count > 32u) ROW##_row[(place >> 5) + 1u] |= bits >> (32u - shift); \
  }

DEFINE_PUT(observation)
DEFINE_PUT(mask)

uint observation_place;

// The same behind what was appended before, from `observation_place` on.
void append_observation(uint bits, uint count) {
  put_observation(observation_place, bits, count);
  observation_place += count;
}

#define CLEAR_OBSERVATION_WORDS(FOUR)     \
  observation_row[4u * FOUR] = 0u;      \
  observation_row[4u * FOUR + 1u] = 0u; \
  observation_row[4u * FOUR + 2u] = 0u; \
  observation_row[4u * FOUR + 3u] = 0u;
#define CLEAR_MASK_WORD(WORD) mask_row[WORD] = 0u;
void clear_rows() {
  REPEAT(OBSERVATION_FOURS, CLEAR_OBSERVATION_WORDS)
  REPEAT(MASK_WORDS, CLEAR_MASK_WORD)
}

// Four words at a time; `place` is a multiple of four.
#define STORE_OBSERVATION_WORDS(FOUR)                                                                   \
  observations[(place >> 2) + FOUR] = uvec4(observation_row[4u * FOUR], observation_row[4u * FOUR + 1u], \
                                            observation_row[4u * FOUR + 2u], observation_row[4u * FOUR + 3u]);
void store_observation(uint place) {
  REPEAT(OBSERVATION_FOURS, STORE_OBSERVATION_WORDS)
}

#define STORE_MASK_WORD(WORD) legal_masks[place + WORD] = mask_row[WORD];
void store_mask(uint place) {
  REPEAT(MASK_WORDS, STORE_MASK_WORD)
}
