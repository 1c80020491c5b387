// The kitchen itself, which never changes: bit planes over cells as constants, and numbers of stations.
#include "OvercookedV2/overcooked_v2_layout.h"
#include "Common/repeat.glsl"

// Word `word` of a plane of GRID_WORDS words.
uint plane_word(uvec4 plane, uint word) {
  uint bits = plane.x;
#if GRID_WORDS > 1
  bits = word == 1u ? plane.y : bits;
#endif
#if GRID_WORDS > 2
  bits = word == 2u ? plane.z : bits;
#endif
#if GRID_WORDS > 3
  bits = word == 3u ? plane.w : bits;
#endif
  return bits;
}

uint plane_bit(uvec4 plane, uint cell) { return (plane_word(plane, cell >> 5) >> (cell & 31u)) & 1u; }

// The plane of one cell.
uvec4 cell_plane(uint cell) { return mix(uvec4(0u), uvec4(1u << (cell & 31u)), equal(uvec4(cell >> 5), uvec4(0u, 1u, 2u, 3u))); }

// The plane of all cells before this one.
uvec4 cells_before(uint cell) {
  uint word = cell >> 5;
  uvec4 words = uvec4(0u, 1u, 2u, 3u);
  uvec4 before = mix(uvec4(0u), uvec4(~0u), lessThan(words, uvec4(word)));
  return mix(before, uvec4((1u << (cell & 31u)) - 1u), equal(words, uvec4(word)));
}

uint plane_count(uvec4 plane) {
  ivec4 counts = bitCount(plane);
  return uint(counts.x + counts.y + counts.z + counts.w);
}

// Cell number `index` of a plane, by halving.
uint nth_cell(uvec4 plane, uint index) {
  uint word = 0u;
  [[unroll]] for (uint i = 0u; i < 3u; ++i) {
    uint count = uint(bitCount(plane_word(plane, i)));
    bool beyond = word == i && index >= count;
    index -= beyond ? count : 0u;
    word += uint(beyond);
  }
  uint bits = plane_word(plane, word);
  uint cell = 32u * word;
  [[unroll]] for (uint width = 16u; width > 0u; width >>= 1) {
    uint low = uint(bitCount(bits & ((1u << width) - 1u)));
    bool high = index >= low;
    index -= high ? low : 0u;
    bits = high ? bits >> width : bits;
    cell += high ? width : 0u;
  }
  return cell;
}

const uvec4 kind_plane0 = uvec4(KIND_PLANE0);
const uvec4 kind_plane1 = uvec4(KIND_PLANE1);
const uvec4 kind_plane2 = uvec4(KIND_PLANE2);
const uvec4 kind_plane3 = uvec4(KIND_PLANE3);
const uvec4 kind_plane4 = uvec4(KIND_PLANE4);
const uvec4 counter_plane = uvec4(COUNTER_PLANE);
const uint pot_cells[] = uint[](POT_CELLS);
const uint button_cells[] = uint[](BUTTON_CELLS);

uint kind_of(uint cell) {
  return plane_bit(kind_plane0, cell) | (plane_bit(kind_plane1, cell) << 1) | (plane_bit(kind_plane2, cell) << 2)
      | (plane_bit(kind_plane3, cell) << 3) | (plane_bit(kind_plane4, cell) << 4);
}

// Which counter this is, where it is one.
uint counter_number(uint cell) { return plane_count(counter_plane & cells_before(cell)); }

// Directions: up, down, right, left. Kitchens are enclosed, so that a cook's neighbours are all inside.
uint neighbour(uint cell, uint direction) {
  return direction == OVERCOOKED_V2_DIRECTION_UP ? cell - WIDTH
      : direction == OVERCOOKED_V2_DIRECTION_DOWN ? cell + WIDTH
      : direction == OVERCOOKED_V2_DIRECTION_RIGHT ? cell + 1u : cell - 1u;
}
