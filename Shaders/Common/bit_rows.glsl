// Rows of bits in registers: fields are put into their places, then the row is stored. All places are constants once
// functions are inlined, so that nothing is left but shifts.
#include "Common/repeat.glsl"

// Declares `uint ROW_row[WORDS]` and put_ROW(place, bits, count): the `count` (1 to 32) lowest bits from bit `place` on;
// the other bits must be 0.
#define DEFINE_BIT_ROW(ROW, WORDS)                                               \
  uint ROW##_row[WORDS];                                                         \
  void put_##ROW(uint place, uint bits, uint count) {                            \
    uint shift = place & 31u;                                                    \
    ROW##_row[place >> 5] |= bits << shift;                                      \
    if (shift + count > 32u) ROW##_row[(place >> 5) + 1u] |= bits >> (32u - shift); \
  }

DEFINE_BIT_ROW(observation, OBSERVATION_WORDS)

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
void clear_observation() {
  REPEAT(OBSERVATION_FOURS, CLEAR_OBSERVATION_WORDS)
}

// Four words at a time; `place` is a multiple of four.
#define STORE_OBSERVATION_WORDS(FOUR)                                                                   \
  observations[(place >> 2) + FOUR] = uvec4(observation_row[4u * FOUR], observation_row[4u * FOUR + 1u], \
                                            observation_row[4u * FOUR + 2u], observation_row[4u * FOUR + 3u]);
void store_observation(uint place) {
  REPEAT(OBSERVATION_FOURS, STORE_OBSERVATION_WORDS)
}
