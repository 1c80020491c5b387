// What the kernels of Overcooked share: the state of one kitchen, in registers.
#include "Common/environment_state.glsl"
#include "Overcooked/overcooked_layout.h"
#include "Common/repeat.glsl"

uint state_words[STATE_WORDS];

#define POT_WORD(I) state_words[OVERCOOKED_POTS + (I)]
#define ITEM_WORD(I) state_words[ITEMS_WORD + (I)]
#define POT_STATUS(I) ((POT_WORD((I) / 4u) >> (8u * ((I) & 3u))) & 255u)

#define CELL_OF(COOK) ((COOK) & OVERCOOKED_CELL_MASK)
#define DIRECTION_OF(COOK) (((COOK) >> OVERCOOKED_DIRECTION_SHIFT) & 3u)
#define HELD_OF(COOK) (((COOK) >> OVERCOOKED_HELD_SHIFT) & 3u)
#define COOK(CELL, DIRECTION, HELD) \
  ((CELL) | ((DIRECTION) << OVERCOOKED_DIRECTION_SHIFT) | ((HELD) << OVERCOOKED_HELD_SHIFT))

// READ is LOAD_STATE4 or READ_STATE4.
#define LOAD_STATE_WORDS(READ, FOUR)         \
  {                                          \
    uvec4 four = READ(4u * FOUR);            \
    state_words[4u * FOUR] = four.x;         \
    state_words[4u * FOUR + 1u] = four.y;    \
    state_words[4u * FOUR + 2u] = four.z;    \
    state_words[4u * FOUR + 3u] = four.w;    \
  }
