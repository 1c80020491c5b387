// The kitchen itself, which never changes: bit planes of the kinds of cells and the cells of the pots, as constants.
#include "Overcooked/overcooked_layout.h"
#include "Common/repeat.glsl"

// Defines NAME(cell): bit `cell` of constant words.
#define DEFINE_PLANE(NAME, WORDS)                                         \
  uint NAME(uint cell) {                                                  \
    const uint words[GRID_WORDS] = uint[](WORDS);                         \
    uint word = words[0];                                                 \
    [[unroll]] for (uint i = 1u; i < GRID_WORDS; ++i) {                   \
      word = (cell >> 5) == i ? words[i] : word;                          \
    }                                                                     \
    return (word >> (cell & 31u)) & 1u;                                   \
  }

DEFINE_PLANE(kind_bit0, KIND_PLANE0)
DEFINE_PLANE(kind_bit1, KIND_PLANE1)
DEFINE_PLANE(kind_bit2, KIND_PLANE2)

uint kind_of(uint cell) { return kind_bit0(cell) | (kind_bit1(cell) << 1) | (kind_bit2(cell) << 2); }

const uint pot_cells[POTS] = uint[](POT_CELLS);
