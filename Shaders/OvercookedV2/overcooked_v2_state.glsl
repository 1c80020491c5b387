// What the kernels of OvercookedV2 share: the fixed part of one kitchen's state, in registers.
#include "Common/environment_state.glsl"
#include "OvercookedV2/overcooked_v2_layout.h"
#include "Common/repeat.glsl"

uint state_words[4u * FIXED_FOURS];

#define COOK_WORD(I) state_words[OVERCOOKED_V2_COOKS + (I)]
#define POT_WORD(I) state_words[POTS_WORD + (I)]

#define CELL_OF(COOK) ((COOK) & OVERCOOKED_V2_CELL_MASK)
#define DIRECTION_OF(COOK) (((COOK) >> OVERCOOKED_V2_DIRECTION_SHIFT) & 3u)
#define HELD_OF(COOK) ((COOK) >> OVERCOOKED_V2_HELD_SHIFT)
#define COOK(CELL, DIRECTION, HELD) \
  ((CELL) | ((DIRECTION) << OVERCOOKED_V2_DIRECTION_SHIFT) | ((HELD) << OVERCOOKED_V2_HELD_SHIFT))

// READ is LOAD_STATE4 or READ_STATE4.
#define LOAD_STATE_WORDS(READ, FOUR)         \
  {                                          \
    uvec4 four = READ(4u * FOUR);            \
    state_words[4u * FOUR] = four.x;         \
    state_words[4u * FOUR + 1u] = four.y;    \
    state_words[4u * FOUR + 2u] = four.z;    \
    state_words[4u * FOUR + 3u] = four.w;    \
  }
